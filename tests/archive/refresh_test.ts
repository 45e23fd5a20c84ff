/** Looking at an archive anew while it is still being opened. */

import assert from "node:assert/strict";
import { string } from "../../samples/rows.ts";
import { partName, sanitized, writeRun } from "../../samples/writer.ts";
import { openArchive } from "../../src/archive/catalog.ts";
import { DISK } from "../../src/archive/disk/local.ts";
import type { Store } from "../../src/archive/disk/store.ts";
import { runIds } from "../ask.ts";

const PROJECT = "org/anew";

Deno.test("what is opened after a refresh is what there is then, also while the opening before goes on", async () => {
  const data = await Deno.makeTempDir(), folder = `${data}/${sanitized(PROJECT)}`;
  // A folder with another name than that of its project is read as a whole to know whose it is.
  const copy = `${data}/copy`, away = await Deno.makeTempDir();
  try {
    for (const runId of ["A", "B"]) {
      const about = [string("sys/id", runId), string("sys/custom_run_id", runId)];
      await writeRun({ dataRoot: data, projectId: PROJECT, runId, batches: [about] });
    }
    await Deno.rename(folder, copy);
    await Deno.rename(`${copy}/${partName("B")}`, `${away}/${partName("B")}`);
    // Each listing of the folder waits until it is let go.
    const listed = [1, 2].map(() => Promise.withResolvers<void>()),
      going = listed.map(() => Promise.withResolvers<void>());
    let listings = 0;
    const store: Store = {
      ...DISK,
      list: async (path, options) => {
        const entries = await DISK.list(path, options);
        if (path === copy && !options?.glance && listings < 2) {
          const listing = listings++;
          listed[listing].resolve();
          await going[listing].promise;
        }
        return entries;
      },
    };
    const catalog = openArchive({ data, store, cache: null });
    const before = runIds(catalog.open(PROJECT));
    await listed[0].promise;
    await Deno.rename(`${away}/${partName("B")}`, `${copy}/${partName("B")}`);
    catalog.refresh!();
    const after = runIds(catalog.open(PROJECT));
    await listed[1].promise;
    going[0].resolve();
    await new Promise((go) => setTimeout(go, 50));
    going[1].resolve();
    assert.deepEqual((await after).sort(), ["A", "B"]);
    await before;
  } finally {
    for (const path of [data, away]) await Deno.remove(path, { recursive: true });
  }
});

/** How many requests it takes. */

import assert from "node:assert/strict";
import { ReadOnlyProject } from "../../mod.ts";
import { floatPoint, string } from "../../samples/rows.ts";
import { sys, T, writeRuns } from "../awkward/case.ts";
import { FolderStore, KEYS } from "./server.ts";

Deno.test("a small object is asked for once to be opened, and once for its points", async () => {
  const folder = await Deno.makeTempDir();
  const text = () => Array.from(crypto.getRandomValues(new Uint8Array(60_000)), (byte) => byte.toString(36)).join("");
  const ids = Array.from({ length: 30 }, (_, n) => `run-${n}`);
  await writeRuns(
    folder,
    Object.fromEntries(ids.map((id, n) => [id, [[floatPoint("a", 1, T, n), string("noise", text()), ...sys(id, n)]]])),
  );
  const store = new FolderStore({ bucket: folder });
  const project = new ReadOnlyProject({
    archive: "s3://bucket/data",
    storageOptions: { ...KEYS, endpoint: "https://store.example" },
    fetch: store.fetch,
    cacheFolder: null,
  });
  const objects = () => store.asked.splice(0).filter(({ key }) => key.endsWith(".parquet")).length;
  assert.equal((await project.listRuns()).length, 30);
  const opening = objects();
  assert.ok(opening <= 32, `${opening} requests to open`);
  assert.equal((await project.fetchMetrics({ attributes: ["a"], progressBar: false })).height, 30);
  const points = objects();
  assert.ok(points <= 30, `${points} requests for points`);
  project.close();
  await Deno.remove(folder, { recursive: true });
});

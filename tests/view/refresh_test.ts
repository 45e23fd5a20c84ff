/** Looking for what is new while something is still being read. */

import assert from "node:assert/strict";
import { floatPoint, string } from "../../samples/rows.ts";
import { writeRun } from "../../samples/writer.ts";
import { openArchive } from "../../src/archive/catalog.ts";
import type { Catalog, Source } from "../../src/source.ts";
import { type Archive, AskedPage } from "./page.ts";

/** Answers of a source wait before they are given. */
function waiting(source: Source, name: "overviews" | "runs", gate: () => Promise<void>): Source {
  return new Proxy(source, {
    get(of, member) {
      const value = Reflect.get(of, member, of);
      if (typeof value !== "function") return value;
      if (member !== name) return value.bind(of);
      return async function* (...asked: unknown[]) {
        const all = await Array.fromAsync(value.apply(of, asked) as AsyncIterable<unknown>);
        await gate();
        yield* all;
      };
    },
  });
}

for (const name of ["overviews", "runs"] as const) {
  Deno.test(`what was read before is not shown after a refresh, also where it came late: ${name}`, async () => {
    const data = await Deno.makeTempDir();
    try {
      const write = async (runId: string, values: number[]) => {
        const points = values.map((value, step) => floatPoint("loss", step, 1000 * step, value));
        const about = [string("sys/id", runId), string("sys/custom_run_id", runId)];
        await writeRun({ dataRoot: data, projectId: "a/b", runId, batches: [about, points] });
      };
      await write("A-1", [1, 2, 3]);
      const came = Promise.withResolvers<void>(), opened = Promise.withResolvers<void>();
      let gate: (() => Promise<void>) | null = () => {
        came.resolve();
        return opened.promise;
      };
      const archive = openArchive({ data, cache: null } as Archive);
      const catalog: Catalog = {
        ...archive,
        open: (project) => waiting(archive.open(project) as Source, name, async () => await gate?.()),
      };
      const page = await new AskedPage(catalog).open();
      const ask = async () => {
        const { runs } = await page.ask("runs", { from: 0, to: 10, columns: [] });
        const asked = { runs: ["A-1"], paths: ["loss"], x: "step", inherited: true, range: null, buckets: 10 } as const;
        const { series: [{ mean }] } = await page.ask("buckets", { ...asked, runs: [...asked.runs], paths: ["loss"] });
        return { runs, mean };
      };
      const before = ask();
      await came.promise;
      await write("A-1", [4, 5, 6, 7]);
      await write("A-2", [1]);
      await page.ask("refresh", {});
      opened.resolve();
      await before;
      gate = null;
      assert.deepEqual(await ask(), { runs: 2, mean: [4, 5, 6, 7] });
    } finally {
      await Deno.remove(data, { recursive: true });
    }
  });
}

/**
 * A real export by real users, beside the repository where it is there: read through the public API, counted by a plain Polars
 * query.
 */

import assert from "node:assert/strict";
import pl from "nodejs-polars";
import { type FileValue, ReadOnlyProject, type RunFile } from "../../mod.ts";

const ROOT = new URL("../../../shared/archives/neptune2-real/", import.meta.url);
const DATA = Deno.realPathSync(new URL("../../", import.meta.url)) + "/../shared/archives/neptune2-real/data";
const there = await Deno.stat(ROOT).then(() => true, () => false);
if (!there) console.log("Skipped: the real archive is not beside this clone (../shared/archives/neptune2-real).");

/** The identity that archives of Neptune 2.x do not store and every reader derives. */
const DERIVED = ["sys/archived", "sys/custom_run_id", "sys/experiment/is_head", "sys/experiment/name"];

Deno.test({
  name: "the real archive: every attribute of every type, and every series with its exact number of points",
  ignore: !there,
  async fn() {
    const project = new ReadOnlyProject({ archive: DATA, cacheFolder: null });
    let runs = 0;
    for await (const run of project.fetchRuns()) {
      runs++;
      const id = await run["sys/id"].fetch<string>();
      const rows = (await pl.scanParquet(`${DATA}/byyoung3_testing2-8ecbc7dd987961e5/${id}-*.parquet`)
        .select(pl.col("attribute_path"), pl.col("attribute_type")).collect()).rows() as [string, string][];
      const stored = new Map(rows);
      const names = await run.attributeNames;
      assert.deepEqual(names.filter((name) => !stored.has(name)).sort(), DERIVED.filter((name) => !stored.has(name)));
      assert.deepEqual([...stored.keys()].filter((name) => !names.includes(name)), []);
      await run.prefetch(names);
      for (const [path, type] of stored) {
        const attribute = run.attribute(path);
        assert.equal(await attribute.fetchType(), type, path);
        if (!type.endsWith("_series")) continue;
        const points = rows.filter(([name]) => name === path).length;
        assert.equal((await attribute.fetchValues()).height, points, `${id} ${path}`);
      }
    }
    assert.equal(runs, 4);
  },
});

Deno.test({
  name: "the real archive: a PNG of a file series opens",
  ignore: !there,
  async fn() {
    const project = new ReadOnlyProject({ archive: DATA, cacheFolder: null });
    const [run] = await project.fetchReadOnlyRuns({ withIds: ["TES-2"] });
    const samples = run["images/samples"];
    const frame = await samples.fetchValues();
    assert.equal(frame.height, 10);
    const value = frame.getColumn("value").toArray()[3] as unknown as Required<FileValue>;
    const bytes = await run.file(value).bytes();
    assert.equal(bytes.length, value.size);
    assert.deepEqual([...bytes.subarray(1, 4)], [..."PNG"].map((letter) => letter.charCodeAt(0)));
    assert.equal((await samples.fetchLast<RunFile>()).type, "image/png");
  },
});

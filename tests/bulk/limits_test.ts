/** More of everything than the limits of Neptune's own clients and server: nothing is capped, sampled or cut. */

import assert from "node:assert/strict";
import pl from "nodejs-polars";
import { datetime, file, float, histogramPoint, string } from "../../samples/rows.ts";
import { type ArchiveColumns, type ArchiveRow, encodePart, sanitized } from "../../samples/writer.ts";
import { writeLongSeries } from "../../bench/long_series.ts";
import { eachWay } from "./ways.ts";

const PROJECT = "team/many";
const RUNS = 10_500;
const SERIES = 10_500;
const POINTS = 1_050_000;
const FILES = 250;
const LONG_TEXT = "text ".repeat(500_000);
const LONG_PATH = "path/" + "x".repeat(3000);
const EDGES = Array.from({ length: 2001 }, (_, i) => i);
const T = Date.UTC(2025, 0, 1);

/** The oldest layout of archives has many runs in one file, which is quick to write. */
async function writeLarge(folder: string): Promise<void> {
  const sys = (id: string, i: number): ArchiveRow[] =>
    [
      string("sys/custom_run_id", id),
      datetime("sys/creation_time", T + i * 1000),
      float("x", i),
    ].map((row) => ({ ...row, run_id: id }));
  const small = Array.from({ length: RUNS }, (_, i) => sys(`run-${i}`, i)).flat();
  const number = (i: number) => String(i).padStart(5, "0");
  const wide = [
    ...sys("wide", RUNS),
    ...Array.from({ length: SERIES }, (_, i) => float(`config/${number(i)}`, i)),
    ...Array.from({ length: FILES }, (_, i) => file(`files/${number(i)}`, `wide/${i}.txt`)),
    string("text", LONG_TEXT),
    float(LONG_PATH, 1),
  ].map((row) => ({ ...row, run_id: "wide" }));
  const many: ArchiveColumns = {
    run_id: new Array(SERIES).fill("wide"),
    attribute_path: Array.from({ length: SERIES }, (_, i) => `many/${number(i)}`),
    attribute_type: new Array(SERIES).fill("float_series"),
    step: new Array(SERIES).fill(0),
    timestamp: new Array(SERIES).fill(T),
    float_value: Array.from({ length: SERIES }, (_, i) => i),
  };
  const histogram = {
    ...histogramPoint("histogram", 0, T, { type: "COUNTING", edges: EDGES, values: EDGES.slice(1) }),
  };
  const batches = [
    small,
    wide,
    many,
    [{ ...histogram, run_id: "wide" }],
  ];
  await Deno.mkdir(`${folder}/data/${sanitized(PROJECT)}`, { recursive: true });
  const part = `${folder}/data/${sanitized(PROJECT)}/part_0.parquet`;
  await Deno.writeFile(part, encodePart({ projectId: PROJECT, runId: "wide", batches }));
  const step = Float64Array.from({ length: POINTS }, (_, i) => i), path = new Uint32Array(POINTS);
  const long = { paths: ["long"], path, step, time: new Float64Array(POINTS).fill(T), value: step };
  await writeLongSeries(`${folder}/data`, { project: PROJECT, run: "wide", part: "part_1.parquet" }, long);
  await Deno.mkdir(`${folder}/files/${sanitized(PROJECT)}/wide`, { recursive: true });
  for (let i = 0; i < FILES; i++) {
    await Deno.writeTextFile(`${folder}/files/${sanitized(PROJECT)}/wide/${i}.txt`, `${i}`);
  }
}

Deno.test("nothing is capped, sampled or cut: more runs, columns, series, points and files than any limit", async () => {
  const folder = await Deno.makeTempDir({ prefix: "neptune-limits-" });
  try {
    await writeLarge(folder);
    await eachWay(`${folder}/data`, PROJECT, async ({ name, project }) => {
      if (name === "socket") return;
      const sum = (n: number) => n * (n - 1) / 2;
      assert.equal((await project.listRuns()).length, RUNS + 1, name);
      const table = await project.fetchRunsDf({ columns: ["x"], sortBy: "x", ascending: true });
      assert.deepEqual([table.height, table.getColumn("x").sum()], [RUNS + 1, sum(RUNS + 1)], name);
      const customIds = Array.from({ length: RUNS }, (_, i) => `run-${i}`);
      assert.equal((await project.fetchRunsDf({ customIds, limit: 10_250 })).height, 10_250, name);
      assert.equal(
        await Array.fromAsync(project.fetchReadOnlyRuns({ customIds })).then((runs) => runs.length),
        RUNS,
        name,
      );

      const wide = await project.fetchRunsDf({
        customIds: ["wide"],
        columnsRegex: "^(config|many|files)/|^text$|^path/",
      });
      assert.equal(wide.width, 3 + 2 * SERIES + FILES + 2, name);
      assert.equal(wide.getColumn("text").get(0), LONG_TEXT, name);
      assert.equal(wide.getColumn(LONG_PATH).get(0), 1, name);
      assert.equal((await project.listAttributes({ attributes: "^config/" })).height, SERIES, name);

      const many = await project.fetchMetrics({ runs: ["wide"], attributes: "^many/" });
      assert.deepEqual([many.height, many.getColumn("value").sum()], [SERIES, sum(SERIES)], name);
      const long = await project.fetchMetrics({ attributes: ["long"] });
      assert.deepEqual([long.height, long.getColumn("step").sum()], [POINTS, sum(POINTS)], name);
      const buckets = await project.fetchMetricBuckets({ attributes: ["long"], buckets: 3000 });
      assert.deepEqual([buckets.height, buckets.getColumn("finite").sum()], [3000, POINTS], name);

      const [histogram] = (await project.fetchSeries({ attributes: ["histogram"] })).getColumn("value").toArray();
      assert.deepEqual(histogram, { type: "COUNTING", edges: EDGES, values: EDGES.slice(1) }, name);
      const files = await project.downloadFiles({ attributes: "^files/", destination: `${folder}/${name}` });
      assert.deepEqual([files.height, files.filter(pl.col("status").eq(pl.lit("downloaded"))).height], [FILES, FILES]);
      if (name !== "archive") return;
      const destination = `${folder}/${name}.parquet`;
      assert.equal(await project.saveMetrics({ attributes: "^(many/|long$)", destination }), SERIES + POINTS, name);
      const saved = pl.readParquet(destination);
      assert.deepEqual(
        [saved.height, saved.getColumn("value").sum()],
        [SERIES + POINTS, sum(SERIES) + sum(POINTS)],
        name,
      );
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

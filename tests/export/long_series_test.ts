/** Series that are read in several turns: every point arrives where it belongs, and a part that breaks late is left out as a whole. */

import assert from "node:assert/strict";
import { parquetMetadataAsync } from "hyparquet";
import pl, { type DataFrame } from "nodejs-polars";
import { DamagedFileError, ReadOnlyProject } from "../../mod.ts";
import { partName, sanitized } from "../../samples/writer.ts";
import { writeLongSeries } from "../../bench/long_series.ts";

const PROJECT = "team/long";
/** More than one turn reads, writes or saves: 500,000 are at most together. */
const POINTS = 1_100_000, OTHERS = 1000;
const T = Date.UTC(2025, 0, 1);

const stepOf = (i: number) => i / 2;
const valueOf = (i: number) => Math.sin(i) * i;
/** Some points have no time. */
const timeOf = (i: number) => i % 1000 === 7 ? null : T + i * 10;

/** Two series of a run: the points of the shorter one lie among the first of the other. */
async function write(data: string, run: string, points: number): Promise<void> {
  const length = points + OTHERS;
  const path = new Uint32Array(length), step = new Float64Array(length), value = new Float64Array(length);
  const time = new Float64Array(length);
  for (let row = 0, loss = 0, other = 0; row < length; row++) {
    const isOther = row % 2 === 1 && other < OTHERS;
    const i = isOther ? other++ : loss++;
    path[row] = isOther ? 1 : 0;
    step[row] = stepOf(i);
    value[row] = isOther ? -i : valueOf(i);
    time[row] = timeOf(i) ?? NaN;
  }
  const rows = { paths: ["loss", "other"], path, step, time, value };
  await writeLongSeries(data, { project: PROJECT, run, part: partName(run), rowGroupSize: 200_000 }, rows);
}

/** Compares all points of `loss`. */
function checkLoss(frame: DataFrame, columns: { step: string; value: string; time: string }): void {
  assert.equal(frame.height, POINTS);
  const steps = frame.getColumn(columns.step).cast(pl.Float64).toTypedArray() as Float64Array;
  const values = frame.getColumn(columns.value).toTypedArray() as Float64Array;
  const known = pl.col(columns.time).cast(pl.Int64).cast(pl.Float64).fillNull(pl.lit(-1)).alias("time");
  const times = frame.select(known).getColumn("time").toTypedArray() as Float64Array;
  for (let i = 0; i < POINTS; i++) {
    if (steps[i] === stepOf(i) && values[i] === valueOf(i) && times[i] === (timeOf(i) ?? -1)) continue;
    assert.fail(`point ${i}: ${steps[i]} ${values[i]} ${times[i]}`);
  }
}

let made: string | null = null;

/** A copy of the archive, which is made once: a folder that the work may write to. */
async function withArchive(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "neptune-long-" });
  try {
    if (made === null) {
      made = await Deno.makeTempDir({ prefix: "neptune-long-" });
      await write(made, "long", POINTS);
      await write(made, "short", OTHERS);
    }
    const project = `${folder}/data/${sanitized(PROJECT)}`;
    await Deno.mkdir(project, { recursive: true });
    for (const run of ["long", "short"]) {
      await Deno.copyFile(`${made}/${sanitized(PROJECT)}/${partName(run)}`, `${project}/${partName(run)}`);
    }
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const quiet = { progressBar: false };

Deno.test("a series of 1,100,000 points is exported and saved point for point", () =>
  withArchive(async (folder) => {
    const project = new ReadOnlyProject({ archive: `${folder}/data`, cacheFolder: null });
    const outcome = (await project.exportArchive({ destination: `${folder}/copy`, ...quiet })).toRecords();
    assert.deepEqual(outcome.map(({ run, status, points }) => [run, status, points]), [
      ["long", "written", POINTS + OTHERS],
      ["short", "written", 2 * OTHERS],
    ]);
    const exported = await pl.scanParquet(`${folder}/copy/data/${sanitized(PROJECT)}/long*_part_*.parquet`)
      .filter(pl.col("attribute_path").eq(pl.lit("loss"))).collect();
    checkLoss(exported, { step: "step", value: "float_value", time: "timestamp" });

    const all = { runs: ["long"], attributes: ["loss", "other"], ...quiet };
    for (const type of ["parquet", "arrow", "csv"]) {
      const destination = `${folder}/points.${type}`;
      assert.equal(await project.saveMetrics({ ...all, destination }), POINTS + OTHERS);
      const saved = type === "parquet"
        ? pl.readParquet(destination)
        : type === "arrow"
        ? pl.scanIPC(destination).collectSync()
        : pl.readCSV(destination, { tryParseDates: true });
      const of = (name: string) => saved.filter(pl.col("attribute").eq(pl.lit(name)));
      checkLoss(of("loss").withColumn(pl.col("timestamp").cast(pl.Datetime("ms", "UTC"))), {
        step: "step",
        value: "value",
        time: "timestamp",
      });
      const other = Float64Array.from({ length: OTHERS }, (_, i) => -i);
      assert.deepEqual(of("other").getColumn("value").toTypedArray(), other);
    }
  }));

Deno.test("the last points of long series are those of all points", () =>
  withArchive(async (folder) => {
    const project = new ReadOnlyProject({ archive: `${folder}/data`, cacheFolder: null });
    for (const tailLimit of [3, 1500, 900_000]) {
      const frame = await project.fetchMetrics({ runs: ["long"], attributes: ["loss", "other"], tailLimit, ...quiet });
      for (const [name, points] of [["loss", POINTS], ["other", OTHERS]] as const) {
        const steps = frame.filter(pl.col("attribute").eq(pl.lit(name))).getColumn("step").toTypedArray();
        const count = Math.min(tailLimit, points);
        assert.deepEqual(steps, Float64Array.from({ length: count }, (_, i) => stepOf(points - count + i)));
      }
    }
  }));

Deno.test("a part that breaks in its last row group gives an error, or none of its points", () =>
  withArchive(async (folder) => {
    const ask = { runs: ["long", "short"], attributes: ["loss"], ...quiet };
    const [strict, lenient] = (["error", "skip"] as const).map((damagedRuns) =>
      new ReadOnlyProject({ archive: `${folder}/data`, cacheFolder: null, damagedRuns })
    );
    // What has been looked at before breaks now.
    for (const project of [strict, lenient]) await project.fetchMetrics({ ...ask, tailLimit: 1 });
    const path = `${folder}/data/${sanitized(PROJECT)}/${partName("long")}`;
    const bytes = await Deno.readFile(path);
    const { row_groups } = await parquetMetadataAsync(bytes.buffer);
    const chunk = row_groups.at(-1)!.columns.find(({ meta_data }) => meta_data!.path_in_schema[0] === "float_value")!;
    const start = Number(chunk.meta_data!.dictionary_page_offset ?? chunk.meta_data!.data_page_offset);
    bytes.fill(0xff, start, start + 100);
    await Deno.writeFile(path, bytes);
    await assert.rejects(() => strict.fetchMetrics(ask), DamagedFileError);
    const frame = await lenient.fetchMetrics(ask);
    assert.deepEqual(frame.getColumn("run").unique().toArray(), ["short"]);
    assert.equal(frame.height, OTHERS);
  }));

Deno.test({
  name: "the archive of long series is taken away",
  fn: async () => {
    if (made !== null) await Deno.remove(made, { recursive: true });
  },
});

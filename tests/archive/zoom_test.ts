/**
 * Ranges of steps after all of a series was summarised, as somebody zooms into a chart: only the pages that hold them are read, and the
 * answer is that of all points.
 */

import assert from "node:assert/strict";
import { floatPoint, int, string } from "../../samples/rows.ts";
import { type ArchiveColumns, partName, type RowBatch, sanitized, writeRun } from "../../samples/writer.ts";
import { openArchive } from "../../src/archive/catalog.ts";
import { archivePool } from "../../src/archive/workers/workers.ts";
import { bucketPoints, bucketSeries } from "../../src/buckets.ts";
import { type BucketColumns, concat, firstPlace, seriesList } from "../../src/columns.ts";
import { compactArchive } from "../../mod.ts";
import { DamagedFileError } from "../../src/errors.ts";
import type { SeriesQuery, Source } from "../../src/source.ts";
import { Random } from "../faults/random.ts";
import { joinBuckets } from "./joined_buckets.ts";

const PROJECT = "org/zoom";
const SEED = Number(Deno.env.get("SEED") ?? Date.now() % 1_000_000);
const ZOOMS = 25;
/** So small that series of some ten thousand points have several pages. */
const PAGE = 1 << 17;

/** Steps that ascend, now and then twice the same or with a gap. */
function stepsOf(random: Random, from: number, count: number): Float64Array {
  const steps = new Float64Array(count);
  for (let i = 0, step = from; i < count; i++) {
    steps[i] = step;
    const kind = random.below(40);
    step += kind === 0 ? 0 : kind === 1 ? random.below(2000) : kind === 2 ? 0.25 : 1;
  }
  return steps;
}

function valueOf(random: Random): number {
  switch (random.below(50)) {
    case 0:
      return NaN;
    case 1:
      return Infinity;
    case 2:
      return -Infinity;
    case 3:
      return 1e6;
  }
  return random.below(1000) / 8;
}

/** Points of series, one series after the other or step by step. */
function points(random: Random, paths: string[], steps: Float64Array, byStep: boolean): ArchiveColumns {
  const length = steps.length * paths.length;
  const step = new Float64Array(length), path = new Array<string>(length);
  for (let i = 0; i < length; i++) {
    path[i] = paths[byStep ? i % paths.length : Math.floor(i / steps.length)];
    step[i] = steps[byStep ? Math.floor(i / paths.length) : i % steps.length];
  }
  return {
    attribute_path: path,
    attribute_type: new Array(length).fill("float_series"),
    step,
    timestamp: step.map((one) => one * 1000),
    float_value: Float64Array.from({ length }, () => valueOf(random)),
  };
}

/** An archive with both layouts, a run in two parts, one whose series starts again, and forks. */
async function write(data: string, random: Random): Promise<void> {
  const put = async (runId: string, batches: RowBatch[], more: RowBatch = []) => {
    await writeRun({
      dataRoot: data,
      projectId: PROJECT,
      runId,
      batches: [[string("sys/name", runId), string("sys/custom_run_id", runId), ...more as never[]], ...batches],
      pageBytes: PAGE,
    });
  };
  await put("alone", [points(random, ["a"], stepsOf(random, 0, 120_000), false)]);
  await put("by-series", [points(random, ["a", "b", "c"], stepsOf(random, -500, 36_000), false)]);
  await put("by-step", [points(random, ["a", "b", "c"], stepsOf(random, 10, 36_000), true)]);
  await put("again", [
    points(random, ["a"], stepsOf(random, 0, 60_000), false),
    points(random, ["a", "b"], stepsOf(random, 20_000, 24_000), true),
  ]);
  await put("parts", [points(random, ["a"], stepsOf(random, 0, 60_000), false)]);
  await writeRun({
    dataRoot: data,
    projectId: PROJECT,
    runId: "parts",
    part: 1,
    batches: [points(random, ["a", "b"], stepsOf(random, 200_000, 28_000), true)],
    pageBytes: PAGE,
  });
  await put("child", [points(random, ["a"], stepsOf(random, 80_000, 36_000), false)], [
    string("sys/forking/parent", "alone"),
    int("sys/forking/step", 100_000),
  ]);
  await put("short", [[floatPoint("a", 5, 0, 1), floatPoint("a", 7, 0, 2)]]);
}

const RUNS = ["alone", "by-series", "by-step", "again", "parts", "child", "short", "nobody"];

/** All points of one series. */
interface Points {
  x: Float64Array;
  y: Float64Array;
}

/** All points of each series, read once without any range. */
async function allPoints(source: Source, query: SeriesQuery): Promise<Points[]> {
  const pieces = Array.from(query.series.run, () => ({ x: [] as Float64Array[], y: [] as Float64Array[] }));
  for await (const { spans, step, values } of source.series(query)) {
    for (const { series, start, end } of spans) {
      pieces[series].x.push(step.slice(start, end));
      pieces[series].y.push((values.data as Float64Array).slice(start, end));
    }
  }
  return pieces.map(({ x, y }) => ({ x: concat(Float64Array, x), y: concat(Float64Array, y) }));
}

/** The buckets of those points that lie in a range: they ascend. */
function expected(all: Points[], [from, to]: readonly [number, number], maxBuckets: number): Promise<BucketColumns> {
  return bucketPoints(async function* () {
    for (const [series, { x, y }] of all.entries()) {
      const start = firstPlace(x.length, (i) => x[i] >= from), end = firstPlace(x.length, (i) => x[i] > to);
      if (end <= start) continue;
      const spans = [{ series, start: 0, end: end - start }];
      const values = { kind: "float" as const, data: y.subarray(start, end) };
      yield { spans, step: x.subarray(start, end), timestamp: new Float64Array(0), values, preview: null };
    }
  }, { series: all.length, maxBuckets, range: [from, to] });
}

async function assertZooms(open: () => Source, random: Random): Promise<void> {
  for (const paths of [["a"], ["a", "b", "c"]]) {
    const refs = RUNS.flatMap((run) => paths.map((path) => ({ run, path })));
    const asked: SeriesQuery = { kind: "float", lineage: "full", series: seriesList(refs) };
    const all = await allPoints(open(), asked);
    assert.equal(all.some(({ x }) => x.length > 100_000), true);
    const source = open();
    const whole = joinBuckets(await Array.fromAsync(source.overviews!(asked, 1001)));
    const each = await bucketPoints(() => open().series(asked), {
      series: refs.length,
      maxBuckets: 1001,
      range: "each",
    });
    assert.deepEqual(whole, each);
    for (let i = 0; i < ZOOMS; i++) {
      // Other series than those of the overview, and fewer.
      const some = [...refs.keys()].filter(() => random.below(3) > 0);
      const from = random.below(1_000_000) - 20_000, to = from + random.below(10 ** (1 + random.below(6)));
      const query: SeriesQuery = {
        ...asked,
        series: seriesList(some.map((one) => refs[one])),
        stepRange: [from, to],
        timestamps: false,
      };
      const cut = { maxBuckets: 2 + random.below(300), range: [from, to] as const };
      const found = await bucketSeries(source, query, cut);
      const right = await expected(some.map((one) => all[one]), cut.range, cut.maxBuckets);
      assert.deepEqual(found, right, `seed ${SEED}, zoom ${i} to ${from}-${to}`);
    }
  }
}

console.log(`SEED=${SEED}`);
const folder = await Deno.makeTempDir();
await write(`${folder}/data`, new Random(SEED));
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

Deno.test("a zoom after an overview that this thread made gives what all points give", () =>
  assertZooms(
    () => openArchive({ data: `${folder}/data`, workers: { maxWorkers: 0 } }).open(PROJECT),
    new Random(SEED + 1),
  ));

Deno.test("a zoom after an overview that workers made gives what all points give", async () => {
  const pool = archivePool({ idle: 60_000 });
  const workers = { maxWorkers: 2, pointsPerWorker: 0, pool };
  await assertZooms(() => openArchive({ data: `${folder}/data`, workers }).open(PROJECT), new Random(SEED + 2));
  pool.close();
});

Deno.test("a zoom reads the pages that hold it, and no others", async () => {
  const data = `${folder}/spoilt`, project = `${data}/${sanitized(PROJECT)}`, file = `${project}/${partName("alone")}`;
  await Deno.mkdir(project, { recursive: true });
  await Deno.copyFile(`${folder}/data/${sanitized(PROJECT)}/${partName("alone")}`, file);
  const open = () => openArchive({ data, workers: { maxWorkers: 0 } }).open(PROJECT);
  const source = open();
  const query: SeriesQuery = { kind: "float", lineage: "own", series: seriesList([{ run: "alone", path: "a" }]) };
  const { lastX } = joinBuckets(await Array.fromAsync(source.overviews!(query, 101)));
  const to = lastX[lastX.length - 1], cut = { maxBuckets: 11, range: [to - 1000, to] as const };
  const part = { ...query, stepRange: cut.range };
  const expected = await bucketSeries(source, part, cut);
  // The first pages of the steps: the file has just the large columns of steps, times and values.
  const bytes = await Deno.readFile(file);
  bytes.fill(0xff, bytes.length * 0.05, bytes.length * 0.1);
  await Deno.writeFile(file, bytes);
  assert.deepEqual(await bucketSeries(source, part, cut), expected);
  await assert.rejects(bucketSeries(open(), part, cut), DamagedFileError);
});

Deno.test("a zoom into a compacted archive gives what all points give", async () => {
  await compactArchive({
    archive: `${folder}/data`,
    destination: `${folder}/compacted`,
    cacheFolder: null,
    progressBar: false,
  });
  await assertZooms(() => openArchive({ data: `${folder}/compacted/data` }).open(PROJECT), new Random(SEED + 3));
});

Deno.test("what was seen of a part of the steps does not stand for all of them", async () => {
  for (const data of ["data", "compacted/data"]) {
    const source = openArchive({ data: `${folder}/${data}`, workers: { maxWorkers: 0 } }).open(PROJECT);
    const query: SeriesQuery = { kind: "float", lineage: "own", series: seriesList([{ run: "alone", path: "a" }]) };
    const first = joinBuckets(
      await Array.fromAsync(source.overviews!({ ...query, stepRange: [null, 1_200_000] }, 101)),
    );
    assert.ok(first.lastX.at(-1)! <= 1_200_000);
    const [all] = await allPoints(source, query);
    for (const range of [[0, 2_000_000], [1_160_000, 1_400_000], [1_600_000, 1e9]] as const) {
      const cut = { maxBuckets: 50, range };
      const found = await bucketSeries(source, { ...query, stepRange: [...range] }, cut);
      assert.deepEqual(found, await expected([all], range, 50), `${data} ${range}`);
    }
  }
});

/** Long series of archives in Web Workers: what they give, how they fail, and that nothing of them is left. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { parquetMetadataAsync } from "hyparquet";
import { partName, sanitized } from "../../samples/writer.ts";
import { openArchive } from "../../src/archive/catalog.ts";
import { BYTES_PER_ROW } from "../../src/archive/index/batches.ts";
import { archivePool, type WorkerOptions } from "../../src/archive/workers/workers.ts";
import { bucketPoints } from "../../src/buckets.ts";
import { type BucketColumns, seriesList } from "../../src/columns.ts";
import { DamagedFileError, WorkerError } from "../../src/errors.ts";
import type { SeriesQuery, Source } from "../../src/source.ts";
import { writeLongSeries } from "../../bench/long_series.ts";
import { joinBuckets } from "./joined_buckets.ts";
import { poolWith } from "./bad_pool.ts";

const PROJECT = "org/long", PATH = "loss";
// So many that each run is a batch, and its points are several blocks.
const RUNS = 3, POINTS = 520_000;

const folder = await Deno.makeTempDir();
const DATA = `${folder}/data`;
let rows = 0;
for (let n = 0; n < RUNS; n++) {
  const step = Float64Array.from({ length: POINTS }, (_, i) => i);
  const rest = { time: step.map((one) => 1.7e12 + one * 1000), value: step.map((one) => Math.sin(one + n)) };
  const part = { project: PROJECT, run: `run-${n}`, part: partName(`run-${n}`) };
  const file = await writeLongSeries(DATA, part, { paths: [PATH], path: new Uint32Array(POINTS), step, ...rest });
  // As many as are taken for the size of the file.
  rows += (await Deno.stat(file)).size / BYTES_PER_ROW;
}
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const query = (more: Partial<SeriesQuery> = {}): SeriesQuery => ({
  kind: "float",
  lineage: "full",
  series: seriesList(Array.from({ length: RUNS }, (_, n) => ({ run: `run-${n}`, path: PATH }))),
  ...more,
});

/** The index is there: what workers do for it, and how they fail, is another test's. */
const CACHE = `${folder}/cache`;
await Array.fromAsync(openArchive({ data: DATA, cache: CACHE, workers: { maxWorkers: 0 } }).open(PROJECT).runs({}));

const open = (workers: WorkerOptions, data = DATA, damagedRuns: "error" | "skip" = "error") =>
  openArchive({ data, cache: CACHE, workers, damagedRuns }).open(PROJECT);

/** What was read of one series. */
interface Read {
  points: number;
  /** Of steps, times and values, one after the other as they came: blocks may end anywhere. */
  hashes: string[];
}

async function read(source: Source, asked = query()): Promise<Read[]> {
  const all = Array.from(asked.series.run, () => ({
    points: 0,
    last: -1,
    hashes: [0, 1, 2].map(() => createHash("sha256")),
  }));
  for await (const { spans, step, timestamp, values } of source.series(asked)) {
    for (const { series, start, end } of spans) {
      const one = all[series];
      for (const at of step.subarray(start, end)) {
        if (!(at > one.last)) assert.fail(`step ${at} after ${one.last}`);
        one.last = at;
      }
      one.points += end - start;
      [step, timestamp, values.data as Float64Array].forEach((column, i) => {
        const { buffer, byteOffset } = column;
        one.hashes[i].update(new Uint8Array(buffer, byteOffset + start * 8, (end - start) * 8));
      });
    }
  }
  return all.map(({ points, hashes }) => ({ points, hashes: hashes.map((hash) => hash.digest("hex")) }));
}

/** A copy of the archive with one run spoilt in the middle: its footer can be read. */
async function spoilt(run: string): Promise<string> {
  const data = `${await Deno.makeTempDir({ dir: folder })}/data`, project = sanitized(PROJECT);
  await Deno.mkdir(`${data}/${project}`, { recursive: true });
  for (const { name } of Deno.readDirSync(`${DATA}/${project}`)) {
    const bytes = await Deno.readFile(`${DATA}/${project}/${name}`);
    if (name === partName(run)) {
      const { row_groups } = await parquetMetadataAsync(bytes.buffer);
      const steps = row_groups[row_groups.length >> 1].columns.find(({ meta_data }) =>
        meta_data!.path_in_schema[0] === "step"
      )!;
      // Behind the header of its first page.
      const start = Number(steps.meta_data!.data_page_offset) + 1000;
      bytes.fill(0xff, start, start + 1000);
    }
    await Deno.writeFile(`${data}/${project}/${name}`, bytes);
  }
  return data;
}

const alone = await read(open({ maxWorkers: 0 }));

Deno.test("workers give the points that this thread gives, in blocks that ascend", async () => {
  assert.deepEqual(alone.map(({ points }) => points), [POINTS, POINTS, POINTS]);
  const workers = poolWith();
  const found = await read(open({ maxWorkers: 2, pointsPerWorker: 0, pool: workers }));
  assert.equal(workers.size, 2);
  assert.deepEqual(found, alone);
  workers.close();
});

Deno.test("as many workers start as the size of the files, and the time that they take, justify", async () => {
  for (const [pointsPerWorker, size] of [[rows / 2.5, 2], [rows / 1.5, 1], [rows * 2, 0]]) {
    const workers = poolWith();
    const options = { maxWorkers: 2, pointsPerWorker, pool: workers };
    assert.deepEqual(await read(open({ ...options, workPerWorker: 1e6 })), alone);
    assert.equal(workers.size, 0, "too little time");
    assert.deepEqual(await read(open({ ...options, workPerWorker: 0.001 })), alone);
    assert.equal(workers.size, size, `${pointsPerWorker}`);
    workers.close();
  }
  const one = poolWith();
  await read(
    open({ maxWorkers: 2, pointsPerWorker: 1, workPerWorker: 0.001, pool: one }),
    query({ series: seriesList([{ run: "run-1", path: PATH }]) }),
  );
  assert.equal(one.size, 0, "a single run is one piece of work");
});

Deno.test({
  name: "short calls one after the other earn a worker together, which does its share of the next ones",
  ignore: navigator.hardwareConcurrency < 2,
  fn: async () => {
    const workers = poolWith();
    const short = open({ maxWorkers: 2, pointsPerWorker: 1e6, workPerWorker: 3000, pool: workers });
    const { promise: there, resolve } = Promise.withResolvers<void>();
    const isThere = setInterval(() => workers.idle > 0 && resolve(), 5);
    let calls = 0;
    while (workers.size === 0 && calls++ < 500) assert.deepEqual(await read(short), alone);
    assert.equal(workers.size, 1, `${calls} calls`);
    await there;
    clearInterval(isThere);
    // This thread reads the first batch, to see how long it takes.
    let busy = 0;
    for await (const _ of short.series(query())) if (workers.idle === 0) busy++;
    assert.ok(busy > 0, "it works");
    assert.deepEqual(await read(short), alone);
    assert.equal(workers.size, 1);
    workers.close();
  },
});

Deno.test("buckets that workers make are those of the points, each series from its first to its last step", async () => {
  const series = seriesList([{ run: "run-2", path: PATH, after: 1000 }, { run: "run-0", path: PATH }, {
    run: "no",
    path: PATH,
  }]);
  const asked = query({ series });
  const here = open({ maxWorkers: 0 }), workers = poolWith();
  const expected = await bucketPoints(() => here.series(asked), { series: 3, maxBuckets: 101, range: "each" });
  assert.deepEqual([expected.index.length, expected.firstX[0], expected.lastX[100]], [202, 1001, POINTS - 1]);
  for (const source of [here, open({ maxWorkers: 2, pointsPerWorker: 0, pool: workers })]) {
    const found: BucketColumns = joinBuckets(await Array.fromAsync(source.overviews!(asked, 101)));
    assert.deepEqual(found, expected);
  }
  workers.close();
});

Deno.test("damage that a worker finds is that of this thread: an error that names the file, or a run that is left out", async () => {
  const data = await spoilt("run-1");
  const told: unknown[] = [];
  const workers = poolWith();
  for (const options of [{ maxWorkers: 0 }, { maxWorkers: 2, pointsPerWorker: 0, pool: workers }]) {
    await assert.rejects(read(open(options, data)), (error) => {
      assert.ok(error instanceof DamagedFileError);
      assert.equal(error.fields.file, `${sanitized(PROJECT)}/${partName("run-1")}`);
      told.push([error.message, error.fields]);
      return true;
    });
    const skipping = open(options, data, "skip");
    const found = await read(skipping);
    told.push([found, skipping.leftOut!(), skipping.lacks!("run-1")]);
    assert.deepEqual(found.map(({ points }) => points), [POINTS, 0, POINTS]);
  }
  assert.deepEqual(told.slice(2), told.slice(0, 2));
  assert.equal(workers.size, 2, "no worker is to blame");
  workers.close();
});

Deno.test("a worker that ends before it gave anything is replaced by this thread; one that ends in the middle is an error", async () => {
  // Side by side: one that says nothing is waited for.
  await Promise.all(["throws", "mutters", "hangs", "dies"].map(async (way) => {
    const workers = poolWith(way);
    const found = read(open({ maxWorkers: 1, pointsPerWorker: 0, pool: workers }));
    if (way === "dies") await assert.rejects(found, WorkerError);
    else assert.deepEqual(await found, alone, way);
    workers.close();
  }));
});

Deno.test("an abort ends a call at once, and its workers can work again", async () => {
  const workers = poolWith();
  const source = open({ maxWorkers: 2, pointsPerWorker: 0, pool: workers });
  const abort = new AbortController();
  const blocks = source.series(query({ signal: abort.signal }))[Symbol.asyncIterator]();
  await blocks.next();
  const next = Array.fromAsync({ [Symbol.asyncIterator]: () => blocks });
  abort.abort(new Error("enough"));
  await assert.rejects(next, /enough/);
  assert.deepEqual(await read(source), alone);
  assert.equal(workers.size, 2);
  workers.close();
});

Deno.test("who stops early leaves nothing running, and the workers for the next call", async () => {
  const workers = poolWith();
  const source = open({ maxWorkers: 2, pointsPerWorker: 0, pool: workers });
  for await (const { step } of source.series(query())) {
    assert.ok(step.length > 0);
    break;
  }
  assert.deepEqual(await read(source), alone);
  assert.equal(workers.size, 2);
  workers.close();
});

Deno.test("workers are kept for as long as somebody says, also those that are there", async () => {
  const workers = poolWith();
  await read(open({ maxWorkers: 2, pointsPerWorker: 0, pool: workers }));
  assert.equal(workers.size, 2);
  workers.keepFor(0);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(workers.size, 0);
});

Deno.test("where workers cannot start this thread does the work", async () => {
  const broken = archivePool({
    create: () => new Worker("data:application/javascript,throw new Error('broken at start')", { type: "module" }),
  });
  for (const pointsPerWorker of [0, rows / 2.5]) {
    assert.deepEqual(await read(open({ maxWorkers: 2, pointsPerWorker, workPerWorker: 0.001, pool: broken })), alone);
  }
});

/** The index of an archive, made by Web Workers: that it is the one this thread makes, and how it goes wrong. */

import assert from "node:assert/strict";
import { openArchive } from "../../src/archive/catalog.ts";
import { type Folder, readFolder } from "../../src/archive/disk/layout.ts";
import { DISK } from "../../src/archive/disk/local.ts";
import { FolderIndex } from "../../src/archive/index/folder_index.ts";
import type { SegmentWorkers } from "../../src/archive/index/read_segments.ts";
import { mergeSegments } from "../../src/archive/index/segments/merge.ts";
import { encodeSegment, StoredSegment } from "../../src/archive/index/segments/stored.ts";
import { runSegmentJob, segmentJobOf } from "../../src/archive/workers/segment_job.ts";
import { archivePool, segmentWorkers, type WorkerOptions } from "../../src/archive/workers/workers.ts";
import { concat } from "../../src/columns.ts";
import { DamagedFileError } from "../../src/errors.ts";
import {
  bool,
  datetime,
  file,
  filePoint,
  float,
  floatPoint,
  histogramPoint,
  int,
  phantom,
  string,
  stringPoint,
  stringSet,
} from "../../samples/rows.ts";
import { type ArchiveRow, partName, sanitized, writeRun } from "../../samples/writer.ts";
import { writeLongSeries } from "../../bench/long_series.ts";
import { runIds, valuesByKey } from "../ask.ts";
import { poolWith } from "./bad_pool.ts";

const PROJECT = "org/many", RUNS = 60;

const folder = await Deno.makeTempDir();
const DATA = `${folder}/data`, NAME = sanitized(PROJECT);
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

for (let n = 0; n < RUNS; n++) {
  const first: ArchiveRow[] = [
    datetime("sys/creation_time", n * 1000),
    string("sys/custom_run_id", `run-${n}`),
    string("sys/name", n % 2 ? `ä${n}` : "same"),
    stringSet("sys/tags", ...["x", "y", "z"].slice(n % 3)),
    int("seed", 2n ** 60n + BigInt(n)),
    n % 5 ? float("lr", n / 8) : phantom("lr", "float"),
    bool("flag", n % 2 === 0),
    file("model", n % 3 ? `model-${n}` : null),
    ...n === 40 ? [string("only/here", "late")] : [],
  ];
  const second = [0, 1, 2].flatMap((step) => [
    floatPoint("loss", step, n, n + step / 10),
    stringPoint("log", step, n, `${n}: ${step}`),
    histogramPoint("weights", step, n, { type: "COUNTING", edges: [0, 1, n + 2], values: [n, step] }),
    filePoint("images", step, n, `image-${step}`),
  ]);
  const run = { dataRoot: DATA, projectId: PROJECT, runId: `run-${n}` };
  // Some runs have two parts, which name things otherwise: what the first says counts.
  if (n % 10 === 3) {
    await writeRun({ ...run, batches: [first] });
    await writeRun({ ...run, part: 1, batches: [[string("sys/name", "other"), ...second]] });
  } else await writeRun({ ...run, batches: [[...first, ...second]] });
}
// Some cannot be read, of another only the series.
Deno.truncateSync(`${DATA}/${NAME}/${partName("run-11")}`, 1000);
Deno.writeTextFileSync(`${DATA}/${NAME}/${partName("run-44")}`, "no Parquet");

const cacheFolder = () => Deno.makeTempDir({ dir: folder });

async function open(
  cache: string | null,
  workers: WorkerOptions | ((folder: Folder) => SegmentWorkers) = { maxWorkers: 0 },
  onProgress?: (by: number, total: number | null) => void,
  signal?: AbortSignal,
): Promise<FolderIndex> {
  const listed = await readFolder(DISK, DATA, NAME);
  const found = typeof workers === "function" ? () => workers(listed) : segmentWorkers(workers);
  const index = await FolderIndex.open(listed, { cache, workers: found });
  await index.ensure(listed.parts, "parameters", { onProgress, signal });
  return index;
}

/** All that an index says but when it was read; its segments in their order. */
function said({ folder, segments }: FolderIndex): Uint8Array {
  const merged = mergeSegments(segments.map(({ segment }) => segment), () => true);
  const parts = merged.parts();
  parts.read.fill(0);
  return concat(Uint8Array, [...encodeSegment({ ...merged, parts: () => parts }, folder.path)]);
}

/** The segments of a cache folder, in the order of their names. */
async function stored(cache: string): Promise<StoredSegment[]> {
  const [{ name }] = Deno.readDirSync(cache);
  const names = [...Deno.readDirSync(`${cache}/${name}`)].map(({ name }) => name).sort();
  assert.ok(names.every((name) => name.endsWith(".segment")), names.join());
  return await Promise.all(names.map((one) => StoredSegment.in(`${cache}/${name}/${one}`)));
}

const PARTS = [...Deno.readDirSync(`${DATA}/${NAME}`)].length;
const BROKEN = [partName("run-11"), partName("run-44")].sort();
const alone = said(await open(null));

/**
 * No worker, but this thread.
 *
 * @param before What is awaited before the parts of a segment are read.
 */
function fake(before: (parts: string[], number: number, signal: AbortSignal) => Promise<void>): SegmentWorkers {
  let number = 0;
  return {
    most: 3,
    always: true,
    worth: () => 3,
    start: () => async (jobs, signal, onProgress) => {
      await before(jobs.map(({ part }) => part.name), number++, signal);
      const job = segmentJobOf(jobs, 1);
      return await Array.fromAsync(runSegmentJob(job, signal, ({ read }) => onProgress(read)), ({ bytes }) => bytes);
    },
  };
}

Deno.test("workers make the index that this thread makes, byte for byte, and tell of each part once", async () => {
  const cache = await cacheFolder(), workers = poolWith();
  let told = 0;
  const index = await open(cache, { maxWorkers: 2, pointsPerWorker: 0, pool: workers }, (by, total) => {
    told += by;
    assert.equal(total, PARTS);
  });
  assert.equal(workers.size, 2);
  assert.equal(told, PARTS);
  assert.ok(index.segments.length > 2 && index.segments.length <= 8, `${index.segments.length} segments`);
  assert.deepEqual(said(index), alone);
  const broken = index.folder.parts.filter(({ damage }) => damage !== null);
  assert.deepEqual(broken.map(({ name }) => name), BROKEN);
  assert.deepEqual(said(await open(null, { maxWorkers: 2, pointsPerWorker: 0, pool: workers })), alone);
  workers.close();
});

Deno.test("segments are in the order of their parts, in memory and on disk, whichever worker is done first", async () => {
  const cache = await cacheFolder();
  // As many at a time as workers, and one; of these the last is done first.
  let open4 = Promise.withResolvers<void>();
  const done: number[] = [];
  const index = await open(cache, () =>
    fake(async (_, number) => {
      if (number % 4 === 3 || number > 7) {
        open4.resolve();
        open4 = Promise.withResolvers();
      } else await open4.promise;
      done.push(number);
    }));
  assert.notDeepEqual(done, done.toSorted((a, b) => a - b));
  assert.deepEqual(said(index), alone);
  const names = index.segments.flatMap(({ segment }) => segment.parts().name);
  assert.deepEqual(names, index.folder.parts.map(({ name }) => name));
  assert.deepEqual((await stored(cache)).flatMap((segment) => segment.parts().name), names);
});

Deno.test("an opening that is aborted goes on where it was: what workers were done with is not read again", async () => {
  const cache = await cacheFolder(), abort = new AbortController();
  const read: string[] = [];
  const keptNow = async () => (await stored(cache)).flatMap((segment) => segment.parts().name as string[]);
  const first = open(
    cache,
    () =>
      fake(async (names, number, signal) => {
        // The second one is not done before all others that are asked for.
        if (number === 1) {
          await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        }
        if (number === 4) {
          // What is done is stored meanwhile, on a busy machine after a while.
          for (const end = performance.now() + 30_000; performance.now() < end;) {
            if (await keptNow().then(({ length }) => length > PARTS / 4, () => false)) break;
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
          abort.abort(new Error("enough"));
        }
        signal.throwIfAborted();
        read.push(...names);
      }),
    undefined,
    abort.signal,
  );
  await assert.rejects(first, /enough/);
  const kept = await keptNow();
  assert.ok(kept.length > PARTS / 4 && kept.length < PARTS, `${kept.length}`);
  assert.deepEqual(kept.filter((name) => !read.includes(name)), []);
  const later: string[] = [];
  const index = await open(cache, () => fake((names) => Promise.resolve(void later.push(...names))));
  // What could not be read is looked at again, in case it can be read now.
  const missing = index.folder.parts.map(({ name }) => name)
    .filter((name) => !kept.includes(name) || BROKEN.includes(name));
  assert.deepEqual(later.sort(), missing.sort());
  assert.deepEqual(index.projects(), new Set([PROJECT]));
  // And all that is there is found.
  assert.equal(index.segments.reduce((sum, { places }) => sum + places.filter((place) => place >= 0).length, 0), PARTS);
});

Deno.test("what a worker that fails was to read this thread reads, and tells of each part once", async () => {
  // Side by side: one that says nothing is waited for.
  await Promise.all(["throws", "mutters", "hangs", "dies"].map(async (way) => {
    const workers = poolWith(way, way);
    let told = 0;
    const index = await open(null, { maxWorkers: 2, pointsPerWorker: 0, pool: workers }, (by) => void (told += by));
    assert.deepEqual(said(index), alone, way);
    assert.equal(told, PARTS, way);
    workers.close();
  }));
});

Deno.test("where workers cannot start this thread reads the parts", async () => {
  const broken = archivePool({
    create: () => new Worker("data:application/javascript,throw new Error('broken at start')", { type: "module" }),
  });
  for (const pointsPerWorker of [0, 1]) {
    const options = { maxWorkers: 2, pointsPerWorker, workPerWorker: 0.001, pool: broken };
    assert.deepEqual(said(await open(null, options)), alone);
  }
});

Deno.test("an abort ends an opening at once, and its workers can work again", async () => {
  const workers = poolWith(), abort = new AbortController();
  const options = { maxWorkers: 2, pointsPerWorker: 0, pool: workers };
  await assert.rejects(open(null, options, () => abort.abort(new Error("enough")), abort.signal), /enough/);
  assert.deepEqual(said(await open(null, options)), alone);
  assert.equal(workers.size, 2);
  workers.close();
});

Deno.test("a small archive, and one that takes little time, is opened without workers", async () => {
  for (const options of [{}, { pointsPerWorker: 1 }, { pointsPerWorker: 1, workPerWorker: 1e6 }]) {
    const workers = poolWith();
    assert.deepEqual(said(await open(null, { maxWorkers: 2, ...options, pool: workers })), alone);
    assert.equal(workers.size, 0, JSON.stringify(options));
  }
});

Deno.test("workers start once this thread has seen how long parts take", async () => {
  const data = `${await cacheFolder()}/data`;
  await Deno.mkdir(`${data}/${NAME}`, { recursive: true });
  const bytes = await Deno.readFile(`${DATA}/${NAME}/${partName("run-1")}`);
  // So many that this thread looks at the time before all of them are read.
  for (let n = 0; n < 300; n++) await Deno.writeFile(`${data}/${NAME}/${partName(`copy-${n}`)}`, bytes);
  const workers = poolWith();
  const listed = await readFolder(DISK, data, NAME);
  const options = { maxWorkers: 2, pointsPerWorker: 1, workPerWorker: 0.001, pool: workers };
  const index = await FolderIndex.open(listed, { cache: null, workers: segmentWorkers(options) });
  await index.ensure(listed.parts, "parameters", {});
  assert.equal(workers.size, 2);
  assert.equal(index.segments.reduce((sum, { places }) => sum + places.length, 0), 300);
  workers.close();
});

Deno.test("a damaged part that a worker finds spoils its run and no other, or is left out", async () => {
  const results: unknown[] = [];
  for (const maxWorkers of [0, 2]) {
    const workers = poolWith();
    const opened = (damagedRuns: "error" | "skip") =>
      openArchive({ data: DATA, damagedRuns, workers: { maxWorkers, pointsPerWorker: 0, pool: workers } }).open(
        PROJECT,
      );
    await assert.rejects(runIds(opened("error")), (error) => {
      results.push(String(error));
      return error instanceof DamagedFileError;
    });
    const skipping = opened("skip");
    results.push(await runIds(skipping), skipping.leftOut!());
    assert.equal(workers.size, maxWorkers);
    workers.close();
  }
  assert.deepEqual(results.slice(3), results.slice(0, 3));
  assert.equal((results[1] as string[]).length, RUNS - BROKEN.length);
});

Deno.test("series of large parts, which are read when they are asked for, are read by workers, too", async () => {
  const data = `${await cacheFolder()}/data`, points = 150_000, paths = ["loss", "accuracy"];
  for (let n = 0; n < 4; n++) {
    const step = Float64Array.from({ length: points }, (_, i) => i >> 1);
    const part = { project: PROJECT, run: `run-${n}`, part: partName(`run-${n}`) };
    const value = step.map((one, i) => Math.sin(one + n) * (i % 2 + 1));
    const path = Uint32Array.from(step, (_, i) => i % 2);
    const file = await writeLongSeries(data, part, { paths, path, step, time: step, value });
    assert.ok((await Deno.stat(file)).size > 1 << 20);
  }
  const found: unknown[] = [];
  for (const maxWorkers of [0, 2]) {
    const workers = poolWith();
    const options = { maxWorkers, pointsPerWorker: 0, pool: workers };
    const source = openArchive({ data, workers: options }).open(PROJECT);
    await runIds(source);
    workers.close();
    found.push(await valuesByKey(source, { paths }));
    assert.equal(workers.size, maxWorkers);
    workers.close();
  }
  assert.deepEqual(found[1], found[0]);
  const all = found[0] as Map<string, Record<string, { last: number }>>;
  assert.equal(all.get("run-3")!["accuracy:float_series"].last, 2 * Math.sin(points / 2 - 1 + 3));
});

/**
 * Web Workers that read the points of archives: how many a call earns, and what becomes of their errors.
 *
 * @module
 */

import type { BucketColumns, SeriesBlock } from "../../columns.ts";
import { fromPlainError, WorkerError } from "../../errors.ts";
import { POINTS_PER_WORKER, type PoolOptions, WorkerPool } from "../../pool/pool.ts";
import { isPermitted } from "../../permissions/require.ts";
import { BYTES_PER_ROW, partsOf } from "../index/batches.ts";
import type { ProjectIndex } from "../index/project_index.ts";
import type { ReadOptions } from "../index/read_parts.ts";
import type { BatchQuery, SeriesBatch } from "../read/batch.ts";
import type { BatchWorkers } from "../read/context.ts";
import type { RunJob } from "../../pool/protocol.ts";
import { keepNotes } from "../read/step_notes.ts";
import { jobOf, type JobSettings, runSeriesJob, type SeriesKind } from "./job.ts";

/** More threads than these take more memory than they save time. */
const MOST_WORKERS = 8;

/** What a worker has to have before it: it takes half as long until it has loaded, and compiled, what reads. */
const WORK_PER_WORKER = 300;

/** What one that is there and waits has to have: it costs a few messages. */
const WORK_PER_IDLE_WORKER = 20;

/** How many workers there may be, and when they start. */
export interface WorkerOptions {
  /** The most of one call. Default: as many as there are processors, at most eight; none where there is only one. */
  maxWorkers?: number;
  /** How many rows of files one call reads for each worker. Default: five million; 0: all that there may be, at once. */
  pointsPerWorker?: number;
  /** So many milliseconds of work must be left for each worker that starts. Default: 300. */
  workPerWorker?: number;
  /** Where they are. Default: all archives share one pool. */
  pool?: WorkerPool<SeriesKind>;
}

let shared: WorkerPool<SeriesKind> | undefined;

/** Milliseconds of work that was done here, as it was not worth starting a worker, since one was last started. */
let spentHere = 0;

/** How long a process that answers calls all the time keeps workers that have no work, in milliseconds. */
const KEPT = 600_000;
let keepers = 0;

/** Keeps workers between calls, for whoever answers calls all the time. Gives what ends that. */
export function keepWorkers(): () => void {
  keepers++;
  const pool = shared ??= archivePool();
  pool.keepFor(KEPT);
  return () => {
    if (--keepers === 0) pool.keepFor();
  };
}

const MODULE = new URL("./worker.ts", import.meta.url);

/** A pool for archives. */
export function archivePool(options: Partial<PoolOptions<SeriesKind>> = {}): WorkerPool<SeriesKind> {
  return new WorkerPool<SeriesKind>({
    module: MODULE,
    size: Infinity,
    settings: null,
    here: runSeriesJob,
    ...options,
  });
}

/** How workers read a project. */
export type ProjectWorkers = WorkerOptions & Omit<JobSettings, "buckets">;

/** The workers that reading these runs earns; null: none. */
export function workersFor(
  index: ProjectIndex,
  runs: readonly number[],
  {
    maxWorkers = processors(),
    pointsPerWorker = POINTS_PER_WORKER,
    workPerWorker = WORK_PER_WORKER,
    pool,
    ...settings
  }: ProjectWorkers,
  readOptions: ReadOptions,
): BatchWorkers | null {
  const always = pointsPerWorker === 0;
  const parts = partsOf(index, runs);
  // What is far away is waited for, not computed.
  if (parts.some(({ folder }) => !folder.store.isLocal)) return null;
  const rows = parts.reduce((bytes, { size }) => bytes + size, 0) / BYTES_PER_ROW;
  const count = always ? maxWorkers : Math.min(maxWorkers, Math.floor(rows / pointsPerWorker));
  if (count < 1 || !canStart()) return null;
  async function* done(
    run: RunJob<SeriesKind>,
    batch: SeriesBatch,
    query: BatchQuery,
    buckets: number | null,
    signal: AbortSignal,
  ): AsyncGenerator<SeriesBlock | BucketColumns, void> {
    const { job, parts } = jobOf(index, batch, query, { ...settings, buckets });
    const tell = (news: SeriesKind["news"]) => {
      if ("noted" in news) return keepNotes(parts[news.noted], news.notes);
      const { damaged, reason, cause } = news, part = parts[damaged];
      part.damage = reason;
      readOptions.onDamaged(part, cause && fromPlainError(cause));
    };
    let came = false;
    try {
      for await (const result of run(job, signal, tell)) {
        came = true;
        yield result;
      }
    } catch (error) {
      // A worker that ended before it gave anything is not needed: this thread does the same.
      if (came || signal.aborted || !(error instanceof WorkerError)) throw error;
      yield* runSeriesJob(job, signal, tell);
    }
  }
  return {
    most: count,
    always,
    get idle() {
      return (pool ?? shared)?.idle ?? 0;
    },
    worth(work) {
      const idle = Math.min(this.idle, Math.floor(work / WORK_PER_IDLE_WORKER));
      return Math.min(count, Math.max(Math.floor(work / workPerWorker), idle));
    },
    spent(work) {
      const workers = pool ?? (shared ??= archivePool());
      if (workers.size > 0) return;
      spentHere += work;
      if (spentHere < workPerWorker) return;
      // Short calls one after the other: the next ones will be worth it.
      spentHere = 0;
      workers.prepare();
    },
    start(count) {
      const run = (pool ?? (shared ??= archivePool())).callOf(count, always);
      return {
        points: (batch, query, signal) => done(run, batch, query, null, signal) as AsyncGenerator<SeriesBlock, void>,
        buckets: (batch, query, buckets, signal) =>
          done(run, batch, query, buckets, signal) as AsyncGenerator<BucketColumns, void>,
      };
    },
  };
}

/** Whether the code of workers may be read: nobody is asked for what only makes reading faster. */
function canStart(): boolean {
  return MODULE.protocol !== "file:" || isPermitted({ name: "read", path: MODULE });
}

function processors(): number {
  const { hardwareConcurrency } = navigator;
  return hardwareConcurrency > 1 ? Math.min(MOST_WORKERS, hardwareConcurrency) : 0;
}

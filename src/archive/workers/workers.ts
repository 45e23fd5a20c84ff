/**
 * Web Workers that read archives, points of series and parts for the index: how many a call earns, and what becomes of their errors.
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
import type { SegmentWorkersFor } from "../index/read_segments.ts";
import type { BatchQuery, SeriesBatch } from "../read/batch.ts";
import type { BatchWorkers } from "../read/context.ts";
import type { RunJob } from "../../pool/protocol.ts";
import { keepNotes } from "../read/step_notes.ts";
import { type ArchiveKind, runArchiveJob } from "./job.ts";
import { runSegmentJob, segmentJobOf, type SegmentKind } from "./segment_job.ts";
import { jobOf, type JobSettings, runSeriesJob, type SeriesKind } from "./series_job.ts";

/** More threads than these take more memory than they save time. */
const MOST_WORKERS = 8;

/** What a worker has to have before it: it takes half as long until it has loaded, and compiled, what reads. */
const WORK_PER_WORKER = 300;
/** The same where parts are read for the index: that is so much code that each worker takes 500 ms until it is compiled. */
const WORK_PER_READER = 2500;

/** What one that is there and waits has to have: it costs a few messages. */
const WORK_PER_IDLE_WORKER = 20;

/** How many workers there may be, and when they start. */
export interface WorkerOptions {
  /** The most of one call. Default: as many as there are processors, at most eight; none where there is only one. */
  maxWorkers?: number;
  /** How many rows of files one call reads for each worker. Default: five million; 0: all that there may be, at once. */
  pointsPerWorker?: number;
  /** So many milliseconds of work must be left for each worker that starts. Default: 300, for parts 2500. */
  workPerWorker?: number;
  /** Where they are. Default: all archives share one pool. */
  pool?: WorkerPool<ArchiveKind>;
}

let shared: WorkerPool<ArchiveKind> | undefined;

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
export function archivePool(options: Partial<PoolOptions<ArchiveKind>> = {}): WorkerPool<ArchiveKind> {
  return new WorkerPool<ArchiveKind>({
    module: MODULE,
    size: Infinity,
    settings: null,
    here: runArchiveJob,
    ...options,
  });
}

/** How workers read a project. */
export type ProjectWorkers = WorkerOptions & Omit<JobSettings, "buckets">;

/** What a call may have of workers. */
interface Earned {
  /** How many there may be. */
  most: number;
  /** Whether all of them start whatever the work is. */
  always: boolean;
  readonly pool: WorkerPool<ArchiveKind>;
  /** How many are worth having for so many milliseconds of work. */
  worth(work: number): number;
}

/**
 * The workers that reading so many bytes of files earns; null: none.
 *
 * @param usual Milliseconds of work that must be left for each, where the options do not say.
 */
function earned(bytes: number, usual: number, options: WorkerOptions): Earned | null {
  const { maxWorkers = processors(), pointsPerWorker = POINTS_PER_WORKER, workPerWorker = usual } = options;
  const always = pointsPerWorker === 0, rows = bytes / BYTES_PER_ROW;
  const most = always ? maxWorkers : Math.min(maxWorkers, Math.floor(rows / pointsPerWorker));
  if (most < 1 || !canStart()) return null;
  return {
    most,
    always,
    get pool() {
      return options.pool ?? (shared ??= archivePool());
    },
    worth(work) {
      const idle = Math.min(this.pool.idle, Math.floor(work / WORK_PER_IDLE_WORKER));
      return Math.min(most, Math.max(Math.floor(work / workPerWorker), idle));
    },
  };
}

/** The workers that reading parts for the index earns. */
export function segmentWorkers(options: WorkerOptions): SegmentWorkersFor {
  return (bytes) => {
    const workers = earned(bytes, WORK_PER_READER, options);
    return workers && {
      most: workers.most,
      always: workers.always,
      worth: (work) => workers.worth(work),
      start(count) {
        // Beside several this thread reads none: it stores what they found, and has the memory of one less.
        const run = workers.pool.callOf(count, workers.always || count > 1) as RunJob<SegmentKind>;
        return async (jobs, signal, onProgress) => {
          const job = segmentJobOf(jobs, count + 1);
          // What is read a second time is not told a second time.
          let read = 0, told = 0;
          const tell = (news: SegmentKind["news"]) => {
            read += news.read;
            if (read > told) onProgress(read - told);
            told = Math.max(read, told);
          };
          try {
            return await Array.fromAsync(run(job, signal, tell), ({ bytes }) => bytes);
          } catch (error) {
            if (signal.aborted || !(error instanceof WorkerError)) throw error;
          }
          // A worker that ended is not needed: this thread does the same.
          read = 0;
          return await Array.fromAsync(runSegmentJob(job, signal, tell), ({ bytes }) => bytes);
        };
      },
    };
  };
}

/** The workers that reading these runs earns; null: none. */
export function workersFor(
  index: ProjectIndex,
  runs: readonly number[],
  { timeZone, skipDamaged, ...options }: ProjectWorkers,
  readOptions: ReadOptions,
): BatchWorkers | null {
  const parts = partsOf(index, runs);
  // What is far away is waited for, not computed.
  if (parts.some(({ folder }) => !folder.store.isLocal)) return null;
  const workers = earned(parts.reduce((bytes, { size }) => bytes + size, 0), WORK_PER_WORKER, options);
  if (!workers) return null;
  const { workPerWorker = WORK_PER_WORKER } = options;
  async function* done(
    run: RunJob<SeriesKind>,
    batch: SeriesBatch,
    query: BatchQuery,
    buckets: number | null,
    signal: AbortSignal,
  ): AsyncGenerator<SeriesBlock | BucketColumns, void> {
    const { job, parts } = jobOf(index, batch, query, { timeZone, skipDamaged, buckets });
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
    most: workers.most,
    always: workers.always,
    get idle() {
      return workers.pool.idle;
    },
    worth: (work) => workers.worth(work),
    spent(work) {
      const { pool } = workers;
      if (pool.size > 0) return;
      spentHere += work;
      if (spentHere < workPerWorker) return;
      // Short calls one after the other: the next ones will be worth it.
      spentHere = 0;
      pool.prepare();
    },
    start(count) {
      const run = workers.pool.callOf(count, workers.always) as RunJob<SeriesKind>;
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

/**
 * A pool of Web Workers. They start as the work justifies them, are kept for the next call, and do not keep the process alive.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { SeriesBlock } from "../columns.ts";
import { WorkerError } from "../errors.ts";
import type { Retry, TransportOptions } from "../transport/transport.ts";
import { abortable } from "../async/shared.ts";
import type { FloatSeriesJob, RunJob } from "./job.ts";
import { Member, StartError } from "./member.ts";
import { inKernel } from "../kernel.ts";

const logger = getLogger(["neptune-fetcher", "pool"]);

/** How long workers wait for the next call before they end, in milliseconds: a script wants to end, a notebook goes on. */
const IDLE_IN_SCRIPT = 500;
const IDLE_IN_NOTEBOOK = 600_000;
const LOOK_EVERY = 5000;
/**
 * A worker takes 30 ms of processor time to start, in a notebook much more, and this thread as much to decode two million points: with
 * fewer than these a worker would not earn what it takes (docs/decisions/0014-http-and-workers.md).
 */
const POINTS_PER_WORKER = 5_000_000;

/** Options of {@linkcode WorkerPool}. */
export interface PoolOptions {
  /** The most workers. */
  size: number;
  /** How workers send requests. */
  transport: TransportOptions;
  /** Does a job on the main thread, where there is too little work for workers, and where they cannot be started. */
  here: RunJob;
  /** How many points one call reads for each worker that it starts. Default: five million; 0: every job is a worker's. */
  pointsPerWorker?: number;
  onRetry?: (retry: Retry) => void;
  /** Makes a worker. Default: one of this module. */
  create?: () => Worker;
  /** How often to look whether a busy worker is alive, in milliseconds. Default: 5000; two looks without a sign end it. */
  lookEvery?: number;
  /** How long idle workers are kept, in milliseconds. Default: half a second, in a notebook ten minutes. */
  idle?: number;
}

/** Runs jobs in Web Workers. */
export class WorkerPool {
  readonly #options: Required<PoolOptions>;
  readonly #members = new Set<Member>();
  readonly #free: Member[] = [];
  readonly #waiting: ((member: Member | null) => void)[] = [];
  #unusable = false;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: PoolOptions) {
    this.#options = {
      onRetry: () => {},
      create: () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
      lookEvery: LOOK_EVERY,
      pointsPerWorker: POINTS_PER_WORKER,
      idle: inKernel() ? IDLE_IN_NOTEBOOK : IDLE_IN_SCRIPT,
      ...options,
    };
  }

  /** How many workers there are now. */
  get size(): number {
    return this.#members.size;
  }

  /**
   * What runs the jobs of one call: in free workers, else here, while one worker more is started for every so many points that have
   * come. Leaving a job early, or its signal, ends it wherever it runs. It throws a `WorkerError` when a worker fails in a way of its
   * own.
   */
  call(): RunJob {
    let points = 0;
    const run = this.#run.bind(this);
    return (job, signal, onPoints) => {
      const count = (by: number) => {
        points += by;
        onPoints(by);
      };
      return run(job, signal, count, points);
    };
  }

  async *#run(
    job: FloatSeriesJob,
    signal: AbortSignal,
    onPoints: (by: number) => void,
    points: number,
  ): AsyncGenerator<SeriesBlock, void> {
    const member = this.#options.pointsPerWorker === 0 ? await this.#take(signal) : this.#takeFree(points);
    if (member) return yield* member.run(job, signal, onPoints, () => this.#give(member));
    return yield* this.#options.here(job, signal, onPoints);
  }

  /** A worker that is free; where none is, the next one is started for later jobs if so many points justify it. */
  #takeFree(points: number): Member | null {
    const free = this.#popFree();
    const { pointsPerWorker, size } = this.#options;
    if (free || this.#unusable || this.#members.size >= Math.min(size, Math.floor(points / pointsPerWorker))) {
      return free;
    }
    this.#start(new AbortController().signal).then((member) => member && this.#give(member), () => {});
    return null;
  }

  /** Ends all workers. */
  close(): void {
    clearTimeout(this.#idleTimer);
    for (const member of this.#members) member.terminate();
    this.#members.clear();
    this.#free.length = 0;
  }

  /** A worker that is free or newly started; null where none can be started. */
  async #take(signal: AbortSignal): Promise<Member | null> {
    signal.throwIfAborted();
    clearTimeout(this.#idleTimer);
    if (this.#unusable) return null;
    const free = this.#popFree();
    if (free) return free;
    if (this.#members.size >= this.#options.size) return await this.#wait(signal);
    return await this.#start(signal);
  }

  #popFree(): Member | null {
    for (let free = this.#free.pop(); free; free = this.#free.pop()) {
      clearTimeout(this.#idleTimer);
      if (!free.ended) return free;
      this.#members.delete(free);
    }
    return null;
  }

  async #start(signal: AbortSignal): Promise<Member | null> {
    let member: Member | null = null;
    try {
      member = new Member(this.#options);
      this.#members.add(member);
      await abortable(member.ready, signal);
      return member;
    } catch (error) {
      if (signal.aborted) {
        // Nobody waits for it any more, but it will do for the next call.
        const started = member!;
        started.ready.then(() => this.#give(started), () => this.#members.delete(started));
        throw signal.reason;
      }
      if (member) this.#members.delete(member);
      if (error instanceof WorkerError) throw error;
      this.#fallBack(error);
      return null;
    }
  }

  #fallBack(error: unknown): void {
    if (this.#unusable) return;
    this.#unusable = true;
    const reason = error instanceof StartError ? (error.cause as Error).message : String(error);
    logger.warn("Web Workers cannot be started ({reason}): the work is done on the main thread instead.", { reason });
    for (const resolve of this.#waiting.splice(0)) resolve(null);
  }

  async #wait(signal: AbortSignal): Promise<Member | null> {
    const { promise, resolve } = Promise.withResolvers<Member | null>();
    this.#waiting.push(resolve);
    try {
      return await abortable(promise, signal);
    } catch (error) {
      const at = this.#waiting.indexOf(resolve);
      if (at >= 0) this.#waiting.splice(at, 1);
      else promise.then((member) => member && this.#give(member));
      throw error;
    }
  }

  /** Takes a worker back, and passes it on. One that ended is replaced where somebody waits. */
  #give(member: Member): void {
    const next = this.#waiting.shift();
    if (member.ended) {
      this.#members.delete(member);
      if (next) this.#start(new AbortController().signal).then(next, () => next(null));
    } else if (next) {
      next(member);
    } else {
      this.#free.push(member);
    }
    clearTimeout(this.#idleTimer);
    if (this.#members.size === 0 || this.#free.length < this.#members.size) return;
    this.#idleTimer = setTimeout(() => this.close(), this.#options.idle);
  }
}

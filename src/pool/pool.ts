/**
 * A pool of Web Workers. They start as the work justifies them, are kept for the next call, and do not keep the process alive.
 *
 * @module
 */

import { setImmediate } from "node:timers/promises";
import { getLogger } from "@logtape/logtape";
import { WorkerError } from "../errors.ts";
import { abortable } from "../async/shared.ts";
import { Member, StartError } from "./member.ts";
import type { RunJob, WorkKind } from "./protocol.ts";
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
export const POINTS_PER_WORKER = 5_000_000;

/** Options of {@linkcode WorkerPool}. */
export interface PoolOptions<K extends WorkKind> {
  /** What a worker runs: it calls `serveJobs`. */
  module: URL;
  /** The most workers. */
  size: number;
  /** What all jobs have in common. */
  settings: K["settings"];
  /** Does a job on the main thread, where there is too little work for workers, and where they cannot be started. */
  here: RunJob<K>;
  /** How many points one call reads for each worker that it starts. Default: five million; 0: every job is a worker's. */
  pointsPerWorker?: number;
  /** Makes a worker. Default: one that runs the module. */
  create?: () => Worker;
  /** How often to look whether a busy worker is alive, in milliseconds. Default: 5000; two looks without a sign end it. */
  lookEvery?: number;
  /** How long idle workers are kept, in milliseconds. Default: half a second, in a notebook ten minutes. */
  idle?: number;
}

function usualIdle(): number {
  return inKernel() ? IDLE_IN_NOTEBOOK : IDLE_IN_SCRIPT;
}

/** Runs jobs in Web Workers. */
export class WorkerPool<K extends WorkKind> {
  readonly #options: Required<PoolOptions<K>>;
  readonly #members = new Set<Member<K>>();
  readonly #free: Member<K>[] = [];
  readonly #waiting: ((member: Member<K> | null) => void)[] = [];
  #unusable = false;
  /** How many workers are on their way. */
  #starting = 0;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: PoolOptions<K>) {
    this.#options = {
      create: () => new Worker(options.module, { type: "module" }),
      lookEvery: LOOK_EVERY,
      idle: usualIdle(),
      ...options,
      pointsPerWorker: options.pointsPerWorker ?? POINTS_PER_WORKER,
    };
  }

  /** How many workers there are now. */
  get size(): number {
    return this.#members.size;
  }

  /** How many of them have nothing to do. */
  get idle(): number {
    return this.#free.length;
  }

  /**
   * What runs the jobs of one call: in free workers, else here, while one worker more is started for every so many points that have
   * come. Leaving a job early, or its signal, ends it wherever it runs. It throws a `WorkerError` when a worker fails in a way of its
   * own.
   */
  call(): RunJob<K> {
    let points = 0;
    const run = this.#run.bind(this), { pointsPerWorker } = this.#options;
    return (job, signal, tell) => {
      const count = (news: K["news"]) => {
        if ("points" in news) points += news.points;
        tell(news);
      };
      const earned = Math.floor(points / pointsPerWorker);
      return run(
        job,
        signal,
        count,
        pointsPerWorker === 0 ? (signal) => this.#take(signal) : () => this.#takeFree(earned),
      );
    };
  }

  /**
   * The same for a call of which it is known how many workers it earns: while these start, and beside a single one, this thread does
   * one job after the other, too. Several would wait longer for this thread than it helps.
   *
   * @param always Whether this thread does none.
   */
  callOf(earned: number, always = false): RunJob<K> {
    let here = false;
    return (job, signal, tell) =>
      this.#run(job, signal, tell, async (signal) => {
        if (always) return await this.#take(signal, earned);
        const free = this.#takeFree(earned);
        if (free || this.#unusable || earned < 1) return free;
        if (here || (this.#starting === 0 && this.#members.size > 1)) {
          return await this.#take(signal, earned);
        }
        here = true;
        // What workers said meanwhile comes first, so that they go on.
        await setImmediate();
        const freed = this.#takeFree(earned);
        if (freed) here = false;
        return freed;
      }, () => here = false);
  }

  async *#run(
    job: K["job"],
    signal: AbortSignal,
    tell: (news: K["news"]) => void,
    take: (signal: AbortSignal) => Member<K> | null | Promise<Member<K> | null>,
    onDoneHere = () => {},
  ): AsyncGenerator<K["result"], void> {
    const member = await take(signal);
    if (member) return yield* member.run(job, signal, tell, () => this.#give(member));
    try {
      return yield* this.#options.here(job, signal, tell);
    } finally {
      onDoneHere();
    }
  }

  /** A worker that is free; where none is, the next one is started for later jobs if the work has earned so many. */
  #takeFree(earned: number): Member<K> | null {
    const free = this.#popFree();
    if (!free && this.#members.size < earned) this.prepare();
    return free;
  }

  /** Starts one worker more, for jobs to come. */
  prepare(): void {
    if (this.#unusable || this.#members.size >= this.#options.size) return;
    this.#start(new AbortController().signal).then((member) => member && this.#give(member), () => {});
  }

  /** Ends all workers. */
  close(): void {
    clearTimeout(this.#idleTimer);
    for (const member of this.#members) member.terminate();
    this.#members.clear();
    this.#free.length = 0;
  }

  /** A worker that is free or newly started; null where none can be started. */
  async #take(signal: AbortSignal, most = this.#options.size): Promise<Member<K> | null> {
    signal.throwIfAborted();
    clearTimeout(this.#idleTimer);
    if (this.#unusable) return null;
    const free = this.#popFree();
    if (free) return free;
    if (this.#members.size >= Math.min(most, this.#options.size)) return await this.#wait(signal);
    return await this.#start(signal);
  }

  #popFree(): Member<K> | null {
    for (let free = this.#free.pop(); free; free = this.#free.pop()) {
      clearTimeout(this.#idleTimer);
      if (!free.ended) return free;
      this.#members.delete(free);
    }
    return null;
  }

  async #start(signal: AbortSignal): Promise<Member<K> | null> {
    let member: Member<K> | null = null;
    this.#starting++;
    try {
      member = new Member<K>(this.#options);
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
    } finally {
      this.#starting--;
    }
  }

  #fallBack(error: unknown): void {
    if (this.#unusable) return;
    this.#unusable = true;
    const reason = error instanceof StartError ? (error.cause as Error).message : String(error);
    logger.warn("Web Workers cannot be started ({reason}): the work is done on the main thread instead.", { reason });
    for (const resolve of this.#waiting.splice(0)) resolve(null);
  }

  async #wait(signal: AbortSignal): Promise<Member<K> | null> {
    const { promise, resolve } = Promise.withResolvers<Member<K> | null>();
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
  #give(member: Member<K>): void {
    const next = this.#waiting.shift();
    if (member.ended) {
      this.#members.delete(member);
      if (next) this.#start(new AbortController().signal).then(next, () => next(null));
    } else if (next) {
      next(member);
    } else {
      this.#free.push(member);
    }
    this.#wind();
  }

  /** How long idle workers are kept from now on, in milliseconds. Default: as if nothing had been said. */
  keepFor(idle: number = usualIdle()): void {
    this.#options.idle = idle;
    this.#wind();
  }

  /** Ends the workers after a while in which none of them had work. */
  #wind(): void {
    clearTimeout(this.#idleTimer);
    if (this.#members.size === 0 || this.#free.length < this.#members.size) return;
    this.#idleTimer = setTimeout(() => this.close(), this.#options.idle);
  }
}

/**
 * One Web Worker of a pool, seen from the main thread.
 *
 * @module
 */

import { fromPlainError, WorkerError } from "../errors.ts";
import type { FromWorker, ToWorker, WorkKind } from "./protocol.ts";

/** A worker that said nothing before so many looks at it, one after the other, is taken for dead. */
const MISSED_LOOKS = 2;

/** In a notebook a worker takes about a second to start; milliseconds. */
const START_LIMIT = 30_000;

/** A worker could not be started: not this job's fault. */
export class StartError extends Error {
  override name = "StartError";
}

/** What a pool tells its members. */
export interface MemberOptions<K extends WorkKind> {
  create: () => Worker;
  settings: K["settings"];
  /** How often to look whether a busy worker is alive, in milliseconds. */
  lookEvery: number;
}

/** A worker, from its start to its end. */
export class Member<K extends WorkKind> {
  /** Settles when the worker can take jobs, or cannot be started. */
  readonly ready: Promise<void>;
  /** No more jobs. */
  ended = false;
  readonly #worker: Worker;
  readonly #options: MemberOptions<K>;
  #listen: (message: FromWorker<K>) => void = () => {};
  #fail: (error: Error) => void;
  #closed = false;

  constructor(options: MemberOptions<K>) {
    this.#options = options;
    this.#worker = options.create();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    this.ready.catch(() => {});
    const slow = setTimeout(() => this.#end(new WorkerError("It does not start.", { reason: "slow" })), START_LIMIT);
    this.#fail = (error) => {
      clearTimeout(slow);
      reject(this.#closed ? error : new StartError("A Web Worker cannot be started.", { cause: error }));
    };
    this.#listen = ({ type }) => {
      if (type !== "ready") return;
      clearTimeout(slow);
      resolve();
    };
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker<K>>) => this.#listen(data);
    this.#worker.onerror = (event) => {
      // Otherwise the error of the worker would end the whole process.
      event.preventDefault();
      this.#end(new WorkerError(`A Web Worker failed: ${event.message}.`, { reason: event.message }));
    };
    this.#worker.onmessageerror = () => {
      this.#end(new WorkerError("A Web Worker sent what cannot be read.", { reason: "messageerror" }));
    };
  }

  /**
   * Runs one job. Leaving early, or the signal, ends it in the worker too.
   *
   * @param onFree Called when the worker can take the next job, or has ended.
   */
  async *run(
    job: K["job"],
    signal: AbortSignal,
    tell: (news: K["news"]) => void,
    onFree: () => void,
  ): AsyncGenerator<K["result"], void> {
    const inbox: FromWorker<K>[] = [];
    let failure: Error | null = null;
    let wake = () => {};
    let over = false;
    const finish = () => {
      over = true;
      clearInterval(watch);
      onFree();
      wake();
    };
    let missed = 0;
    const watch = setInterval(() => {
      if (missed++ < MISSED_LOOKS) return;
      this.#end(new WorkerError("A Web Worker stopped answering in the middle of its work.", { reason: "silence" }));
    }, this.#options.lookEvery);
    this.#fail = (error) => {
      failure = error;
      finish();
    };
    this.#listen = (message) => {
      missed = 0;
      if (message.type !== "alive") inbox.push(message);
      if (message.type === "end" || message.type === "error") finish();
      wake();
    };
    const onAbort = () => wake();
    signal.addEventListener("abort", onAbort, { once: true });
    this.#post({ type: "run", job, settings: this.#options.settings });
    try {
      while (true) {
        if (signal.aborted) throw signal.reason;
        const message = inbox.shift();
        if (message?.type === "news") tell(message.news);
        else if (message?.type === "result") {
          if (!over) this.#post({ type: "taken" });
          yield message.result;
        } else if (message?.type === "end") return;
        else if (message?.type === "error") throw fromPlainError(message.error);
        else if (failure) throw failure;
        else await new Promise<void>((resolve) => wake = resolve);
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      // The worker is free when it says that the job has ended; should it not say so, the watch ends it.
      if (!over) this.#post({ type: "abort" });
      inbox.length = 0;
    }
  }

  /** Ends the worker and whatever it does. */
  terminate(): void {
    this.#closed = true;
    this.#end(new WorkerError("The Web Worker was ended because its source was closed.", { reason: "closed" }));
  }

  #end(error: Error): void {
    if (this.ended) return;
    this.ended = true;
    this.#worker.terminate();
    this.#fail(error);
  }

  #post(message: ToWorker<K>): void {
    this.#worker.postMessage(message);
  }
}

/**
 * Does several things at once.
 *
 * @module
 */

/** Something that gives values, and may find more to do. */
export type Job<T> = (signal: AbortSignal, add: (job: Job<T>) => void) => AsyncGenerator<T, void>;

/**
 * Runs jobs side by side and passes on what they give as it comes. No job runs further ahead than one value. When one fails,
 * or nobody wants more, all are aborted, and have stopped when this ends; when the signal aborts, this ends at once.
 *
 * @param jobs What to do; jobs that are added later follow.
 * @param concurrency How many run at the same time.
 * @param signal Ends everything.
 */
export async function* concurrently<T>(
  jobs: readonly Job<T>[],
  concurrency: number,
  signal?: AbortSignal,
): AsyncGenerator<T, void> {
  signal?.throwIfAborted();
  const waiting = [...jobs];
  const abort = new AbortController();
  const inner = signal ? AbortSignal.any([signal, abort.signal]) : abort.signal;
  const running = new Set<AsyncGenerator<T, void>>();
  /** What has come, of each job one thing at most. Not as a race of promises: what loses one holds on to all that others won. */
  const come: Step<T>[] = [];
  let wake = () => {};
  const advance = (job: AsyncGenerator<T, void>) => {
    running.add(job);
    job.next().then(
      ({ done, value }) => come.push({ job, done: done === true, value: value as T }),
      (error) => come.push({ job, error }),
    ).then(() => wake());
  };
  const onAbort = () => wake();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    while (true) {
      while (running.size < concurrency && waiting.length > 0) {
        advance(waiting.shift()!(inner, (job) => waiting.push(job)));
      }
      if (running.size === 0) return;
      // Of several that came together each wakes, also when all have been taken.
      while (come.length === 0 && !signal?.aborted) await new Promise<void>((resolve) => wake = resolve);
      signal?.throwIfAborted();
      const step = come.shift()!;
      if ("error" in step) throw step.error;
      if (step.done) {
        running.delete(step.job);
      } else {
        // Asked for more before the value is passed on, so that it travels while the value is worked on.
        advance(step.job);
        yield step.value;
      }
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    abort.abort();
    const stopped = [...running].map((job) => job.return().catch(() => {}));
    if (!signal?.aborted) await Promise.all(stopped);
  }
}

/**
 * Does the same with each item, so many at a time. When one fails, or the signal aborts, the others are aborted, and all have stopped
 * when this throws: that is what the package p-map does not wait for.
 *
 * @param items What to work on, taken one by one.
 * @param concurrency How many at the same time.
 * @param work What to do with an item; its number counts from 0.
 * @param signal Ends everything.
 */
export async function forEach<T>(
  items: Iterable<T>,
  concurrency: number,
  work: (item: T, number: number, signal: AbortSignal) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const abort = new AbortController();
  const inner = signal ? AbortSignal.any([signal, abort.signal]) : abort.signal;
  const queue = items[Symbol.iterator]();
  let count = 0;
  const worker = async () => {
    for (let next = queue.next(); !next.done && !inner.aborted; next = queue.next()) {
      await work(next.value, count++, inner);
    }
  };
  let failed = false;
  let reason: unknown;
  const workers = Array.from({ length: Math.max(1, concurrency || 1) }, () =>
    worker().catch((error) => {
      if (!failed) reason = error;
      failed = true;
      abort.abort(error);
    }));
  await Promise.all(workers);
  signal?.throwIfAborted();
  if (failed) throw reason;
}

/** Waits; ends at once with the signal's reason when it aborts. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, milliseconds);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

type Step<T> = { job: AsyncGenerator<T, void>; done: boolean; value: T } | {
  job: AsyncGenerator<T, void>;
  error: unknown;
};

/**
 * Does several things at once, as a stream.
 *
 * @module
 */

/** Something that gives values, and may find more to do. */
export type Job<T> = (signal: AbortSignal, add: (job: Job<T>) => void) => AsyncGenerator<T, void>;

/**
 * Runs jobs side by side and passes on what they give as it comes. No job runs further ahead than one value. When one fails,
 * or nobody wants more, all are aborted; when the signal aborts, this ends at once.
 *
 * @param jobs What to do; jobs that are added later follow.
 * @param atOnce How many run at the same time.
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
  const running = new Map<AsyncGenerator<T, void>, Promise<Step<T>>>();
  const advance = (job: AsyncGenerator<T, void>) => {
    const step = job.next().then(({ done, value }): Step<T> => ({ job, done: done === true, value: value as T }));
    step.catch(() => {});
    running.set(job, step);
  };
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  aborted.catch(() => {});
  const onAbort = () => reject(signal!.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    while (true) {
      while (running.size < concurrency && waiting.length > 0) {
        advance(waiting.shift()!(inner, (job) => waiting.push(job)));
      }
      if (running.size === 0) return;
      const { job, done, value } = await Promise.race([...running.values(), aborted]);
      if (done) {
        running.delete(job);
      } else {
        // Asked for more before the value is passed on, so that it travels while the value is worked on.
        advance(job);
        yield value;
      }
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    abort.abort();
    for (const job of running.keys()) job.return().catch(() => {});
  }
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

interface Step<T> {
  job: AsyncGenerator<T, void>;
  done: boolean;
  value: T;
}

/**
 * Work that several calls wait for and that is done once.
 *
 * @module
 */

import type { CallOptions } from "../source.ts";

/** Gives the result of work that is started by the first call and shared by all later ones. */
export type Shared<T> = (options?: CallOptions) => Promise<T>;

/**
 * Shares one piece of work. A call that is aborted stops waiting; the work itself stops when nobody waits any more, and
 * is started anew by the next call if it stopped or failed.
 */
export function shared<T>(work: (options: Required<CallOptions>) => Promise<T>): Shared<T> {
  let current: { result: Promise<T>; waiting: number; stop: AbortController } | null = null;
  const listeners = new Set<NonNullable<CallOptions["onProgress"]>>();
  return async ({ signal, onProgress } = {}) => {
    signal?.throwIfAborted();
    if (!current) {
      const stop = new AbortController();
      const result = work({
        signal: stop.signal,
        onProgress: (by, total) => listeners.forEach((listener) => listener(by, total)),
      });
      current = { result, waiting: 0, stop };
      const mine = current;
      result.catch(() => {
        if (current === mine) current = null;
      });
    }
    const mine = current;
    mine.waiting++;
    if (onProgress) listeners.add(onProgress);
    try {
      return await abortable(mine.result, signal);
    } finally {
      if (onProgress) listeners.delete(onProgress);
      if (--mine.waiting === 0 && signal?.aborted) {
        if (current === mine) current = null;
        mine.stop.abort(signal.reason);
      }
    }
  };
}

/** The result, or the signal's reason as soon as it aborts. */
export async function abortable<T>(result: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return await result;
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([result, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
    result.catch(() => {});
  }
}

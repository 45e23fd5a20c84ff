/**
 * Requests take turns: some are worked on at a time, the others wait, and those whose client goes meanwhile are never begun. Working on
 * a thousand at once would be no faster, and hold the data of all.
 *
 * @module
 */

import type { MiddlewareHandler } from "hono";
import { readBytes } from "./body.ts";
import { signalOf } from "./context.ts";

/** Has requests wait for their turn, once they are here in full: a slow client takes nobody's turn. */
export function takeTurns(turns: Turns): MiddlewareHandler {
  return async (context, next) => {
    if (context.req.raw.body !== null) await readBytes(context.req.raw);
    const over = await turns.take(signalOf(context));
    try {
      await next();
    } finally {
      over();
    }
  };
}

/** Between two turns, in milliseconds. */
const PAUSE = 1;

/** Gives turns in the order in which they were asked for. */
export class Turns {
  readonly #waiting = new Set<() => void>();
  #free: number;

  /** @param atOnce How many have a turn at the same time. */
  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /**
   * Waits for a turn.
   *
   * @param signal Ends the waiting, with its reason.
   * @returns What to call when the turn is over.
   */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#wait(signal);
    return () => this.#pass();
  }

  #wait(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => {
      this.#waiting.delete(begin);
      reject(signal.reason);
    };
    const begin = () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    };
    this.#waiting.add(begin);
    signal.addEventListener("abort", onAbort, { once: true });
    return promise;
  }

  /**
   * In between, the program hears of clients that have gone, and of new requests: without a pause it would read those of some
   * connections again and again, and let others wait for minutes.
   */
  #pass(): void {
    setTimeout(() => {
      const [next] = this.#waiting;
      if (next === undefined) this.#free++;
      else {
        this.#waiting.delete(next);
        next();
      }
    }, PAUSE);
  }
}

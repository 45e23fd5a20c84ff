/**
 * Work for the time in which nobody asks: what somebody may ask for next is made ready.
 *
 * @module
 */

import { setTimeout as delay } from "node:timers/promises";
import type { MiddlewareHandler } from "hono";

/** So long nobody must have asked, in milliseconds. */
const QUIET = 300;

/** Knows when nobody asks. */
export class SpareTime {
  readonly #first = Promise.withResolvers<void>();
  #asking = 0;
  #last = 0;

  /** Watches requests. */
  watched(): MiddlewareHandler {
    return async ({ req }, next) => {
      this.#asking++;
      try {
        await next();
      } finally {
        this.#asking--;
        this.#last = performance.now();
        // The page is seen from then on.
        if (req.path === "/api/runs") this.#first.resolve();
      }
    };
  }

  /**
   * Does one piece of work after the other, each once the page was seen and nobody asks. A piece that fails is left: who asks for
   * the same is told why.
   */
  async use(pieces: readonly (() => unknown)[], signal: AbortSignal): Promise<void> {
    await this.#first.promise;
    for (const piece of pieces) {
      while (!signal.aborted && (this.#asking > 0 || performance.now() - this.#last < QUIET)) {
        await delay(QUIET / 3, undefined, { signal }).catch(() => {});
      }
      if (signal.aborted) return;
      try {
        await piece();
      } catch {
        // See above.
      }
    }
  }
}

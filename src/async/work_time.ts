/**
 * How much work something is.
 *
 * @module
 */

import { cpuUsage } from "node:process";

/**
 * Gives what tells how many milliseconds of work there have been since: of the processor, where other programs, too, want it, and by the
 * clock, where other threads of this one work.
 */
export function workSince(): () => number {
  const start = performance.now(), before = cpuUsage();
  return () => {
    const { user, system } = cpuUsage(before);
    return Math.min(performance.now() - start, (user + system) / 1000);
  };
}

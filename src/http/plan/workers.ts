/**
 * How many Web Workers a machine has cores for.
 *
 * @module
 */

/** One core is this thread's, one that of the system that brings the bytes, and often of the server. */
const BUSY_CORES = 2;

/**
 * The most workers: on a core that is not free one takes longer than it saves (docs/decisions/0014-http-and-workers.md).
 *
 * @param allowed How many there may be.
 * @param pointsPerWorker 0: somebody wants them all, whatever cores there are.
 */
export function mostWorkers(allowed: number, pointsPerWorker: number | undefined, cores: number): number {
  return pointsPerWorker === 0 ? allowed : Math.min(allowed, Math.max(0, cores - BUSY_CORES));
}

/**
 * Runs in batches whose points fit into memory.
 *
 * @module
 */

import type { RunBatch } from "../index/batches.ts";

/** About as many points of a batch are in memory at once. */
const BATCH_POINTS = 700_000;

/**
 * Splits runs into batches.
 *
 * @param points How many points each run has.
 * @param share Which share of them is expected to be kept, as long as nothing is known.
 */
export function* batchesByPoints(
  points: Float64Array,
  runs: readonly number[],
  sourcesOf: (run: number) => readonly number[],
  share = 1,
): Generator<RunBatch> {
  let batch: RunBatch = { targets: [], sources: [] }, sources = new Set<number>(), expected = 0;
  for (const run of runs) {
    const more = sourcesOf(run).reduce((sum, source) => sum + (sources.has(source) ? 0 : points[source] * share), 0);
    if (batch.targets.length > 0 && expected + more > BATCH_POINTS) {
      batch.sources = [...sources];
      yield batch;
      // What was kept says how much will be.
      if (batch.kept !== undefined) share = Math.min(1, Math.max(share / 16, 1.2 * share * batch.kept / expected));
      [batch, sources, expected] = [{ targets: [], sources: [] }, new Set(), 0];
    }
    for (const source of sourcesOf(run)) {
      if (sources.has(source)) continue;
      sources.add(source);
      expected += points[source] * share;
    }
    batch.targets.push(run);
  }
  batch.sources = [...sources];
  if (batch.targets.length > 0) yield batch;
}

/**
 * Runs in batches that fit into memory.
 *
 * @module
 */

import type { Part } from "../disk/layout.ts";
import { ParquetFile } from "../parquet/file.ts";
import type { ProjectIndex } from "./project_index.ts";

/** Runs that are read together. */
export interface RunBatch {
  /** The runs that were asked for. */
  targets: number[];
  /** Those and the runs they inherit from. */
  sources: number[];
  /** How many rows came out of reading them; to be set by who reads, so that the next batches are as large as they may be. */
  kept?: number;
}

/** About as many rows of a batch are in memory at once. */
const BATCH_ROWS = 700_000;
/** By how much batches grow from one to the next, at most. */
const GROWTH = 16;
/** Files below this size, and those far away, are not opened to count their rows; a row takes some ten bytes. */
const COUNTED_FROM = 1 << 20;
export const BYTES_PER_ROW = 8;

/**
 * Splits runs into batches.
 *
 * @param share Which share of the rows is expected to be kept, as long as nothing is known.
 */
export function* batches(
  index: ProjectIndex,
  runs: readonly number[],
  sourcesOf: (run: number) => readonly number[],
  share = 1,
): Generator<RunBatch> {
  let batch: RunBatch = { targets: [], sources: [] }, sources = new Set<number>(), rows = 0;
  // In the oldest layout many runs share a part.
  let parts = new Set<Part>();
  const weigh = (run: number) => {
    let more = 0;
    for (const part of partsOf(index, sourcesOf(run))) if (!parts.has(part)) more += rowCount(part) * share;
    return more;
  };
  for (const run of runs) {
    let more = weigh(run);
    if (batch.targets.length > 0 && more > 0 && rows + more > BATCH_ROWS) {
      batch.sources = [...sources];
      yield batch;
      if (batch.kept !== undefined) share = Math.min(1, Math.max(share / GROWTH, 2 * share * batch.kept / rows));
      [batch, sources, parts, rows] = [{ targets: [], sources: [] }, new Set(), new Set(), 0];
      more = weigh(run);
    }
    for (const source of sourcesOf(run)) sources.add(source);
    for (const part of partsOf(index, sourcesOf(run))) parts.add(part);
    batch.targets.push(run);
    rows += more;
  }
  batch.sources = [...sources];
  if (batch.targets.length > 0) yield batch;
}

/** The parts of runs, each once. */
export function partsOf(index: Pick<ProjectIndex, "parts">, runs: Iterable<number>): Part[] {
  const parts = new Set<Part>();
  for (const run of runs) for (const part of index.parts[run]) parts.add(part);
  return [...parts];
}

const counted = new WeakMap<Part, number>();

function rowCount(part: Part): number {
  if (part.size < COUNTED_FROM || part.damage !== null || !part.folder.store.isLocal) return part.size / BYTES_PER_ROW;
  let rows = counted.get(part);
  if (rows === undefined) {
    rows = 0;
    try {
      using file = new ParquetFile(part.folder.store.open(part));
      rows = file.footer.rows;
    } catch {
      // Whoever reads the rows hears of it.
    }
    counted.set(part, rows);
  }
  return rows;
}

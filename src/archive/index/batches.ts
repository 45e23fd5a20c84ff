/**
 * Runs in batches that fit into memory.
 *
 * @module
 */

import pl, { type Expr } from "nodejs-polars";
import type { ProjectIndex } from "./project_index.ts";
import type { Part } from "../disk/layout.ts";
import { type ReadOptions, readRows } from "../parquet/scan.ts";

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
/** Files below this size are not opened to count their rows; a row takes some ten bytes. */
const COUNTED_FROM = 1 << 20;
const BYTES_PER_ROW = 8;

/**
 * Splits runs into batches. Many runs are put in the order of the file name's digest, so that one file pattern reads most
 * files of a batch; few keep their order.
 *
 * @param share Which share of the rows is expected to be kept, as long as nothing is known.
 */
export async function* batches(
  index: ProjectIndex,
  runs: readonly number[],
  sourcesOf: (run: number) => readonly number[],
  readOptions: ReadOptions,
  share = 1,
): AsyncGenerator<RunBatch> {
  const many = runs.length > 512;
  const digest = (run: number) => index.parts[run][0].stem.slice(-2);
  const ordered = many ? runs.map((run) => [digest(run), run] as const).sort((a, b) => a[0] < b[0] ? -1 : 1) : null;
  let batch: RunBatch = { targets: [], sources: [] }, sources = new Set<number>(), rows = 0, bucket = "";
  // In the oldest layout many runs share a part.
  let parts = new Set<Part>();
  const weigh = async (run: number) => {
    let more = 0;
    for (const part of partsOf(index, sourcesOf(run))) {
      if (!parts.has(part)) more += await rowCount(part, readOptions) * share;
    }
    return more;
  };
  for (const run of ordered ? ordered.map(([, run]) => run) : runs) {
    let more = await weigh(run);
    const boundary = many && digest(run)[0] !== bucket && rows > BATCH_ROWS / 2;
    if (batch.targets.length > 0 && more > 0 && (boundary || rows + more > BATCH_ROWS)) {
      batch.sources = [...sources];
      yield batch;
      if (batch.kept !== undefined) share = Math.min(1, Math.max(share / GROWTH, 2 * share * batch.kept / rows));
      [batch, sources, parts, rows] = [{ targets: [], sources: [] }, new Set(), new Set(), 0];
      more = await weigh(run);
    }
    for (const source of sourcesOf(run)) sources.add(source);
    for (const part of partsOf(index, sourcesOf(run))) parts.add(part);
    batch.targets.push(run);
    rows += more;
    bucket = digest(run)[0];
  }
  batch.sources = [...sources];
  if (batch.targets.length > 0) yield batch;
}

/** Works on each item while the result for the one before is used. */
export async function* ahead<T, R>(items: AsyncIterable<T>, work: (item: T) => Promise<R>): AsyncGenerator<R> {
  let pending: Promise<R> | null = null;
  for await (const item of items) {
    const next = work(item);
    next.catch(() => {}); // Whoever awaits it hears of it.
    if (pending) yield await pending;
    pending = next;
  }
  if (pending) yield await pending;
}

/** The parts of runs, each once. */
export function partsOf(index: ProjectIndex, runs: Iterable<number>): Part[] {
  const parts = new Set<Part>();
  for (const run of runs) for (const part of index.parts[run]) parts.add(part);
  return [...parts];
}

const counted = new WeakMap<Part, number>();

async function rowCount(part: Part, readOptions: ReadOptions): Promise<number> {
  if (part.size < COUNTED_FROM || part.damage !== null) return part.size / BYTES_PER_ROW;
  let rows = counted.get(part);
  if (rows === undefined) {
    const frame = await readRows(
      [part],
      { columns: ["type"], then: (rows) => rows.select(pl.len()) },
      readOptions,
    );
    rows = frame ? Number(frame.getColumn("len").get(0)) : 0;
    counted.set(part, rows);
  }
  return rows;
}

/** A condition on the rows of files: only these runs. Null where the files hold nothing else. */
export function runCondition(index: ProjectIndex, runs: readonly number[]): Expr | null {
  if (!partsOf(index, runs).some((part) => index.mixed.has(part))) return null;
  return pl.col("run_id").isIn(runs.map((run) => index.keys[run]))
    .and(pl.col("project_id").eq(pl.lit(index.project)));
}

/**
 * Series that were summarised finely enough to draw them, and most of what somebody zooms into, without reading them again.
 *
 * @module
 */

import type { BucketColumns } from "../columns.ts";

/** Series in fine buckets. */
export interface Overview {
  columns: BucketColumns;
  /** Of each series, its rows in `columns`; absent: it has no points. */
  rows: ReadonlyMap<number, readonly [start: number, end: number]>;
  /** Of each series, how many points have no place on the axis. */
  unplaced: (series: number) => number;
  /** Of each series, where the points end that are inherited; null: there are none. */
  inheritedUntil: (series: number) => number | null;
}

/** Rows that all overviews together may have: some 80 bytes each. */
const MOST_ROWS = 2_000_000;

/** Overviews that were asked for last. */
export class Overviews {
  readonly #kept = new Map<string, Overview>();

  /** The overview of these words, read where it is not kept. */
  async get(words: string, read: () => Promise<Overview>): Promise<Overview> {
    const overview = this.#kept.get(words) ?? await read();
    this.#kept.delete(words);
    this.#kept.set(words, overview);
    let rows = 0;
    for (const [key, { columns }] of [...this.#kept].reverse()) {
      rows += columns.series.length;
      if (rows > MOST_ROWS && key !== words) this.#kept.delete(key);
    }
    return overview;
  }

  /** Forgets all: the data may have changed. */
  clear(): void {
    this.#kept.clear();
  }
}

/** Rows that lie together in one bucket. */
export interface MergedBuckets {
  from: number[];
  to: number[];
  mean: number[];
  min: number[];
  max: number[];
  finite: number[];
  other: number;
}

/**
 * The rows of a series in a part of its axis, in at most so many buckets of equal width.
 *
 * @param range null: all of the axis.
 * @returns null where the rows are too coarse: points of several of those buckets lie in one of them.
 */
export function mergedRows(
  { columns, rows }: Overview,
  series: number,
  range: readonly [number, number] | null,
  buckets: number,
): MergedBuckets | null {
  const merged: MergedBuckets = { from: [], to: [], mean: [], min: [], max: [], finite: [], other: 0 };
  let [start, end] = rows.get(series) ?? [0, 0];
  while (range && start < end && endOf(columns, start) < range[0]) start++;
  while (range && end > start && startOf(columns, end - 1) > range[1]) end--;
  if (start === end) return merged;
  const [low, high] = range ?? [startOf(columns, start), endOf(columns, end - 1)];
  const width = (high - low) / buckets;
  let place = NaN;
  for (let row = start; row < end; row++) {
    const [from, to] = [startOf(columns, row), endOf(columns, row)];
    if (range && (to - from > width * 1.01)) return null;
    const here = Math.min(buckets - 1, Math.max(0, Math.floor((from / 2 + to / 2 - low) / width)));
    if (here !== place || columns.finiteCount[row] === 0 || merged.finite.at(-1) === 0) open(merged, columns, row);
    else extend(merged, columns, row);
    place = here;
    merged.other += columns.nanCount[row] + columns.positiveInfinityCount[row] + columns.negativeInfinityCount[row];
  }
  return merged;
}

/** A bucket without a finite value is a gap at its own place. */
function startOf({ firstX, fromX, toX }: BucketColumns, row: number): number {
  return firstX[row] === firstX[row] ? firstX[row] : middle(fromX[row], toX[row]);
}

function endOf({ lastX, fromX, toX }: BucketColumns, row: number): number {
  return lastX[row] === lastX[row] ? lastX[row] : middle(fromX[row], toX[row]);
}

function middle(from: number, to: number): number {
  return from === -Infinity ? to : to === Infinity ? from : (from + to) / 2;
}

function open(merged: MergedBuckets, columns: BucketColumns, row: number): void {
  const { sum, finiteCount, min, max } = columns;
  merged.from.push(startOf(columns, row));
  merged.to.push(endOf(columns, row));
  // Sums may overflow or round; a mean never lies outside of its values.
  merged.mean.push(Math.min(max[row], Math.max(min[row], sum[row] / finiteCount[row])));
  merged.min.push(min[row]);
  merged.max.push(max[row]);
  merged.finite.push(finiteCount[row]);
}

function extend({ to, mean, min, max, finite }: MergedBuckets, columns: BucketColumns, row: number): void {
  const last = to.length - 1;
  const count = finite[last] + columns.finiteCount[row];
  to[last] = endOf(columns, row);
  min[last] = Math.min(min[last], columns.min[row]);
  max[last] = Math.max(max[last], columns.max[row]);
  const both = mean[last] * (finite[last] / count) + columns.sum[row] / count;
  mean[last] = Math.min(max[last], Math.max(min[last], both));
  finite[last] = count;
}

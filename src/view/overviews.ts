/**
 * Series that were summarised finely enough to draw them, and most of what somebody zooms into, without reading them again.
 *
 * @module
 */

import type { BucketColumns } from "../columns.ts";

/** Series in fine buckets. */
export interface Overview {
  buckets: OverviewBuckets;
  /** Of each series, its rows in `buckets`; absent: it has no points. */
  rows: ReadonlyMap<number, readonly [start: number, end: number]>;
  /** Of each series, how many points have no place on the axis. */
  unplaced: (series: number) => number;
  /** Of each series, where the points end that are inherited; null: there are none. */
  inheritedUntil: (series: number) => number | null;
}

/** Buckets of one series after the other, each ascending: what a chart needs of them. */
export interface OverviewBuckets {
  /** The first and the last finite point. A bucket without one is a gap at its own place. */
  from: Float64Array;
  to: Float64Array;
  /** Of the finite points, as the following; NaN where there is none. */
  mean: Float64Array;
  min: Float64Array;
  max: Float64Array;
  finite: Float64Array;
  /** How many points are not finite. */
  other: Float64Array;
}

/** Rows that all overviews together may have: 56 bytes each. */
const MOST_ROWS = 4_000_000;

/** Overviews that were asked for last. */
export class Overviews {
  readonly #kept = new Map<string, Overview>();

  /** The overview of these words, read where it is not kept. */
  async get(words: string, read: () => Promise<Overview>): Promise<Overview> {
    const overview = this.#kept.get(words) ?? await read();
    this.#kept.delete(words);
    this.#kept.set(words, overview);
    let rows = 0;
    for (const [key, { buckets }] of [...this.#kept].reverse()) {
      rows += buckets.from.length;
      if (rows > MOST_ROWS && key !== words) this.#kept.delete(key);
    }
    return overview;
  }

  /** Forgets all: the data may have changed. */
  clear(): void {
    this.#kept.clear();
  }
}

/** What is kept of buckets: those of a series come together. */
export function overviewBuckets(parts: readonly BucketColumns[]): Pick<Overview, "buckets" | "rows"> {
  const length = parts.reduce((sum, { series }) => sum + series.length, 0);
  const [from, to, mean, min, max, finite, other] = Array.from({ length: 7 }, () => new Float64Array(length));
  const rows = new Map<number, [number, number]>();
  let at = 0;
  for (const part of parts) {
    for (let row = 0; row < part.series.length; row++, at++) {
      const known = rows.get(part.series[row]);
      if (known) known[1] = at + 1;
      else rows.set(part.series[row], [at, at + 1]);
      const count = part.finiteCount[row];
      const gap = count > 0 ? NaN : middle(part.fromX[row], part.toX[row]);
      from[at] = count > 0 ? part.firstX[row] : gap;
      to[at] = count > 0 ? part.lastX[row] : gap;
      min[at] = part.min[row];
      max[at] = part.max[row];
      // Sums may overflow or round; a mean never lies outside of its values.
      mean[at] = Math.min(max[at], Math.max(min[at], part.sum[row] / count));
      finite[at] = count;
      other[at] = part.nanCount[row] + part.positiveInfinityCount[row] + part.negativeInfinityCount[row];
    }
  }
  return { buckets: { from, to, mean, min, max, finite, other }, rows };
}

function middle(from: number, to: number): number {
  return from === -Infinity ? to : to === Infinity ? from : (from + to) / 2;
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
  { buckets, rows }: Overview,
  series: number,
  range: readonly [number, number] | null,
  count: number,
): MergedBuckets | null {
  const merged: MergedBuckets = { from: [], to: [], mean: [], min: [], max: [], finite: [], other: 0 };
  let [start, end] = rows.get(series) ?? [0, 0];
  const { from, to, finite, other } = buckets;
  while (range && start < end && to[start] < range[0]) start++;
  while (range && end > start && from[end - 1] > range[1]) end--;
  if (start === end) return merged;
  const [low, high] = range ?? [from[start], to[end - 1]];
  const width = (high - low) / count;
  let place = NaN;
  for (let row = start; row < end; row++) {
    if (range && (to[row] - from[row] > width * 1.01)) return null;
    const here = Math.min(count - 1, Math.max(0, Math.floor((from[row] / 2 + to[row] / 2 - low) / width)));
    if (here !== place || finite[row] === 0 || merged.finite.at(-1) === 0) open(merged, buckets, row);
    else extend(merged, buckets, row);
    place = here;
    merged.other += other[row];
  }
  return merged;
}

function open(merged: MergedBuckets, { from, to, mean, min, max, finite }: OverviewBuckets, row: number): void {
  merged.from.push(from[row]);
  merged.to.push(to[row]);
  merged.mean.push(mean[row]);
  merged.min.push(min[row]);
  merged.max.push(max[row]);
  merged.finite.push(finite[row]);
}

function extend({ to, mean, min, max, finite }: MergedBuckets, more: OverviewBuckets, row: number): void {
  const last = to.length - 1;
  const count = finite[last] + more.finite[row];
  to[last] = more.to[row];
  min[last] = Math.min(min[last], more.min[row]);
  max[last] = Math.max(max[last], more.max[row]);
  const both = mean[last] * (finite[last] / count) + more.mean[row] * (more.finite[row] / count);
  mean[last] = Math.min(max[last], Math.max(min[last], both));
  finite[last] = count;
}

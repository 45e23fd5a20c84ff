/**
 * Points of float series summarised in buckets of steps, by the arithmetic of Neptune's servers.
 *
 * @module
 */

import type { BucketColumns, BucketCut, SeriesBlock } from "./columns.ts";
import type { SeriesQuery, Source } from "./source.ts";

/** How to summarise points that come as blocks. */
export interface BucketsOptions extends BucketCut {
  /** How many series the blocks hold. */
  series: number;
}

/** Summarises float series: where they lie, if the source can, else here. */
export function bucketSeries(source: Source, query: SeriesQuery, cut: BucketCut): Promise<BucketColumns> {
  if (source.buckets) return source.buckets(query, cut);
  return bucketPoints(() => source.series(query), { ...cut, series: query.series.run.length });
}

/** Points to keep while the range is not known; with more, the points are read twice. */
const MAX_KEPT = 8_000_000;

/**
 * Summarises points.
 *
 * @param read Reads the points; called a second time when there are too many to keep until their range is known.
 * @param options How to cut the steps.
 */
export async function bucketPoints(
  read: () => AsyncIterable<SeriesBlock>,
  options: BucketsOptions,
): Promise<BucketColumns> {
  let { range } = options;
  let blocks: Iterable<SeriesBlock> | null = null;
  if (range === null) {
    let kept: SeriesBlock[] | null = [];
    let points = 0, from = Infinity, to = -Infinity;
    for await (const block of read()) {
      for (const { start, end } of block.spans) {
        from = Math.min(from, block.step[start]);
        to = Math.max(to, block.step[end - 1]);
      }
      points += block.step.length;
      if (points > MAX_KEPT) kept = null;
      kept?.push(block);
    }
    blocks = kept;
    range = [from, to];
  }
  const buckets = new Buckets(options.series, options.maxBuckets, range);
  for await (const block of blocks ?? read()) buckets.add(block);
  return buckets.finish();
}

/** What is told of each bucket, beside its edges. */
export const BUCKET_FIELDS = [
  "firstX",
  "firstY",
  "lastX",
  "lastY",
  "min",
  "max",
  "sum",
  "finiteCount",
  "nanCount",
  "positiveInfinityCount",
  "negativeInfinityCount",
] as const;
type Summary = Record<typeof BUCKET_FIELDS[number], Float64Array>;

/** Where buckets begin and end. */
export class BucketEdges {
  readonly width: number;

  /** @param n There are buckets from 0 to n. */
  constructor(readonly n: number, readonly from: number, readonly to: number) {
    this.width = (to - from) / (n - 1);
  }

  /** The bucket of a step; -1 for none. */
  indexOf(step: number): number {
    const { from, to, n, width } = this;
    if (from === to) return step >= from ? 0 : -1;
    if (step <= from) return 0;
    if (step > to) return n;
    let index = Math.min(n - 1, Math.max(1, Math.ceil((step - from) / width)));
    // Division and edges may round differently; edges decide.
    while (index > 1 && step <= this.of(index)[0]) index--;
    while (index < n - 1 && step > this.of(index)[1]) index++;
    return index;
  }

  /** Excluded and included; a range of one step has a single bucket that includes its lower edge. */
  of(index: number): [number, number] {
    const { from, to, n, width } = this;
    if (from === to) return [from, Infinity];
    if (index === 0) return [-Infinity, from];
    if (index === n) return [to, Infinity];
    return [from + (index - 1) * width, index === n - 1 ? to : from + index * width];
  }
}

class Buckets {
  readonly #edges: BucketEdges;
  readonly #summaries: (Summary | undefined)[];

  constructor(series: number, maxBuckets: number, [from, to]: readonly [number, number]) {
    this.#edges = new BucketEdges(maxBuckets, from, to);
    this.#summaries = new Array(series).fill(undefined);
  }

  add({ spans, step, values }: SeriesBlock): void {
    const y = values.data as Float64Array;
    for (const { series, start, end } of spans) {
      const to = this.#summaries[series] ??= this.#empty();
      let index = 0, until = -Infinity;
      for (let row = start; row < end; row++) {
        if (!(step[row] <= until)) {
          index = this.#edges.indexOf(step[row]);
          until = index < 0 ? -Infinity : this.#edges.of(index)[1];
        }
        if (index >= 0) summarise(to, index, step[row], y[row]);
      }
    }
  }

  finish(): BucketColumns {
    const series: number[] = [], index: number[] = [];
    this.#summaries.forEach((summary, i) => {
      if (!summary) return;
      for (let bucket = 0; bucket <= this.#edges.n; bucket++) {
        const { finiteCount, nanCount, positiveInfinityCount, negativeInfinityCount } = summary;
        if (
          finiteCount[bucket] + nanCount[bucket] + positiveInfinityCount[bucket] + negativeInfinityCount[bucket] === 0
        ) {
          continue;
        }
        series.push(i);
        index.push(bucket);
      }
    });
    const column = (name: keyof Summary) =>
      Float64Array.from(series, (one, row) => this.#summaries[one]![name][index[row]]);
    return {
      series: Uint32Array.from(series),
      index: Uint32Array.from(index),
      fromX: Float64Array.from(index, (bucket) => this.#edges.of(bucket)[0]),
      toX: Float64Array.from(index, (bucket) => this.#edges.of(bucket)[1]),
      ...Object.fromEntries(BUCKET_FIELDS.map((name) => [name, column(name)])) as Summary,
    };
  }

  #empty(): Summary {
    const length = this.#edges.n + 1;
    return Object.fromEntries(BUCKET_FIELDS.map((name) => {
      const missing = name.endsWith("Count") ? 0 : NaN;
      return [name, new Float64Array(length).fill(missing)];
    })) as Summary;
  }
}

function summarise(to: Summary, index: number, x: number, y: number): void {
  if (y !== y) to.nanCount[index]++;
  else if (y === Infinity) to.positiveInfinityCount[index]++;
  else if (y === -Infinity) to.negativeInfinityCount[index]++;
  else if (to.finiteCount[index]++ === 0) {
    to.firstX[index] = to.lastX[index] = x;
    to.firstY[index] =
      to.lastY[index] =
      to.min[index] =
      to.max[index] =
      to.sum[index] =
        y;
  } else {
    to.lastX[index] = x;
    to.lastY[index] = y;
    if (y < to.min[index]) to.min[index] = y;
    if (y > to.max[index]) to.max[index] = y;
    to.sum[index] += y;
  }
}

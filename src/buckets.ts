/**
 * Points of float series summarised in buckets of steps, by the arithmetic of Neptune's servers.
 *
 * @module
 */

import type { BucketColumns, BucketCut, SeriesBlock } from "./columns.ts";
import type { SeriesQuery, Source } from "./source.ts";

/** How to summarise points that come as blocks. */
export interface BucketsOptions extends Pick<BucketCut, "maxBuckets"> {
  /** How many series the blocks hold. */
  series: number;
  /** As in {@linkcode BucketCut}; `each`: the first and the last step of each series. */
  range: BucketCut["range"] | "each";
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
  const { range, series, maxBuckets } = options;
  const edges = (from: number, to: number) => new BucketEdges(maxBuckets, from, to);
  if (range !== null && range !== "each") {
    const all = edges(...range);
    return await summarise(read(), series, () => all);
  }
  let kept: SeriesBlock[] | null = [];
  let points = 0;
  const from = new Float64Array(series).fill(Infinity), to = new Float64Array(series).fill(-Infinity);
  for await (const block of read()) {
    for (const { series, start, end } of block.spans) {
      from[series] = Math.min(from[series], block.step[start]);
      to[series] = Math.max(to[series], block.step[end - 1]);
    }
    points += block.step.length;
    if (points > MAX_KEPT) kept = null;
    kept?.push(block);
  }
  const blocks = kept ?? read();
  if (range === "each") return await summarise(blocks, series, (one) => edges(from[one], to[one]));
  const all = edges(
    from.reduce((least, one) => Math.min(least, one), Infinity),
    to.reduce((most, one) => Math.max(most, one), -Infinity),
  );
  return await summarise(blocks, series, () => all);
}

async function summarise(
  blocks: Iterable<SeriesBlock> | AsyncIterable<SeriesBlock>,
  series: number,
  edgesOf: (series: number) => BucketEdges,
): Promise<BucketColumns> {
  const buckets = new Buckets(series, edgesOf);
  for await (const block of blocks) buckets.add(block);
  return buckets.finish();
}

/** The memory of buckets. */
export function bucketBuffers(columns: BucketColumns): ArrayBuffer[] {
  return COLUMNS.map((name) => columns[name].buffer as ArrayBuffer);
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
type BucketFields = Record<typeof BUCKET_FIELDS[number], Float64Array>;
const COLUMNS = ["series", "index", "fromX", "toX", ...BUCKET_FIELDS] as const;

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
    while (index > 1 && step <= this.lower(index)) index--;
    while (index < n - 1 && step > this.upper(index)) index++;
    return index;
  }

  /** The lower edge of a bucket, excluded; a range of one step has a single bucket that includes it. */
  lower(index: number): number {
    const { from, to, n, width } = this;
    if (from === to) return from;
    if (index === 0) return -Infinity;
    return index === n ? to : from + (index - 1) * width;
  }

  /** The upper edge of a bucket, included. */
  upper(index: number): number {
    const { from, to, n, width } = this;
    if (from === to || index === n) return Infinity;
    if (index === 0) return from;
    return index === n - 1 ? to : from + index * width;
  }
}

class Buckets {
  readonly #edgesOf: (series: number) => BucketEdges;
  readonly #summaries: (Summary | undefined)[];

  constructor(series: number, edgesOf: (series: number) => BucketEdges) {
    this.#edgesOf = edgesOf;
    this.#summaries = new Array(series).fill(undefined);
  }

  add({ spans, step, values }: SeriesBlock): void {
    const y = values.data as Float64Array;
    for (const { series, start, end } of spans) {
      const summary = this.#summaries[series] ??= new Summary(this.#edgesOf(series));
      for (let row = start; row < end;) row = summary.add(step, y, row, end);
    }
  }

  finish(): BucketColumns {
    const held = this.#summaries.map((summary) => summary?.held() ?? 0);
    const found = emptyColumns(held.reduce((sum, rows) => sum + rows, 0));
    let row = 0;
    this.#summaries.forEach((summary, series) => {
      summary?.put(series, found, row);
      row += held[series];
    });
    return found;
  }
}

/** What is told of the buckets of one series; nothing but zeros where nothing was added. */
class Summary {
  readonly #edges: BucketEdges;
  readonly #fields: BucketFields;

  constructor(edges: BucketEdges) {
    this.#edges = edges;
    this.#fields = Object.fromEntries(
      BUCKET_FIELDS.map((name) => [name, new Float64Array(edges.n + 1)]),
    ) as BucketFields;
  }

  /** Adds the rows from `row` on that lie in its bucket, and gives the next one. */
  add(x: Float64Array, y: Float64Array, row: number, end: number): number {
    const index = this.#edges.indexOf(x[row]);
    if (index < 0) return row + 1;
    const to = this.#fields, until = this.#edges.upper(index);
    const known = to.finiteCount[index];
    let first = -1, last = -1, count = 0;
    let min = Infinity, max = -Infinity, sum = known > 0 ? to.sum[index] : -0;
    do {
      const value = y[row];
      if (value - value === 0) {
        if (first < 0) first = row;
        last = row;
        count++;
        if (value < min) min = value;
        if (value > max) max = value;
        sum += value;
      } else if (value !== value) to.nanCount[index]++;
      else if (value > 0) to.positiveInfinityCount[index]++;
      else to.negativeInfinityCount[index]++;
      row++;
    } while (row < end && x[row] <= until);
    if (count === 0) return row;
    if (known === 0) {
      to.firstX[index] = x[first];
      to.firstY[index] = y[first];
      to.min[index] = min;
      to.max[index] = max;
    } else {
      if (min < to.min[index]) to.min[index] = min;
      if (max > to.max[index]) to.max[index] = max;
    }
    to.lastX[index] = x[last];
    to.lastY[index] = y[last];
    to.sum[index] = sum;
    to.finiteCount[index] = known + count;
    return row;
  }

  /** How many buckets hold points. */
  held(): number {
    let held = 0;
    for (let index = 0; index <= this.#edges.n; index++) if (this.#holds(index)) held++;
    return held;
  }

  /** Puts the buckets that hold points into rows from `row` on. */
  put(series: number, found: BucketColumns, row: number): void {
    const edges = this.#edges, from = this.#fields, first = row;
    for (let index = 0; index <= edges.n; index++) {
      if (!this.#holds(index)) continue;
      found.series[row] = series;
      found.index[row] = index;
      found.fromX[row] = edges.lower(index);
      found.toX[row] = edges.upper(index);
      row++;
    }
    const { index } = found, { finiteCount } = from;
    for (const name of BUCKET_FIELDS) {
      const column = found[name], values = from[name], isCount = name.endsWith("Count");
      for (let at = first; at < row; at++) {
        // Without a finite value nothing is told of any.
        column[at] = isCount || finiteCount[index[at]] > 0 ? values[index[at]] : NaN;
      }
    }
  }

  #holds(index: number): boolean {
    const { finiteCount, nanCount, positiveInfinityCount, negativeInfinityCount } = this.#fields;
    return finiteCount[index] > 0 || nanCount[index] > 0 || positiveInfinityCount[index] > 0 ||
      negativeInfinityCount[index] > 0;
  }
}

function emptyColumns(length: number): BucketColumns {
  return Object.fromEntries(COLUMNS.map((name) => {
    const Numbers = name === "series" || name === "index" ? Uint32Array : Float64Array;
    return [name, new Numbers(length)];
  })) as unknown as BucketColumns;
}

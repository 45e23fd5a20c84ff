/**
 * Float series summarised for charts.
 *
 * @module
 */

import type { Hono } from "hono";
import { type BucketColumns, bucketPoints } from "../../buckets.ts";
import type { SeriesBlock } from "../../columns.ts";
import type { SeriesQuery, Source } from "../../source.ts";
import type { BucketedSeries, BucketsAnswer, BucketsAxis } from "../api.ts";
import { addRoute, type Asked, type Viewer } from "../context.ts";
import { jsonNumber } from "../json.ts";
import { chosenSeries } from "./series.ts";

const AXES: readonly BucketsAxis[] = ["step", "time", "relative"];

/** Adds `buckets`. */
export function addBucketsRoute(app: Hono, viewer: Viewer): void {
  addRoute(app, viewer, "buckets", bucketsOf);
}

async function bucketsOf(asked: Asked): Promise<BucketsAnswer> {
  const { body, project: { source } } = asked;
  const { names, query } = await chosenSeries(asked);
  const axis = body.word("x", AXES) ?? "step";
  const part = body.object("range");
  const range = part && [part.required("from", part.number("from")), part.required("to", part.number("to"))] as const;
  const count = body.count("buckets", 1) ?? 1000;
  const points = new AxisPoints(source, { ...query, kind: "float" }, axis, range);
  const options = { series: names.length, maxBuckets: count + 1 };
  let columns = await bucketPoints(() => points.read(), {
    ...options,
    range: range ?? (axis === "step" ? await likelyRange(source, query) : null),
  });
  // The range that was taken for likely was not: the points are read once more.
  const seen = points.range;
  if (range === null && axis === "step" && seen !== null && !points.fits) {
    columns = await bucketPoints(() => points.read(), { ...options, range: seen });
  }
  const rows = Map.groupBy(columns.series.keys(), (row) => columns.series[row]);
  return {
    series: [...rows].map(([series, rows]) => bucketedSeries(names[series], columns, rows, points.unplaced(series))),
  };
}

/** From step 0 to the last step of any of the series, as it is known without reading points. */
async function likelyRange(
  source: Source,
  { series, signal }: Omit<SeriesQuery, "kind">,
): Promise<[number, number] | null> {
  let to = -Infinity;
  const query = { runs: series.runs, paths: series.paths, types: ["float_series" as const], signal };
  for await (const { columns } of source.values(query)) {
    for (const column of columns) {
      if (column.type === "float_series") { for (const step of column.data.lastStep) to = step > to ? step : to; }
    }
  }
  return to > 0 && Number.isFinite(to) ? [0, to] : null;
}

/** Points by their place on an axis, in place of their step. */
class AxisPoints {
  readonly #source: Source;
  readonly #query: SeriesQuery;
  readonly #axis: BucketsAxis;
  /** null: all. */
  readonly #part: readonly [number, number] | null;
  /** What was seen at the last reading. */
  #from = Infinity;
  #to = -Infinity;
  #lost = new Map<number, number>();

  constructor(source: Source, query: SeriesQuery, axis: BucketsAxis, part: readonly [number, number] | null) {
    [this.#source, this.#axis, this.#part] = [source, axis, part];
    this.#query = axis === "step" && part ? { ...query, stepRange: [...part] } : query;
  }

  /** Where the points that were read lie; null: there were none. */
  get range(): [number, number] | null {
    return this.#from <= this.#to ? [this.#from, this.#to] : null;
  }

  /** Whether they begin at 0 or not far behind it. */
  get fits(): boolean {
    return this.#from >= 0 && this.#from <= this.#to / 4;
  }

  /** How many points of a series have no place on the axis. */
  unplaced(series: number): number {
    return this.#lost.get(series) ?? 0;
  }

  async *read(): AsyncGenerator<SeriesBlock> {
    [this.#from, this.#to] = [Infinity, -Infinity];
    this.#lost = new Map();
    const starts = new Map<number, number>();
    for await (const block of this.#source.series(this.#query)) {
      const placed = this.#axis === "step" ? block : this.#placed(block, starts);
      for (const { start, end } of placed.spans) {
        this.#from = Math.min(this.#from, placed.step[start]);
        this.#to = Math.max(this.#to, placed.step[end - 1]);
      }
      if (placed.spans.length > 0) yield placed;
    }
  }

  /** A block whose steps are times; each series ascends, also where a run was continued from an earlier step. */
  #placed({ spans, timestamp, values, preview }: SeriesBlock, starts: Map<number, number>): SeriesBlock {
    const y = values.data as Float64Array;
    const x = new Float64Array(y.length), sorted = new Float64Array(y.length);
    const placed: SeriesBlock["spans"] = [];
    let length = 0;
    for (const { series, start, end } of spans) {
      const rows: number[] = [];
      let ascending = true;
      for (let row = start; row < end; row++) {
        if (timestamp[row] !== timestamp[row]) continue;
        if (rows.length > 0 && timestamp[row] < timestamp[rows[rows.length - 1]]) ascending = false;
        rows.push(row);
      }
      if (rows.length < end - start) this.#lost.set(series, this.unplaced(series) + end - start - rows.length);
      if (!ascending) rows.sort((a, b) => timestamp[a] - timestamp[b]);
      if (!starts.has(series) && rows.length > 0) starts.set(series, timestamp[rows[0]]);
      const zero = this.#axis === "relative" ? starts.get(series)! : 0;
      const first = length;
      for (const row of rows) {
        const place = timestamp[row] - zero;
        if (this.#part && (place < this.#part[0] || place > this.#part[1])) continue;
        x[length] = place;
        sorted[length++] = y[row];
      }
      if (length > first) placed.push({ series, start: first, end: length });
    }
    return { spans: placed, step: x, timestamp, values: { kind: "float", data: sorted }, preview };
  }
}

function bucketedSeries(
  name: { run: string; path: string },
  columns: BucketColumns,
  rows: number[],
  unplaced: number,
): BucketedSeries {
  const { firstX, lastX, fromX, toX, sum, finiteCount, min, max } = columns;
  const { nanCount, positiveInfinityCount, negativeInfinityCount } = columns;
  // A bucket without a finite value is a gap at its own place.
  const place = (known: number, row: number) => {
    if (known === known) return known;
    const [from, to] = [fromX[row], toX[row]];
    return from === -Infinity ? to : to === Infinity ? from : (from + to) / 2;
  };
  return {
    ...name,
    from: rows.map((row) => jsonNumber(place(firstX[row], row))),
    to: rows.map((row) => jsonNumber(place(lastX[row], row))),
    mean: rows.map((row) =>
      jsonNumber(finiteCount[row] > 0 ? mean(sum[row], finiteCount[row], min[row], max[row]) : NaN)
    ),
    min: rows.map((row) => jsonNumber(min[row])),
    max: rows.map((row) => jsonNumber(max[row])),
    finite: rows.map((row) => finiteCount[row]),
    other: rows.reduce(
      (total, row) => total + nanCount[row] + positiveInfinityCount[row] + negativeInfinityCount[row],
      0,
    ),
    unplaced,
  };
}

/** Sums may overflow or round; a mean never lies outside of its values. */
function mean(sum: number, count: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, sum / count));
}

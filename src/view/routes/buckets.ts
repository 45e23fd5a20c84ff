/**
 * Float series summarised for charts.
 *
 * @module
 */

import type { Hono } from "hono";
import { bucketPoints, bucketSeries } from "../../buckets.ts";
import type { BucketColumns, SeriesBlock } from "../../columns.ts";
import type { SeriesQuery, Source } from "../../source.ts";
import type { BucketedSeries, BucketsAnswer, BucketsAxis } from "../api.ts";
import { addRoute, type Asked, type Viewer, wordOf } from "../context.ts";
import { jsonNumber } from "../json.ts";
import { type MergedBuckets, mergedRows, type Overview, overviewBuckets } from "../overviews.ts";
import { chosenSeries } from "./series.ts";

const AXES: readonly BucketsAxis[] = ["step", "time", "relative"];

/** Rows of an overview of all series together, and the most and the least of one series. */
const ROWS = 800_000, MOST_BUCKETS = 16_000, FEWEST_BUCKETS = 1000;

/** Adds `buckets`. */
export function addBucketsRoute(app: Hono, viewer: Viewer): void {
  addRoute(app, viewer, "buckets", (asked) => bucketsOf(viewer, asked));
}

async function bucketsOf({ overviews }: Viewer, asked: Asked): Promise<BucketsAnswer> {
  const { body, project } = asked;
  const { names, query } = await chosenSeries(asked);
  const axis = body.word("x", AXES) ?? "step";
  const part = body.object("range");
  const range = part && [part.required("from", part.number("from")), part.required("to", part.number("to"))] as const;
  const count = Math.min(MOST_BUCKETS, body.count("buckets", 1) ?? 1000);
  const words = JSON.stringify([wordOf(project), names, query.lineage, axis]);
  const overview = await overviews.get(words, () => readOverview(project.source, query, axis));
  const all = names.map((_, series) => mergedRows(overview, series, range, count));
  // What the overview is too coarse for is read.
  const coarse = names.keys().filter((series) => all[series] === null).toArray();
  if (range !== null && coarse.length > 0) {
    const detail = await readPart(project.source, query, coarse, { axis, range, count });
    coarse.forEach((series, i) => all[series] = mergedRows(detail, i, null, 4 * count));
  }
  return {
    series: all.flatMap((merged, series) =>
      merged !== null && merged.from.length > 0
        ? {
          ...names[series],
          ...bucketLists(merged),
          inheritedUntil: overview.inheritedUntil(series),
          unplaced: overview.unplaced(series),
        }
        : []
    ),
  };
}

/** All series from end to end. */
async function readOverview(
  source: Source,
  query: Omit<SeriesQuery, "kind">,
  axis: BucketsAxis,
): Promise<Overview> {
  const series = query.series.run.length;
  const forks = query.lineage === "own" ? new Map<number, number>() : await forkSteps(source, query);
  const buckets = Math.min(MOST_BUCKETS, Math.max(FEWEST_BUCKETS, Math.floor(ROWS / Math.max(1, series))));
  const points = new AxisPoints(source, { ...query, kind: "float" }, axis, null, forks);
  if (axis === "step" && source.overviews) {
    const found = await Array.fromAsync(source.overviews({ ...query, kind: "float" }, buckets + 1));
    return overviewOf(found, points);
  }
  if (axis === "step" && source.buckets) {
    const cut = { maxBuckets: buckets + 1, range: null };
    return overviewOf([await source.buckets({ ...query, kind: "float", timestamps: false }, cut)], points);
  }
  const options = { series, maxBuckets: buckets + 1 };
  let columns = await bucketPoints(() => points.read(), {
    ...options,
    range: axis === "step" ? await likelyRange(source, query) : null,
  });
  // The range that was taken for likely was not: the points are read once more.
  if (axis === "step" && points.range !== null && !points.fits) {
    columns = await bucketPoints(() => points.read(), { ...options, range: points.range });
  }
  return overviewOf([columns], points);
}

/** Of each series of a forked run, the step up to which its points are inherited. */
async function forkSteps(
  source: Source,
  { series: { runs, run }, signal }: Omit<SeriesQuery, "kind">,
): Promise<Map<number, number>> {
  const steps = new Map<string, number>();
  for await (const block of source.values({ runs, paths: ["sys/forking/step"], signal })) {
    for (const column of block.columns) {
      if (column.type !== "int" && column.type !== "float") continue;
      column.data.forEach((step: number | bigint, i: number) => steps.set(block.runs[column.run[i]], Number(step)));
    }
  }
  const found = new Map<number, number>();
  run.forEach((code, series) => {
    const step = steps.get(runs[code]);
    if (step !== undefined) found.set(series, step);
  });
  return found;
}

/** Some of the series in a part of the axis. */
async function readPart(
  source: Source,
  query: Omit<SeriesQuery, "kind">,
  chosen: readonly number[],
  { axis, range, count }: { axis: BucketsAxis; range: readonly [number, number]; count: number },
): Promise<Overview> {
  const { runs, paths, run, path } = query.series;
  const [ofRun, ofPath] = [run, path].map((codes) => Uint32Array.from(chosen, (one) => codes[one]));
  const series = { runs, paths, run: ofRun, path: ofPath };
  const points = new AxisPoints(source, { ...query, series, kind: "float" }, axis, range, new Map());
  const cut = { maxBuckets: count + 1, range };
  if (axis === "step") {
    const part: SeriesQuery = { ...query, series, kind: "float", timestamps: false, stepRange: [...range] };
    return overviewOf([await bucketSeries(source, part, cut)], points);
  }
  const options = { series: chosen.length, ...cut };
  return overviewOf([await bucketPoints(() => points.read(), options)], points);
}

function overviewOf(parts: readonly BucketColumns[], points: AxisPoints): Overview {
  return {
    ...overviewBuckets(parts),
    unplaced: (series) => points.unplaced(series),
    inheritedUntil: (series) => points.inheritedUntil(series),
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
  /** Of series of forked runs, the step of the fork. */
  readonly #forks: ReadonlyMap<number, number>;
  /** What was seen at the last reading. */
  #from = Infinity;
  #to = -Infinity;
  #lost = new Map<number, number>();
  #inherited = new Map<number, number>();

  constructor(
    source: Source,
    query: SeriesQuery,
    axis: BucketsAxis,
    part: readonly [number, number] | null,
    forks: ReadonlyMap<number, number>,
  ) {
    [this.#source, this.#axis, this.#part, this.#forks] = [source, axis, part, forks];
    const timestamps = axis !== "step";
    this.#query = axis === "step" && part ? { ...query, timestamps, stepRange: [...part] } : { ...query, timestamps };
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

  /** Where the points end that a series has from ancestors; null: all are its own. */
  inheritedUntil(series: number): number | null {
    return (this.#axis === "step" ? this.#forks : this.#inherited).get(series) ?? null;
  }

  async *read(): AsyncGenerator<SeriesBlock> {
    [this.#from, this.#to] = [Infinity, -Infinity];
    this.#lost = new Map();
    this.#inherited = new Map();
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
  #placed({ spans, step, timestamp, values, preview }: SeriesBlock, starts: Map<number, number>): SeriesBlock {
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
      const fork = this.#forks.get(series) ?? -Infinity;
      for (const row of rows) {
        const place = timestamp[row] - zero;
        if (step[row] <= fork) this.#inherited.set(series, place);
        if (this.#part && (place < this.#part[0] || place > this.#part[1])) continue;
        x[length] = place;
        sorted[length++] = y[row];
      }
      if (length > first) placed.push({ series, start: first, end: length });
    }
    return { spans: placed, step: x, timestamp, values: { kind: "float", data: sorted }, preview };
  }
}

function bucketLists(
  { from, to, mean, min, max, finite, other }: MergedBuckets,
): Omit<BucketedSeries, "run" | "path" | "inheritedUntil" | "unplaced"> {
  const numbers = (values: number[]) => values.map((value) => jsonNumber(value));
  return {
    from: numbers(from),
    to: numbers(to),
    mean: numbers(mean),
    min: numbers(min),
    max: numbers(max),
    finite,
    other,
  };
}

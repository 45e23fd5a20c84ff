/**
 * `fetchMetricBuckets`: float series of many runs, summarised in buckets of steps.
 *
 * @module
 */

import pl, { type DataFrame } from "nodejs-polars";
import { bucketSeries } from "../buckets.ts";
import type { BucketColumns } from "../columns.ts";
import { type Kind, kind } from "../options/kinds.ts";
import { type Checked, declare, optional } from "../options/options.ts";
import { floats } from "../frame/frame.ts";
import type { Source } from "../source.ts";
import type { BulkCall } from "./notes.ts";
import { type FetchMetricsOptions, METRICS, planMetrics } from "./metrics.ts";
import { nameColumns } from "./metrics_frame.ts";
import type { ChosenSeries } from "./select.ts";

/** Options of {@linkcode ReadOnlyProject.fetchMetricBuckets}. */
export interface FetchMetricBucketsOptions
  extends Omit<FetchMetricsOptions, "format" | "includeTimestamp" | "tailLimit"> {
  /**
   * Into how many buckets of equal width the steps are cut: from the first to the last step of all series together, or from
   * end to end of `stepRange` where it has two. A million at most. Default: 1000.
   */
  buckets?: number;
}

const { tailLimit: _none, ...ALL_POINTS } = METRICS;

/** Each bucket of each series takes its room in memory, whether it holds points or not. */
const MOST_BUCKETS = 1_000_000;
const BUCKETS: Kind<number> = kind(
  `a whole number from 1 to ${MOST_BUCKETS.toLocaleString("en")}`,
  (value) => Number.isSafeInteger(value) && value as number > 0 && value as number <= MOST_BUCKETS,
);

/** The options of `fetchMetricBuckets`. */
export const FETCH_METRIC_BUCKETS = declare<FetchMetricBucketsOptions>()({
  ...ALL_POINTS,
  buckets: optional(BUCKETS, 1000),
});

/** One row per series and bucket that holds points. */
export async function fetchMetricBucketsFrame(
  source: Source,
  options: Checked<typeof FETCH_METRIC_BUCKETS> & BulkCall,
): Promise<DataFrame> {
  const { buckets } = options;
  const { series, query } = await planMetrics(source, { ...options, tailLimit: null });
  const [from, to] = query.stepRange;
  // An infinite end is an open one: nothing lies halfway to it.
  const range = from !== null && to !== null && Number.isFinite(to - from) ? [from, to] as const : null;
  const columns = await bucketSeries(source, query, { maxBuckets: buckets + 1, range });
  const width = range ? (range[1] - range[0]) / buckets : widthOf(columns);
  return bucketsFrame(series, columns, width, options.categorical ?? false);
}

/** The width of the buckets, which any but the first shows; where all points have the same step it is 0. */
function widthOf({ fromX, toX }: BucketColumns): number {
  return fromX.reduce((width, from, at) => Number.isFinite(toX[at] - from) ? toX[at] - from : width, 0);
}

/** A row of the frame, by its first bucket. */
interface Row {
  at: number;
  /** The bucket that holds the first step and nothing else is one with the bucket after it. */
  joined: boolean;
}

function rowsOf({ series, index }: BucketColumns): Row[] {
  const rows: Row[] = [];
  for (let at = 0; at < index.length; at++) {
    const joined = index[at] === 0 && series[at + 1] === series[at] && index[at + 1] === 1;
    rows.push({ at, joined });
    if (joined) at++;
  }
  return rows;
}

function bucketsFrame(
  series: ChosenSeries,
  columns: BucketColumns,
  width: number,
  categorical: boolean,
): DataFrame {
  const rows = rowsOf(columns);
  const offsets = new Uint32Array(series.run.length + 1);
  for (const { at } of rows) offsets[columns.series[at] + 1]++;
  offsets.forEach((_, i) => i > 0 && (offsets[i] += offsets[i - 1]));
  const pick = (
    name: string,
    column: Exclude<keyof BucketColumns, "series" | "index">,
    join: (first: number, second: number) => number,
  ) => {
    const data = columns[column];
    return floats(name, Float64Array.from(rows, ({ at, joined }) => joined ? join(data[at], data[at + 1]) : data[at]));
  };
  const earlier = (first: number, second: number) => first === first ? first : second;
  const later = (first: number, second: number) => second === second ? second : first;
  const sum = (first: number, second: number) => first + second;
  const least = (first: number, second: number) => Math.min(earlier(first, second), later(first, second));
  const most = (first: number, second: number) => Math.max(earlier(first, second), later(first, second));
  // The first bucket is open on one side; the step on its other side is the first of all.
  const from = ({ at }: Row) => columns.fromX[at] === -Infinity ? columns.toX[at] : columns.fromX[at];
  const values = [
    pick("first_step", "firstX", earlier),
    pick("first", "firstY", earlier),
    pick("last_step", "lastX", later),
    pick("last", "lastY", later),
    pick("min", "min", least),
    pick("max", "max", most),
  ];
  const counts = [
    pick("finite", "finiteCount", sum),
    pick("nan", "nanCount", sum),
    pick("positive_infinity", "positiveInfinityCount", sum),
    pick("negative_infinity", "negativeInfinityCount", sum),
  ];
  return pl.DataFrame([
    ...nameColumns(series, offsets, categorical),
    floats("from_step", Float64Array.from(rows, from)),
    floats(
      "to_step",
      Float64Array.from(rows, (row) => columns.index[row.at] === 0 ? from(row) + width : columns.toX[row.at]),
    ),
    ...values,
    ...counts,
  ]).withColumns(
    // No finite value: no first, no last.
    ...values.map(({ name }) => pl.col(name).fillNan(null)),
    ...counts.map(({ name }) => pl.col(name).cast(pl.UInt32)),
  );
}

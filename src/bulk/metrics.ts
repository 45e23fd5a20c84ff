/**
 * `fetchMetrics`: float series of many runs in one frame.
 *
 * @module
 */

import type { DataFrame } from "nodejs-polars";
import { OptionError } from "../errors.ts";
import { COUNT, FLAG, oneOf, orNull, STEP_RANGE } from "../options/kinds.ts";
import { type Checked, declare, needed, optional, RULE } from "../options/options.ts";
import { LONG_CALL, type LongCallOptions } from "../progress/show.ts";
import type { SeriesQuery, Source } from "../source.ts";
import type { StepRange } from "../types.ts";
import { longFrame, wideFrame } from "./metrics_frame.ts";
import { PointTable } from "./point_table.ts";
import { type BulkCall, noteMissing } from "./notes.ts";
import { ATTRIBUTES, type AttributeSelection } from "./names.ts";
import {
  type ChosenSeries,
  existingSeries,
  refuseBoth,
  RUN_SELECTION,
  type RunSelection,
  selectRuns,
} from "./select.ts";

/** Options of {@linkcode ReadOnlyProject.fetchMetrics}. */
export interface FetchMetricsOptions<
  Format extends "long" | "wide" = "long" | "wide",
  Timestamp extends boolean = boolean,
  Previews extends boolean = boolean,
> extends RunSelection, LongCallOptions {
  /** Which float series. */
  attributes: AttributeSelection;
  /** Only steps in this range, both ends inclusive; null leaves an end open. Default: all steps. */
  stepRange?: StepRange | null;
  /** Only this many points from the end of each series. Default: all points. */
  tailLimit?: number | null;
  /**
   * Include the points that a forked run inherits. Default: true. When false, a run has its own points only; an experiment has
   * those of all its runs in the line of forks.
   */
  includeInherited?: boolean;
  /** Add the times of points. Default: true in the long format, false in the wide one. */
  includeTimestamp?: Timestamp;
  /** Include preview points and the columns that tell them (long format only). Default: false. */
  includePointPreviews?: Previews;
  /**
   * `"long"`: one row per point, with the columns `run`, `attribute`, `step`, `value`, `timestamp`. `"wide"`: one row per run and
   * step, one column per attribute, null where a series has no point at that step. Default: `"long"`.
   */
  format?: Format;
  /**
   * Names of runs and attributes as Polars categoricals, which take 4 bytes a row in place of 16, but cannot be joined or compared with
   * strings. Default: false, strings.
   */
  categorical?: boolean;
  /** Fetch and decode in Web Workers, where the data comes from a server. Default: false. */
  useThreads?: boolean;
}

/** The options of calls that read float series. */
export const METRICS = declare<Omit<FetchMetricsOptions, "format" | "includeTimestamp">>()({
  ...RUN_SELECTION,
  ...LONG_CALL,
  attributes: needed(ATTRIBUTES),
  stepRange: optional(orNull(STEP_RANGE), null),
  tailLimit: optional(orNull(COUNT), null),
  includeInherited: optional(FLAG, true),
  includePointPreviews: optional(FLAG, false),
  categorical: optional(FLAG, false),
  useThreads: optional(FLAG, false),
});

/** The options of `fetchMetrics`. */
export const FETCH_METRICS = declare<FetchMetricsOptions>()({
  ...METRICS,
  includeTimestamp: optional(FLAG),
  format: optional(oneOf("long", "wide"), "long"),
  [RULE]: (options) => {
    refuseBoth(options);
    if (options.format !== "wide" || !options.includePointPreviews) return;
    throw new OptionError(
      "includePointPreviews needs the long format: the wide one has no columns that tell previews.",
      { option: "includePointPreviews", value: true },
    );
  },
});

/** Float series that exist, and the query for their points. */
export interface MetricsPlan {
  series: ChosenSeries;
  query: SeriesQuery & Required<Pick<SeriesQuery, "stepRange" | "previews">>;
}

/** Reads which series exist, then their points, and builds the frame. */
export async function fetchMetricsFrame(
  source: Source,
  options: Checked<typeof FETCH_METRICS> & BulkCall,
): Promise<DataFrame> {
  const { format } = options;
  const { series, query } = await planMetrics(source, options);
  const timestamps = options.includeTimestamp ?? format !== "wide";
  const points = await PointTable.of(source.series({ ...query, timestamps }), series.run.length);
  const columns = { previews: query.previews, categorical: options.categorical ?? false, timestamps };
  return format === "wide" ? await wideFrame(series, points, columns) : longFrame(series, points, columns);
}

/** Reads which series exist. */
export async function planMetrics(
  source: Source,
  options: Checked<typeof METRICS> & BulkCall,
): Promise<MetricsPlan> {
  const { tailLimit, includePointPreviews, includeInherited, signal, onProgress } = options;
  const selected = await selectRuns(source, options);
  const types = ["float_series"] as const;
  const series = await existingSeries(source, selected, options.attributes, types, signal);
  const wanted = { attributes: options.attributes, found: new Set(series.paths), what: "float series", types };
  await noteMissing(source, { runs: selected.runs.map((run) => run.key), ...wanted }, options);
  return {
    series,
    query: {
      kind: "float",
      series,
      stepRange: options.stepRange ?? [null, null],
      lineage: includeInherited ? "full" : selected.heads ? "experiment" : "own",
      previews: includePointPreviews,
      limit: tailLimit === null ? null : { points: tailLimit, from: "end" },
      useThreads: options.useThreads,
      signal,
      onProgress,
    },
  };
}

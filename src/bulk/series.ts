/**
 * `fetchSeries`: string, histogram and file series of many runs in one frame.
 *
 * @module
 */

import pl, { type DataFrame } from "nodejs-polars";
import type { PointKind, PointValues } from "../columns.ts";
import { floats, instants, valueSeries } from "../frame.ts";
import { checkStepRange, collectPoints, type Points } from "../points.ts";
import type { LongCallOptions } from "../progress/show.ts";
import type { CallOptions, Source } from "../source.ts";
import type { SeriesType, StepRange } from "../types.ts";
import { checkTailLimit } from "./metrics.ts";
import { joinNumbers, nameColumns } from "./metrics_frame.ts";
import {
  type AttributeSelection,
  existingSeries,
  type LabelledSeries,
  type RunSelection,
  selectRuns,
} from "./select.ts";

/** The types that {@linkcode ReadOnlyProject.fetchSeries} reads. */
export type OtherSeriesType = Exclude<SeriesType, "float_series">;

/** Options of {@linkcode ReadOnlyProject.fetchSeries}. */
export interface FetchSeriesOptions extends RunSelection, LongCallOptions {
  /** Which series. */
  attributes: AttributeSelection;
  /** Which types of series. Default: all three. */
  types?: OtherSeriesType[];
  /** Only steps in this range, both ends inclusive; null leaves an end open. Default: all steps. */
  stepRange?: StepRange | null;
  /** Only this many points from the end of each series. Default: all points. */
  tailLimit?: number | null;
  /** Include the points that a forked run inherits. Default: true. */
  includeInherited?: boolean;
  /** Add the column `timestamp`. Default: true. */
  includeTimestamp?: boolean;
}

const KINDS: Record<OtherSeriesType, PointKind> = {
  string_series: "string",
  histogram_series: "histogram",
  file_series: "file",
};

/**
 * One row per point: `run`, `attribute`, `step`, then the value, then `timestamp`. Where the series found are of one type, the value
 * is in `value`; where they are of several, in one column for each type, named `value:string_series` and so on.
 */
export async function fetchSeriesFrame(
  source: Source,
  options: FetchSeriesOptions & CallOptions,
): Promise<DataFrame> {
  const { types = ["string_series", "histogram_series", "file_series"], tailLimit = null, signal, onProgress } =
    options;
  checkTailLimit(tailLimit);
  const selected = await selectRuns(source, options, signal);
  const series = await existingSeries(source, selected, options.attributes, types, signal);
  const points: Points[] = new Array(series.length);
  for (const type of types) {
    const members = [...series.keys()].filter((i) => series[i].type === type);
    if (members.length === 0) continue;
    const blocks = source.series({
      kind: KINDS[type],
      series: members.map((i) => series[i]),
      stepRange: checkStepRange(options.stepRange),
      lineage: options.includeInherited === false ? (selected.heads ? "experiment" : "own") : "full",
      previews: false,
      limit: tailLimit === null ? null : { points: tailLimit, from: "end" },
      signal,
      onProgress,
    });
    const found = await collectPoints(blocks, members.length, KINDS[type], false);
    members.forEach((i, at) => points[i] = found[at]);
  }
  return seriesFrame(series, points, options.includeTimestamp ?? true);
}

function seriesFrame(series: LabelledSeries[], points: Points[], timestamps: boolean): DataFrame {
  const length = points.reduce((sum, one) => sum + one.step.length, 0);
  const types = [...new Set(series.map((one) => one.type as OtherSeriesType))].sort();
  const join = (part: (one: Points) => Float64Array) => joinNumbers(points, length, part);
  const values = types.map((type) => {
    const data = points.flatMap((one, i) =>
      series[i].type === type ? one.values.data as unknown[] : new Array(one.step.length).fill(null)
    );
    return valueSeries(types.length === 1 ? "value" : `value:${type}`, { kind: KINDS[type], data } as PointValues);
  });
  const columns = [...nameColumns(series, points, length), floats("step", join((one) => one.step)), ...values];
  if (timestamps) columns.push(instants("timestamp", join((one) => one.timestamp)));
  return pl.DataFrame(columns);
}

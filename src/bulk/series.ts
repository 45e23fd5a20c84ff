/**
 * `fetchSeries`: string, histogram and file series of many runs in one frame.
 *
 * @module
 */

import pl, { type DataFrame } from "nodejs-polars";
import { concat, type PointValues } from "../columns.ts";
import { floats, instants, valueSeries } from "../frame/frame.ts";
import { collectPoints, type Points } from "../frame/points.ts";
import { COUNT, FLAG, listOf, oneOf, orNull, STEP_RANGE } from "../options/kinds.ts";
import { type Checked, declare, needed, optional } from "../options/options.ts";
import { LONG_CALL, type LongCallOptions } from "../progress/show.ts";
import type { Source } from "../source.ts";
import { POINT_KINDS, type SeriesType, type StepRange } from "../types.ts";
import { nameColumns } from "./metrics_frame.ts";
import { type BulkCall, noteMissing } from "./notes.ts";
import { ATTRIBUTES, type AttributeSelection } from "./names.ts";
import {
  type ChosenSeries,
  existingSeries,
  RUN_SELECTION,
  type RunSelection,
  selectRuns,
  someSeries,
} from "./select.ts";

/** The types that {@linkcode ReadOnlyProject.fetchSeries} reads. */
export type OtherSeriesType = Exclude<SeriesType, "float_series">;

/** Options of {@linkcode ReadOnlyProject.fetchSeries}. */
export interface FetchSeriesOptions<Type extends OtherSeriesType = OtherSeriesType, Timestamp extends boolean = boolean>
  extends RunSelection, LongCallOptions {
  /** Which series. */
  attributes: AttributeSelection;
  /** Which types of series. Default: all three. */
  types?: readonly Type[];
  /** Only steps in this range, both ends inclusive; null leaves an end open. Default: all steps. */
  stepRange?: StepRange | null;
  /** Only this many points from the end of each series. Default: all points. */
  tailLimit?: number | null;
  /** Include the points that a forked run inherits. Default: true. */
  includeInherited?: boolean;
  /** Add the column `timestamp`. Default: true. */
  includeTimestamp?: Timestamp;
  /** Names of runs and attributes as Polars categoricals, as in {@linkcode FetchMetricsOptions}. Default: false, strings. */
  categorical?: boolean;
}

const TYPES = ["string_series", "histogram_series", "file_series"] as const;

/** The options of `fetchSeries`. */
export const FETCH_SERIES = declare<FetchSeriesOptions>()({
  ...RUN_SELECTION,
  ...LONG_CALL,
  attributes: needed(ATTRIBUTES),
  types: optional(listOf(oneOf(...TYPES), "an array of types of series"), TYPES),
  stepRange: optional(orNull(STEP_RANGE), null),
  tailLimit: optional(orNull(COUNT), null),
  includeInherited: optional(FLAG, true),
  includeTimestamp: optional(FLAG, true),
  categorical: optional(FLAG, false),
});

/**
 * One row per point: `run`, `attribute`, `step`, then the value, then `timestamp`. Where the series found are of one type, the value
 * is in `value`; where they are of several, in one column for each type, named `value:string_series` and so on.
 */
export async function fetchSeriesFrame(
  source: Source,
  options: Checked<typeof FETCH_SERIES> & BulkCall,
): Promise<DataFrame> {
  const { tailLimit, signal, onProgress } = options;
  const types = [...new Set(options.types)];
  const selected = await selectRuns(source, options);
  const series = await existingSeries(source, selected, options.attributes, types, signal);
  const what = types.length === 1 ? types[0].replace("_", " ") : "string, histogram or file series";
  const wanted = { attributes: options.attributes, found: new Set(series.paths), what, types };
  await noteMissing(source, { runs: selected.runs.map((run) => run.key), ...wanted }, options);
  const points: Points[] = new Array(series.run.length);
  for (const [code, type] of types.entries()) {
    const members = Uint32Array.from([...series.type.keys()].filter((i) => series.type[i] === code));
    if (members.length === 0) continue;
    const blocks = source.series({
      kind: POINT_KINDS[type],
      series: someSeries(series, members),
      stepRange: options.stepRange ?? [null, null],
      lineage: options.includeInherited ? "full" : selected.heads ? "experiment" : "own",
      limit: tailLimit === null ? null : { points: tailLimit, from: "end" },
      signal,
      onProgress,
    });
    const found = await collectPoints(blocks, members.length, POINT_KINDS[type], false);
    members.forEach((i, at) => points[i] = found[at]);
  }
  return seriesFrame(series, points, { ...options, types });
}

function seriesFrame(series: ChosenSeries, points: Points[], options: Checked<typeof FETCH_SERIES>): DataFrame {
  const offsets = new Uint32Array(points.length + 1);
  points.forEach((one, i) => offsets[i + 1] = offsets[i] + one.step.length);
  const typeOf = (i: number) => series.types[series.type[i]] as OtherSeriesType;
  const found = [...new Set(points.map((_, i) => typeOf(i)))].sort();
  // Without any series, the columns are those for all types that were asked for.
  const types = found.length > 0 ? found : [...options.types].sort();
  const join = (part: (one: Points) => Float64Array) => concat(Float64Array, points.map(part));
  const values = types.map((type) => {
    const data = points.flatMap((one, i) =>
      typeOf(i) === type ? one.values.data as unknown[] : new Array(one.step.length).fill(null)
    );
    return valueSeries(
      types.length === 1 ? "value" : `value:${type}`,
      { kind: POINT_KINDS[type], data } as PointValues,
    );
  });
  const columns = [
    ...nameColumns(series, offsets, options.categorical),
    floats("step", join((one) => one.step)),
    ...values,
  ];
  if (options.includeTimestamp) columns.push(instants("timestamp", join((one) => one.timestamp)));
  return pl.DataFrame(columns);
}

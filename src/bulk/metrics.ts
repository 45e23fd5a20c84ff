/**
 * `fetchMetrics`: float series of many runs in one frame.
 *
 * @module
 */

import pl, { type DataFrame, type Series } from "nodejs-polars";
import { OptionError } from "../errors.ts";
import { codedNames, floats, instants, maskedFloats, previewColumns } from "../frame.ts";
import { checkStepRange, collectPoints, type Points } from "../points.ts";
import type { LongCallOptions } from "../progress/show.ts";
import type { CallOptions, SeriesRef, Source } from "../source.ts";
import type { AttributeType, StepRange } from "../types.ts";
import { type AttributeSelection, type RunSelection, type SelectedRuns, selectPaths, selectRuns } from "./select.ts";

/** Options of {@linkcode ReadOnlyProject.fetchMetrics}. */
export interface FetchMetricsOptions extends RunSelection, LongCallOptions {
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
  includeTimestamp?: boolean;
  /** Include preview points and the columns that tell them (long format only). Default: false. */
  includePointPreviews?: boolean;
  /**
   * `"long"`: one row per point, with the columns `run`, `attribute`, `step`, `value`, `timestamp`. `"wide"`: one row per run and
   * step, one column per attribute, null where a series has no point at that step. Default: `"long"`.
   */
  format?: "long" | "wide";
  /** Fetch and decode in Web Workers, where the data comes from a server. Default: false. */
  useThreads?: boolean;
}

/** One series of one run, with its label in a frame. */
export interface LabelledSeries extends SeriesRef {
  label: string;
  type: AttributeType;
}

/** Reads which series exist, then their points, and builds the frame. */
export async function fetchMetricsFrame(
  source: Source,
  options: FetchMetricsOptions & CallOptions,
): Promise<DataFrame> {
  const { tailLimit = null, format = "long", includePointPreviews = false, signal, onProgress } = options;
  if (tailLimit !== null && !(Number.isInteger(tailLimit) && tailLimit > 0)) {
    throw new OptionError(`tailLimit is ${tailLimit}, but must be a whole number greater than 0.`, {
      option: "tailLimit",
      value: tailLimit,
    });
  }
  if (format === "wide" && includePointPreviews) {
    throw new OptionError(
      "includePointPreviews needs the long format: the wide one has no columns that tell previews.",
      {
        option: "includePointPreviews",
        value: true,
      },
    );
  }
  const selected = await selectRuns(source, options, signal);
  const series = await existingSeries(source, selected, options.attributes, ["float_series"], signal);
  const blocks = source.series({
    kind: "float",
    series,
    stepRange: checkStepRange(options.stepRange),
    lineage: options.includeInherited === false ? (selected.heads ? "experiment" : "own") : "full",
    previews: includePointPreviews,
    limit: tailLimit === null ? null : { points: tailLimit, from: "end" },
    useThreads: options.useThreads,
    signal,
    onProgress,
  });
  const points = series.length > 0 ? await collectPoints(blocks, series.length, "float", includePointPreviews) : [];
  return format === "wide"
    ? wideFrame(series, points, options.includeTimestamp ?? false)
    : longFrame(series, points, options.includeTimestamp ?? true, includePointPreviews);
}

/** The series of these types that exist, sorted by label and path: asking for all of runs x paths would ask for many that do not. */
export async function existingSeries(
  source: Source,
  { runs, labels }: SelectedRuns,
  attributes: AttributeSelection,
  types: AttributeType[],
  signal?: AbortSignal,
): Promise<LabelledSeries[]> {
  const series: LabelledSeries[] = [];
  if (runs.length === 0) return series;
  const query = { runs: runs.map((run) => run.key), ...selectPaths(attributes), types, signal };
  for await (const block of source.existing(query)) {
    for (let i = 0; i < block.run.length; i++) {
      const run = block.runs[block.run[i]];
      series.push({ run, path: block.paths[block.path[i]], label: labels.get(run)!, type: block.types[block.type[i]] });
    }
  }
  return series.sort((a, b) => compare(a.label, b.label) || compare(a.run, b.run) || compare(a.path, b.path));
}

/** One row per point; names are dictionary coded (Polars categoricals). */
export function longFrame(
  series: LabelledSeries[],
  points: Points[],
  timestamps: boolean,
  previews: boolean,
): DataFrame {
  const length = points.reduce((sum, one) => sum + one.step.length, 0);
  const columns = nameColumns(series, points, length);
  const joined = joinNumbers(points, length);
  columns.push(floats("step", joined.step), floats("value", joined.value));
  if (timestamps) columns.push(instants("timestamp", joined.timestamp));
  if (previews) columns.push(...previewColumns(points.map((one) => one.preview), length));
  return pl.DataFrame(columns);
}

/** The columns `run` and `attribute` of a long frame. */
export function nameColumns(series: LabelledSeries[], points: Points[], length: number): Series[] {
  const labels = [...new Set(series.map((one) => one.label))];
  const paths = [...new Set(series.map((one) => one.path))];
  const labelCodes = new Map(labels.map((label, code) => [label, code]));
  const pathCodes = new Map(paths.map((path, code) => [path, code]));
  const run = new Uint32Array(length);
  const attribute = new Uint32Array(length);
  let at = 0;
  points.forEach(({ step }, i) => {
    run.fill(labelCodes.get(series[i].label)!, at, at + step.length);
    attribute.fill(pathCodes.get(series[i].path)!, at, at + step.length);
    at += step.length;
  });
  return [codedNames("run", run, labels), codedNames("attribute", attribute, paths)];
}

function joinNumbers(points: Points[], length: number): Record<"step" | "value" | "timestamp", Float64Array> {
  const step = new Float64Array(length);
  const value = new Float64Array(length);
  const timestamp = new Float64Array(length);
  let at = 0;
  for (const one of points) {
    step.set(one.step, at);
    value.set(one.values.data as Float64Array, at);
    timestamp.set(one.timestamp, at);
    at += one.step.length;
  }
  return { step, value, timestamp };
}

/** One row per run and step. A step that a series has twice (an archive may) gives two rows: no point is lost. */
function wideFrame(series: LabelledSeries[], points: Points[], timestamps: boolean): DataFrame {
  const byRun = [...Map.groupBy(series.keys(), (i) => series[i].run).values()];
  const rowsOfRun = byRun.map((members) => mergeSteps(members.map((i) => points[i].step)));
  const length = rowsOfRun.reduce((sum, steps) => sum + steps.length, 0);
  const step = new Float64Array(length);
  const run = new Uint32Array(length);
  const labels = byRun.map((members) => series[members[0]].label);
  const values = new Map(
    [...new Set(series.map((one) => one.path))].sort(compare).map((path) => [path, {
      value: new Float64Array(length),
      timestamp: new Float64Array(timestamps ? length : 0),
      present: new Uint8Array(length),
    }]),
  );

  let start = 0;
  byRun.forEach((members, which) => {
    const steps = rowsOfRun[which];
    step.set(steps, start);
    run.fill(which, start, start + steps.length);
    for (const i of members) {
      const target = values.get(series[i].path)!;
      let row = 0;
      points[i].step.forEach((at, point) => {
        while (steps[row] < at) row++;
        target.value[start + row] = (points[i].values.data as Float64Array)[point];
        if (timestamps) target.timestamp[start + row] = points[i].timestamp[point];
        target.present[start + row] = 1;
        row++;
      });
    }
    start += steps.length;
  });

  const columns = [codedNames("run", run, labels), floats("step", step)];
  for (const [path, { value, timestamp, present }] of values) {
    columns.push(maskedFloats(path, value, present));
    if (timestamps) {
      columns.push(instants(`${path}:timestamp`, timestamp.map((time, row) => present[row] ? time : NaN)));
    }
  }
  return pl.DataFrame(columns);
}

/** All steps of several ascending series, ascending; a step is there as often as the series that has it most often. */
function mergeSteps(series: Float64Array[]): Float64Array {
  const most = new Map<number, number>();
  for (const steps of series) {
    for (let i = 0; i < steps.length;) {
      let end = i + 1;
      while (end < steps.length && steps[end] === steps[i]) end++;
      most.set(steps[i], Math.max(most.get(steps[i]) ?? 0, end - i));
      i = end;
    }
  }
  const all = new Float64Array([...most.values()].reduce((sum, count) => sum + count, 0));
  let at = 0;
  for (const [step, count] of most) {
    all.fill(step, at, at + count);
    at += count;
  }
  return all.sort();
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

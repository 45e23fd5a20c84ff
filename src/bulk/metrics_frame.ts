/**
 * Points of float series to frames, long and wide.
 *
 * @module
 */

import pl, { type DataFrame, type Series } from "nodejs-polars";
import { codedNames, floats, instants, maskedFloats, previewColumns } from "../frame.ts";
import type { Points } from "../points.ts";
import { compare, type LabelledSeries } from "./select.ts";

/** One row per point; names are dictionary coded (Polars categoricals). */
export function longFrame(
  series: LabelledSeries[],
  points: Points[],
  timestamps: boolean,
  previews: boolean,
): DataFrame {
  const length = points.reduce((sum, one) => sum + one.step.length, 0);
  const columns = nameColumns(series, points, length);
  const joined = (part: (one: Points) => Float64Array) => joinNumbers(points, length, part);
  columns.push(floats("step", joined((one) => one.step)));
  columns.push(floats("value", joined((one) => one.values.data as Float64Array)));
  if (timestamps) columns.push(instants("timestamp", joined((one) => one.timestamp)));
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

/** One number of every point, series after series. */
export function joinNumbers(points: Points[], length: number, part: (one: Points) => Float64Array): Float64Array {
  const all = new Float64Array(length);
  let at = 0;
  for (const one of points) {
    all.set(part(one), at);
    at += one.step.length;
  }
  return all;
}

/** One row per run and step. A step that a series has twice (an archive may) gives two rows: no point is lost. */
export function wideFrame(series: LabelledSeries[], points: Points[], timestamps: boolean): DataFrame {
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

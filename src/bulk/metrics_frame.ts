/**
 * Points of float series to frames, long and wide.
 *
 * @module
 */

import pl, { type DataFrame, type Series } from "nodejs-polars";
import { arrowFrame, numberColumn, sideBySide } from "../frame/arrow.ts";
import { codedNames, floats, instants, previewColumns } from "../frame/frame.ts";
import { keepApart } from "../frame/names.ts";
import type { PointTable } from "./point_table.ts";
import type { ChosenSeries } from "./select.ts";

/** Which columns a frame of points has besides those that all have, and how names are held. */
export interface MetricsColumns {
  timestamps: boolean;
  previews: boolean;
  /** Names as Polars categoricals, not as strings. */
  categorical: boolean;
}

/** One row per point. */
export function longFrame(series: ChosenSeries, points: PointTable, columns: MetricsColumns): DataFrame {
  const made = nameColumns(series, points.offsets, columns.categorical);
  made.push(points.use("step", (all) => floats("step", all)));
  made.push(points.use("value", (all) => floats("value", all)));
  if (columns.timestamps) {
    made.push(points.use("timestamp", (all, disposable) => instants("timestamp", all, disposable)));
  }
  if (columns.previews) made.push(...previewColumns(points.previews(), points.length));
  return pl.DataFrame(made);
}

/** The columns `run` and `attribute` of a long frame; the rows of series `i` start at `offsets[i]`. */
export function nameColumns(
  { labels, paths, run, path }: ChosenSeries,
  offsets: Uint32Array,
  categorical: boolean,
): Series[] {
  const length = offsets[offsets.length - 1];
  // Runs are sorted by label, so that those with the same one are neighbours.
  const distinct = labels.filter((label, i) => label !== labels[i - 1]);
  let code = -1;
  const labelOf = Uint32Array.from(labels, (label, i) => label === labels[i - 1] ? code : ++code);
  const column = (name: string, of: Uint32Array, names: string[], codes: (one: number) => number) => {
    const rows = new Uint32Array(length);
    for (let i = 0; i < of.length; i++) rows.fill(codes(of[i]), offsets[i], offsets[i + 1]);
    const made = codedNames(name, rows, names, categorical);
    rows.buffer.transfer(0);
    return made;
  };
  return [column("run", run, distinct, (one) => labelOf[one]), column("attribute", path, paths, (one) => one)];
}

/**
 * One row per run and step. A step that a series has twice (an archive may) gives two rows: no point is lost. An attribute that is
 * called like another column, `step`, gets its type too: `step:float_series`.
 */
export async function wideFrame(
  series: ChosenSeries,
  points: PointTable,
  { timestamps, categorical }: Omit<MetricsColumns, "previews">,
): Promise<DataFrame> {
  const { offsets } = points;
  const allSteps = points.steps(), allValues = points.values();
  const allTimes = timestamps ? points.timestamps() : null;
  const stepsOf = (i: number) => allSteps.subarray(offsets[i], offsets[i + 1]);
  const byRun = [...Map.groupBy(series.run.keys(), (i) => series.run[i]).values()];
  const rowsOfRun = byRun.map((members) => mergeSteps(members.map(stepsOf)));
  const length = rowsOfRun.reduce((sum, steps) => sum + steps.length, 0);
  const step = new Float64Array(length);
  const run = new Uint32Array(length);
  const labels = byRun.map((members) => series.labels[series.run[members[0]]]);
  const targets = series.paths.map(() => ({
    value: new Float64Array(length),
    timestamp: new Float64Array(timestamps ? length : 0),
    present: new Uint8Array(length),
  }));

  let start = 0;
  byRun.forEach((members, which) => {
    const steps = rowsOfRun[which];
    step.set(steps, start);
    run.fill(which, start, start + steps.length);
    for (const i of members) {
      const target = targets[series.path[i]];
      let row = 0;
      for (let point = offsets[i]; point < offsets[i + 1]; point++) {
        while (steps[row] < allSteps[point]) row++;
        target.value[start + row] = allValues[point];
        if (allTimes) target.timestamp[start + row] = allTimes[point];
        target.present[start + row] = 1;
        row++;
      }
    }
    start += steps.length;
  });

  const made = timestamps ? series.paths.map((path) => `${path}:timestamp`) : [];
  const names = keepApart(series.paths.map((name) => ({ name, type: "float_series" })), ["run", "step", ...made]);
  const columns = targets.flatMap(({ value, timestamp, present }, i) => {
    const column = [names[i], numberColumn("float", value, present)] as const;
    if (!timestamps) return [column];
    const known = present.map((one, row) => one === 1 && timestamp[row] === timestamp[row] ? 1 : 0);
    return [column, [made[i], numberColumn("datetime", timestamp, known)] as const];
  });
  const keys = pl.DataFrame([codedNames("run", run, labels, categorical), floats("step", step)]);
  return columns.length === 0 ? keys : sideBySide([keys, await arrowFrame(columns)]);
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

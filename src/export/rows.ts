/**
 * Values and points of a source as rows of the exporter's files.
 *
 * @module
 */

import type { PointValues, ValueColumn } from "../columns.ts";
import type { Points } from "../frame/points.ts";
import type { AttributeType, ConfigType, FileRef, Histogram } from "../types.ts";
import { type ArchiveColumns, type ArchiveRow, VALUE_COLUMN } from "../archive/parquet/schema.ts";

/** The row of one config. */
export function configRow(path: string, column: ValueColumn & { type: ConfigType }, i: number): ArchiveRow {
  const value = column.type === "bool" ? column.data[i] === 1 : column.data[i];
  return { attribute_path: path, attribute_type: column.type, [VALUE_COLUMN[column.type]]: value };
}

/** Sorts rows of configs as the exporter does. */
export function sortRows(rows: ArchiveRow[]): ArchiveRow[] {
  const key = (row: ArchiveRow) => `${row.attribute_path}:${row.attribute_type}`;
  return rows.map((row) => [key(row), row] as const).sort(([a], [b]) => a < b ? -1 : 1).map(([, row]) => row);
}

/** One series with the points that are its own. */
export interface Series {
  path: string;
  type: AttributeType;
  points: Points;
}

/** So many rows are written at a time: as lists of what is stored they take ten times as much memory as points. */
const ROWS_TOGETHER = 100_000;

/** The rows of several series step by step, as the exporter has them, in portions. `stored` gives the paths of files. */
export function* seriesColumns(
  series: Series[],
  stored: (ref: FileRef, path: string, step: number) => string,
): Generator<ArchiveColumns> {
  let left = series.reduce((sum, { points }) => sum + points.step.length, 0);
  const points = stepByStep(series);
  while (left > 0) {
    const length = Math.min(left, ROWS_TOGETHER);
    const path = new Array<string>(length), type = new Array<string>(length);
    const step = new Float64Array(length), timestamp = new Float64Array(length);
    const columns: ArchiveColumns = { attribute_path: path, attribute_type: type, step, timestamp };
    const writers: ValueWriter[] = [];
    for (let row = 0; row < length; row++) {
      const [which, point] = points.next().value!;
      const one = series[which];
      path[row] = one.path;
      type[row] = one.type;
      step[row] = one.points.step[point];
      timestamp[row] = one.points.timestamp[point];
      (writers[which] ??= valueWriter(columns, one, length, stored))(row, point);
    }
    yield columns;
    left -= length;
  }
}

/** Goes through the points of series by step, then in the order of the series. */
function* stepByStep(series: Series[]): Generator<[series: number, point: number]> {
  const steps = new Float64Array(series.reduce((sum, { points }) => sum + points.step.length, 0));
  let at = 0;
  for (const { points } of series) {
    steps.set(points.step, at);
    at += points.step.length;
  }
  steps.sort();
  const next = new Uint32Array(series.length);
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i];
    if (i > 0 && step === steps[i - 1]) continue;
    for (let which = 0; which < series.length; which++) {
      const own = series[which].points.step;
      while (own[next[which]] === step) yield [which, next[which]++];
    }
  }
}

type ValueWriter = (row: number, point: number) => void;

function valueWriter(
  columns: ArchiveColumns,
  { path, points: { values, step } }: Series,
  length: number,
  stored: (ref: FileRef, path: string, step: number) => string,
): ValueWriter {
  const column = <T>(name: keyof ArchiveRow, make: () => T): T => (columns[name] ??= make() as never) as T;
  const sparse = () => new Array(length).fill(null) as unknown[];
  const writers: { [kind in PointValues["kind"]]: () => ValueWriter } = {
    float: () => {
      const target = column("float_value", () => new Float64Array(length));
      return (row, point) => target[row] = values.data[point] as number;
    },
    string: () => {
      const target = column("string_value", sparse);
      return (row, point) => target[row] = values.data[point];
    },
    histogram: () => {
      const target = column("histogram_value", sparse);
      return (row, point) => {
        const value = values.data[point] as Histogram | null;
        target[row] = value && { type: value.type, edges: [...value.edges], values: [...value.values] };
      };
    },
    file: () => {
      const target = column("file_value", sparse);
      return (row, point) => {
        const ref = values.data[point] as FileRef | null;
        target[row] = ref && { path: stored(ref, path, step[point]) };
      };
    },
  };
  return writers[values.kind]();
}

/**
 * Values and points of a source as rows of the exporter's files.
 *
 * @module
 */

import type { ValueColumn } from "../columns.ts";
import type { Points } from "../frame/points.ts";
import type { AttributeType, ConfigType, FileRef, Histogram } from "../types.ts";
import { type ArchiveRow, COLUMN_LIST, VALUE_COLUMN } from "../archive/parquet/schema.ts";
import { byBytes } from "./order.ts";
import type { ColumnCells } from "./row_group.ts";

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

/** Rows by column; columns that are not named have no values. */
export interface RowCells {
  rows: number;
  cells: Record<string, ColumnCells>;
}

/** A few rows by column. */
export function cellsOf(rows: readonly ArchiveRow[]): RowCells {
  const cells: RowCells["cells"] = {};
  for (const [name, { holds }] of COLUMN_LIST) {
    const values = rows.map((row) => row[name] ?? null);
    if (values.every((value) => value === null)) continue;
    const present = Uint8Array.from(values, (value) => value === null ? 0 : 1);
    const known = <T>(none: T) => values.map((value) => value === null ? none : value) as T[];
    switch (holds) {
      case "string":
        cells[name] = { texts: values as (string | null)[] };
        break;
      case "file":
        cells[name] = { texts: (values as ArchiveRow["file_value"][]).map((file) => file?.path ?? null) };
        break;
      case "strings":
        cells[name] = { lists: values as (string[] | null)[] };
        break;
      case "histogram":
        cells[name] = { histograms: values as unknown as (Histogram | null)[] };
        break;
      case "int":
        cells[name] = { ints: BigInt64Array.from(known<number | bigint>(0n), BigInt), present };
        break;
      case "bool":
        cells[name] = { bools: Uint8Array.from(known(false), Number), present };
        break;
      default:
        cells[name] = { floats: Float64Array.from(known(0)), present };
    }
  }
  return { rows: rows.length, cells };
}

/** So many rows are a row group. */
const ROWS_TOGETHER = 100_000;

/** The rows of several series step by step, as the exporter has them, in portions. `stored` gives the paths of files. */
export function* seriesRows(
  series: readonly Series[],
  stored: (ref: FileRef, path: string, step: number) => string,
): Generator<RowCells> {
  const { which, point } = stepByStep(series);
  const names = series.map(({ path }) => path).sort(byBytes), types = [...new Set(series.map(({ type }) => type))];
  types.sort();
  const pathOf = series.map(({ path }) => names.indexOf(path)), typeOf = series.map(({ type }) => types.indexOf(type));
  for (let from = 0; from < which.length; from += ROWS_TOGETHER) {
    const [some, points] = [which, point].map((all) => all.subarray(from, from + ROWS_TOGETHER));
    const rows = some.length;
    const floats = (pick: (one: Series) => ArrayLike<unknown>) => {
      const columns = series.map(pick) as ArrayLike<number>[], out = new Float64Array(rows);
      for (let row = 0; row < rows; row++) out[row] = columns[some[row]][points[row]];
      return out;
    };
    /** Values of series of one kind; null where a row is of another. */
    const others = <T, V>(kind: string, value: (stored: T, one: Series, point: number) => V) =>
      Array.from(some, (at, row) => {
        const one = series[at], { values } = one.points;
        const found = values.kind === kind ? values.data[points[row]] as T | null : null;
        return found === null ? null : value(found, one, points[row]);
      });
    const codes = (of: number[]) => {
      const out = new Int32Array(rows);
      for (let row = 0; row < rows; row++) out[row] = of[some[row]];
      return out;
    };
    const cells: RowCells["cells"] = {
      attribute_path: { names, codes: codes(pathOf), sorted: true },
      attribute_type: { names: types, codes: codes(typeOf), sorted: true },
      step: { floats: floats(({ points }) => points.step) },
      timestamp: { floats: floats(({ points }) => points.timestamp), gaps: true },
    };
    const kinds = new Set(series.map(({ points }) => points.values.kind));
    if (kinds.has("float")) cells.float_value = { floats: floats(({ points }) => points.values.data) };
    if (kinds.has("string")) cells.string_value = { texts: others("string", (text: string) => text) };
    if (kinds.has("histogram")) cells.histogram_value = { histograms: others("histogram", (one: Histogram) => one) };
    if (kinds.has("file")) {
      cells.file_value = {
        texts: others("file", (ref: FileRef, { path, points }, at) => stored(ref, path, points.step[at])),
      };
    }
    yield { rows, cells };
  }
}

/** The points of series by step, then in the order of the series. */
function stepByStep(series: readonly Series[]): { which: Uint32Array; point: Uint32Array } {
  const length = series.reduce((sum, { points }) => sum + points.step.length, 0);
  const which = new Uint32Array(length), point = new Uint32Array(length);
  if (series.length === 1) {
    for (let row = 0; row < length; row++) point[row] = row;
    return { which, point };
  }
  const steps = new Float64Array(length);
  let at = 0;
  for (const { points } of series) {
    steps.set(points.step, at);
    at += points.step.length;
  }
  steps.sort();
  const next = new Uint32Array(series.length), own = series.map(({ points }) => points.step);
  let row = 0;
  for (let i = 0; i < length; i++) {
    const step = steps[i];
    if (i > 0 && step === steps[i - 1]) continue;
    for (let one = 0; one < own.length; one++) {
      while (own[one][next[one]] === step) {
        which[row] = one;
        point[row++] = next[one]++;
      }
    }
  }
  return { which, point };
}

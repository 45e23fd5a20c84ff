/**
 * Points of series that are no floats.
 *
 * @module
 */

import type { SeriesType } from "../../types.ts";
import type { ColumnName } from "./schema.ts";
import { listsOf, stringsOf } from "./decoded.ts";
import type { RowGroupReader } from "./row_group.ts";

/** The columns that hold the values of points of each type. */
export const POINT_COLUMNS: Readonly<Record<SeriesType, readonly ColumnName[]>> = {
  float_series: ["float"],
  string_series: ["string"],
  file_series: ["file", "timestamp"],
  histogram_series: ["histogram", "edges", "bins"],
};

/** Tells which of the rows of file series are points: the exporter fills up its grid with cells that no run logged. */
export function isLogged(rows: RowGroupReader): (row: number) => boolean {
  const file = rows.strings("file").present, time = rows.floats("timestamp").present;
  return (row) => file === null || time === null || file[row] === 1 || time[row] === 1;
}

/** The values of points that are no numbers. */
export function pointValues(rows: RowGroupReader, type: SeriesType): unknown[] {
  if (type === "string_series") return stringsOf(rows.strings("string"));
  if (type === "file_series") return stringsOf(rows.strings("file"));
  const types = stringsOf(rows.strings("histogram"));
  const edges = listsOf(rows.lists("edges", "float")), values = listsOf(rows.lists("bins", "float"));
  return types.map((type, i) => {
    const [e, v] = [edges[i], values[i]];
    return e === null || v === null ? null : { type: type ?? "COUNTING", edges: e, values: v };
  });
}

/** The same for points of one step that are equal, another for others. */
export function pointKey(timestamp: number, value: unknown): string {
  const told = typeof value === "number"
    ? String(value)
    : JSON.stringify(value, (_, one) => one instanceof Float64Array ? Array.from(one, String) : one);
  return `${timestamp} ${told}`;
}

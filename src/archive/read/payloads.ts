/**
 * The values of points: from rows of a frame to what a series block holds.
 *
 * @module
 */

import pl, { type DataFrame } from "nodejs-polars";
import type { FileRef, Histogram, SeriesType } from "../../types.ts";
import { floatLists, floatValues, stringValues } from "../parquet/decode.ts";
import type { Files } from "../disk/files.ts";

/** The value of a point of each type of series; null where it was lost before or during the export. */
export interface PointValue {
  float_series: number;
  string_series: string | null;
  histogram_series: Histogram | null;
  file_series: FileRef | null;
}

/** The values of rows, which may be few of many. */
export async function pointValues<T extends Exclude<SeriesType, "float_series">>(
  type: T,
  frame: DataFrame,
  rows: Uint32Array,
  files: Files,
  signal?: AbortSignal,
): Promise<PointValue[T][]> {
  const few = frame.select(
    ...frame.columns.filter((name) => name !== "path" && name !== "run").map((name) => pl.col(name)),
  );
  const picked = pick(few, rows);
  const values: { [type in Exclude<SeriesType, "float_series">]: () => unknown[] | Promise<unknown[]> } = {
    string_series: () => stringValues(picked, "string"),
    histogram_series: () => histograms(picked),
    file_series: () => files.refs(stringValues(picked, "file"), signal),
  };
  return await values[type]() as PointValue[T][];
}

function pick(frame: DataFrame, rows: Uint32Array): DataFrame {
  const all = rows.length === frame.height && rows.every((row, i) => row === i);
  return all ? frame : frame.select(pl.all().gather(Array.from(rows)));
}

/** The float values of all rows of a frame; what was stored as null was NaN. */
export function pointFloats(frame: DataFrame): Float64Array {
  return floatValues(frame, "float");
}

function histograms(frame: DataFrame): (Histogram | null)[] {
  const type = stringValues(frame, "histogram"), edges = floatLists(frame, "edges"), values = floatLists(frame, "bins");
  return type.map((type, i) => {
    const [e, v] = [edges[i], values[i]];
    return e === null || v === null ? null : { type: type ?? "COUNTING", edges: e, values: v };
  });
}

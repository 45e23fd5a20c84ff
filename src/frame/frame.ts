/**
 * Columns to Polars frames: built once, at the end of the way.
 *
 * @module
 */

import pl, { type DataFrame, type Series } from "nodejs-polars";
import { type Kind, kind } from "../options/kinds.ts";
import type { Frame } from "./typed.ts";
import type { Points } from "./points.ts";
import type { FileRef, Histogram, RunInfo } from "../types.ts";
import type { PointValues, PreviewColumns } from "../columns.ts";

/** A frame, as a person may pass it. */
export const FRAME: Kind<Frame> = kind("a Polars frame", (value) => pl.DataFrame.isDataFrame(value));

/** Which columns a frame of points has besides `step` and `value`. */
export interface PointColumns {
  timestamp: boolean;
  previews: boolean;
}

/**
 * The points of one series as a frame, one row per point, ascending by step.
 *
 * Columns: `step` (f64), `value` (f64, string, or a struct for histograms and files), `timestamp` (datetime in ms, UTC), and
 * `is_preview` (bool), `preview_completion` (f64). Points that nobody else holds are not to be looked at afterwards.
 */
export function pointsFrame(points: Points, columns: PointColumns): DataFrame {
  const series: Series[] = [floats("step", points.step), valueSeries("value", points.values)];
  if (columns.timestamp) series.push(instants("timestamp", points.timestamp, points.owned));
  if (columns.previews) series.push(...previewColumns(points.preview, points.step.length));
  return pl.DataFrame(series);
}

/** Runs as a frame with the columns `sys/id`, `sys/custom_run_id` and `sys/name`. */
export function runsFrame(runs: RunInfo[]): DataFrame {
  return pl.DataFrame([
    strings("sys/id", runs.map((run) => run.sysId)),
    strings("sys/custom_run_id", runs.map((run) => run.customId)),
    strings("sys/name", runs.map((run) => run.name)),
  ]);
}

/** Plain records as a frame whose columns are strings and integers. */
export function recordsFrame(columns: Record<string, (string | null)[] | number[]>, numeric: string[] = []): DataFrame {
  return pl.DataFrame(
    Object.entries(columns).map(([name, data]) =>
      numeric.includes(name) ? pl.Series(name, data as number[], pl.Int64) : strings(name, data as (string | null)[])
    ),
  );
}

/** A column of f64; NaN stays NaN. */
export function floats(name: string, data: Float64Array): Series {
  return pl.Series(name, data, pl.Float64);
}

/** So few names are handed over one by one, in a tenth to half of the time: a query makes ten native objects, which have to be freed. */
const FEW_NAMES = 1000;

/** A column of names: row i is `names[codes[i]]`; strings, or a categorical of a quarter of the size. */
export function codedNames(name: string, codes: Uint32Array, names: string[], categorical: boolean): Series {
  if (codes.length <= FEW_NAMES) {
    const few = strings(name, Array.from(codes, (code) => names[code]));
    return categorical ? few.cast(pl.Categorical) : few;
  }
  // The lazy engine, which all else needs, is 40 MB of code that may not be in memory yet.
  if (!categorical && names.length === 1) return strings(name, names).extendConstant(names[0], codes.length - 1);
  if (!categorical && codes.length === names.length && codes.every((code, row) => code === row)) {
    return strings(name, names);
  }
  const distinct = strings("name", names);
  return pl.DataFrame([categorical ? distinct.cast(pl.Categorical) : distinct])
    .select(pl.col("name").gather(pl.Series("code", codes))).getColumn("name").alias(name);
}

/** The columns `is_preview` and `preview_completion`; points without preview columns are committed. */
export function previewColumns(preview: PreviewColumns | null, length: number): Series[] {
  const { isPreview, completion } = preview ??
    { isPreview: new Uint8Array(length), completion: new Float64Array(length).fill(1) };
  return [pl.Series("is_preview", isPreview).cast(pl.Bool), floats("preview_completion", completion)];
}

/** A column of strings; null stays null. */
export function strings(name: string, data: (string | null)[]): Series {
  return pl.Series(name, data, pl.String);
}

/**
 * A column of `datetime[ms, UTC]` from milliseconds since the epoch; NaN becomes null.
 *
 * @param disposable The numbers may be written over, which saves a copy. Default: false.
 */
export function instants(name: string, milliseconds: Float64Array, disposable = false): Series {
  const ints = disposable ? toInts(milliseconds) : null;
  // Not strict: what is no integer, which is NaN alone, becomes null.
  const series = ints ? pl.Series(name, ints, pl.Int64) : floats(name, milliseconds).cast(pl.Int64, false);
  return series.cast(pl.Datetime("ms", "UTC"));
}

/** Added to a whole number below 2^51, this makes a float whose last bits are that number; and the upper half of its own bits. */
const SHIFT = 1.5 * 2 ** 52, SHIFT_HIGH = 0x4338_0000;

/** Whole numbers as ints, in the same memory; null, and the numbers as they were, where one is NaN, or so large that no time is. */
function toInts(numbers: Float64Array): BigInt64Array | null {
  const { buffer, byteOffset, length } = numbers;
  const halves = new Int32Array(buffer, byteOffset, 2 * length);
  for (let i = 0; i < length; i++) {
    const number = numbers[i];
    if (!(number < 2 ** 51 && number > -(2 ** 51))) {
      while (i-- > 0) numbers[i] = halves[2 * i + 1] * 2 ** 32 + (halves[2 * i] >>> 0);
      return null;
    }
    numbers[i] = number + SHIFT;
    halves[2 * i + 1] -= SHIFT_HIGH;
  }
  return new BigInt64Array(buffer, byteOffset, length);
}

/** A column of the values of points, with the type that fits their kind. */
export function valueSeries(name: string, values: PointValues): Series {
  switch (values.kind) {
    case "float":
      return floats(name, values.data);
    case "string":
      return strings(name, values.data);
    case "histogram":
      return histogramStructs(name, values.data);
    case "file":
      return fileStructs(name, values.data);
  }
}

/** A column of structs `{ type, edges, values }`. */
function histogramStructs(name: string, data: (Histogram | null)[]): Series {
  return struct(name, data, [
    strings("type", data.map((one) => one?.type ?? null)),
    lists("edges", data.map((one) => one?.edges ?? null)),
    lists("values", data.map((one) => one?.values ?? null)),
  ]);
}

/** A column of structs `{ path, size, mime_type }`. */
function fileStructs(name: string, data: (FileRef | null)[]): Series {
  return struct(name, data, [
    strings("path", data.map((one) => one?.path ?? null)),
    pl.Series("size", data.map((one) => one?.size ?? null), pl.Int64),
    strings("mime_type", data.map((one) => one?.mimeType ?? null)),
  ]);
}

function lists(name: string, data: (Float64Array | null)[]): Series {
  // The first row tells Polars the type, which it cannot learn from an empty or all-null column; then it goes.
  const rows = [[0], ...data.map((one) => one && Array.from(one))];
  return pl.Series(name, rows, pl.List(pl.Float64)).slice(1, data.length);
}

/** A column of structs; null where `data` is. */
function struct(name: string, data: unknown[], fields: Series[]): Series {
  const structs = pl.DataFrame(fields).toStruct("structs");
  if (!data.includes(null)) return structs.alias(name);
  const present = pl.Series("present", Uint8Array.from(data, (one) => one === null ? 0 : 1));
  return pl.DataFrame([structs, present])
    .select(pl.when(pl.col("present").eq(pl.lit(1))).then(pl.col("structs")).otherwise(pl.lit(null)).alias("structs"))
    .getColumn("structs").alias(name);
}

/**
 * Frames as lines of a plot.
 *
 * @module
 */

import pl, { type DataFrame, type Series } from "nodejs-polars";
import { OptionError } from "../../errors.ts";
import { isNumeric } from "../frame_cells.ts";
import { valuesIn } from "./downsample.ts";
import type { PlotLine } from "./line.ts";

/** Columns that are not series. */
const KEYS = new Set(["step", "run", "experiment", "attribute", "timestamp", "is_preview", "preview_completion"]);

/**
 * The lines of a frame in long form (a column `value`, one row per point) or wide form (one numeric column per series).
 *
 * @throws {OptionError} when it has no column `step`, or nothing to plot.
 */
export function frameLines(frame: DataFrame): PlotLine[] {
  const columns = new Map(frame.getColumns().map((series) => [series.name, series]));
  const step = columns.get("step");
  if (!step) {
    // What fetchRuns() and fetchRunsDf() give has a row for each run, and no points.
    const runs = columns.has("sys/custom_run_id") ? " Runs to plot are those of fetchReadOnlyRuns()." : "";
    throw unfit(`A frame to plot needs a column "step"; this one has ${listed([...columns.keys()])}.${runs}`);
  }
  if (!isNumeric(step)) throw unfit(`The column "step" holds ${step.dtype}, but must be numeric.`);
  const run = names(columns.get("run") ?? columns.get("experiment"));
  const rest = { steps: floats(step), timestamp: columns.get("timestamp"), preview: columns.get("is_preview") };
  if (columns.has("value")) {
    const value = columns.get("value")!;
    if (!isNumeric(value)) {
      throw unfit(
        `The column "value" holds ${value.dtype}, which cannot be plotted as lines; use a float series.`,
      );
    }
    return split(floats(value), run, names(columns.get("attribute")), rest);
  }
  const wide = [...columns.values()].filter((series) => !KEYS.has(series.name) && isNumeric(series));
  if (wide.length === 0) {
    throw unfit(
      `A frame to plot needs a column "value" or numeric columns; this one has ${listed([...columns.keys()])}.`,
    );
  }
  return wide.flatMap((series) => {
    const absent = series.isNull().cast(pl.UInt8).toTypedArray() as Uint8Array;
    return split(floats(series), run, { codes: null, names: [series.name] }, rest, absent);
  });
}

interface Names {
  /** Row by row an index into the names; null where there is only one. */
  codes: Uint32Array | null;
  names: string[];
}

/** The rows of each run and attribute as a line of its own, in the order in which they first occur. */
function split(
  value: Float64Array,
  run: Names,
  attribute: Names,
  { steps, timestamp, preview }: { steps: Float64Array; timestamp?: Series; preview?: Series },
  absent?: Uint8Array,
): PlotLine[] {
  const times = timestamp && milliseconds(timestamp);
  const flags = preview && bits(preview);
  // The frame of one series, as it comes: its rows need no list.
  if (!run.codes && !attribute.codes && !absent && value.length > 0 && ascends(steps)) {
    return [{
      run: run.names[0],
      attribute: attribute.names[0],
      step: steps,
      value,
      timestamp: times,
      preview: flags,
    }];
  }
  const lines = new Map<number, number>(), sizes: number[] = [];
  const lineOf = new Int32Array(value.length).fill(-1);
  let before = -1, line = -1;
  for (let row = 0; row < value.length; row++) {
    if (absent?.[row]) continue;
    const key = (run.codes?.[row] ?? 0) * attribute.names.length + (attribute.codes?.[row] ?? 0);
    if (key !== before) {
      before = key;
      line = lines.get(key) ?? sizes.push(0) - 1;
      lines.set(key, line);
    }
    lineOf[row] = line;
    sizes[line]++;
  }
  const lists = sizes.map((size) => new Uint32Array(size));
  for (let row = value.length - 1; row >= 0; row--) {
    if (lineOf[row] >= 0) lists[lineOf[row]][--sizes[lineOf[row]]] = row;
  }
  return [...lines].map(([key, line]) => {
    const list = lists[line];
    // Long frames are sorted by step within a line; frames of people may not be.
    const isSorted = list.every((row, i) => i === 0 || !(steps[list[i - 1]] > steps[row]));
    if (!isSorted) list.sort((a, b) => steps[a] - steps[b] || a - b);
    const isAll = isSorted && list.length === value.length;
    return {
      run: run.names[Math.floor(key / attribute.names.length)],
      attribute: attribute.names[key % attribute.names.length],
      step: isAll ? steps : valuesIn(steps, list),
      value: isAll ? value : valuesIn(value, list),
      timestamp: times && (isAll ? times : valuesIn(times, list)),
      preview: flags && (isAll ? flags : valuesIn(flags, list)),
    };
  });
}

function ascends(steps: Float64Array): boolean {
  for (let row = 1; row < steps.length; row++) if (steps[row - 1] > steps[row]) return false;
  return true;
}

/** Texts by their codes: a million texts take a second to come out of Polars. */
function names(series: Series | undefined): Names {
  if (!series) return { codes: null, names: [""] };
  const texts = pl.DataFrame([series.alias("text")]).select(pl.col("text").cast(pl.String).fillNull(pl.lit("")))
    .getColumn("text");
  const codes = texts.cast(pl.Categorical).cast(pl.UInt32).toTypedArray() as Uint32Array;
  const known = new Map<number, number>(), names: string[] = [];
  for (let row = 0; row < codes.length; row++) {
    let code = known.get(codes[row]);
    if (code === undefined) known.set(codes[row], code = names.push(texts.getIndex(row)) - 1);
    codes[row] = code;
  }
  return { codes, names };
}

/** Times since the epoch, whatever the unit of the column: other programs write micro- and nanoseconds. Texts are no times. */
function milliseconds(timestamp: Series): Float64Array | undefined {
  if (isNumeric(timestamp)) return floats(timestamp);
  if (!["Datetime", "Date"].includes(timestamp.dtype.variant)) return undefined;
  return floats(timestamp.cast(pl.Datetime("ms")).cast(pl.Int64));
}

/** A column of true and false, or of 1 and 0, as databases write them; null is false. Texts are neither. */
function bits(column: Series): Uint8Array | undefined {
  if (column.dtype.variant !== "Bool" && !isNumeric(column)) return undefined;
  const flags = column.cast(pl.Bool);
  if (flags.nullCount() === 0) return flags.cast(pl.UInt8).toTypedArray() as Uint8Array;
  return Uint8Array.from(flags.toArray(), Number);
}

/** A numeric column; null becomes NaN. */
function floats(series: Series): Float64Array {
  const column = series.cast(pl.Float64);
  if (column.nullCount() === 0) return column.toTypedArray() as Float64Array;
  return Float64Array.from(column.toArray() as (number | null)[], (value) => value ?? NaN);
}

function listed(columns: string[]): string {
  return columns.slice(0, 8).map((name) => `"${name}"`).join(", ") + (columns.length > 8 ? " and others" : "");
}

function unfit(message: string): OptionError {
  return new OptionError(message, { option: "frame", value: null });
}

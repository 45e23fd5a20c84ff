/**
 * Columns of Polars frames to typed arrays.
 *
 * @module
 */

import pl, { type DataFrame, type Expr } from "nodejs-polars";

/** Texts by number: row i holds `names[codes[i]]`. */
export interface Dictionary {
  names: string[];
  codes: Uint32Array;
}

/** Prepares a text column without nulls for {@linkcode dictionary}; to be used once all rows are in one frame. */
export function coded(column: string): Expr {
  return pl.col(column).cast(pl.Categorical).alias(column);
}

/** The texts of a column prepared with {@linkcode coded}. */
export function dictionary(frame: DataFrame, column: string): Dictionary {
  const names: string[] = [];
  const codes = numbered(frame, column, (name) => names.push(name) - 1);
  return { names, codes };
}

/** A column prepared with {@linkcode coded}, each text as the number that `number` gives it; asked once for each text. */
export function numbered(frame: DataFrame, column: string, number: (name: string) => number): Uint32Array {
  const series = frame.getColumn(column);
  const codes = series.cast(pl.UInt32).toTypedArray() as Uint32Array;
  const distinct = series.unique();
  const names = distinct.cast(pl.Utf8).toArray() as string[];
  const values = distinct.cast(pl.UInt32).toTypedArray() as Uint32Array;
  // Polars numbers the texts of the whole process.
  let most = 0;
  for (const value of values) if (value > most) most = value;
  const numbers = new Uint32Array(most + 1);
  values.forEach((value, i) => numbers[value] = number(names[i]));
  for (let i = 0; i < codes.length; i++) codes[i] = numbers[codes[i]];
  return codes;
}

/** A number column as floats, null as NaN. Fastest where the query already made it so: see {@linkcode asFloats}. */
export function floatValues(frame: DataFrame, column: string): Float64Array {
  return filled(frame, column, NaN);
}

/** Prepares a number column for {@linkcode floatValues} inside the query, where it costs next to nothing. */
export function asFloats(column: string): Expr {
  return pl.col(column).cast(pl.Float64).fillNull(pl.lit(NaN)).alias(column);
}

function filled(frame: DataFrame, column: string, value: number): Float64Array {
  const series = frame.getColumn(column);
  const ready = series.dtype.equals(pl.Float64) && !series.hasNulls();
  const numbers = ready
    ? series
    : frame.select(pl.col(column).cast(pl.Float64).fillNull(pl.lit(value))).getColumn(column);
  return numbers.toTypedArray() as Float64Array;
}

/** An int column without nulls. */
export function intValues(frame: DataFrame, column: string): BigInt64Array {
  return frame.getColumn(column).toTypedArray() as BigInt64Array;
}

/** A bool column without nulls, as 0 and 1. */
export function boolValues(frame: DataFrame, column: string): Uint8Array {
  return Uint8Array.from(frame.getColumn(column).cast(pl.UInt32).toTypedArray() as Uint32Array);
}

/** A text column. */
export function stringValues(frame: DataFrame, column: string): (string | null)[] {
  return frame.getColumn(column).toArray() as (string | null)[];
}

/** A column of lists of texts; null where the list is null. */
export function stringLists(frame: DataFrame, column: string): (string[] | null)[] {
  return lists(frame, column, (elements) => elements.getColumn(column).toArray() as string[]);
}

/** A column of lists of numbers; null where the list is null. */
export function floatLists(frame: DataFrame, column: string): (Float64Array | null)[] {
  return lists(frame, column, (elements) => floatValues(elements, column));
}

function lists<T extends string[] | Float64Array>(
  frame: DataFrame,
  column: string,
  decode: (elements: DataFrame) => T,
): (T | null)[] {
  const length = pl.col(column).lst.lengths();
  const lengths = filled(frame.select(length.cast(pl.Float64).alias(column)), column, -1);
  // Polars explodes an empty list to one null.
  const all = decode(frame.filter(length.gt(pl.lit(0))).select(pl.col(column).explode()));
  let at = 0;
  return Array.from(lengths, (length) => length < 0 ? null : all.slice(at, at += length) as T);
}

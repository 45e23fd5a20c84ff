/** Our answers in the form in which `ask.py` writes those of the official clients. */

import pl, { type DataFrame } from "nodejs-polars";

/** What JSON can say. */
export type Plain = null | boolean | number | string | Plain[] | { [name: string]: Plain };

/** A table as columns and rows. */
export type PlainTable = { columns: string[]; rows: Plain[][] };

/** A value as JSON; what is absent or NaN is null. */
export function plain(value: unknown): Plain {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return { time: value.getTime() };
  if (value instanceof Set) return [...value].sort();
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as ArrayLike<unknown>, plain);
  switch (typeof value) {
    case "bigint":
      return value <= 2n ** 53n && value >= -(2n ** 53n) ? Number(value) : { int: String(value) };
    case "number":
      return Number.isNaN(value) ? null : Number.isFinite(value) ? value : { float: value > 0 ? "inf" : "-inf" };
    case "object": {
      const fields = Object.entries(value).map(([name, one]) => [name, plain(one)] as const);
      // An absent struct reaches JavaScript as one whose fields are all absent.
      return fields.length > 0 && fields.every(([, one]) => one === null) ? null : Object.fromEntries(fields);
    }
    default:
      return value as boolean | string;
  }
}

/** Integers that JavaScript's numbers cannot hold are strings of digits in our frames. */
function isLargeInt(text: string): boolean {
  return /^-?[1-9]\d{15,18}$/.test(text) && !Number.isSafeInteger(Number(text));
}

/** A frame as JSON, with exact integers. */
export function plainTable(frame: DataFrame): PlainTable {
  const columns = frame.getColumns().map((column) => {
    return column.dtype.equals(pl.Int64)
      ? column.cast(pl.Utf8).toArray().map((text) => plain(text === null ? null : BigInt(text)))
      : column.toArray().map((value) => typeof value === "string" && isLargeInt(value) ? { int: value } : plain(value));
  });
  return {
    columns: frame.columns,
    rows: Array.from({ length: frame.height }, (_, row) => columns.map((column) => column[row])),
  };
}

/**
 * A long frame of points as `{"run|attribute": [[step, value, ...], ...]}`, without values that are absent. The values are those of
 * the fields named; `value` may stand in one column for each type.
 */
export function plainPoints(frame: DataFrame, ...fields: string[]): Plain {
  const found: Record<string, Plain[]> = {};
  const { columns, rows } = plainTable(frame);
  const at = (row: Plain[], name: string) =>
    row.find((value, i) => value !== null && (columns[i] === name || columns[i].startsWith(`${name}:`))) ?? null;
  for (const row of rows) {
    const values = fields.map((name) => at(row, name));
    if (values.every((value) => value === null)) continue;
    (found[`${at(row, "run")}|${at(row, "attribute")}`] ??= []).push([at(row, "step"), ...values]);
  }
  return found;
}

/** Tells whether two answers are the same; objects are compared whatever the order of their names. */
export function same(a: Plain, b: Plain): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, i) => same(one, b[i]));
  }
  const names = Object.keys(a);
  return names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]));
}

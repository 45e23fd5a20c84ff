/**
 * The cells of a frame.
 *
 * @module
 */

import pl, { type Series } from "nodejs-polars";
import { alignNumbers, formatCount, formatNumber, formatTime, printedText, shortenText } from "./format.ts";
import type { GridCell } from "./draw/grid.ts";

/** The first `head` and last `tail` cells of a column. */
export function columnCells(series: Series, head: number, tail: number, textLength: number): GridCell[] {
  const values = [...readable(series.head(head)), ...(tail > 0 ? readable(series.tail(tail)) : [])];
  if (!values.some((value) => typeof value === "number") || !isNumeric(series)) {
    return values.map((value) => anyCell(value, textLength));
  }
  const aligned = alignNumbers(values as (number | null)[]);
  return values.map((value, i) => value === null ? ["null"] : Number.isNaN(value) ? ["NaN"] : aligned[i]);
}

function readable(series: Series): unknown[] {
  // JavaScript has no decimals, and Polars refuses to convert them.
  return (series.dtype.variant === "Decimal" ? series.cast(pl.String) : series).toArray();
}

/** Any value in a cell, on one line. */
export function anyCell(value: unknown, textLength: number): GridCell {
  if (value === null || value === undefined) return ["null"];
  if (value instanceof Date) return formatTime(value);
  if (typeof value !== "string") return shortenText(plainValue(value), textLength);
  if (value === "") return ['""'];
  return shortenText(printedText(value).replaceAll("\n", " ⏎ "), textLength);
}

function plainValue(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "string") return `"${value}"`;
  if (value instanceof Date) return formatTime(value);
  if (Array.isArray(value)) {
    const shown = value.slice(0, 4).map(plainValue).join(", ");
    return value.length > 4 ? `[${shown}, … ${formatCount(value.length - 4)} more]` : `[${shown}]`;
  }
  if (typeof value === "object") {
    return Object.entries(value).map(([key, one]) => `${key}: ${plainValue(one)}`).join(", ");
  }
  return String(value);
}

/** Tells whether cells of this column go to the right. */
export function isNumeric(series: Series): boolean {
  return /^(U?Int\d+|Float\d+|Decimal)$/.test(series.dtype.variant);
}

/** The type as Polars writes it in its own tables: `f64`, `str`, `datetime[ms, UTC]`, `list[f64]`. */
export function typeName(series: Series): string {
  return shortName(JSON.parse(JSON.stringify(series.dtype)), series.dtype.toString());
}

function shortName({ DataType: type }: { DataType: unknown }, text: string): string {
  if (typeof type === "string") {
    return type.replace(/^UInt/, "u").replace(/^Int/, "i").replace(/^Float/, "f").replace(/^String$/, "str").replace(
      /^Categorical$/,
      "cat",
    )
      .toLowerCase();
  }
  const [[name, inner]] = Object.entries(type as Record<string, unknown>);
  switch (name) {
    case "List":
      return `list[${shortName(inner as { DataType: unknown }, "")}]`;
    case "Struct":
      return `struct[${(inner as unknown[]).length}]`;
    case "Datetime":
      return `datetime[${inner}${text.includes("UTC") ? ", UTC" : ""}]`;
    case "Decimal":
      return "decimal";
    default:
      return name.toLowerCase();
  }
}

/**
 * Values of attributes in a few words.
 *
 * @module
 */

import type { Cell } from "../frame/cell.ts";
import type { FileRef, Histogram } from "../types.ts";
import { counted, formatBytes, formatNumber, formatTime, printedText, shortenText } from "./format.ts";

/** One value as one line of text. */
export function valueText({ type, value }: Cell, length = 160): string {
  if (value === null) return "";
  if (typeof value === "number") return formatNumber(value);
  if (value instanceof Date) return formatTime(value);
  if (value instanceof Set) return [...value].join(", ");
  if (typeof value === "string") return shortenText(printedText(value).replace(/\s*\n\s*/g, " ⏎ "), length);
  if (type === "histogram_series") return histogramText(value as Histogram);
  return typeof value === "object" ? fileText(value as FileRef) : String(value);
}

/** `32 bins from -1.5 to 1.5`. */
export function histogramText({ edges, values }: Histogram): string {
  const range = `from ${formatNumber(edges[0])} to ${formatNumber(edges[edges.length - 1])}`;
  return `${counted(values.length, "bin")} ${range}`;
}

/** `image/png, 12 kB`. */
export function fileText({ mimeType, size }: FileRef): string {
  return size === null ? mimeType : `${mimeType}, ${formatBytes(size)}`;
}

/**
 * Rows of an archive, one small function for each attribute type.
 *
 * @module
 */

import type { ArchiveRow, HistogramCell } from "./writer.ts";

/** An int attribute. */
export const int = (path: string, value: number | bigint): ArchiveRow => row(path, "int", { int_value: value });

/** A float attribute. */
export const float = (path: string, value: number): ArchiveRow => row(path, "float", { float_value: value });

/** A string attribute. */
export const string = (path: string, value: string): ArchiveRow => row(path, "string", { string_value: value });

/** A bool attribute. */
export const bool = (path: string, value: boolean): ArchiveRow => row(path, "bool", { bool_value: value });

/** A datetime attribute, from milliseconds since the epoch. */
export const datetime = (path: string, value: number): ArchiveRow => row(path, "datetime", { datetime_value: value });

/** A set of strings. */
export const stringSet = (path: string, ...value: string[]): ArchiveRow =>
  row(path, "string_set", { string_set_value: value });

/** A file attribute; null where the file was not found. */
export const file = (path: string, stored: string | null): ArchiveRow =>
  row(path, "file", { file_value: stored === null ? null : { path: stored } });

/** A row without any value, as the exporter's pivoting leaves them behind. */
export const phantom = (path: string, type: string): ArchiveRow => row(path, type, {});

/** One point of a float series. */
export const floatPoint = (path: string, step: number, timestamp: number, value: number): ArchiveRow =>
  row(path, "float_series", { step, timestamp, float_value: value });

/** One point of a string series. */
export const stringPoint = (path: string, step: number, timestamp: number, value: string): ArchiveRow =>
  row(path, "string_series", { step, timestamp, string_value: value });

/** One point of a histogram series. */
export const histogramPoint = (path: string, step: number, timestamp: number, value: HistogramCell): ArchiveRow =>
  row(path, "histogram_series", { step, timestamp, histogram_value: value });

/** One point of a file series; `stored` is null where the file was not found, `timestamp` where none was kept. */
export const filePoint = (path: string, step: number, timestamp: number | null, stored: string | null): ArchiveRow =>
  row(path, "file_series", { step, timestamp, file_value: stored === null ? null : { path: stored } });

function row(path: string, type: string, cells: Partial<ArchiveRow>): ArchiveRow {
  return { attribute_path: path, attribute_type: type, ...cells };
}

/**
 * Values of columns as JSON.
 *
 * @module
 */

import type { PointValues, ValueColumn } from "../columns.ts";
import type { Aggregation } from "../nql/ast.ts";
import type { FileRef, Histogram } from "../types.ts";
import type { JsonFile, JsonHistogram, JsonNumber, JsonPoints, LatestValue, RunsCell } from "./api.ts";

/** A number, or the word for one that JSON has not. */
export function jsonNumber(value: number): JsonNumber {
  return Number.isFinite(value) ? value : String(value) as JsonNumber;
}

/** The same for a column. */
export function jsonNumbers(values: Float64Array): JsonNumber[] {
  return Array.from(values, jsonNumber);
}

/** An integer: those beyond 2^53 keep their digits as a text. */
function jsonInteger(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function jsonFile({ size, mimeType }: FileRef): JsonFile {
  return { size, mimeType };
}

function jsonHistogram({ type, edges, values }: Histogram): JsonHistogram {
  return { type, edges: jsonNumbers(edges), values: jsonNumbers(values) };
}

/** The values of points from `start` to `end`. */
export function jsonPoints(values: PointValues, start: number, end: number): JsonPoints["values"] {
  switch (values.kind) {
    case "float":
      return jsonNumbers(values.data.subarray(start, end));
    case "string":
      return values.data.slice(start, end);
    case "histogram":
      return values.data.slice(start, end).map((one) => one && jsonHistogram(one));
    case "file":
      return values.data.slice(start, end).map((one) => one && jsonFile(one));
  }
}

/** What a table shows of row `i`. */
export function tableCell(column: ValueColumn, i: number, aggregation: Aggregation | null): RunsCell {
  switch (column.type) {
    case "int":
      return jsonInteger(column.data[i]);
    case "float":
    case "datetime":
      return jsonNumber(column.data[i]);
    case "bool":
      return column.data[i] === 1;
    case "string":
    case "string_set":
      return column.data[i];
    case "float_series":
      return column.data.present[i] ? jsonNumber(column.data[aggregation ?? "last"][i]) : null;
    case "string_series":
      return column.data.last[i];
    case "histogram_series":
      return column.data.last[i] && "histogram";
    case "file_series": {
      const last = column.data.last[i];
      return last && jsonFile(last);
    }
    case "file":
    case "file_set":
    case "artifact": {
      const file = column.data[i];
      return file && jsonFile(file);
    }
    case "experiment_state":
      return null;
  }
}

/** All that is known of the latest value of row `i`. */
export function latestValue(column: ValueColumn, i: number): LatestValue {
  const { type } = column;
  switch (type) {
    case "int":
      return { type, value: jsonInteger(column.data[i]) };
    case "float":
    case "datetime":
      return { type, value: jsonNumber(column.data[i]) };
    case "bool":
      return { type, value: column.data[i] === 1 };
    case "string":
      return { type, value: column.data[i] };
    case "string_set":
      return { type, value: column.data[i] };
    case "float_series": {
      const { data } = column;
      if (!data.present[i]) return { type, value: null };
      const [lastStep, last, min, max, average, variance] = [
        data.lastStep,
        data.last,
        data.min,
        data.max,
        data.average,
        data.variance,
      ].map((values) => jsonNumber(values[i]));
      return { type, value: { lastStep, last, min, max, average, variance } };
    }
    case "string_series":
      return { type, value: lastPoint(column.data, i, (text) => text) };
    case "histogram_series":
      return { type, value: lastPoint(column.data, i, jsonHistogram) };
    case "file_series":
      return { type, value: lastPoint(column.data, i, jsonFile) };
    case "file":
    case "file_set":
    case "artifact": {
      const file = column.data[i];
      return { type, value: file && jsonFile(file) };
    }
    case "experiment_state":
      return { type, value: null };
  }
}

function lastPoint<T, Json>(
  { lastStep, last }: { lastStep: Float64Array; last: (T | null)[] },
  i: number,
  convert: (value: T) => Json,
): { lastStep: JsonNumber; last: Json } | null {
  const value = last[i];
  return value === null ? null : { lastStep: jsonNumber(lastStep[i]), last: convert(value) };
}

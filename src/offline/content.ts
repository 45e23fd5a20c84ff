/**
 * What one run logged itself, as the files of a client hold it: single values, and series in columns.
 *
 * @module
 */

import type { PointValues } from "../columns.ts";
import type { Finding } from "../source.ts";
import type { ConfigType, FileRef, FileType, PointKind } from "../types.ts";

/** One value: int as bigint, datetime as milliseconds. */
export type Value = bigint | number | string | boolean | string[] | FileRef | null;

/** The types of attributes that are one value. */
export type SingleType = ConfigType | FileType;

/** One attribute that is one value. */
export interface Single {
  type: SingleType;
  value: Value;
  /** When it was assigned, in milliseconds since the epoch; NaN where that is not known. */
  time: number;
  /** For sets that were changed and never assigned: what to take from the set on the server. `value` is what was added. */
  removed?: ReadonlySet<string>;
}

/** Points in columns, ascending by step. */
export interface OwnPoints {
  step: Float64Array;
  /** Milliseconds since the epoch, UTC; NaN where it is not known. */
  timestamp: Float64Array;
  values: PointValues;
}

/** One series. */
export interface OwnSeries extends OwnPoints {
  /** Preview points behind the last committed one; float series only. */
  previews: Previews | null;
}

/** Preview points, ascending by step. */
export interface Previews {
  step: Float64Array;
  timestamp: Float64Array;
  value: Float64Array;
  completion: Float64Array;
}

/** Where the bytes of a file may be. */
export type FileOrigin =
  /** The first of these paths that exists. */
  | { kind: "disk"; paths: string[] }
  /** In base64 between these bytes of a log: the content of an operation, or of one of its points. */
  | { kind: "log"; path: string; start: number; end: number; point: number | null }
  /** A folder of files, by their names inside. */
  | { kind: "folder"; names: string[] }
  /** A text that no file holds. */
  | { kind: "text"; text: string };

/** What one run logged itself. */
export interface DiskContent {
  singles: Map<string, Single>;
  series: Map<string, OwnSeries>;
  /** Files by the path of their reference. */
  files: Map<string, FileOrigin>;
  /** What the rules dropped, and what is doubtful. */
  findings: Finding[];
  /** Why some of it cannot be read, with the file concerned; null where all could be. */
  damage: { file: string; reason: string } | null;
  /** When the first operation was queued, in milliseconds since the epoch, where that is told and nothing else is. */
  began: number | null;
}

/** Rows `start` to before `end`, sharing memory where that is possible. */
export function slicePoints({ step, timestamp, values }: OwnPoints, start: number, end: number): OwnPoints {
  if (start === 0 && end === step.length) return { step, timestamp, values };
  const data = values.kind === "float" ? values.data.subarray(start, end) : values.data.slice(start, end);
  return {
    step: step.subarray(start, end),
    timestamp: timestamp.subarray(start, end),
    values: { kind: values.kind, data } as PointValues,
  };
}

/** These rows, in this order. */
export function pickPoints({ step, timestamp, values }: OwnPoints, rows: Uint32Array): OwnPoints {
  const floats = (from: Float64Array) => {
    const to = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) to[i] = from[rows[i]];
    return to;
  };
  const data = values.kind === "float" ? floats(values.data) : Array.from(rows, (row) => values.data[row]);
  return { step: floats(step), timestamp: floats(timestamp), values: { kind: values.kind, data } as PointValues };
}

/** Points one behind the other. */
export function joinPoints(kind: PointKind, parts: readonly OwnPoints[]): OwnPoints {
  if (parts.length === 1) return parts[0];
  const length = parts.reduce((sum, { step }) => sum + step.length, 0);
  const floats = (of: (part: OwnPoints) => Float64Array) => {
    const all = new Float64Array(length);
    let at = 0;
    for (const part of parts) {
      all.set(of(part), at);
      at += part.step.length;
    }
    return all;
  };
  const data = kind === "float"
    ? floats(({ values }) => values.data as Float64Array)
    : parts.flatMap(({ values }) => values.data as unknown[]);
  return {
    step: floats(({ step }) => step),
    timestamp: floats(({ timestamp }) => timestamp),
    values: { kind, data } as PointValues,
  };
}

/** About how many bytes a run takes in memory. */
export function sizeOf({ singles, series }: DiskContent): number {
  let bytes = 200 * singles.size;
  for (const { step, values } of series.values()) {
    bytes += 300 + step.length * (values.kind === "float" ? 24 : 150);
    if (values.kind === "string") { for (const text of values.data) bytes += text?.length ?? 0; }
  }
  return bytes;
}

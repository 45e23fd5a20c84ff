/**
 * Columns to one Polars frame in one step, by way of Arrow's IPC format.
 *
 * Made one by one, twenty thousand Polars columns take a second, and as many objects that the garbage collector has to follow.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import {
  Batch,
  bool,
  Column,
  columnFromArray,
  float64,
  int64,
  largeUtf8,
  list,
  struct,
  tableFromColumns,
  tableToIPC,
  timestamp,
  TimeUnit,
  utf8,
} from "@uwdata/flechette";
import pl, { type DataFrame } from "nodejs-polars";
import type { FileRef, Histogram } from "./types.ts";

/** What numbers are: f64, i64, milliseconds since the epoch, or 0 and 1. */
export type NumberKind = "float" | "int" | "datetime" | "bool";

/** A column of Arrow. */
export type ArrowColumn = Column<unknown>;

/** So many columns travel together: what they take is given up before the next ones are made. */
const TOGETHER = 2000;

/**
 * Builds a frame.
 *
 * @param columns Names and columns, all of the same length; names must differ. Taken one after the other.
 */
export function arrowFrame(columns: Iterable<readonly [name: string, column: ArrowColumn]>): DataFrame {
  const frames: DataFrame[] = [];
  let some: (readonly [string, ArrowColumn])[] = [];
  const take = () => {
    const bytes = tableToIPC(tableFromColumns(some as [string, ArrowColumn][]), { format: "file" })!;
    frames.push(pl.readIPC(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
    some = [];
  };
  for (const column of columns) {
    some.push(column);
    if (some.length === TOGETHER) take();
  }
  if (some.length > 0) take();
  return frames.length === 1 ? frames[0] : pl.concat(frames, { how: "horizontal" });
}

const TYPES = { float: float64(), int: int64(), datetime: timestamp(TimeUnit.MILLISECOND, "UTC"), bool: bool() };

/** A column of f64, i64, `datetime[ms, UTC]` or bool; null where `present` is 0. */
export function numberColumn(
  kind: NumberKind,
  data: Float64Array | BigInt64Array | Uint8Array,
  present: Uint8Array,
): ArrowColumn {
  const values = kind === "bool" ? bits(data as Uint8Array) : kind === "datetime" ? instants(data, present) : data;
  return column({ type: TYPES[kind], ...validity(present), values });
}

/** A column of strings. */
export function textColumn(data: (string | null)[]): ArrowColumn {
  // Half a surrogate pair would become whole with the half that the next text may start with.
  const texts = data.map((one) => one?.toWellFormed() ?? "");
  const text = new TextEncoder().encode(texts.join(""));
  const present = Uint8Array.from(data, (one) => one === null ? 0 : 1);
  const isAscii = text.length === texts.reduce((sum, one) => sum + one.length, 0);
  const ends = new Float64Array(texts.length + 1);
  texts.forEach((one, i) => ends[i + 1] = ends[i] + (isAscii ? one.length : Buffer.byteLength(one)));
  const large = text.length > 0x7fff_ffff;
  const offsets = large ? BigInt64Array.from(ends, BigInt) : Int32Array.from(ends);
  return column({ type: large ? largeUtf8() : utf8(), ...validity(present), values: text, offsets });
}

/** A column of lists of strings. */
export function textListColumn(data: (string[] | null)[]): ArrowColumn {
  return columnFromArray(data, list(utf8()));
}

/** A column of structs `{ path, size, mime_type }`. */
export function fileColumn(data: (FileRef | null)[]): ArrowColumn {
  const rows = data.map((one) =>
    one && { path: one.path, size: one.size === null ? null : BigInt(one.size), mime_type: one.mimeType }
  );
  return columnFromArray(rows, struct({ path: utf8(), size: int64(), mime_type: utf8() }));
}

/** A column of structs `{ type, edges, values }`. */
export function histogramColumn(data: (Histogram | null)[]): ArrowColumn {
  const numbers = list(float64());
  return columnFromArray(data, struct({ type: utf8(), edges: numbers, values: numbers }));
}

function column(parts: Omit<ConstructorParameters<typeof Batch>[0], "length">): ArrowColumn {
  const { present, ...batch } = parts as typeof parts & { present: Uint8Array };
  return new Column([new Batch({ length: present.length, ...batch } as ConstructorParameters<typeof Batch>[0])]);
}

/** Which values there are, as Arrow has it: a bit for each, and no bits where all are there. */
function validity(present: Uint8Array): { present: Uint8Array; nullCount: number; validity: Uint8Array } {
  let there = 0;
  for (const one of present) there += one;
  const all = there === present.length;
  return { present, nullCount: present.length - there, validity: all ? new Uint8Array(0) : bits(present) };
}

function bits(flags: Uint8Array): Uint8Array {
  const packed = new Uint8Array((flags.length + 7) >>> 3);
  for (let i = 0; i < flags.length; i++) packed[i >>> 3] |= flags[i] << (i & 7);
  return packed;
}

function instants(data: ArrayLike<number | bigint>, present: Uint8Array): BigInt64Array {
  const times = new BigInt64Array(data.length);
  for (let i = 0; i < data.length; i++) if (present[i] === 1) times[i] = BigInt(Math.trunc(Number(data[i])));
  return times;
}

/**
 * Columns to one Polars frame in one step, by way of Arrow's IPC format.
 *
 * Made one by one, twenty thousand Polars columns take a second, and as many objects that the garbage collector has to follow.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import pl, { type DataFrame } from "nodejs-polars";
import { pauseNowAndThen } from "../async/pause.ts";
import type { FileRef, Histogram } from "../types.ts";
import { methodsFirst } from "./wrap.ts";

/** What numbers are: f64, i64, milliseconds since the epoch, or 0 and 1. */
export type NumberKind = "float" | "int" | "datetime" | "bool";

type Arrow = typeof import("@uwdata/flechette");
type BatchParts = Omit<ConstructorParameters<Arrow["Batch"]>[0], "length" | "nullCount" | "validity">;

/** A column that is made when its frame is: only then the package that makes it is loaded. */
export type ArrowColumn = (arrow: Arrow) => InstanceType<Arrow["Column"]>;

const MIN_EXACT = BigInt(Number.MIN_SAFE_INTEGER), MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

/** So many columns travel together: what they take is given up before the next ones are made. */
const TOGETHER = 2000;

/**
 * Builds a frame.
 *
 * @param columns Names and columns, all of the same length; names must differ. Taken one after the other.
 */
export async function arrowFrame(
  columns: Iterable<readonly [name: string, column: ArrowColumn]>,
): Promise<DataFrame> {
  const arrow = await import("@uwdata/flechette");
  const frames: DataFrame[] = [];
  let some: [string, ReturnType<ArrowColumn>][] = [];
  const take = () => {
    const bytes = arrow.tableToIPC(arrow.tableFromColumns(some), { format: "file" })!;
    frames.push(pl.readIPC(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
    some = [];
  };
  const pause = pauseNowAndThen();
  for (const [name, column] of columns) {
    some.push([name, column(arrow)]);
    if (some.length === TOGETHER) take();
    await pause();
  }
  if (some.length > 0) take();
  return sideBySide(frames);
}

/** The columns of one frame after those of another. */
export function sideBySide(frames: DataFrame[]): DataFrame {
  return frames.length === 1 ? frames[0] : pl.concat(frames.map(methodsFirst), { how: "horizontal" });
}

/**
 * A column of f64, i64, `datetime[ms, UTC]` or bool; null where `present` is 0. Ints of which one is beyond what a JavaScript number
 * holds exactly are strings of their digits: Polars gives ints as numbers.
 */
export function numberColumn(
  kind: NumberKind,
  data: Float64Array | BigInt64Array | Uint8Array,
  present: Uint8Array,
): ArrowColumn {
  if (kind === "int" && (data as BigInt64Array).some((one, i) => present[i] === 1 && !isExact(one))) {
    return stringColumn(Array.from(data as BigInt64Array, (one, i) => present[i] === 1 ? String(one) : null));
  }
  return (arrow) => {
    const { float64, int64, timestamp, TimeUnit, bool } = arrow;
    const types = { float: float64, int: int64, datetime: () => timestamp(TimeUnit.MILLISECOND, "UTC"), bool };
    const values = kind === "bool" ? bits(data as Uint8Array) : kind === "datetime" ? instants(data, present) : data;
    return column(arrow, present, { type: types[kind](), values });
  };
}

function isExact(int: bigint): boolean {
  return int >= MIN_EXACT && int <= MAX_EXACT;
}

/** A column of strings. */
export function stringColumn(data: (string | null)[]): ArrowColumn {
  // Half a surrogate pair would become whole with the half that the next text may start with.
  const strings = data.map((one) => one?.toWellFormed() ?? "");
  const joined = strings.join(""), text = new TextEncoder().encode(joined);
  const isAscii = text.length === joined.length;
  const present = new Uint8Array(data.length), ends = new Float64Array(data.length + 1);
  for (let i = 0; i < data.length; i++) {
    present[i] = data[i] === null ? 0 : 1;
    ends[i + 1] = ends[i] + (isAscii ? strings[i].length : Buffer.byteLength(strings[i]));
  }
  const large = text.length > 0x7fff_ffff;
  const offsets = large ? BigInt64Array.from(ends, BigInt) : new Int32Array(ends);
  return (arrow) => {
    const type = large ? arrow.largeUtf8() : arrow.utf8();
    return column(arrow, present, { type, values: text, offsets });
  };
}

/** A column of lists of strings. */
export function stringListColumn(data: (string[] | null)[]): ArrowColumn {
  return ({ columnFromArray, list, utf8 }) => columnFromArray(data, list(utf8()));
}

/** A column of structs `{ path, size, mime_type }`. */
export function fileColumn(data: (FileRef | null)[]): ArrowColumn {
  const rows = data.map((one) =>
    one && { path: one.path, size: one.size === null ? null : BigInt(one.size), mime_type: one.mimeType }
  );
  return ({ columnFromArray, struct, utf8, int64 }) =>
    columnFromArray(rows, struct({ path: utf8(), size: int64(), mime_type: utf8() }));
}

/** A column of structs `{ type, edges, values }`. */
export function histogramColumn(data: (Histogram | null)[]): ArrowColumn {
  return ({ columnFromArray, struct, utf8, list, float64 }) => {
    const numbers = list(float64());
    return columnFromArray(data, struct({ type: utf8(), edges: numbers, values: numbers }));
  };
}

/** A column of one batch; `present` says which values there are: Arrow has a bit for each, and none where all are there. */
function column({ Batch, Column }: Arrow, present: Uint8Array, parts: BatchParts): ReturnType<ArrowColumn> {
  let there = 0;
  for (const one of present) there += one;
  const length = present.length;
  const validity = there === length ? new Uint8Array(0) : bits(present);
  return new Column([new Batch({ length, nullCount: length - there, validity, ...parts })]);
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

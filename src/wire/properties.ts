/**
 * The value of one attribute, whatever its type.
 *
 * @module
 */

import type { FileRef, Histogram } from "../types.ts";
import type { Reader } from "./reader.ts";
import type { Aggregates, LastPoint, SentType, Values } from "./value_rows.ts";

// All properties: 1 attribute_name, 2 attribute_type, then the value
/**
 * Reads the properties of an attribute, up to the end of their message.
 *
 * @param reader Inside of the message.
 * @param type The type that the field belongs to.
 */
export function properties(reader: Reader, type: SentType): Values[SentType] {
  switch (type) {
    case "string_set":
      return stringSet(reader);
    case "float_series":
      return floatSeries(reader);
    case "file":
      return fileRef(reader, 3, 5);
    case "string_series":
      return lastPoint(reader, () => reader.string());
    case "file_series":
      return lastPoint(reader, () => nested(reader, () => fileRef(reader, 1, 3)));
    case "histogram_series":
      return lastPoint(reader, () => nested(reader, () => histogram(reader)));
    default:
      return scalar(reader, type);
  }
}

// Proto(Int|Float|String|Bool|Datetime)AttributeDTO: 3 value
function scalar(reader: Reader, type: SentType): Values[SentType] {
  let value: Values[SentType] = type === "int" ? 0n : type === "string" ? "" : type === "bool" ? false : 0;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a || tag === 0x12) reader.pass();
    else if (tag === 0x18 && type === "int") value = BigInt.asIntN(64, reader.int64());
    else if (tag === 0x19 && type === "float") value = reader.double();
    else if (tag === 0x1a && type === "string") value = reader.string();
    else if (tag === 0x18 && type === "bool") value = reader.bool();
    else if (tag === 0x18 && type === "datetime") value = reader.time();
    else reader.skip(3);
  }
  return value;
}

// ProtoStringSetAttributeDTO: 3 value
function stringSet(reader: Reader): string[] {
  const set: string[] = [];
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a || tag === 0x12) reader.pass();
    else if (tag === 0x1a) set.push(reader.string());
    else reader.skip(3);
  }
  return set;
}

/** The names of the fields of `ProtoFloatSeriesAttributeDTO` from 3 to 8. */
const AGGREGATES: readonly (keyof Aggregates)[] = ["lastStep", "last", "min", "max", "average", "variance"];

// ProtoFloatSeriesAttributeDTO: 3 last_step, 4 last, 5 min, 6 max, 7 average, 8 variance, 9 config, 10 has_preview
function floatSeries(reader: Reader): Aggregates | null {
  const found: Aggregates = { lastStep: NaN, last: NaN, min: NaN, max: NaN, average: NaN, variance: NaN };
  let present = false;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a || tag === 0x12) reader.pass();
    else if ((tag & 7) === 1 && tag >= 0x19 && tag <= 0x41) {
      found[AGGREGATES[(tag >>> 3) - 3]] = reader.double();
      present ||= tag <= 0x21;
    } else reader.skip(8);
  }
  return present ? found : null;
}

// Proto(String|FileRef|Histogram)SeriesAttributeDTO: 3 last_step, 4 last
function lastPoint<T>(reader: Reader, value: () => T | null): LastPoint<T> | null {
  let step: number | null = null;
  let last: T | null = null;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a || tag === 0x12) reader.pass();
    else if (tag === 0x19) step = reader.double();
    else if (tag === 0x22) last = value();
    else reader.skip(4);
  }
  return step === null && last === null ? null : { step: step ?? NaN, last };
}

function nested<T>(reader: Reader, read: () => T): T {
  const outer = reader.enter();
  const value = read();
  reader.leave(outer);
  return value;
}

// ProtoFileRef: 1 path, 2 sizeBytes, 3 mimeType; ProtoFileRefAttributeDTO: the same as 3, 4, 5
function fileRef(reader: Reader, first: 1 | 3, known: number): FileRef | null {
  const ref: FileRef = { path: "", size: 0, mimeType: "application/octet-stream" };
  while (reader.more()) {
    const tag = reader.tag();
    const field = (tag >>> 3) - first;
    if (tag === first * 8 + 2) ref.path = reader.string();
    else if (field === 1 && (tag & 7) === 0) ref.size = sizeOrUnknown(reader.integer());
    else if (field === 2 && (tag & 7) === 2) ref.mimeType = reader.string() || ref.mimeType;
    else if (field < 0 && (tag & 7) === 2) reader.pass();
    else reader.skip(known);
  }
  return ref.path === "" ? null : ref;
}

/** The protocol has no word for a size that is not known; a negative one means it. */
function sizeOrUnknown(size: number): number | null {
  return size < 0 ? null : size;
}

// ProtoHistogram: 1 type, 2 edges, 3 values
function histogram(reader: Reader): Histogram {
  let type = "";
  const edges: number[] = [];
  const values: number[] = [];
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) type = reader.string();
    else if (tag === 0x12 || tag === 0x11) reader.doubles(edges);
    else if (tag === 0x1a || tag === 0x19) reader.doubles(values);
    else reader.skip(3);
  }
  return { type, edges: Float64Array.from(edges), values: Float64Array.from(values) };
}

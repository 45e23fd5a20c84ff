/**
 * The values of pages: from encoded bytes to typed arrays.
 *
 * @module
 */

import { deltaFloats, deltaInts, deltaLengths, deltaStrings, unsplit } from "./delta.ts";
import { type Leaf, Physical } from "./footer.ts";
import { Codes, strange } from "./hybrid.ts";
import { type DictionaryPage, Encoding } from "./pages.ts";
import { plainTexts, type StringBytes, Strings } from "./strings.ts";
import type { Repeats } from "./stretches.ts";
import { ParquetError } from "./thrift.ts";

/** What values become: floats (decimals and instants too, those as milliseconds), whole numbers, 0 and 1, or numbers of strings. */
export type ColumnKind = "float" | "int" | "bool" | "string";

/** Where the values of each kind go. */
export interface Arrays {
  float: Float64Array;
  int: BigInt64Array;
  bool: Uint8Array;
  string: Uint32Array;
}

/** An array of a kind. */
export type ColumnArray = Arrays[ColumnKind];

const MAKE = { float: Float64Array, int: BigInt64Array, bool: Uint8Array, string: Uint32Array };

/** Makes an array. */
export function arrayOf<K extends ColumnKind>(kind: K, length: number): Arrays[K] {
  return new MAKE[kind](length) as Arrays[K];
}

/** The values of one page, gaps left out. */
export interface PageValues {
  /** Puts all into `out` from `to` on. */
  all(out: ColumnArray, to: number): void;
  /** Puts those at some ascending positions, `offset` taken off, into `out` from `to` on. */
  some(positions: Uint32Array, from: number, until: number, offset: number, out: ColumnArray, to: number): void;
}

/** Decodes the pages of one column in one row group. */
export class ValueDecoder {
  /** Of a column of strings. */
  readonly strings = new Strings();
  #dictionary: ColumnArray | null = null;
  #size = 0;

  constructor(readonly leaf: Leaf, readonly kind: ColumnKind) {}

  /** Takes the dictionary of the column. */
  setDictionary({ bytes, count, encoding }: DictionaryPage): void {
    if (encoding !== Encoding.PLAIN && encoding !== Encoding.PLAIN_DICTIONARY) {
      throw new ParquetError(`its dictionary is encoded in a way that is not known (${encoding})`);
    }
    if (this.kind === "string") this.#addStrings(bytes, count, Encoding.PLAIN);
    else this.#dictionary = this.#numbers(bytes, count, Encoding.PLAIN);
    this.#size = count;
  }

  /** Tells whether the pages of an encoding hold codes of the dictionary. */
  usesDictionary(encoding: number): boolean {
    return encoding === Encoding.RLE_DICTIONARY || encoding === Encoding.PLAIN_DICTIONARY;
  }

  /** Tells whether the bytes of a page are only needed until its values are taken: texts stay where they are. */
  isPassing(encoding: number): boolean {
    return this.kind !== "string" || this.usesDictionary(encoding);
  }

  /** Tells whether the pages of an encoding hold numbers one after the other, of eight bytes at most. */
  isPlain(encoding: number): boolean {
    const { physical, length } = this.leaf;
    return this.kind === "float" && encoding === Encoding.PLAIN &&
      (EIGHT_OR_FEWER.has(physical) || (physical === Physical.FIXED_LEN_BYTE_ARRAY && length <= 8));
  }

  /** The codes of a page that uses the dictionary; null where it does not. */
  codes(bytes: Uint8Array, count: number, encoding: number): Codes | null {
    if (!this.usesDictionary(encoding)) return null;
    if (count === 0) return new Codes(bytes, 0, 0, 0, 0);
    if (bytes.length === 0) throw new ParquetError("a page ends too early");
    return new Codes(bytes, 1, bytes.length, bytes[0], count);
  }

  /**
   * The values of a page.
   *
   * @param repeats What is not written of plain numbers; null: nothing.
   */
  page(bytes: Uint8Array, count: number, encoding: number, repeats: Repeats | null = null): PageValues {
    const codes = this.codes(bytes, count, encoding);
    if (codes) return this.kind === "string" ? new StringCodes(codes, this.#size) : this.#looked(codes);
    if (this.kind === "string") return new Sequence(this.#addStrings(bytes, count, encoding), count);
    if (this.kind === "float" && encoding === Encoding.PLAIN) return new PlainFloats(this.leaf, bytes, count, repeats);
    return new Plain(this.#numbers(bytes, count, encoding));
  }

  #looked(codes: Codes): PageValues {
    if (!this.#dictionary && codes.count > 0) throw strange();
    return new Looked(codes, this.#dictionary ?? new Float64Array(0));
  }

  #addStrings(bytes: Uint8Array, count: number, encoding: number): number {
    return this.strings.add(this.#textBytes(bytes, count, encoding));
  }

  #textBytes(bytes: Uint8Array, count: number, encoding: number): StringBytes {
    const { physical, length } = this.leaf;
    if (physical === Physical.FIXED_LEN_BYTE_ARRAY) {
      if (encoding !== Encoding.PLAIN || length * count > bytes.length) throw unknown(encoding);
      const starts = Uint32Array.from({ length: count }, (_, i) => i * length);
      return { bytes, starts, ends: starts.map((start) => start + length) };
    }
    if (physical !== Physical.BYTE_ARRAY) {
      throw new ParquetError(`its column ${this.leaf.path.join(".")} holds no texts`);
    }
    if (encoding === Encoding.PLAIN) return plainTexts(bytes, count);
    if (encoding !== Encoding.DELTA_LENGTH_BYTE_ARRAY && encoding !== Encoding.DELTA_BYTE_ARRAY) {
      throw unknown(encoding);
    }
    const found = encoding === Encoding.DELTA_LENGTH_BYTE_ARRAY
      ? deltaLengths(bytes, count)
      : deltaStrings(bytes, count);
    return { bytes: found.bytes, starts: found.bounds.subarray(0, count), ends: found.bounds.subarray(1) };
  }

  #numbers(bytes: Uint8Array, count: number, encoding: number): ColumnArray {
    const { leaf, kind } = this;
    if (kind === "bool") return booleans(leaf, bytes, count, encoding);
    if (encoding === Encoding.DELTA_BINARY_PACKED) {
      if (leaf.physical !== Physical.INT32 && leaf.physical !== Physical.INT64) throw unknown(encoding);
      const floats = kind === "float" ? deltaFloats(bytes, count, leaf.physical === Physical.INT32 ? 32 : 64) : null;
      if (floats) return scaledFloats(floats, leaf);
      const [ints] = deltaInts(bytes, 0, count, leaf.physical === Physical.INT32 ? 32 : 64);
      return kind === "int" ? ints : Float64Array.from(ints, (value) => scaled(value, leaf));
    }
    if (encoding === Encoding.BYTE_STREAM_SPLIT) bytes = unsplit(bytes, count, widthOf(leaf));
    else if (encoding !== Encoding.PLAIN) throw unknown(encoding);
    return kind === "int" ? plainInts(leaf, bytes, count) : plainFloats(leaf, bytes, count);
  }
}

class Plain implements PageValues {
  constructor(readonly values: ColumnArray) {}

  all(out: ColumnArray, to: number): void {
    out.set(this.values as never, to);
  }

  some(positions: Uint32Array, from: number, until: number, offset: number, out: ColumnArray, to: number): void {
    const { values } = this;
    for (let i = from; i < until; i++) out[to++] = values[positions[i] - offset];
  }
}

class Looked implements PageValues {
  constructor(readonly codes: Codes, readonly dictionary: ColumnArray) {}

  all(out: ColumnArray, to: number): void {
    const numbers = scratch(this.codes.count);
    this.#look(numbers, this.codes.count, this.codes.all(numbers), out, to);
  }

  some(positions: Uint32Array, from: number, until: number, offset: number, out: ColumnArray, to: number): void {
    const numbers = scratch(until - from);
    this.#look(numbers, until - from, this.codes.some(positions, from, until, offset, numbers, 0), out, to);
  }

  #look(numbers: Uint32Array, count: number, greatest: number, out: ColumnArray, to: number): void {
    const { dictionary } = this;
    if (count > 0 && greatest >= dictionary.length) throw strange();
    for (let i = 0; i < count; i++) out[to + i] = dictionary[numbers[i]];
  }
}

class StringCodes implements PageValues {
  constructor(readonly codes: Codes, readonly size: number) {}

  all(out: ColumnArray, to: number): void {
    this.#check(this.codes.all(out as Uint32Array, to));
  }

  some(positions: Uint32Array, from: number, until: number, offset: number, out: ColumnArray, to: number): void {
    this.#check(this.codes.some(positions, from, until, offset, out as Uint32Array, to));
  }

  #check(greatest: number): void {
    if (this.codes.count > 0 && greatest >= this.size) throw strange();
  }
}

/** Strings that each page has anew: numbered one after the other. */
class Sequence implements PageValues {
  constructor(readonly first: number, readonly count: number) {}

  all(out: ColumnArray, to: number): void {
    for (let i = 0; i < this.count; i++) out[to + i] = this.first + i;
  }

  some(positions: Uint32Array, from: number, until: number, offset: number, out: ColumnArray, to: number): void {
    for (let i = from; i < until; i++) out[to++] = this.first + positions[i] - offset;
  }
}

let numbers = new Uint32Array(1 << 15);

/** Room for some numbers, used again and again. */
export function scratch(length: number): Uint32Array {
  if (numbers.length < length) numbers = new Uint32Array(length);
  return numbers;
}

function booleans({ physical, path }: Leaf, bytes: Uint8Array, count: number, encoding: number): Uint8Array {
  if (physical !== Physical.BOOLEAN) {
    throw new ParquetError(`its column ${path.join(".")} does not hold true and false`);
  }
  const out = new Uint8Array(count);
  if (encoding === Encoding.RLE) {
    if (bytes.length < 4) throw new ParquetError("a page ends too early");
    new Codes(bytes, 4, bytes.length, 1, count).all(out);
    return out;
  }
  if (encoding !== Encoding.PLAIN) throw unknown(encoding);
  if (bytes.length * 8 < count) throw new ParquetError("a page ends too early");
  for (let i = 0; i < count; i++) out[i] = (bytes[i >> 3] >> (i & 7)) & 1;
  return out;
}

/** Numbers of eight bytes at most. */
const EIGHT_OR_FEWER = new Set<number>([Physical.INT32, Physical.INT64, Physical.FLOAT, Physical.DOUBLE]);

/** How many bytes a plain number of a column takes. */
export function widthOf({ physical, length, path }: Leaf): number {
  switch (physical) {
    case Physical.INT32:
    case Physical.FLOAT:
      return 4;
    case Physical.INT64:
    case Physical.DOUBLE:
      return 8;
    case Physical.INT96:
      return 12;
    case Physical.FIXED_LEN_BYTE_ARRAY:
      return length;
  }
  throw new ParquetError(`its column ${path.join(".")} holds no numbers`);
}

/** Plain numbers as floats. */
export function plainFloats(leaf: Leaf, bytes: Uint8Array, count: number): Float64Array {
  const out = new Float64Array(count);
  new PlainFloats(leaf, bytes, count).all(out, 0);
  return out;
}

/** How plain numbers of a column become floats. */
type Read = (view: DataView, at: number) => number;

function readerOf({ physical, length, scale, perMillisecond, unsigned }: Leaf): Read {
  const by = scale ? 10 ** scale : 1;
  switch (physical) {
    case Physical.DOUBLE:
      return (view, at) => view.getFloat64(at, true);
    case Physical.FLOAT:
      return (view, at) => view.getFloat32(at, true);
    case Physical.FIXED_LEN_BYTE_ARRAY:
      if (length === 8) return (view, at) => decimalFloat(view.getInt32(at), view.getUint32(at + 4), by);
      return (view, at) => scaled(bigEndian(view, at, length), { scale, perMillisecond });
    case Physical.INT96:
      // Nanoseconds of the day, and the day in the calendar of astronomers.
      return (view, at) =>
        (view.getInt32(at + 8, true) - 2_440_588) * 86_400_000 + Number(view.getBigUint64(at, true) / 1_000_000n);
    case Physical.INT32: {
      const unit = perMillisecond === null ? 1 : 1 / perMillisecond;
      return unsigned ? (view, at) => view.getUint32(at, true) / by : (view, at) => view.getInt32(at, true) * unit / by;
    }
  }
  if (perMillisecond === 1_000_000 || unsigned) {
    const leaf = { scale, perMillisecond };
    return (view, at) => scaled(unsigned ? view.getBigUint64(at, true) : view.getBigInt64(at, true), leaf);
  }
  if (perMillisecond === 1000) {
    return (view, at) => Math.floor(whole(view.getInt32(at + 4, true), view.getUint32(at, true)) / 1000);
  }
  return (view, at) => decimalFloat(view.getInt32(at + 4, true), view.getUint32(at, true), by);
}

/** Plain numbers: only those that are asked for are decoded. */
class PlainFloats implements PageValues {
  readonly #read: Read;
  readonly #view: DataView;
  readonly #width: number;

  constructor(
    readonly leaf: Leaf,
    readonly bytes: Uint8Array,
    readonly count: number,
    readonly repeats: Repeats | null = null,
  ) {
    this.#width = widthOf(leaf);
    if (bytes.length < count * this.#width) throw new ParquetError("a page ends too early");
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#read = readerOf(leaf);
  }

  all(out: ColumnArray, to: number): void {
    this.#between(0, this.count, out, to);
  }

  some(positions: Uint32Array, from: number, until: number, offset: number, out: ColumnArray, to: number): void {
    const first = positions[from], length = until - from;
    if (positions[until - 1] - first === length - 1) {
      return this.#between(first - offset, first - offset + length, out, to);
    }
    const view = this.#view, read = this.#read, width = this.#width;
    const places = scratch(length);
    for (let i = 0; i < length; i++) places[i] = (positions[from + i] - offset) * width;
    this.repeats?.find(places, length, width);
    for (let i = 0; i < length; i++) out[to + i] = read(view, places[i]);
  }

  #between(start: number, end: number, out: ColumnArray, to: number): void {
    const { leaf } = this;
    const view = this.#view, read = this.#read, width = this.#width;
    const first = start * width, last = end * width;
    this.repeats?.write(first, last);
    if (leaf.physical === Physical.DOUBLE) {
      new Uint8Array(out.buffer, out.byteOffset + to * 8, last - first).set(this.bytes.subarray(first, last));
    } else if (leaf.physical === Physical.FIXED_LEN_BYTE_ARRAY && width === 8) {
      // The exporter's steps, without a call for each where all are small, as they mostly are.
      const by = leaf.scale ? 10 ** leaf.scale : 1;
      let high = 0, at = first;
      for (let i = to; at < last; at += 8) {
        const upper = view.getInt32(at);
        high |= upper ^ upper >> 31;
        out[i++] = whole(upper, view.getUint32(at + 4)) / by;
      }
      if (high < HIGH) return;
      for (at = first; at < last; at += 8) out[to++] = decimalFloat(view.getInt32(at), view.getUint32(at + 4), by);
    } else if (leaf.physical === Physical.INT64 && leaf.perMillisecond === 1 && !leaf.unsigned) {
      // And its times.
      for (let at = first; at < last; at += 8) {
        out[to++] = whole(view.getInt32(at + 4, true), view.getUint32(at, true));
      }
    } else for (let at = first; at < last; at += width) out[to++] = read(view, at);
  }
}

function plainInts(leaf: Leaf, bytes: Uint8Array, count: number): BigInt64Array {
  const width = widthOf(leaf);
  if (bytes.length < count * width) throw new ParquetError("a page ends too early");
  if (leaf.physical === Physical.INT64) return new BigInt64Array(aligned(bytes, count * 8), 0, count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (leaf.physical !== Physical.INT32 && leaf.physical !== Physical.FIXED_LEN_BYTE_ARRAY) {
    throw new ParquetError(`its column ${leaf.path.join(".")} holds no whole numbers`);
  }
  return BigInt64Array.from(
    { length: count },
    (_, i) =>
      leaf.physical === Physical.FIXED_LEN_BYTE_ARRAY
        ? bigEndian(view, i * width, width)
        : BigInt(leaf.unsigned ? view.getUint32(i * 4, true) : view.getInt32(i * 4, true)),
  );
}

function bigEndian(view: DataView, at: number, width: number): bigint {
  let value = 0n;
  for (let byte = at; byte < at + width; byte++) value = (value << 8n) | BigInt(view.getUint8(byte));
  return BigInt.asIntN(width * 8, value);
}

/** A whole number of two halves; exact up to 2^53. */
function whole(high: number, low: number): number {
  return high * 2 ** 32 + low;
}

/** Two halves of a number below this are exact as a float. */
const HIGH = 2 ** 21;
/** A rest below this and a half are exact together. */
const LARGEST_UNIT = 2 ** 21;

/** A decimal of two halves in units of `1 / by`, as the float that is next to it, whatever its size. */
export function decimalFloat(high: number, low: number, by: number): number {
  if (by === 1 || (high < HIGH && high >= -HIGH)) return whole(high, low) / by;
  if (by > LARGEST_UNIT) return nearestFloat((BigInt(high) << 32n) + BigInt(low), Math.round(Math.log10(by)));
  // Division by parts, so that nothing is rounded before the sum.
  const quotient = Math.floor(high / by), rest = (high - quotient * by) * 2 ** 32 + low;
  const units = Math.floor(rest / by);
  return quotient * 2 ** 32 + units + (rest - units * by) / by;
}

/** The float next to a decimal. */
export function nearestFloat(value: bigint, scale: number): number {
  return Number(`${value}e-${scale}`);
}

/** A decimal or an instant in milliseconds, from what is stored. */
function scaled(value: bigint, { scale, perMillisecond }: Pick<Leaf, "scale" | "perMillisecond">): number {
  if (scale) return Number.isSafeInteger(Number(value)) ? Number(value) / 10 ** scale : nearestFloat(value, scale);
  if (perMillisecond === null || perMillisecond === 1) return Number(value);
  if (perMillisecond < 1) return Number(value) / perMillisecond;
  const by = BigInt(perMillisecond);
  const quotient = value / by;
  return Number(value % by < 0n ? quotient - 1n : quotient);
}

/** Decimals or instants in milliseconds, in place, from what is stored. */
function scaledFloats(values: Float64Array, { scale, perMillisecond }: Leaf): Float64Array {
  const by = scale ? 10 ** scale : perMillisecond ?? 1;
  if (by !== 1) { for (let i = 0; i < values.length; i++) values[i] /= by; }
  if (perMillisecond !== null && perMillisecond > 1) {
    for (let i = 0; i < values.length; i++) values[i] = Math.floor(values[i]);
  }
  return values;
}

/** The same bytes in a buffer of their own, as numbers of eight bytes must start at a multiple of eight. */
function aligned(bytes: Uint8Array, length: number): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + length) as ArrayBuffer;
}

function unknown(encoding: number): ParquetError {
  return new ParquetError(`a page is encoded in a way that is not known (${encoding})`);
}

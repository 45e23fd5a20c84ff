/**
 * The values of a leaf of a row group, gaps left out: how they are encoded, and their extremes.
 *
 * @module
 */

import { Bytes } from "./bytes.ts";
import { bitsOf, fitsDeltas, writeDeltas, writeHybrid } from "./encodings.ts";

/** The encodings, by number. */
const PLAIN = 0, DELTA_BINARY_PACKED = 5, RLE_DICTIONARY = 8;

/** The smallest and the greatest of some values, as statistics hold them. */
export interface Bounds {
  least: Uint8Array;
  greatest: Uint8Array;
}

/** The values of a leaf. */
export interface LeafValues {
  readonly encoding: number;
  readonly dictionary: { bytes: Uint8Array; count: number } | null;
  write(to: Bytes, from: number, until: number): void;
  /** Of a stretch that is not empty; null where nothing can be said. */
  bounds(from: number, until: number): Bounds | null;
}

const encoder = new TextEncoder();
/** Larger dictionaries cost more than they save. */
const LARGEST_DICTIONARY = 1 << 22;
/** Longer texts have no extremes. */
const LONGEST_BOUND = 1024;

/** Texts by numbers, -1 where there is none: the numbers ascend as the texts do, where extremes are wanted. */
export class TextValues implements LeafValues {
  readonly encoding: number;
  readonly dictionary: { bytes: Uint8Array; count: number } | null;
  readonly #names: readonly string[];
  readonly #codes: Int32Array;
  /** The number of each text in the dictionary. */
  readonly #numbers: Int32Array | null;
  readonly #local: Uint32Array | null;
  readonly #width: number;
  readonly #sorted: boolean;

  /** @param sorted The texts ascend by their bytes. */
  constructor(names: readonly string[], codes: Int32Array, sorted: boolean) {
    this.#names = names;
    this.#sorted = sorted;
    this.#codes = codes.includes(-1) ? codes.filter((code) => code >= 0) : codes;
    const numbers = new Int32Array(names.length).fill(-1);
    const bytes = new Bytes(1 << 10);
    let count = 0;
    for (let i = 0; i < this.#codes.length; i++) {
      const code = this.#codes[i];
      if (numbers[code] >= 0) continue;
      numbers[code] = count++;
      bytes.text(names[code]);
      if (bytes.length > LARGEST_DICTIONARY || count * 4 > this.#codes.length * 3 + 64) {
        count = -1;
        break;
      }
    }
    this.#numbers = count < 0 ? null : numbers;
    this.#local = count < 0 ? null : new Uint32Array(this.#codes.length);
    if (this.#local) { for (let i = 0; i < this.#local.length; i++) this.#local[i] = numbers[this.#codes[i]]; }
    this.#width = count < 0 ? 0 : bitsOf(Math.max(0, count - 1));
    this.encoding = count < 0 ? PLAIN : RLE_DICTIONARY;
    this.dictionary = count < 0 ? null : { bytes: bytes.written, count };
  }

  write(to: Bytes, from: number, until: number): void {
    if (this.#local === null) { for (let i = from; i < until; i++) to.text(this.#names[this.#codes[i]]); }
    else {
      to.byte(this.#width);
      writeHybrid(to, this.#local, from, until, this.#width);
    }
  }

  bounds(from: number, until: number): Bounds | null {
    if (!this.#sorted) return null;
    let least = this.#codes[from], greatest = least;
    for (let i = from + 1; i < until; i++) {
      if (this.#codes[i] < least) least = this.#codes[i];
      else if (this.#codes[i] > greatest) greatest = this.#codes[i];
    }
    const bounds = { least: encoder.encode(this.#names[least]), greatest: encoder.encode(this.#names[greatest]) };
    return bounds.least.length > LONGEST_BOUND || bounds.greatest.length > LONGEST_BOUND ? null : bounds;
  }
}

/** Floats. */
export class FloatValues implements LeafValues {
  readonly encoding = PLAIN;
  readonly dictionary = null;

  constructor(readonly values: Float64Array) {}

  write(to: Bytes, from: number, until: number): void {
    const { buffer, byteOffset } = this.values;
    to.bytes(new Uint8Array(buffer, byteOffset + from * 8, (until - from) * 8));
  }

  bounds(from: number, until: number): Bounds | null {
    let least = Infinity, greatest = -Infinity;
    for (let i = from; i < until; i++) {
      const value = this.values[i];
      // Readers disagree about where NaN is in the order.
      if (value !== value) return null;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    // Nor do they tell the zeros apart.
    return { least: float(least === 0 ? -0 : least), greatest: float(greatest === 0 ? 0 : greatest) };
  }
}

/** Whole numbers that are safe as floats, by their differences where that works. */
export class NumberValues implements LeafValues {
  readonly encoding: number;
  readonly dictionary = null;

  /** @param width Bytes of a number. */
  constructor(readonly values: Float64Array, readonly width: 4 | 8) {
    this.encoding = fitsDeltas(values) ? DELTA_BINARY_PACKED : PLAIN;
  }

  write(to: Bytes, from: number, until: number): void {
    if (this.encoding === DELTA_BINARY_PACKED) writeDeltas(to, this.values.subarray(from, until));
    else new IntValues(BigInt64Array.from(this.values.subarray(from, until), BigInt)).write(to, 0, until - from);
  }

  bounds(from: number, until: number): Bounds {
    let least = Infinity, greatest = -Infinity;
    for (let i = from; i < until; i++) {
      if (this.values[i] < least) least = this.values[i];
      if (this.values[i] > greatest) greatest = this.values[i];
    }
    return { least: int(BigInt(least), this.width), greatest: int(BigInt(greatest), this.width) };
  }
}

/** Whole numbers of 64 bits. */
export class IntValues implements LeafValues {
  readonly encoding = PLAIN;
  readonly dictionary = null;

  constructor(readonly values: BigInt64Array) {}

  write(to: Bytes, from: number, until: number): void {
    const { buffer, byteOffset } = this.values;
    to.bytes(new Uint8Array(buffer, byteOffset + from * 8, (until - from) * 8));
  }

  bounds(from: number, until: number): Bounds {
    let least = this.values[from], greatest = least;
    for (let i = from + 1; i < until; i++) {
      if (this.values[i] < least) least = this.values[i];
      if (this.values[i] > greatest) greatest = this.values[i];
    }
    return { least: int(least, 8), greatest: int(greatest, 8) };
  }
}

/** Decimals without their point, eight bytes each, the first ones first; floats where they are safe. */
export class DecimalValues implements LeafValues {
  readonly encoding = PLAIN;
  readonly dictionary = null;

  constructor(readonly values: Float64Array | BigInt64Array) {}

  write(to: Bytes, from: number, until: number): void {
    const view = to.numbers(until - from, 8);
    for (let i = from, at = 0; i < until; i++, at += 8) setDecimal(view, at, this.values[i]);
  }

  bounds(from: number, until: number): Bounds {
    let least = this.values[from], greatest = least;
    for (let i = from + 1; i < until; i++) {
      if (this.values[i] < least) least = this.values[i];
      if (this.values[i] > greatest) greatest = this.values[i];
    }
    return { least: decimal(least), greatest: decimal(greatest) };
  }
}

function decimal(value: number | bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  setDecimal(new DataView(bytes.buffer), 0, value);
  return bytes;
}

function setDecimal(view: DataView, at: number, value: number | bigint): void {
  if (typeof value === "bigint") return view.setBigInt64(at, value);
  const high = Math.floor(value / 2 ** 32);
  view.setInt32(at, high);
  view.setUint32(at + 4, value - high * 2 ** 32);
}

/** True and false. */
export class BoolValues implements LeafValues {
  readonly encoding = PLAIN;
  readonly dictionary = null;

  constructor(readonly values: Uint8Array) {}

  write(to: Bytes, from: number, until: number): void {
    for (let at = from; at < until; at += 8) {
      let byte = 0;
      for (let bit = 0; bit < 8 && at + bit < until; bit++) byte |= this.values[at + bit] << bit;
      to.byte(byte);
    }
  }

  bounds(from: number, until: number): Bounds {
    const some = this.values.subarray(from, until);
    return { least: Uint8Array.of(some.includes(0) ? 0 : 1), greatest: Uint8Array.of(some.includes(1) ? 1 : 0) };
  }
}

function float(value: number): Uint8Array {
  return new Uint8Array(Float64Array.of(value).buffer);
}

function int(value: bigint, width: 4 | 8): Uint8Array {
  return new Uint8Array(BigInt64Array.of(value).buffer, 0, width);
}

/**
 * Small whole numbers as Parquet stores levels and dictionary codes: runs of one number, and numbers packed bit by bit.
 *
 * @module
 */

import { ParquetError } from "./thrift.ts";

/** The runs of one page, to be read as a whole or here and there. Gone through anew by each reader: most are read once. */
export class Codes {
  /** Where the bytes of the first run, and of the one after this, start. */
  readonly #first: number;
  #next: number;
  /** Which numbers this run has: from one to the one before another. */
  #start = 0;
  #until = 0;
  /** Of a run of one number, the number; else -1. */
  #value = -1;
  /** Where the numbers of a packed run start. */
  #packed = 0;
  #view: DataView | null = null;

  /** @param count How many numbers there must be. */
  constructor(
    readonly bytes: Uint8Array,
    at: number,
    readonly end: number,
    readonly width: number,
    readonly count: number,
  ) {
    if (width > 32) throw new ParquetError(`a page has numbers of ${width} bits`);
    this.#first = this.#next = at;
  }

  /** Goes back to before the first run. */
  #rewind(): void {
    this.#next = this.#first;
    this.#start = this.#until = 0;
  }

  /** Goes to the next run; false where all numbers were there. */
  #run(): boolean {
    const { bytes, end, width, count } = this;
    if (this.#until === count) return false;
    let at = this.#next, header = 0, byte = 0x80;
    for (let shift = 0; byte >= 0x80; shift += 7) {
      if (at >= end || shift > 28) throw tooShort();
      byte = bytes[at++];
      header |= (byte & 0x7f) << shift;
    }
    const half = header >>> 1;
    if (half === 0) throw new ParquetError("a page has an empty run");
    const done = this.#start = this.#until;
    if ((header & 1) === 0) {
      const wide = (width + 7) >> 3;
      if (at + wide > end) throw tooShort();
      let value = 0;
      for (let i = wide - 1; i >= 0; i--) value = value * 256 + bytes[at + i];
      this.#value = value;
      this.#next = at + wide;
      this.#until = Math.min(count, done + half);
    } else {
      this.#until = Math.min(count, done + half * 8);
      if (at + Math.ceil((this.#until - done) * width / 8) > end) throw tooShort();
      this.#value = -1;
      this.#packed = at;
      this.#next = at + half * width;
    }
    return true;
  }

  /** The one number that all are; -1 where they differ. */
  get only(): number {
    this.#rewind();
    if (!this.#run() || this.#value < 0) return -1;
    const first = this.#value;
    while (this.#value === first) if (!this.#run()) return first;
    return -1;
  }

  /** All numbers, put into `out` from `to` on. Gives the greatest. */
  all(out: Uint32Array | Uint8Array, to = 0): number {
    let greatest = 0;
    this.#rewind();
    while (this.#run()) {
      const start = to + this.#start, end = to + this.#until, value = this.#value;
      if (value >= 0) {
        if (value > greatest) greatest = value;
        if (end - start < 16) { for (let i = start; i < end; i++) out[i] = value; }
        else out.fill(value, start, end);
      } else {
        const most = unpack(this.bytes, this.#packed, this.end, this.width, end - start, out, start);
        if (most > greatest) greatest = most;
      }
    }
    return greatest;
  }

  /** The numbers at some ascending positions, put into `out` from `to` on. Gives the greatest. */
  some(positions: Uint32Array, from: number, until: number, offset: number, out: Uint32Array, to: number): number {
    const { width, bytes } = this;
    const mask = width === 32 ? 0xffffffff : 2 ** width - 1;
    let greatest = 0, i = from;
    this.#rewind();
    // Also behind the last of them: what is wrong with a page is not for its readers to pass over.
    while (this.#run()) {
      const start = this.#start + offset, end = this.#until + offset, value = this.#value;
      if (i === until || positions[i] >= end) continue;
      if (value >= 0) {
        if (value > greatest) greatest = value;
        for (; i < until && positions[i] < end; i++) out[to++] = value;
        continue;
      }
      for (const packed = this.#packed; i < until && positions[i] < end; i++) {
        const bit = (positions[i] - start) * width;
        const at = packed + (bit >>> 3);
        const shift = bit & 7;
        const code = width <= 24
          ? ((bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> shift) & mask
          : wideNumber(bytes, at, shift, width);
        if (code > greatest) greatest = code;
        out[to++] = code;
      }
    }
    return greatest;
  }

  /**
   * Finds the numbers that `wanted` has a 1 for: puts their positions, with `offset` added, into `found` from `to` on, and gives
   * where it ended. Numbers that `wanted` does not have at all are damage.
   */
  find(wanted: Uint8Array, offset: number, found: Uint32Array, to: number, scratch: () => Uint32Array): number {
    const size = wanted.length;
    this.#rewind();
    while (this.#run()) {
      const start = this.#start + offset, length = this.#until - this.#start, value = this.#value;
      if (value >= 0) {
        if (value >= size) throw strange();
        if (wanted[value] === 1) { for (let i = 0; i < length; i++) found[to++] = start + i; }
        continue;
      }
      if (this.width > 0 && this.width <= 8) {
        to = this.#findNarrow(this.#packed, start, length, wanted, found, to);
        continue;
      }
      const codes = scratch();
      if (unpack(this.bytes, this.#packed, this.end, this.width, length, codes, 0) >= size) throw strange();
      for (let i = 0; i < length; i++) {
        found[to] = start + i;
        to += wanted[codes[i]];
      }
    }
    return to;
  }

  /** Eight numbers take as many bytes as one has bits: looked up two at a time, and looked at where one of them is wanted. */
  #findNarrow(at: number, start: number, length: number, wanted: Uint8Array, found: Uint32Array, to: number): number {
    const { bytes, end, width } = this;
    const pairs = width <= WIDEST_PAIR && this.count >= 4 ** (width - 1) ? pairsOf(wanted, width) : null;
    const view = this.#view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const twice = 2 * width, mask = 2 ** twice - 1;
    let i = 0;
    if (pairs) {
      // Four bytes are read at a time, from the first number and from the fifth: not beyond the end.
      const safe = Math.min(length, Math.floor((Math.min(end, bytes.length) - at - 8) / width) * 8) - 7;
      const middle = (4 * width) >> 3, shift = (4 * width) & 7;
      for (; i < safe; i += 8, at += width) {
        const low = view.getUint32(at, true), high = view.getUint32(at + middle, true) >>> shift;
        const a = pairs[low & mask], b = pairs[(low >>> twice) & mask];
        const c = pairs[high & mask], d = pairs[(high >>> twice) & mask];
        if ((a | b | c | d) === 0) continue;
        if (((a | b | c | d) & STRANGE) !== 0) throw strange();
        const row = start + i;
        if ((a & 1) !== 0) found[to++] = row;
        if ((a & 2) !== 0) found[to++] = row + 1;
        if ((b & 1) !== 0) found[to++] = row + 2;
        if ((b & 2) !== 0) found[to++] = row + 3;
        if ((c & 1) !== 0) found[to++] = row + 4;
        if ((c & 2) !== 0) found[to++] = row + 5;
        if ((d & 1) !== 0) found[to++] = row + 6;
        if ((d & 2) !== 0) found[to++] = row + 7;
      }
    }
    let bits = 0, held = 0;
    const one = (1 << width) - 1;
    for (; i < length; i++) {
      if (held < width) {
        bits |= (at < end ? bytes[at] : 0) << held;
        at++;
        held += 8;
      }
      const code = bits & one;
      bits >>>= width;
      held -= width;
      if (code >= wanted.length) throw strange();
      if (wanted[code] === 1) found[to++] = start + i;
    }
    return to;
  }
}

/** Wider numbers have too many pairs for a table. */
const WIDEST_PAIR = 7;
/** In a table of pairs: one of the two is a code that the dictionary does not have. */
const STRANGE = 4;

/** The table that was made last: a page has many runs. */
let made: { wanted: Uint8Array; width: number; pairs: Uint8Array } | undefined;

/** For each pair of numbers, the first in the lower bits, whether the first (1) and the second (2) are wanted. */
function pairsOf(wanted: Uint8Array, width: number): Uint8Array {
  if (made?.wanted === wanted && made.width === width) return made.pairs;
  const size = 2 ** width;
  const one = new Uint8Array(size).fill(STRANGE);
  one.set(wanted.subarray(0, size));
  const pairs = new Uint8Array(size * size);
  for (let second = 0; second < size; second++) {
    const high = one[second] === 1 ? 2 : one[second];
    for (let first = 0; first < size; first++) pairs[second * size + first] = one[first] | high;
  }
  made = { wanted, width, pairs };
  return pairs;
}

/** A code that the dictionary does not have. */
export function strange(): ParquetError {
  return new ParquetError("a page asks for what its dictionary does not have");
}

function tooShort(): ParquetError {
  return new ParquetError("a page ends too early");
}

function wideNumber(bytes: Uint8Array, at: number, shift: number, width: number): number {
  let value = 0;
  for (let i = 0; i < 5; i++) value += (bytes[at + i] ?? 0) * 2 ** (8 * i);
  return Math.floor(value / 2 ** shift) % 2 ** width;
}

/** Unpacks numbers of `width` bits, the lowest bits first. Gives the greatest. */
function unpack(
  bytes: Uint8Array,
  at: number,
  end: number,
  width: number,
  count: number,
  out: Uint32Array | Uint8Array,
  to: number,
): number {
  if (width === 0) {
    out.fill(0, to, to + count);
    return 0;
  }
  let greatest = 0, i = 0;
  if (width <= 8) {
    // Eight numbers take as many bytes as one has bits.
    const mask = (1 << width) - 1;
    for (const whole = Math.min(count, Math.floor((end - at) / width) * 8) - 7; i < whole; i += 8) {
      let bits = 0, held = 0;
      for (let k = 0; k < 8; k++) {
        if (held < width) {
          bits |= bytes[at++] << held;
          held += 8;
        }
        const value = bits & mask;
        bits >>>= width;
        held -= width;
        out[to + i + k] = value;
        if (value > greatest) greatest = value;
      }
    }
    at -= (i >> 3) * width;
  } else if (width <= 24) {
    const mask = 2 ** width - 1;
    // Four bytes are read at a time: not beyond the end.
    const safe = Math.min(count, Math.max(0, Math.floor(((end - at - 4) * 8) / width)));
    for (let bit = 0; i < safe; i++, bit += width) {
      const byte = at + (bit >>> 3);
      const value =
        ((bytes[byte] | (bytes[byte + 1] << 8) | (bytes[byte + 2] << 16) | (bytes[byte + 3] << 24)) >>> (bit & 7)) &
        mask;
      out[to + i] = value;
      if (value > greatest) greatest = value;
    }
  }
  const mask = 2 ** width - 1;
  for (; i < count; i++) {
    const bit = i * width, byte = at + Math.floor(bit / 8), shift = bit % 8;
    const value = width <= 24 && byte + 4 <= bytes.length
      ? ((bytes[byte] | (bytes[byte + 1] << 8) | (bytes[byte + 2] << 16) | (bytes[byte + 3] << 24)) >>> shift) & mask
      : wideNumber(bytes, byte, shift, width);
    out[to + i] = value;
    if (value > greatest) greatest = value;
  }
  return greatest;
}

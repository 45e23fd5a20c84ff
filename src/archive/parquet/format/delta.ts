/**
 * Parquet's delta encodings, which other tools write and the exporter does not.
 *
 * @module
 */

import { ParquetError } from "./thrift.ts";

class Bytes {
  constructor(readonly bytes: Uint8Array, public at: number) {}

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.at >= this.bytes.length) break;
      const byte = this.bytes[this.at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new ParquetError("a page ends too early");
  }

  zigzag(): bigint {
    const value = this.varint();
    return (value >> 1n) ^ -(value & 1n);
  }
}

/** Whole numbers; gives also where their bytes end. `bits`: of the type, at which sums wrap around. */
export function deltaInts(bytes: Uint8Array, at: number, count: number, bits: 32 | 64): [BigInt64Array, number] {
  const input = new Bytes(bytes, at);
  const blockSize = Number(input.varint()), miniblocks = Number(input.varint()), total = Number(input.varint());
  let value = BigInt.asIntN(bits, input.zigzag());
  const size = blockSize / miniblocks;
  if (total !== count || !Number.isInteger(size) || size % 8 !== 0 || size <= 0 || size > 2 ** 20) {
    throw new ParquetError("a page does not have as many numbers as it says");
  }
  const out = new BigInt64Array(count);
  if (count > 0) out[0] = value;
  for (let i = 1; i < count;) {
    const least = input.zigzag();
    const widths = bytes.subarray(input.at, input.at += miniblocks);
    if (widths.length < miniblocks) throw new ParquetError("a page ends too early");
    for (const width of widths) {
      if (i >= count) break;
      const end = input.at + width * size / 8;
      if (width > 64 || end > bytes.length) throw new ParquetError("a page ends too early");
      const limit = Math.min(count, i + size);
      for (let bit = 0; i < limit; bit += width) {
        value = BigInt.asIntN(bits, value + least + packed(bytes, input.at, bit, width));
        out[i++] = value;
      }
      input.at = end;
    }
  }
  return [out, input.at];
}

/** Whole numbers as floats, several times as fast; null where they may be too large for that. Gives the numbers unscaled. */
export function deltaFloats(bytes: Uint8Array, count: number, bits: 32 | 64): Float64Array | null {
  const input = new Bytes(bytes, 0);
  const blockSize = Number(input.varint()), miniblocks = Number(input.varint()), total = Number(input.varint());
  let value = Number(input.zigzag());
  const size = blockSize / miniblocks;
  if (total !== count || !Number.isInteger(size) || size % 8 !== 0 || size <= 0 || size > 2 ** 20) {
    throw new ParquetError("a page does not have as many numbers as it says");
  }
  const largest = bits === 32 ? 2 ** 31 : 2 ** 51;
  if (!(Math.abs(value) < largest)) return null;
  const out = new Float64Array(count);
  if (count > 0) out[0] = value;
  for (let i = 1; i < count;) {
    const least = Number(input.zigzag());
    if (!(Math.abs(least) < 2 ** 52)) return null;
    const widths = bytes.subarray(input.at, input.at += miniblocks);
    if (widths.length < miniblocks) throw new ParquetError("a page ends too early");
    for (const width of widths) {
      if (i >= count) break;
      const end = input.at + width * size / 8;
      if (width > 64 || end > bytes.length) throw new ParquetError("a page ends too early");
      if (width > 48) return null;
      const limit = Math.min(count, i + size);
      for (let bit = input.at * 8; i < limit; bit += width) {
        value += width === 0 ? least : least + packedFloat(bytes, bit, width);
        // Larger sums are not exact, and what wraps around is not done here.
        if (value >= largest || value < -largest) return null;
        out[i++] = value;
      }
      input.at = end;
    }
  }
  return out;
}

function packedFloat(bytes: Uint8Array, bit: number, width: number): number {
  let at = bit >> 3, value = bytes[at] >> (bit & 7), got = 8 - (bit & 7), scale = 2 ** got;
  if (got >= width) return value & ((1 << width) - 1);
  for (; got + 8 <= width; got += 8, scale *= 256) value += bytes[++at] * scale;
  if (got < width) value += (bytes[++at] & ((1 << (width - got)) - 1)) * scale;
  return value;
}

function packed(bytes: Uint8Array, at: number, bit: number, width: number): bigint {
  let value = 0n;
  for (let got = 0; got < width;) {
    const where = bit + got, take = Math.min(8 - where % 8, width - got);
    value |= BigInt((bytes[at + (where >> 3)] >> (where % 8)) & ((1 << take) - 1)) << BigInt(got);
    got += take;
  }
  return value;
}

/** Where strings lie one after the other: one more number than there are strings. */
export function deltaLengths(bytes: Uint8Array, count: number): { bytes: Uint8Array; bounds: Uint32Array } {
  const [lengths, at] = deltaInts(bytes, 0, count, 32);
  const bounds = new Uint32Array(count + 1);
  bounds[0] = at;
  for (let i = 0; i < count; i++) {
    const end = bounds[i] + Number(lengths[i]);
    if (lengths[i] < 0n || end > bytes.length) throw new ParquetError("a page ends in the middle of a text");
    bounds[i + 1] = end;
  }
  return { bytes, bounds };
}

/** Strings of which each says how much of the one before it starts with. */
export function deltaStrings(bytes: Uint8Array, count: number): { bytes: Uint8Array; bounds: Uint32Array } {
  const [shared, at] = deltaInts(bytes, 0, count, 32);
  const rest = deltaLengths(bytes.subarray(at), count);
  let length = 0;
  for (let i = 0; i < count; i++) length += Number(shared[i]) + rest.bounds[i + 1] - rest.bounds[i];
  if (length > 2 ** 30) throw new ParquetError("a page has more text than is believed");
  const out = new Uint8Array(length);
  const bounds = new Uint32Array(count + 1);
  for (let i = 0; i < count; i++) {
    const start = bounds[i], same = Number(shared[i]);
    const before = i === 0 ? 0 : bounds[i - 1];
    if (same < 0 || before + same > start) throw new ParquetError("a page has a text that starts like none before it");
    out.copyWithin(start, before, before + same);
    out.set(rest.bytes.subarray(rest.bounds[i], rest.bounds[i + 1]), start + same);
    bounds[i + 1] = start + same + rest.bounds[i + 1] - rest.bounds[i];
  }
  return { bytes: out, bounds };
}

/** Numbers whose first bytes come first, then the second ones, and so on: put together again. */
export function unsplit(bytes: Uint8Array, count: number, width: number): Uint8Array {
  if (bytes.length < count * width) throw new ParquetError("a page ends too early");
  const out = new Uint8Array(count * width);
  for (let byte = 0; byte < width; byte++) {
    for (let i = 0; i < count; i++) out[i * width + byte] = bytes[byte * count + i];
  }
  return out;
}

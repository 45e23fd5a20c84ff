/**
 * The encodings of Parquet that compacted archives use.
 *
 * @module
 */

import type { Bytes } from "./bytes.ts";

/** Numbers from 0 on in runs of equal ones, and packed bit by bit where there are none: levels, and codes of a dictionary. */
export function writeHybrid(to: Bytes, values: ArrayLike<number>, from: number, until: number, width: number): void {
  const width8 = (width + 7) >> 3;
  let packedFrom = from;
  const writePacked = (end: number) => {
    if (end === packedFrom) return;
    const groups = Math.ceil((end - packedFrom) / 8);
    to.varint(groups * 2 + 1);
    writeBits(to, groups * 8, width, (i) => packedFrom + i < end ? values[packedFrom + i] : 0);
  };
  for (let at = from; at < until;) {
    const value = values[at];
    let end = at + 1;
    while (end < until && values[end] === value) end++;
    // What is packed before a run comes in groups of eight, which the run fills up.
    const filled = Math.min(end, at + (8 - (at - packedFrom) % 8) % 8);
    if (end - filled >= 8) {
      writePacked(filled);
      to.varint((end - filled) * 2);
      for (let byte = 0; byte < width8; byte++) to.byte((value >>> (8 * byte)) & 0xff);
      packedFrom = end;
    }
    at = end;
  }
  writePacked(until);
}

/** The same number again and again. */
export function writeRun(to: Bytes, value: number, count: number, width: number): void {
  to.varint(count * 2);
  for (let byte = 0; byte < (width + 7) >> 3; byte++) to.byte((value >>> (8 * byte)) & 0xff);
}

/** How many bits a number takes. */
export function bitsOf(greatest: number): number {
  return greatest < 2 ** 31 ? 32 - Math.clz32(greatest) : 1 + Math.floor(Math.log2(greatest));
}

/** Numbers packed bit by bit, the first bits first; a multiple of eight of them. */
function writeBits(to: Bytes, count: number, width: number, value: (i: number) => number): void {
  let held = 0, bits = 0;
  const add = (piece: number, size: number) => {
    held |= piece << bits;
    bits += size;
    while (bits >= 8) {
      to.byte(held & 0xff);
      held >>>= 8;
      bits -= 8;
    }
  };
  for (let i = 0; i < count; i++) {
    let rest = value(i);
    // In pieces that fit into 31 bits together with what is held.
    for (let left = width; left > 0; left -= 16) {
      add(rest % 65536, Math.min(16, left));
      rest = Math.floor(rest / 65536);
    }
  }
}

const BLOCK = 128, MINIBLOCKS = 4, MINIBLOCK = BLOCK / MINIBLOCKS;

/** Larger numbers are not safe to take differences of. */
const LARGEST = 2 ** 51;

/** Tells whether whole numbers can be written by their differences. */
export function fitsDeltas(values: Float64Array): boolean {
  for (const value of values) if (!(Math.abs(value) < LARGEST)) return false;
  return true;
}

const differences = new Float64Array(BLOCK);

/** Whole numbers by their differences (DELTA_BINARY_PACKED). */
export function writeDeltas(to: Bytes, values: Float64Array): void {
  to.varint(BLOCK);
  to.varint(MINIBLOCKS);
  to.varint(values.length);
  to.zigzag(values.length > 0 ? values[0] : 0);
  for (let at = 1; at < values.length; at += BLOCK) {
    const count = Math.min(BLOCK, values.length - at);
    let least = Infinity;
    for (let i = 0; i < count; i++) {
      const difference = values[at + i] - values[at + i - 1];
      differences[i] = difference;
      if (difference < least) least = difference;
    }
    to.zigzag(least);
    differences.fill(least, count);
    const widths = [0, 0, 0, 0];
    for (let i = 0; i < BLOCK; i++) {
      differences[i] -= least;
      const width = bitsOf(differences[i]);
      if (width > widths[i >> 5]) widths[i >> 5] = width;
    }
    for (const width of widths) to.byte(width);
    widths.forEach((width, mini) => {
      // Miniblocks behind the last value are left out.
      if (width > 0 && mini * MINIBLOCK < count) {
        writeBits(to, MINIBLOCK, width, (i) => differences[mini * MINIBLOCK + i]);
      }
    });
  }
}

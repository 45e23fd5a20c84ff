/**
 * Snappy, the compression of the exporter's files.
 *
 * @module
 */

import { snappyUncompressor } from "hysnappy";
import { repeats } from "./repeats.ts";
import { ParquetError } from "./thrift.ts";

/** Snappy makes at most so many bytes of one. */
const BEST_RATIO = 32;

/** What became so much smaller is one thing again and again. */
const REPEATED_RATIO = 8;

let uncompress: ((input: Uint8Array, length: number) => Uint8Array) | undefined;

/**
 * Decompresses one block, which says itself how long it becomes. May give bytes of the input.
 *
 * @param into What may be written to, and holds the block; else, and where the library is needed, memory is made for it.
 */
export function snappy(input: Uint8Array, length: number, into?: ArrayBuffer): Uint8Array {
  let at = 0, claimed = 0, scale = 1;
  for (;;) {
    if (at >= input.length || at > 4) throw damaged();
    const byte = input[at++];
    claimed += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
    scale *= 128;
  }
  // Looked at before anything is made of this length.
  if (claimed !== length || length > BEST_RATIO * input.length) throw damaged();
  if (length >= REPEATED_RATIO * input.length) {
    return repeats(input, at, into ?? new ArrayBuffer((length + 7) & ~7), length);
  }
  const found = literals(input, at, length);
  if (found) return found;
  try {
    return (uncompress ??= snappyUncompressor())(input, length);
  } catch (cause) {
    throw new ParquetError("its compressed bytes are damaged", { cause });
  }
}

/** The bytes of a block in which nothing could be compressed, as in most pages of floats; null for other blocks, and damaged ones. */
function literals(input: Uint8Array, at: number, length: number): Uint8Array | null {
  if (input.length < length) return null;
  let output: Uint8Array | null = null;
  for (let to = 0; to < length;) {
    const tag = input[at++];
    if ((tag & 3) !== 0) return null;
    let size = (tag >> 2) + 1;
    if (size > 60) {
      const bytes = size - 60;
      size = 1;
      for (let i = 0; i < bytes; i++) size += input[at++] * 2 ** (8 * i);
    }
    if (!(at + size <= input.length && to + size <= length)) return null;
    const bytes = input.subarray(at, at += size);
    if (size === length) return at === input.length ? bytes : null;
    (output ??= new Uint8Array(length)).set(bytes, to);
    to += size;
  }
  return at === input.length ? output : null;
}

function damaged(): ParquetError {
  return new ParquetError("its compressed bytes are damaged");
}

/**
 * Snappy, the compression of the exporter's files.
 *
 * @module
 */

import { snappyUncompressor } from "hysnappy";
import { fromStretches, type Repeats } from "./stretches.ts";
import { damagedBytes } from "./thrift.ts";

/** Snappy makes at most so many bytes of one. */
const BEST_RATIO = 32;

/** What became so much smaller is one thing again and again; what did not become so much smaller was hardly compressed. */
const REPEATED_RATIO = 8, STORED_RATIO = 1.125;

let uncompress: ((input: Uint8Array, length: number) => Uint8Array) | undefined;

/**
 * Decompresses one block, which says itself how long it becomes.
 *
 * @param into What may be written to, and holds the block; else, and where the library is needed, memory is made for it.
 * @param repeats Takes stretches that are not written; it is empty before.
 */
export function snappy(input: Uint8Array, length: number, into?: ArrayBuffer, repeats?: Repeats): Uint8Array {
  let at = 0, claimed = 0, scale = 1;
  for (;;) {
    if (at >= input.length || at > 4) throw damagedBytes();
    const byte = input[at++];
    claimed += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
    scale *= 128;
  }
  // Looked at before anything is made of this length.
  if (claimed !== length || length > BEST_RATIO * input.length) throw damagedBytes();
  if (length >= REPEATED_RATIO * input.length || length < STORED_RATIO * input.length) {
    return fromStretches(input, at, into ?? new ArrayBuffer((length + 7) & ~7), length, repeats);
  }
  try {
    return (uncompress ??= snappyUncompressor())(input, length);
  } catch (cause) {
    throw damagedBytes(cause);
  }
}

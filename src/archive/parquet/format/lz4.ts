/**
 * LZ4 blocks without a frame, which some tools compress pages with.
 *
 * @module
 */

import { damagedBytes } from "./thrift.ts";

/** Decompresses one block. */
export function lz4(input: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  let at = 0, to = 0;
  const size = (first: number) => {
    let size = first;
    for (let byte = first === 15 ? 255 : 0; byte === 255;) {
      if (at >= input.length) throw damagedBytes();
      size += byte = input[at++];
    }
    return size;
  };
  while (at < input.length) {
    const token = input[at++];
    const literals = size(token >> 4);
    if (at + literals > input.length || to + literals > length) throw damagedBytes();
    output.set(input.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at === input.length) break;
    const distance = input[at] | (input[at + 1] << 8);
    at += 2;
    const match = size(token & 15) + 4;
    if (at > input.length || distance === 0 || distance > to || to + match > length) throw damagedBytes();
    for (const end = to + match; to < end; to++) output[to] = output[to - distance];
  }
  return output.subarray(0, to);
}

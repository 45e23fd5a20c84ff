/**
 * Decompression of pages.
 *
 * @module
 */

import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { lz4 } from "./lz4.ts";
import { snappy } from "./snappy.ts";
import type { Repeats } from "./stretches.ts";
import { ParquetError } from "./thrift.ts";

/** Larger pages are not believed. */
const LARGEST_PAGE = 2 ** 30;

/** Most pages are smaller, and share one buffer: new memory takes longer than filling it. */
const SHARED = 1 << 21;
let shared: ArrayBuffer | undefined;

/**
 * The bytes of a page, which must be as many as its header says.
 *
 * @param passing They are only needed until the next page is decompressed.
 * @param repeats Takes stretches that are not written, where only few of the bytes are needed.
 */
export function decompress(
  codec: number,
  input: Uint8Array,
  length: number,
  passing: boolean,
  repeats?: Repeats,
): Uint8Array {
  if (length > LARGEST_PAGE) throw new ParquetError(`it claims to have a page of ${length} bytes`);
  const output = codec === 1
    ? snappy(input, length, passing && length <= SHARED ? shared ??= new ArrayBuffer(SHARED) : undefined, repeats)
    : decompressed(codec, input, length);
  if (output.length !== length) throw new ParquetError("a page has not as many bytes as it says");
  return output;
}

function decompressed(codec: number, input: Uint8Array, length: number): Uint8Array {
  if (codec === 0) return input;
  if (length === 0) return new Uint8Array(0);
  try {
    const options = { maxOutputLength: length };
    switch (codec) {
      case 2:
        return gunzipSync(input, options);
      case 4:
        return brotliDecompressSync(input, options);
      case 6:
        return zstdDecompressSync(input, options);
      case 7:
        return lz4(input, length);
    }
  } catch (cause) {
    throw new ParquetError("its compressed bytes are damaged", { cause });
  }
  throw new ParquetError(`it is compressed in a way that is not known (${codec})`);
}

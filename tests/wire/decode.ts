/** Decoding in one go what the decoder takes piece by piece. */

import type { SeriesBlock } from "../../src/columns.ts";
import { FloatSeriesDecoder, type FloatSeriesOptions } from "../../src/wire/float_series.ts";

/** Decodes an answer that makes one block at most, cut into pieces at the given places. */
export function decodeFloatSeries(
  bytes: Uint8Array,
  options: Partial<FloatSeriesOptions>,
  cuts: number[] = [],
): SeriesBlock | null {
  const decoder = new FloatSeriesDecoder({ previews: true, requests: 1, pointsEach: Infinity, ...options });
  const blocks: SeriesBlock[] = [];
  for (const piece of cutAt(bytes, cuts)) {
    blocks.push(...decoder.push(piece));
    // The memory of a piece is used again for the next one.
    piece.fill(0xff);
  }
  const last = decoder.finish();
  if (last) blocks.push(last);
  if (blocks.length > 1) throw new Error("more than one block");
  return blocks[0] ?? null;
}

/** Copies of the pieces between these places. */
export function cutAt(bytes: Uint8Array, cuts: number[]): Uint8Array[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  return places.slice(1).map((end, i) => bytes.slice(places[i], end));
}

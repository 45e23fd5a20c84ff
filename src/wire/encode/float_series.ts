/**
 * Columns to points of float series (`ProtoFloatSeriesValuesResponseDTO`), the counterpart of `FloatSeriesDecoder`.
 *
 * @module
 */

import type { SeriesBlock, Span } from "../../columns.ts";
import { Writer } from "./writer.ts";

/** Which points, under which names. */
export interface FloatSeriesAnswer {
  /** Blocks of float points, as a source gives them. */
  blocks: readonly SeriesBlock[];
  /** The request id of every series, by {@linkcode Span.series}. Each gets an answer, also when it has no points. */
  requestIds: readonly string[];
  /** Write points from the last to the first. Default: false. */
  descending?: boolean;
}

interface Piece extends Span {
  block: SeriesBlock;
}

/** Encodes the points of float series; a point without a time gets none, a block without previews holds committed points. */
export function encodeFloatSeries({ blocks, requestIds, descending = false }: FloatSeriesAnswer): Uint8Array {
  const pieces: Piece[][] = requestIds.map(() => []);
  for (const block of blocks) for (const span of block.spans) pieces[span.series].push({ ...span, block });
  if (descending) pieces.forEach((list) => list.reverse());

  const rows = blocks.reduce((sum, block) => sum + block.step.length, 0);
  const writer = new Writer(rows * 34 + requestIds.length * 64 + 64);
  requestIds.forEach((id, series) => {
    writer.message(0x0a, () => {
      if (id !== "") writer.string(0x0a, id);
      const points = pieces[series].reduce((sum, { start, end }) => sum + end - start, 0);
      writer.message(0x12, () => {
        if (points > 0) writer.integer(0x08, points);
        for (const piece of pieces[series]) writer.raw(encodePoints(piece, descending));
      });
    });
  });
  return writer.finish();
}

/** The `values` fields of one stretch of a series. */
function encodePoints({ block, start, end }: Piece, descending: boolean): Uint8Array {
  const values = block.values.data as Float64Array;
  const bytes = new Uint8Array((end - start) * 46);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (let i = start; i < end; i++) {
    const row = descending ? end - 1 - (i - start) : i;
    const sizeAt = at + 1;
    bytes[at] = 0x12;
    at += 2;
    const time = Math.trunc(block.timestamp[row]);
    if (time > 0) {
      bytes[at++] = 0x08;
      at = putTime(bytes, at, time);
    } else if (time < 0) {
      bytes[at++] = 0x08;
      at = putNegative(bytes, at, BigInt(time));
    }
    at = putDouble(view, at, 0x11, block.step[row]);
    at = putDouble(view, at, 0x19, values[row]);
    const isPreview = block.preview !== null && block.preview.isPreview[row] !== 0;
    if (isPreview) {
      bytes[at++] = 0x20;
      bytes[at++] = 1;
    }
    const completion = isPreview ? block.preview!.completion[row] : 1;
    if (completion !== 0) {
      bytes[at] = 0x2d;
      view.setFloat32(at + 1, completion, true);
      at += 5;
    }
    bytes[sizeAt] = at - sizeAt - 1;
  }
  return bytes.subarray(0, at);
}

/** A default value is left out, but not -0, which is another one. */
function putDouble(view: DataView, at: number, tag: number, value: number): number {
  if (Object.is(value, 0)) return at;
  view.setUint8(at, tag);
  view.setFloat64(at + 1, value, true);
  return at + 9;
}

function putTime(bytes: Uint8Array, at: number, time: number): number {
  let rest = time;
  while (rest > 0x7f) {
    bytes[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  bytes[at++] = rest;
  return at;
}

function putNegative(bytes: Uint8Array, at: number, time: bigint): number {
  let rest = BigInt.asUintN(64, time);
  for (let i = 0; i < 9; i++, rest >>= 7n) bytes[at++] = Number(rest & 0x7fn) | 0x80;
  bytes[at++] = Number(rest);
  return at;
}

/**
 * Writes small greyscale pictures as PNG.
 *
 * @module
 */

import { crc32, deflateSync } from "node:zlib";

/** A picture of `width` x `height` bytes, row by row, black being 0. */
export interface Picture {
  width: number;
  height: number;
  pixels: Uint8Array;
}

/** The PNG file of a picture. */
export function png({ width, height, pixels }: Picture): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8);
  const rows = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const chunks = [
    signature,
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", new Uint8Array()),
  ];
  const file = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const bytes of chunks) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** A matrix of counts as squares: the share of its row in each, white none and black all. */
export function confusionPicture(counts: number[][], square = 12): Picture {
  const side = counts.length * square;
  const pixels = new Uint8Array(side * side);
  for (const [i] of pixels.entries()) {
    const row = counts[Math.floor(i / side / square)];
    const sum = row.reduce((a, b) => a + b, 0);
    pixels[i] = 255 - Math.round(255 * row[Math.floor(i % side / square)] / (sum || 1));
  }
  return { width: side, height: side, pixels };
}

/** One tile of `side` x `side` weights for each output, eight in a row; grey is zero. */
export function weightsPicture(weights: Float64Array, side: number): Picture {
  const tiles = Math.floor(weights.length / (side * side));
  const [columns, step] = [Math.min(8, tiles), side + 1];
  const [width, height] = [columns * step - 1, Math.ceil(tiles / columns) * step - 1];
  const pixels = new Uint8Array(width * height).fill(255);
  const scale = weights.reduce((max, value) => Math.max(max, Math.abs(value)), 0) || 1;
  for (const [i, weight] of weights.subarray(0, tiles * side * side).entries()) {
    const [tile, at] = [Math.floor(i / (side * side)), i % (side * side)];
    const x = (tile % columns) * step + at % side;
    const y = Math.floor(tile / columns) * step + Math.floor(at / side);
    pixels[y * width + x] = Math.round(127.5 + 127.5 * weight / scale);
  }
  return { width, height, pixels };
}

/** Snappy blocks: what was compressed comes back, and nothing else does. */

import assert from "node:assert/strict";
import { snappyCompressor } from "hysnappy";
import { snappy } from "../../src/archive/parquet/format/snappy.ts";
import { fromStretches, Repeats } from "../../src/archive/parquet/format/stretches.ts";
import { ParquetError } from "../../src/archive/parquet/format/thrift.ts";
import { Random } from "../faults/random.ts";

const compress = snappyCompressor();
const BLOCKS = 500;

/** Bytes that compress well, badly, or not at all. */
function bytesOf(random: Random, length: number): Uint8Array {
  const kind = random.below(5);
  // Hardly anything of it can be compressed.
  if (kind === 4) {
    const all = Uint8Array.from({ length }, () => random.below(256));
    for (let at = 0; at < length; at += 500) all.copyWithin(at, at >> 1, (at >> 1) + random.below(40));
    return all;
  }
  return Uint8Array.from({ length }, (_, i) => {
    if (kind === 0) return random.below(256);
    if (kind === 1) return 7;
    return i % 8 < 6 || kind === 2 ? i >> 8 : random.below(256);
  });
}

/** A block of literals alone, in stretches of this size. */
function stored(bytes: Uint8Array, size: number): Uint8Array {
  const out: number[] = [];
  for (let left = bytes.length;; left = Math.floor(left / 128)) {
    out.push(left < 128 ? left : left % 128 + 128);
    if (left < 128) break;
  }
  for (let at = 0; at < bytes.length; at += size) {
    const some = bytes.subarray(at, at + size), rest = some.length - 1;
    if (rest < 60) out.push(rest << 2, ...some);
    else out.push(61 << 2, rest & 255, rest >> 8, ...some);
  }
  return Uint8Array.from(out);
}

Deno.test(`what was compressed comes back: ${BLOCKS} seeds`, () => {
  const first = Math.floor(Math.random() * 1e6);
  for (let seed = first; seed < first + BLOCKS; seed++) {
    const random = new Random(seed);
    const bytes = bytesOf(random, 1 + random.below(random.chance(0.1) ? 200_000 : 2000));
    for (const block of [compress(bytes), stored(bytes, 1 + random.below(300))]) {
      assert.deepEqual(new Uint8Array(snappy(block, bytes.length)), bytes, `seed ${seed}`);
    }
  }
});

/** Numbers that are repeated for long, as the steps of many series are, after some bytes of something else. */
function repeatedNumbers(random: Random): { bytes: Uint8Array; skipped: number } {
  const skipped = random.below(40), count = 1 + random.below(3000);
  const bytes = new Uint8Array(skipped + count * 8), view = new DataView(bytes.buffer);
  bytes.fill(random.below(3), 0, skipped);
  const period = 1 + random.below(200), isOften = random.chance(0.5);
  for (let i = 0, number = random.below(10); i < count; i++) {
    if (i % period === 0) number = isOften && random.chance(0.3) ? random.below(3) * 0x01010101 : number + 1;
    view.setInt32(skipped + i * 8, number & random.below(2), true);
    view.setInt32(skipped + i * 8 + 4, number, random.chance(0.98));
  }
  return { bytes, skipped };
}

Deno.test(`few values of a block are where the others are not written: ${BLOCKS} seeds`, () => {
  const first = Math.floor(Math.random() * 1e6), repeats = new Repeats();
  let left = 0;
  for (let seed = first; seed < first + BLOCKS; seed++) {
    const random = new Random(seed);
    const { bytes, skipped } = repeatedNumbers(random);
    const block = compress(bytes);
    let at = 0;
    while (block[at++] >= 128);
    // What was in the memory before is none of the block.
    const buffer = new ArrayBuffer((bytes.length + 7) & ~7);
    new Uint8Array(buffer).fill(random.below(256));
    const found = fromStretches(block, at, buffer, bytes.length, repeats.clear());
    if (found.some((byte, i) => byte !== bytes[i])) left++;
    repeats.skip(skipped);
    assert.deepEqual(found.subarray(0, skipped), bytes.subarray(0, skipped), `seed ${seed}`);
    const width = 1 + random.below(8), values = Math.floor((bytes.length - skipped) / width);
    const rows = Uint32Array.from({ length: values }, (_, row) => row).filter(() => random.chance(0.1));
    const places = rows.map((row) => row * width);
    repeats.find(places, places.length, width);
    rows.forEach((row, i) => {
      const value = found.subarray(skipped + places[i], skipped + places[i] + width);
      assert.deepEqual(value, bytes.subarray(skipped + row * width).subarray(0, width), `seed ${seed}, value ${row}`);
    });
    const from = random.below(values * width), until = from + random.below(values * width - from);
    repeats.write(from, until);
    const some = [skipped + from, skipped + until] as const;
    assert.deepEqual(found.subarray(...some), bytes.subarray(...some), `seed ${seed}`);
    repeats.write(0, bytes.length);
    assert.deepEqual(found, bytes, `seed ${seed}`);
  }
  assert.ok(left > BLOCKS / 4, `something was left out in ${left} blocks`);
});

Deno.test("blocks that are cut off, go on, or claim another length are damaged", () => {
  const random = new Random(5);
  for (const kind of [0, 1]) {
    const bytes = kind === 0 ? bytesOf(random, 3000) : Uint8Array.from({ length: 3000 }, (_, i) => i >> 4);
    for (const block of [compress(bytes), stored(bytes, 100)]) {
      for (const at of [0, 1, 2, 3, 10, block.length - 1]) {
        assert.throws(() => snappy(block.subarray(0, at), bytes.length), ParquetError, `cut at ${at}`);
      }
      assert.throws(() => snappy(Uint8Array.from([...block, 0, 1]), bytes.length), ParquetError);
      for (const length of [0, 1, bytes.length - 1, bytes.length + 1, 2 ** 31]) {
        assert.throws(() => snappy(block, length), ParquetError, `${length}`);
      }
    }
  }
  // So long a length is nowhere made room for.
  assert.throws(() => snappy(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0), 2 ** 32 - 1), ParquetError);
});

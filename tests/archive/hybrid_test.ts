/** Levels and dictionary codes: runs of one number and packed numbers, read as a whole, here and there, or searched. */

import assert from "node:assert/strict";
import { Codes } from "../../src/archive/parquet/format/hybrid.ts";
import { ParquetError } from "../../src/archive/parquet/format/thrift.ts";
import { Random } from "../faults/random.ts";

const PAGES = 500;

/** A page of numbers that have at most so many bits: its bytes, and the numbers. */
function pageOf(random: Random, width: number): { bytes: Uint8Array; numbers: number[] } {
  const bytes: number[] = [], numbers: number[] = [];
  const varint = (value: number) => {
    for (; value >= 128; value = Math.floor(value / 128)) bytes.push(value % 128 + 128);
    bytes.push(value);
  };
  // Few different numbers, so that some are found.
  const some = Array.from({ length: 5 }, () => random.below(2 ** width));
  for (let runs = 1 + random.below(20); runs > 0; runs--) {
    if (random.chance(0.5)) {
      const length = 1 + random.below(random.chance(0.2) ? 5000 : 100), number = random.pick(some);
      varint(2 * length);
      for (let i = 0; i < (width + 7) >> 3; i++) bytes.push(Math.floor(number / 256 ** i) % 256);
      for (let i = 0; i < length; i++) numbers.push(number);
    } else {
      const length = 8 * (1 + random.below(100));
      varint(length / 4 + 1);
      const bits: number[] = [];
      for (let i = 0; i < length; i++) {
        const number = random.pick(some);
        numbers.push(number);
        for (let bit = 0; bit < width; bit++) bits.push(Math.floor(number / 2 ** bit) % 2);
      }
      for (let at = 0; at < bits.length; at += 8) {
        bytes.push(bits.slice(at, at + 8).reduce((sum, bit, i) => sum + bit * 2 ** i, 0));
      }
    }
  }
  return { bytes: Uint8Array.from(bytes), numbers };
}

Deno.test(`what was written is read, however it is asked for: ${PAGES} seeds`, () => {
  const first = Math.floor(Math.random() * 1e6);
  for (let seed = first; seed < first + PAGES; seed++) {
    const random = new Random(seed), width = random.below(random.chance(0.1) ? 33 : 17);
    const { bytes, numbers } = pageOf(random, width);
    // The last packed run may be longer than the page.
    const count = numbers.length - random.below(2), expected = numbers.slice(0, count);
    const before = random.below(4);
    const codes = new Codes(
      Uint8Array.from([...Array(before).fill(255), ...bytes]),
      before,
      before + bytes.length,
      width,
      count,
    );
    const told = `seed ${seed}`;
    const all = new Uint32Array(count);
    // Twice, as whoever reads it begins anew.
    for (let time = 0; time < 2; time++) {
      assert.equal(codes.all(all), Math.max(...expected, 0), told);
      assert.deepEqual([...all], expected, told);
      // Packed numbers are not looked at.
      const { only } = codes;
      assert.ok(only === -1 || expected.every((one) => one === only), told);
    }
    const share = random.number();
    const rows = Uint32Array.from(expected.keys()).filter(() => random.chance(share));
    const found = new Uint32Array(rows.length), offset = random.below(1000);
    codes.some(rows.map((row) => row + offset), 0, rows.length, offset, found, 0);
    assert.deepEqual([...found], Array.from(rows, (row) => expected[row]), told);
    if (width > 16) continue;
    const wanted = new Uint8Array(2 ** width);
    for (const number of new Set(expected)) if (random.chance(0.3)) wanted[number] = 1;
    const places = new Uint32Array(count);
    const end = codes.find(wanted, offset, places, 0, () => new Uint32Array(count));
    const hits = [...expected.keys()].filter((row) => wanted[expected[row]] === 1).map((row) => row + offset);
    assert.deepEqual([...places.subarray(0, end)], hits, told);
  }
});

Deno.test("a page that ends too early is damaged, wherever the wanted numbers are", () => {
  // Eight packed numbers, then a run of a hundred.
  const bytes = Uint8Array.of(3, 0xb4, 0xe1, 0x78, 200, 1, 5);
  for (const end of [0, 1, 3, 4, 5, 6]) {
    const codes = () => new Codes(bytes, 0, end, 3, 108);
    assert.throws(() => codes().all(new Uint32Array(108)), ParquetError, `${end}`);
    assert.throws(() => codes().some(Uint32Array.of(0), 0, 1, 0, new Uint32Array(1), 0), ParquetError, `${end}`);
    assert.throws(
      () => codes().find(new Uint8Array(8), 0, new Uint32Array(108), 0, () => new Uint32Array(108)),
      ParquetError,
    );
  }
  assert.equal(new Codes(Uint8Array.of(6, 5, 4, 5), 0, 4, 3, 5).only, 5);
  assert.equal(new Codes(Uint8Array.of(6, 5, 4, 4), 0, 4, 3, 5).only, -1);
  assert.throws(() => new Codes(Uint8Array.of(0, 0), 0, 2, 3, 8).all(new Uint32Array(8)), /an empty run/);
  assert.throws(() => new Codes(Uint8Array.of(255, 255, 255, 255, 255, 1, 0), 0, 7, 3, 8).only, ParquetError);
});

/** Bytes of columns that are read as they are needed, through memory that all of them share. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { openBytes } from "../../src/archive/disk/local.ts";
import { ParquetFile } from "../../src/archive/parquet/file.ts";
import { findRows, readColumn, readLists } from "../../src/archive/parquet/format/column.ts";
import { allThere, type ColumnBytes, PassingBytes } from "../../src/archive/parquet/format/column_bytes.ts";
import { Physical } from "../../src/archive/parquet/format/footer.ts";
import { ParquetError } from "../../src/archive/parquet/format/thrift.ts";
import { floatPoint, histogramPoint, int, string } from "../../samples/rows.ts";
import { encodePart } from "../../samples/writer.ts";
import { Random } from "../faults/random.ts";

const PYARROW = new URL("../faults/pyarrow.parquet", import.meta.url).pathname;

Deno.test("whatever is asked for, and whoever asks between, the bytes are those of the file", () => {
  const random = new Random(Math.floor(Math.random() * 1e6));
  const files = [3_000_000, 700_000, 10].map((length) => {
    const bytes = Uint8Array.from({ length }, () => random.below(256));
    const read = (at: number, into: Uint8Array<ArrayBuffer>) => {
      into.set(bytes.subarray(at, at + into.length));
      return into;
    };
    return { bytes, passing: new PassingBytes(length, read), at: 0 };
  });
  for (let n = 0; n < 400; n++) {
    const one = random.pick(files);
    if (random.chance(0.1)) one.at = random.below(one.bytes.length);
    const atLeast = random.chance(0.05) ? 1_500_000 : random.below(200_000);
    const found = one.passing.from(one.at, atLeast);
    assert.ok(found.length >= Math.min(atLeast, one.bytes.length - one.at));
    assert.equal(Buffer.compare(found, one.bytes.subarray(one.at, one.at + found.length)), 0);
    one.at = Math.min(one.at + atLeast, one.bytes.length);
  }
});

Deno.test("a file that became shorter is damaged, and the next one is not", () => {
  const short = new PassingBytes(100, (_, into) => into.subarray(0, 50));
  for (let time = 0; time < 2; time++) assert.throws(() => short.from(0, 10), ParquetError);
  const whole = new PassingBytes(100, (at, into) => into.fill(at + 1));
  assert.deepEqual(new Set(whole.from(0, 10)), new Set([1]));
});

/** Gives no byte more than it is asked for, and spoils those that it gave before. */
function scarce(bytes: Uint8Array): ColumnBytes {
  let given = new Uint8Array(0);
  return {
    length: bytes.length,
    from: (at, atLeast) => {
      given.fill(0xaa);
      return given = bytes.slice(at, at + atLeast);
    },
    lasting: (some) => some.slice(),
  };
}

Deno.test("columns are the same when nothing of their bytes stays", async () => {
  const path = await Deno.makeTempFile();
  try {
    const points = Array.from({ length: 3000 }, (_, i) => floatPoint(`m/${i % 7}`, i >> 3, 1000 * i, Math.sin(i)));
    const batches = [
      [
        int("seed", 5n),
        string("note", "x".repeat(3000)),
        histogramPoint("h", 2, 5, { type: "COUNTING", edges: [0, 1, 2], values: [7, 8] }),
        ...points,
      ],
    ];
    await Deno.writeFile(path, encodePart({ projectId: "a/b", runId: "R", batches }));
    for (const one of [PYARROW, path]) {
      using file = new ParquetFile(openBytes(one));
      for (const { chunks, rows } of file.footer.groups) {
        for (const [place, leaf] of file.footer.leaves.entries()) {
          const bytes = file.bytesOf(chunks[place]);
          const both = <T>(read: (bytes: ColumnBytes) => T) =>
            assert.deepEqual(read(scarce(bytes)), read(allThere(bytes)), leaf.path.join("."));
          const isText = leaf.physical === Physical.BYTE_ARRAY;
          if (isText && leaf.repetition === 0) {
            for (const some of [null, Uint32Array.from({ length: rows >> 4 }, (_, i) => 16 * i)]) {
              both((bytes) => findRows(bytes, chunks[place], leaf, (text) => text.length % 2 === 1, some));
            }
          } else if (!isText && leaf.repetition > 0) {
            both((bytes) => readLists(bytes, chunks[place], leaf, "float", rows, null));
          } else if (!isText) {
            const kind = leaf.physical === Physical.BOOLEAN ? "bool" : "float";
            both((bytes) => readColumn(bytes, chunks[place], leaf, kind, null));
            if (leaf.physical === Physical.INT64) both((bytes) => readColumn(bytes, chunks[place], leaf, "int", null));
          }
        }
      }
    }
  } finally {
    await Deno.remove(path);
  }
});

/** Columns to frames by way of Arrow. */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  arrowFrame,
  fileColumn,
  histogramColumn,
  numberColumn,
  type NumberKind,
  stringColumn,
  stringListColumn,
} from "../src/frame/arrow.ts";

const texts = fc.array(fc.option(fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }))), {
  minLength: 1,
  maxLength: 40,
});

Deno.test("texts of any kind come back, null as null", async () => {
  await fc.assert(fc.asyncProperty(texts, async (data) => {
    const frame = await arrowFrame([["a", stringColumn(data)]]);
    assert.deepEqual(frame.getColumn("a").toArray(), data);
  }));
});

Deno.test("halves of surrogate pairs at the edge of two texts do not become one character", async () => {
  const frame = await arrowFrame([["a", stringColumn(["x\ud83d", "\ude00y", null])]]);
  assert.deepEqual(frame.getColumn("a").toArray(), ["x\ufffd", "\ufffdy", null]);
});

Deno.test("numbers of every kind come back with their type, and null where there is none", async () => {
  const kinds: [NumberKind, string, fc.Arbitrary<number | bigint>, (data: (number | bigint)[]) => unknown[]][] = [
    ["float", "Float64", fc.double(), (data) => data],
    ["int", "Int64", fc.bigInt({ min: -(2n ** 53n) + 1n, max: 2n ** 53n - 1n }), (data) => data.map(Number)],
    ["bool", "Bool", fc.nat(1), (data) => data.map(Boolean)],
    [
      "datetime",
      "Datetime(ms,UTC)",
      fc.integer({ min: -1e12, max: 4e12 }),
      (data) => data.map((x) => new Date(Number(x))),
    ],
  ];
  for (const [kind, type, value, read] of kinds) {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(value, fc.nat(1)), { minLength: 1, maxLength: 30 }), async (cells) => {
        const Data = { float: Float64Array, int: BigInt64Array, bool: Uint8Array, datetime: Float64Array }[kind];
        const data = new (Data as new (length: number) => Float64Array)(cells.length);
        cells.forEach(([value], i) => data[i] = value as number);
        const frame = await arrowFrame([["a", numberColumn(kind, data, Uint8Array.from(cells, ([, there]) => there))]]);
        const expected = read(cells.map(([value]) => value)).map((value, i) => cells[i][1] ? value : null);
        assert.deepEqual(frame.getColumn("a").toArray(), expected);
        assert.equal(String(frame.schema.a), `DataType(${type})`);
      }),
      { numRuns: 40 },
    );
  }
});

Deno.test("sets, files and histograms come back; thousands of columns stay in their order", async () => {
  const frame = await arrowFrame([
    ["set", stringListColumn([["a", "ż"], null, []])],
    [
      "file",
      fileColumn([{ path: "p", size: 3, mimeType: "text/plain" }, null, { path: "q", size: null, mimeType: "x" }]),
    ],
    [
      "histogram",
      histogramColumn([
        { type: "COUNTING", edges: Float64Array.of(0, 1), values: Float64Array.of(7) },
        null,
        { type: "DENSITY", edges: new Float64Array(0), values: new Float64Array(0) },
      ]),
    ],
  ]);
  assert.deepEqual(frame.getColumn("set").toArray(), [["a", "ż"], null, []]);
  assert.deepEqual(frame.rows().map((row) => JSON.stringify(row.slice(1))), [
    '[{"path":"p","size":3,"mime_type":"text/plain"},{"type":"COUNTING","edges":[0,1],"values":[7]}]',
    "[null,null]",
    '[{"path":"q","size":null,"mime_type":"x"},{"type":"DENSITY","edges":[],"values":[]}]',
  ]);
  const names = Array.from({ length: 4500 }, (_, i) => `column ${i}`);
  const wide = await arrowFrame(
    names.map((name, i) => [name, numberColumn("float", Float64Array.of(i), Uint8Array.of(1))]),
  );
  assert.deepEqual(wide.columns, names);
  assert.deepEqual(wide.row(0), [...names.keys()]);
});

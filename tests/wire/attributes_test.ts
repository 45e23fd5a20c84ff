import assert from "node:assert/strict";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import type { ValueBlock } from "../../src/columns.ts";
import { DecodeError } from "../../src/errors.ts";
import {
  decodeAttributes,
  decodeQueryAttributes,
  decodeQueryPairs,
  decodeRunPairs,
} from "../../src/wire/attributes.ts";
import { cellsInOrder, encodeQueryAttributes } from "../../src/wire/encode/attributes.ts";
import {
  ProtoAttributesDTOSchema,
  ProtoAttributesSearchResultDTOSchema,
  ProtoQueryAttributesResultDTOSchema,
  ProtoSeriesValuesResponseDTOSchema,
} from "../../src/wire/gen/neptune_pb.ts";
import { decodeSeriesValues } from "../../src/wire/series_values.ts";
import { StringTable } from "../../src/wire/string_table.ts";
import { wireTypeName } from "../../src/types.ts";
import { type LastPoint, type SentType, ValueRows, type Values } from "../../src/wire/value_rows.ts";

const double = fc.double();
const text = fc.string({ unit: "grapheme", maxLength: 60 });
const doubles = fc.array(double, { maxLength: 5 }).map((all) => Float64Array.from(all));
const plain = { noNullPrototype: true };
const file = fc.record({
  path: fc.string({ minLength: 1 }),
  size: fc.option(fc.maxSafeNat()),
  mimeType: fc.constantFrom("image/png", "application/octet-stream"),
}, plain);
const histogram = fc.record({ type: fc.constantFrom("COUNTING", "DENSITY"), edges: doubles, values: doubles }, plain);
const lastPoint = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<LastPoint<T> | null> =>
  fc.option(fc.tuple(fc.double({ noNaN: true }), fc.option(value)).map(([step, last]) => ({ step, last })));

const VALUES: { [T in SentType]: fc.Arbitrary<Values[T]> } = {
  int: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  float: double,
  string: text,
  bool: fc.boolean(),
  datetime: fc.integer({ min: -2208988800000, max: 10413792000000 }),
  string_set: fc.array(text, { maxLength: 4 }),
  float_series: fc.option(
    fc.record({ lastStep: double, last: double, min: double, max: double, average: double, variance: double }),
  ),
  string_series: lastPoint(text),
  histogram_series: lastPoint(histogram),
  file_series: lastPoint(file),
  file: fc.option(file),
  experiment_state: fc.constant(null),
};

/** Cells of some runs: each path of a run once, with one of all types. */
const cells = fc.uniqueArray(
  fc.record({
    run: fc.constantFrom("R-1", "R-2", "R-10"),
    path: fc.oneof(fc.constantFrom("a", "b/c", "sys/id"), text.filter((path) => path !== "")),
    typed: fc.oneof(...Object.entries(VALUES).map(([type, value]) => fc.tuple(fc.constant(type as SentType), value))),
  }),
  { selector: ({ run, path }) => `${run} ${path}`, maxLength: 30 },
).map((all) => all.sort((a, b) => a.run < b.run ? -1 : a.run > b.run ? 1 : a.path < b.path ? -1 : 1));

function blockOf(all: { run: string; path: string; typed: [SentType, unknown] }[]): ValueBlock {
  const rows = new ValueRows();
  for (const { run, path, typed: [type, value] } of all) {
    rows.run(run);
    rows.add(type, path, value as Values[SentType]);
  }
  return rows.finish();
}

const identity = (run: string) => ({ id: `uuid of ${run}`, sysId: run });
const sameRun = (sysId: string) => sysId;

Deno.test("values of every type survive being encoded and decoded", () => {
  fc.assert(fc.property(cells, fc.option(text), (all, token) => {
    const block = blockOf(all);
    const bytes = encodeQueryAttributes(block, cellsInOrder(block), identity, token);
    assert.deepEqual(decodeQueryAttributes(bytes, sameRun), { block, nextPageToken: token || null });
  }));
});

Deno.test("generated code reads our bytes, writes the same ones, and we read its", () => {
  fc.assert(fc.property(cells, (all) => {
    const block = blockOf(all);
    const ours = encodeQueryAttributes(block, cellsInOrder(block), identity, null);
    const theirs = toBinary(ProtoQueryAttributesResultDTOSchema, fromBinary(ProtoQueryAttributesResultDTOSchema, ours));
    assert.deepEqual(ours, theirs);
    assert.deepEqual(decodeQueryAttributes(theirs, sameRun).block, block);
  }));
});

Deno.test("pairs are the runs, paths and types of the values", () => {
  fc.assert(fc.property(cells, (all) => {
    const block = blockOf(all);
    const bytes = encodeQueryAttributes(block, cellsInOrder(block), identity, null);
    const pairs = decodeQueryPairs(bytes, sameRun, new StringTable()).block;
    assert.deepEqual(
      [...pairs.run.keys()].map((
        i,
      ) => [pairs.runs[pairs.run[i]], pairs.paths[pairs.path[i]], pairs.types[pairs.type[i]]]),
      all.map(({ run, path, typed }) => [run, path, typed[0]]),
    );
  }));
});

Deno.test("a page is cut anywhere and the pages together hold every value once", () => {
  fc.assert(fc.property(cells, fc.nat(), (all, at) => {
    const block = blockOf(all);
    const ordered = cellsInOrder(block);
    const cut = at % (ordered.length + 1);
    const pages = [ordered.slice(0, cut), ordered.slice(cut)].map((page) =>
      decodeQueryAttributes(encodeQueryAttributes(block, page, identity, null), sameRun).block
    );
    const counts = pages.map(({ columns }) => columns.reduce((sum, { run }) => sum + run.length, 0));
    assert.deepEqual(counts, [cut, ordered.length - cut]);
  }));
});

Deno.test("bytes that are cut off or flipped give a DecodeError or values, never anything else", () => {
  fc.assert(
    fc.property(cells.filter((all) => all.length > 0), fc.nat(), fc.option(fc.nat(7)), (all, at, bit) => {
      const block = blockOf(all);
      let bytes = encodeQueryAttributes(block, cellsInOrder(block), identity, null);
      if (bit === null) bytes = bytes.subarray(0, at % bytes.length);
      else bytes[at % bytes.length] ^= 1 << bit;
      for (
        const decode of [
          () => decodeQueryAttributes(bytes, sameRun),
          () => decodeQueryPairs(bytes, sameRun, new StringTable()),
        ]
      ) {
        try {
          decode();
        } catch (error) {
          assert.ok(error instanceof DecodeError, String(error));
        }
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("a value that is missing, or of another type than is said, is refused; a type nobody knows is passed over", () => {
  const one = (attribute: Record<string, unknown>) =>
    toBinary(ProtoAttributesDTOSchema, create(ProtoAttributesDTOSchema, { attributes: [{ name: "x", ...attribute }] }));
  assert.throws(() => decodeAttributes(one({ type: "int" }), "run"), DecodeError);
  assert.throws(() => decodeAttributes(one({ type: "int", floatProperties: { value: 1 } }), "run"), DecodeError);
  assert.deepEqual(decodeAttributes(one({ type: "gitRef" }), "run").columns, []);
  assert.equal(decodeAttributes(one({ type: "experimentState" }), "run").columns[0].type, "experiment_state");
  const { data } = decodeAttributes(one({ type: "fileRef" }), "run").columns[0];
  assert.deepEqual(data, [null]);
});

Deno.test("text that is not UTF-8 is refused", () => {
  const bytes = Uint8Array.of(0x3a, 5, 0x0a, 3, 0xff, 0xfe, 0xfd);
  assert.throws(() => decodeAttributes(bytes, "run"), /not UTF-8/);
});

Deno.test("definitions leave out the types that have no name here", () => {
  const bytes = toBinary(
    ProtoAttributesSearchResultDTOSchema,
    create(ProtoAttributesSearchResultDTOSchema, {
      entries: [{ name: "a", type: wireTypeName("float_series") }, { name: "b", type: "complex" }],
    }),
  );
  const { paths, types, path, type } = decodeRunPairs(bytes, "run", new StringTable());
  assert.deepEqual(Array.from(path, (code, row) => [paths[code], types[type[row]]]), [["a", "float_series"]]);
  assert.throws(() => decodeRunPairs(bytes.subarray(0, 5), "run", new StringTable()), DecodeError);
});

Deno.test("points of other series: what they hold, what is lost, and how they go on", () => {
  const point = (step: number, value: unknown) => ({ step, timestampMillis: 5n, object: value && { value } });
  const bytes = toBinary(
    ProtoSeriesValuesResponseDTOSchema,
    create(ProtoSeriesValuesResponseDTOSchema, {
      series: [
        {
          requestId: "0",
          searchAfter: { finished: false, token: "t" },
          series: {
            case: "seriesValues",
            value: { values: [point(1, { case: "stringValue", value: "hi" }), point(2, undefined)] as never },
          },
        },
        { requestId: "1" },
      ],
    }),
  );
  const { block, answers } = decodeSeriesValues(bytes, "string");
  assert.deepEqual(answers, [{ series: 0, next: { token: "t" } }, { series: 1, next: "again" }]);
  assert.deepEqual(block.spans, [{ series: 0, start: 0, end: 2 }]);
  assert.deepEqual(block.values.data, ["hi", null]);
  assert.throws(() => decodeSeriesValues(bytes, "file"), /a point of a file series holds a stringValue/);
});

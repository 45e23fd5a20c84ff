/**
 * Parts that another tool wrote again: other physical types, columns missing, added or moved.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { SchemaElement } from "hyparquet";
import pl from "nodejs-polars";
import {
  bool,
  datetime,
  file,
  filePoint,
  float,
  floatPoint,
  histogramPoint,
  int,
  string,
  stringPoint,
  stringSet,
} from "../../samples/rows.ts";
import { type ArchiveRow, encodePart, partName, sanitized, SCHEMA } from "../../samples/writer.ts";
import type { Source } from "../../src/source.ts";
import type { FileRef } from "../../src/types.ts";
import { ownAttributes, points, text, values } from "../ask.ts";
import { type ArchiveRoots, type AwkwardCase, PROJECT, roots, sys, T, writeFile } from "./case.ts";

const batches: ArchiveRow[][] = [
  [
    bool("flag", true),
    datetime("date", T + 1),
    float("lr", 0.5),
    int("seed", 7),
    string("note", "żółć"),
    stringSet("tags", "a", "b"),
    ...sys("A", 1),
  ],
  [0.1, 0.2, 3].map((step) => floatPoint("m", step, T + 1000 * step, step * 2)),
  [stringPoint("s", 1, T, "x"), histogramPoint("h", 1, T, { type: "COUNTING", edges: [0, 0.5, 2], values: [1, 2] })],
  [file("f", "A/f.txt")],
  [filePoint("g", 1, T, "A/g/step_1_000000.txt")],
];

/** Asserts that run A holds what `batches` say, but for the attributes left out. */
async function assertWhole(source: Source, without: string[] = []): Promise<void> {
  const names = [
    "date:datetime",
    "f:file",
    "flag:bool",
    "g:file_series",
    "h:histogram_series",
    "lr:float",
    "m:float_series",
    "note:string",
    "s:string_series",
    "seed:int",
    "tags:string_set",
  ].filter((name) => !without.includes(name));
  assert.deepEqual(await ownAttributes(source, "A"), names);
  const paths = ["date", "flag", "lr", "note", "seed", "tags"];
  assert.deepEqual(await values(source, "A", { paths }), {
    "date:datetime": T + 1,
    "flag:bool": true,
    "lr:float": 0.5,
    "note:string": "żółć",
    ...(names.includes("seed:int") ? { "seed:int": 7n } : {}),
    "tags:string_set": ["a", "b"],
  });
  assert.deepEqual(await points(source, "A", "m"), [
    { step: 0.1, value: 0.2, timestamp: T + 100 },
    { step: 0.2, value: 0.4, timestamp: T + 200 },
    { step: 3, value: 6, timestamp: T + 3000 },
  ]);
  assert.deepEqual(await points(source, "A", "s", { kind: "string" }), [{ step: 1, value: "x", timestamp: T }]);
  assert.deepEqual(await points(source, "A", "h", { kind: "histogram" }), [
    { step: 1, value: { type: "COUNTING", edges: [0, 0.5, 2], values: [1, 2] }, timestamp: T },
  ]);
  const { "f:file": ref } = await values(source, "A", { paths: ["f"] });
  assert.equal(await text(source, ref as FileRef), "f");
}

async function writePart(dir: string, write: (path: string) => Promise<void>): Promise<ArchiveRoots> {
  const archive = await roots(dir);
  const folder = sanitized(PROJECT);
  await Deno.mkdir(`${archive.data}/${folder}`);
  await write(`${archive.data}/${folder}/${partName("A")}`);
  await writeFile(archive.files, folder, "A/f.txt", "f");
  await writeFile(archive.files, folder, "A/g/step_1_000000.txt", "g");
  return archive;
}

/** A case whose only part has this schema; `change` alters the cells on the way. */
function rewritten(
  name: string,
  rule: string,
  schema: readonly SchemaElement[],
  change: (row: ArchiveRow) => ArchiveRow = (row) => row,
  without: string[] = [],
): AwkwardCase {
  return {
    name,
    rule,
    write: (dir) =>
      writePart(dir, async (path) => {
        const changed = batches.map((rows) => rows.map(change));
        await Deno.writeFile(path, encodePart({ projectId: PROJECT, runId: "A", batches: changed, schema }));
      }),
    check: async (open) => assertWhole((await open()).open(PROJECT), without),
  };
}

/** The exporter's schema with some elements replaced. */
const replaced = (change: (element: SchemaElement) => SchemaElement) => SCHEMA.map((element) => change(element));
const times = (unit: "MILLIS" | "MICROS" | "NANOS", isAdjustedToUTC = true) =>
  replaced((element) =>
    element.logical_type?.type !== "TIMESTAMP" ? element : {
      name: element.name,
      repetition_type: "OPTIONAL",
      type: "INT64",
      logical_type: { type: "TIMESTAMP", isAdjustedToUTC, unit },
    }
  );
/** Milliseconds in a finer unit, with some of that unit on top. */
const finer = (factor: bigint, rest: bigint) => (row: ArchiveRow): ArchiveRow => {
  const fine = (ms: number | null | undefined) => ms == null ? ms : BigInt(ms) * factor + rest;
  return { ...row, timestamp: fine(row.timestamp) as never, datetime_value: fine(row.datetime_value) as never };
};
const step = (type: Partial<SchemaElement>) =>
  replaced((element) => element.name === "step" ? { name: "step", repetition_type: "OPTIONAL", ...type } : element);
const decimal = (precision: number) => ({ converted_type: "DECIMAL", precision, scale: 6 } as const);
/** The schema with these columns put together anew. */
function columns(...parts: SchemaElement[][]): SchemaElement[] {
  const elements = parts.flat();
  return [{ ...SCHEMA[0], num_children: parts.length }, ...elements];
}
const starts = SCHEMA.flatMap(({ name }, i) => i > 0 && topLevel(i) ? [{ name, i }] : []);
function topLevel(i: number): boolean {
  let left = 0;
  for (const element of SCHEMA.slice(1, i)) left += (element.num_children ?? 0) - (left > 0 ? 1 : 0);
  return left === 0;
}
const parts = starts.map(({ i }, n) => SCHEMA.slice(i, starts[n + 1]?.i));

export const columnCases: AwkwardCase[] = [
  rewritten(
    "steps as 64-bit decimals",
    "Steps may be decimals in INT64, as Polars and DuckDB write them.",
    step({ type: "INT64", ...decimal(18) }),
  ),
  rewritten(
    "steps as 32-bit decimals",
    "Steps may be decimals in INT32.",
    step({ type: "INT32", ...decimal(9) }),
    (row) => ({ ...row, step: row.step == null ? null : BigInt(Math.round(Number(row.step) * 1e6)) }),
  ),
  rewritten(
    "steps as floats",
    "Steps may be plain floats.",
    step({ type: "DOUBLE" }),
    (row) => ({ ...row, step: row.step as never }),
  ),
  rewritten(
    "times in microseconds",
    "Times may be microseconds; what is finer than a millisecond is cut off.",
    times("MICROS"),
    finer(1000n, 7n),
  ),
  rewritten("times in nanoseconds", "Times may be nanoseconds.", times("NANOS"), finer(1_000_000n, 7n)),
  rewritten("times without a zone", "Times without a zone are UTC.", times("MILLIS", false)),
  rewritten(
    "narrow integers",
    "Integers may be INT32.",
    replaced((element) =>
      element.name === "int_value" ? { name: "int_value", repetition_type: "OPTIONAL", type: "INT32" } : element
    ),
    (row) => row,
  ),
  rewritten(
    "missing columns",
    "A column may be missing where no row needs it: that of the values of a type that the file has no rows of.",
    columns(...parts.filter(([{ name }]) => name !== "int_value")),
    (row) => row.attribute_type === "int" ? { ...row, attribute_type: "nothing" } : row,
    ["seed:int"],
  ),
  rewritten(
    "more columns",
    "Columns and fields that nobody knows are passed over.",
    columns(
      ...parts.map((part) =>
        part[0].name === "file_value"
          ? [
            { ...part[0], num_children: 2 },
            ...part.slice(1),
            { name: "mime", repetition_type: "OPTIONAL", type: "BYTE_ARRAY", converted_type: "UTF8" } as const,
          ]
          : part
      ),
      [{ name: "exported_by", repetition_type: "OPTIONAL", type: "BYTE_ARRAY", converted_type: "UTF8" }],
    ),
    (
      row,
    ) => ({
      ...row,
      exported_by: "someone",
      file_value: row.file_value && { ...row.file_value, mime: "x/y" },
    } as ArchiveRow),
  ),
  rewritten("columns in another order", "Columns are found by their names.", columns(...[...parts].reverse())),
  {
    name: "written again by Polars",
    rule: "An archive that was read and written by Polars, in another compression, is the same archive.",
    write: (dir) =>
      writePart(dir, async (path) => {
        await Deno.writeFile(path, encodePart({ projectId: PROJECT, runId: "A", batches }));
        pl.readParquet(path).writeParquet(path, { compression: "zstd" });
      }),
    check: async (open) => assertWhole((await open()).open(PROJECT)),
  },
  {
    name: "one run among others written otherwise",
    rule: "Parts with different physical types lie in one project and are read together.",
    async write(dir) {
      const archive = await writePart(dir, (path) => {
        const schema = step({ type: "INT64", ...decimal(18) });
        return Deno.writeFile(path, encodePart({ projectId: PROJECT, runId: "A", batches, schema }));
      });
      const other = encodePart({
        projectId: PROJECT,
        runId: "B",
        batches: [sys("B", 2), [floatPoint("m", 0.1, T, 1)]].map((rows) => rows.map(finer(1000n, 0n))),
        schema: times("MICROS"),
      });
      await Deno.writeFile(`${archive.data}/${sanitized(PROJECT)}/${partName("B")}`, other);
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      await assertWhole(source);
      assert.deepEqual(await points(source, "B", "m"), [{ step: 0.1, value: 1, timestamp: T }]);
    },
  },
];

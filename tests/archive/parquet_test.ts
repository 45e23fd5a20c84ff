/**
 * Our Parquet decoder against an independent one, and against itself on the same rows in other encodings and compressions.
 */

import assert from "node:assert/strict";
import { parquetReadObjects } from "hyparquet";
import pl from "nodejs-polars";
import { openBytes } from "../../src/archive/disk/local.ts";
import { listsOf, stringListsOf, stringsOf } from "../../src/archive/parquet/decoded.ts";
import { ParquetFile } from "../../src/archive/parquet/file.ts";
import type { RowGroupReader } from "../../src/archive/parquet/row_group.ts";
import { float, floatPoint, histogramPoint, int, string, stringPoint, stringSet } from "../../samples/rows.ts";
import { encodePart } from "../../samples/writer.ts";

type Row = Record<string, unknown>;

const PYARROW = new URL("../faults/pyarrow.parquet", import.meta.url).pathname;

/** All columns of the rows of a group, under the names of the exporter. */
function rowsOf(group: RowGroupReader): Row[] {
  const there = <T>({ values, present }: { values: ArrayLike<T>; present: Uint8Array | null }) =>
    Array.from(values, (value, i) => present && present[i] === 0 ? null : value);
  const columns: Record<string, unknown[]> = {
    project_id: stringsOf(group.strings("project")),
    run_id: stringsOf(group.strings("run")),
    attribute_path: stringsOf(group.strings("path")),
    attribute_type: stringsOf(group.strings("type")),
    step: there(group.floats("step")),
    timestamp: there(group.floats("timestamp")),
    int_value: there(group.ints("int")),
    float_value: there(group.floats("float")),
    string_value: stringsOf(group.strings("string")),
    bool_value: there(group.bools("bool")).map((bit) => bit === null ? null : bit === 1),
    datetime_value: there(group.floats("datetime")),
    string_set_value: stringListsOf(group.lists("set", "string")),
    file: stringsOf(group.strings("file")),
    histogram: stringsOf(group.strings("histogram")),
    edges: listsOf(group.lists("edges", "float")).map((list) => list && [...list]),
    bins: listsOf(group.lists("bins", "float")).map((list) => list && [...list]),
  };
  return Array.from(
    { length: group.length },
    (_, i) => Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[i]])),
  );
}

function readOurs(path: string, rows?: (position: number) => boolean): Row[] {
  using file = new ParquetFile(openBytes(path));
  return [...file.groups()].flatMap((group) => {
    if (rows) group.keep(rows);
    return rowsOf(group);
  });
}

/** What hyparquet reads, in the same form. It multiplies decimals, and so is off by a digit. */
async function readTheirs(path: string): Promise<Row[]> {
  const { buffer } = await Deno.readFile(path);
  const file = { byteLength: buffer.byteLength, slice: (from: number, to?: number) => buffer.slice(from, to) };
  const rows = await parquetReadObjects({ file }) as Record<string, never>[];
  const plain = (value: unknown) => value instanceof Date ? value.getTime() : value ?? null;
  return rows.map(({ file_value, histogram_value, ...row }) => {
    const { path } = (file_value ?? {}) as { path?: string };
    const { type, edges, values } = (histogram_value ?? {}) as Record<string, unknown>;
    const named = { ...row, file: path, histogram: type, edges, bins: values };
    return Object.fromEntries(
      Object.entries(named).map(([name, value]) => [
        name,
        name === "step" && typeof value === "number" ? Math.round(value * 1e6) / 1e6 : plain(value),
      ]),
    );
  });
}

function ours(): Uint8Array {
  const many = Array.from(
    { length: 5000 },
    (_, i) => floatPoint(`m/${i % 7}`, Math.floor(i / 7) / 4, 1000 * i, Math.sin(i)),
  );
  return encodePart({
    projectId: "a/b",
    runId: "R",
    batches: [
      [
        float("lr", 0.1),
        int("seed", 2n ** 60n + 1n),
        string("note", "żółć"),
        stringSet("tags"),
        stringSet("more", "x", "y"),
      ],
      many,
      [
        stringPoint("log", 1, 5, "a".repeat(3000)),
        histogramPoint("h", 2, 5, { type: "COUNTING", edges: [0, 1], values: [7] }),
      ],
    ],
  });
}

Deno.test("files by the exporter's library and by ours are decoded as an independent reader decodes them", async () => {
  const written = await Deno.makeTempFile();
  try {
    await Deno.writeFile(written, ours());
    for (const path of [PYARROW, written]) assert.deepEqual(readOurs(path), await readTheirs(path));
  } finally {
    await Deno.remove(written);
  }
});

Deno.test("some rows are decoded as they are among all", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, ours());
    const isWanted = (row: number) => row % 11 === 3;
    using file = new ParquetFile(openBytes(path));
    const expected = [...file.groups()].flatMap((group) => rowsOf(group).filter((_, row) => isWanted(row)));
    assert.deepEqual(readOurs(path, isWanted), expected);
    for (const group of file.groups()) {
      const all = rowsOf(group);
      group.where("path", (path) => path === "m/3" || path === "log");
      assert.deepEqual(rowsOf(group), all.filter((row) => ["m/3", "log"].includes(row.attribute_path as string)));
    }
    // Of many rows and of few, by another column before.
    for (const every of [2, 20]) {
      using file = new ParquetFile(openBytes(path));
      for (const group of file.groups()) {
        const all = rowsOf(group);
        group.keep((row) => row % every === 0);
        group.where("path", (path) => path === "m/3" || path === "log");
        assert.deepEqual(
          rowsOf(group),
          all.filter((row, i) => i % every === 0 && ["m/3", "log"].includes(row.attribute_path as string)),
        );
      }
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("texts of a file that is read column by column stay what they were when other columns are read", async () => {
  const [path, again] = [1, 2].map(() => Deno.makeTempFileSync({ suffix: ".parquet" }));
  try {
    const text = (i: number) => `${"abcdefghi".repeat(10)} ${i}`;
    const points = Array.from({ length: 12_000 }, (_, i) => stringPoint("log", i, 1000 * i, text(i)));
    await Deno.writeFile(path, encodePart({ projectId: "a/b", runId: "R", batches: [points] }));
    for (const compression of ["uncompressed", "snappy"] as const) {
      pl.readParquet(path).writeParquet(again, { compression });
      // What is smaller is read as a whole.
      if (compression === "uncompressed") assert.ok(Deno.statSync(again).size > 1 << 20);
      using file = new ParquetFile(openBytes(again));
      const [group] = [...file.groups()];
      const strings = group.strings("string"), paths = group.strings("path");
      assert.equal(group.floats("step").values[11_999], 11_999);
      assert.equal(group.floats("timestamp").values[11_999], 11_999_000);
      assert.deepEqual(stringsOf(strings), points.map((_, i) => text(i)));
      assert.deepEqual(new Set(stringsOf(paths)), new Set(["log"]));
    }
  } finally {
    for (const one of [path, again]) await Deno.remove(one);
  }
});

Deno.test("texts that lie far apart in a column of few wanted rows are looked at before they are gone", async () => {
  const [path, again] = [1, 2].map(() => Deno.makeTempFileSync({ suffix: ".parquet" }));
  try {
    // Each path once, so that there is no dictionary, or a long one.
    const paths = Array.from({ length: 12_000 }, (_, i) => `${"abcdefghi".repeat(14)}/${i}`);
    const rows = paths.map((path, i) => i % 20 === 0 ? floatPoint(path, 1, 1000, i) : int(path, BigInt(i)));
    await Deno.writeFile(path, encodePart({ projectId: "a/b", runId: "R", batches: [rows] }));
    const wanted = paths.filter((_, i) => i % 20 === 0 && i % 3 === 0);
    for (const compression of ["uncompressed", "snappy"] as const) {
      pl.readParquet(path).writeParquet(again, { compression });
      using file = new ParquetFile(openBytes(again));
      const found: unknown[] = [];
      for (const group of file.groups()) {
        group.where("type", (type) => type === "float_series");
        group.where("path", (path) => Number(path.split("/")[1]) % 3 === 0);
        found.push(...stringsOf(group.strings("path")));
      }
      assert.deepEqual(found, wanted, compression);
    }
  } finally {
    for (const one of [path, again]) await Deno.remove(one);
  }
});

Deno.test("the same rows in every compression that Polars writes are the same", async () => {
  const [path, again] = [1, 2].map(() => Deno.makeTempFileSync({ suffix: ".parquet" }));
  try {
    await Deno.writeFile(path, ours());
    const expected = readOurs(path);
    for (const compression of ["uncompressed", "snappy", "gzip", "brotli", "zstd", "lz4"] as const) {
      pl.readParquet(path).writeParquet(again, { compression });
      assert.deepEqual(readOurs(again), expected, compression);
    }
  } finally {
    for (const one of [path, again]) await Deno.remove(one);
  }
});

/**
 * Every method of `nodejs-polars` that reads gives the right digits, whatever the ints: from our frames, and from those made from them.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import pl from "nodejs-polars";
import type { Frame } from "../../mod.ts";
import { withDisplay } from "../../src/display/frame.ts";
import { arrowFrame, numberColumn } from "../../src/frame/arrow.ts";

const MIN = -(2n ** 63n), MAX = 2n ** 63n - 1n, SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Ints around everything that cuts them: 32 bits, 53 bits, 64 bits. */
const ints = fc.oneof(
  fc.bigInt({ min: MIN, max: MAX }),
  fc.bigInt({ min: -(2n ** 33n), max: 2n ** 33n }),
  fc.constantFrom(0n, -1n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n, SAFE, SAFE + 1n, SAFE + 2n, -SAFE - 2n, MIN, MAX),
  fc.constant(8175630487234518966n),
);

/** What a method may say instead of the int: itself as a number where that is exact, else its digits. */
function expected(values: (bigint | null)[]): (number | string | null)[] {
  const exact = values.every((value) => value === null || (value >= -SAFE && value <= SAFE));
  return values.map((value) => value === null ? null : exact ? Number(value) : String(value));
}

const READERS: Record<string, (frame: Frame) => unknown[]> = {
  "getColumn().toArray()": (frame) => frame.getColumn("i").toArray(),
  "getColumn().get()": (frame) => Array.from({ length: frame.height }, (_, row) => frame.getColumn("i").get(row)),
  "getColumn()[row]": (frame) =>
    Array.from({ length: frame.height }, (_, row) => Reflect.get(frame.getColumn("i"), String(row))),
  "getColumn().getIndex()": (frame) =>
    Array.from({ length: frame.height }, (_, row) => frame.getColumn("i").getIndex(row)),
  "for of": (frame) => [...frame.getColumn("i")],
  "getColumn().values()": (frame) => [...frame.getColumn("i").values()],
  "getColumns()": (frame) => frame.getColumns()[0].toArray(),
  "frame.i": (frame) => Reflect.get(frame, "i").toArray(),
  "spread frame": (frame) => [...frame as unknown as Iterable<Frame[]>].flatMap((column) => [...column as never[]]),
  "rows()": (frame) => frame.rows().map(([value]) => value),
  "row()": (frame) => Array.from({ length: frame.height }, (_, row) => frame.row(row)[0]),
  "map()": (frame) => frame.map((row: unknown[]) => row[0]),
  "toRecords()": (frame) => frame.toRecords().map(({ i }) => i),
  "toObject()": (frame) => frame.toObject().i,
  "JSON.stringify(frame)": (frame) => JSON.parse(JSON.stringify(frame)).map(({ i }: { i: unknown }) => i),
  "JSON.stringify(column)": (frame) => JSON.parse(JSON.stringify(frame.getColumn("i"))),
  "toSeries()": (frame) => frame.toSeries(0).toArray(),
  "select()": (frame) => frame.select("i").getColumn("i").toArray(),
  "column.head()": (frame) => {
    const column = frame.getColumn("i").head(frame.height);
    return Array.from({ length: frame.height }, (_, row) => column.get(row));
  },
};

/** Methods that write text: the digits are there, whatever the type. */
const WRITERS: Record<string, (frame: Frame) => (string | null)[]> = {
  "writeCSV()": (frame) =>
    frame.writeCSV().toString().split("\n").slice(1, 1 + frame.height).map((cell) => cell || null),
  "writeJSON()": (frame) =>
    Array.from(
      frame.writeJSON({ format: "json" }).toString().matchAll(/"i":"?(-?\d+|null)/g),
      ([, text]) => text === "null" ? null : text,
    ),
  "toString()": (frame) => {
    const lines = frame.toString().split("\n").filter((line) => line.startsWith("│")).slice(3);
    return lines.map((line) => line.replaceAll("│", "").trim()).map((text) => text === "null" ? null : text);
  },
};

const MADE: Record<string, (frame: Frame) => Frame> = {
  itself: (frame) => frame,
  "head()": (frame) => frame.head(frame.height),
  "filter()": (frame) => frame.filter(pl.lit(true)),
  "sort().lazy().collectSync()": (frame) => frame.lazy().collectSync(),
  "clone().slice()": (frame) => frame.clone().slice(0, frame.height),
};

Deno.test("ints of any size are read with the right digits by every method, also from frames made from ours", async () => {
  const columns = fc.array(fc.option(ints), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(columns, async (values) => {
      const data = BigInt64Array.from(values, (value) => value ?? 0n);
      const present = Uint8Array.from(values, (value) => value === null ? 0 : 1);
      const frame = withDisplay(await arrowFrame([["i", numberColumn("int", data, present)]]));
      const digits = values.map((value) => value === null ? null : String(value));
      for (const [how, make] of Object.entries(MADE)) {
        const made = make(frame);
        for (const [name, read] of Object.entries(READERS)) {
          assert.deepEqual(read(made), expected(values), `${name} of ${how}`);
        }
        for (const [name, read] of Object.entries(WRITERS)) assert.deepEqual(read(made), digits, `${name} of ${how}`);
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("get() reads columns of every type, and there is nothing outside of a column", async () => {
  const frame = withDisplay(
    pl.DataFrame([
      pl.Series("time", [1.7e12, null], pl.Float64).cast(pl.Int64).cast(pl.Datetime("ms", "UTC")),
      pl.Series("bool", [1, 0], pl.Int32).cast(pl.Bool),
      pl.Series("cat", ["a", null], pl.String).cast(pl.Categorical),
      pl.Series("list", [["x"], null], pl.List(pl.String)),
      pl.Series("f", [NaN, -0], pl.Float64),
    ]),
  );
  const first = frame.columns.map((name) => frame.getColumn(name).get(0));
  assert.deepEqual(first, [new Date(1.7e12), true, "a", ["x"], NaN]);
  assert.deepEqual(frame.columns.map((name) => frame.getColumn(name).get(1)), [null, false, null, null, -0]);
  for (const row of [-1, 2, 0.5, NaN]) assert.equal(frame.getColumn("f").get(row), undefined);
  const empty = withDisplay(await arrowFrame([["i", numberColumn("int", new BigInt64Array(1), new Uint8Array(1))]]))
    .head(0);
  assert.deepEqual([empty.getColumn("i").toArray(), empty.toRecords(), empty.rows()], [[], [], []]);
});

Deno.test("a column that a frame has not is told with close names, also in frames made from ours", () => {
  const frame = withDisplay(pl.DataFrame({ "sys/name": ["a"], "config/lr": [1] }));
  for (const one of [frame, frame.head(1)]) {
    assert.throws(() => one.getColumn("sys/nam"), (error: Error) => {
      assert.equal(error.message, 'not found: "sys/nam" not found. Did you mean "sys/name"?');
      assert.match(error.stack!, /Did you mean/);
      return true;
    });
    assert.throws(
      () => one.select("config/l"),
      /^Error: not found: "config\/l" not found\. Did you mean "config\/lr"\?$/,
    );
    assert.throws(() => one.sort("bananas"), /^Error: not found: "bananas" not found$/);
    assert.throws(() => one.filter(pl.col("x").gt(1)), /valid columns/);
  }
});

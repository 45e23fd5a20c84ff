/**
 * The CSV that we write is read back by a parser that has nothing to do with Polars and keeps to RFC 4180.
 */

import assert from "node:assert/strict";
import { type CastingContext, parse } from "csv-parse/sync";
import fc from "fast-check";
import pl, { type DataFrame } from "nodejs-polars";
import { saveFrame } from "../../mod.ts";

/** The cells of a CSV text: null where nothing stands, an empty string where two quotes stand. */
function readCsv(text: string): (string | null)[][] {
  return parse(text, {
    relax_quotes: false,
    relax_column_count: false,
    skip_empty_lines: false,
    trim: false,
    // Only what the file itself uses: a CR or LF in a cell is no end of a row.
    record_delimiter: "\n",
    cast: (value: string, { quoting }: CastingContext) => value === "" && !quoting ? null : value,
  });
}

async function written(frame: DataFrame, options: { bom?: boolean } = {}): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    await saveFrame(frame, `${folder}/frame.csv`, options);
    return new TextDecoder("utf-8", { ignoreBOM: true, fatal: true }).decode(
      await Deno.readFile(`${folder}/frame.csv`),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function column(name: string, values: (string | null)[]): pl.Series {
  return pl.Series(name, values, pl.String);
}

const HOSTILE = [
  'a "quoted" word',
  '"',
  '""',
  ",",
  "\n",
  "\r",
  "\r\n",
  "a\rb",
  "a\nb\r\nc",
  " blanks ",
  "\t",
  ";",
  "",
  null,
  "null",
  "NaN",
  "=SUM(A1:A9)",
  "żółć 実験 😀 e\u0301",
  "\u2028\u2029\u0085",
  "\ufeff",
  "\u0000",
  "\\",
  "'",
  "#",
];

Deno.test("CSV keeps every string, and tells an empty one from none", async () => {
  const frame = pl.DataFrame([
    column("run", HOSTILE.map((_, i) => `run-${i}`)),
    column('a "name", with\nall', HOSTILE),
    column("last", HOSTILE.toReversed()),
  ]);
  const rows = HOSTILE.map((value, i) => [`run-${i}`, value, HOSTILE.at(-1 - i)]);
  assert.deepEqual(readCsv(await written(frame)), [["run", 'a "name", with\nall', "last"], ...rows]);
});

Deno.test("CSV of any strings in any shape comes back", async () => {
  const piece = fc.constantFrom('"', ",", "\n", "\r", "\r\n", " ", "a", "\t", "é", "😀", "\\", "\u0000");
  const text = fc.oneof(
    fc.constant(null),
    fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join("")),
    fc.string({ unit: "grapheme", maxLength: 12 }),
  );
  const seed = Number(Deno.env.get("SEED") ?? Date.now() % 2 ** 31);
  console.log(`seed ${seed}`);
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 })
        .chain((names) =>
          fc.record({
            names: fc.constant(names),
            rows: fc.array(fc.array(text, { minLength: names.length, maxLength: names.length }), { maxLength: 8 }),
          })
        ),
      fc.boolean(),
      async ({ names, rows }, bom) => {
        const frame = pl.DataFrame(names.map((name, i) => column(name, rows.map((row) => row[i]))));
        const all = await written(frame, { bom });
        assert.equal(all.startsWith("\ufeff"), bom || names[0].startsWith("\ufeff"));
        assert.deepEqual(readCsv(bom ? all.slice(1) : all), [names, ...rows]);
      },
    ),
    { seed, numRuns: 300 },
  );
});

Deno.test("CSV has numbers, times and sets of strings that read back exactly", async () => {
  const numbers = [0, -0, 0.1, 1e300, 5e-324, -1.5, 9007199254740993, NaN, Infinity, -Infinity];
  const frame = pl.DataFrame([
    pl.Series("float", numbers, pl.Float64),
    column("int", numbers.map((_, i) => i === 0 ? null : String(9223372036854775807n - BigInt(i)))).cast(pl.Int64),
    pl.Series("time", numbers.map((_, i) => 1735689600000 + i), pl.Int64).cast(pl.Datetime("ms", "UTC")),
    pl.Series("set", numbers.map((_, i) => HOSTILE.slice(i).filter((one) => one !== null)), pl.List(pl.String)),
  ]);
  const [head, ...rows] = readCsv(await written(frame));
  assert.deepEqual(head, ["float", "int", "time", "set"]);
  const known: Record<string, number> = { NaN: NaN, inf: Infinity, "-inf": -Infinity };
  rows.forEach(([float, int, time, set], i) => {
    assert.ok(Object.is(known[float!] ?? Number(float), numbers[i]), `${float} is ${numbers[i]}`);
    assert.equal(int, i === 0 ? null : String(9223372036854775807n - BigInt(i)));
    assert.equal(time, new Date(1735689600000 + i).toISOString());
    assert.deepEqual(JSON.parse(set!), HOSTILE.slice(i).filter((one) => one !== null));
  });
});

Deno.test("times are those of UTC with all their digits, whatever the zone and the unit of a column", async () => {
  const times = pl.DataFrame([pl.Series("n", ["1700000000123456", null], pl.String)])
    .select(pl.col("n").cast(pl.Int64).cast(pl.Datetime("us")).alias("t")).getColumn("t");
  for (const [unit, fraction] of [["ms", "123"], ["us", "123456"], ["ns", "123456000"]] as const) {
    for (const zone of [undefined, "UTC", "Europe/Warsaw"]) {
      const text = await written(pl.DataFrame([times.cast(pl.Datetime(unit, zone as string))]));
      assert.deepEqual(readCsv(text), [["t"], [`2023-11-14T22:13:20.${fraction}Z`], [null]], `${unit} ${zone}`);
    }
  }
});

Deno.test("a column that CSV cannot hold is an error that names it", async () => {
  const frame = pl.DataFrame([pl.Series("took", [1n]).cast(pl.Duration("ms"))]);
  await assert.rejects(() => written(frame), {
    name: "OptionError",
    message: /^The column "took" is of type Duration, which CSV cannot hold: cast it/,
  });
  // Polars would end the process.
  for (const time of [8.5e15, -8.5e15]) {
    for (const [unit, factor] of [["ms", 1], ["us", 1000]] as const) {
      const far = pl.Series("at", [0, time * factor], pl.Float64).cast(pl.Int64).cast(pl.Datetime(unit));
      await assert.rejects(() => written(pl.DataFrame([far])), {
        name: "OptionError",
        message: /^The column "at" has a time more than 260,000 years away, which CSV cannot hold: save/,
      });
    }
  }
  const none = pl.Series("at", [null, null], pl.Float64).cast(pl.Int64).cast(pl.Datetime("ms"));
  assert.equal(await written(pl.DataFrame([none, pl.Series("b", [1, 2])])), "at,b\n,1.0\n,2.0\n");
});

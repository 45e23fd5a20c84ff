import assert from "node:assert/strict";
import pl, { type DataFrame, type Series } from "nodejs-polars";
import { displayFrame, frameBundle, withDisplay } from "../../src/display/frame.ts";
import { frameLines } from "../../src/display/chart/plot_frame.ts";
import { checkHtml, display } from "./kernel_rules.ts";

const EVIL = `<img src=x onerror=alert(1)>`;

/** The texts of the cells of a table, row by row; a row that spans the table is one cell. */
function rows(html: string): string[][] {
  const text = (cell: string) => cell.replace(/<br>/g, "|").replace(/<[^>]*>/g, "");
  return Array.from(
    html.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs),
    ([, row]) => Array.from(row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs), ([, cell]) => text(cell)),
  );
}

Deno.test("a frame shows its shape, types, first and last rows, and counts the rest", async () => {
  const frame = pl.DataFrame({
    step: Float64Array.from({ length: 1000 }, (_, i) => i),
    name: Array.from({ length: 1000 }, (_, i) => `row ${i}`),
  });
  const bundle = await display(displayFrame(frame, { rows: 6 }));
  checkHtml(bundle["text/html"]);
  assert.match(bundle["text/html"], /1,000 rows × 2 columns/);
  const [header, ...body] = rows(bundle["text/html"]);
  assert.deepEqual(header, ["step|f64", "name|str"]);
  assert.deepEqual(body.map(([cell]) => cell), ["0", "1", "2", "3", "… 994 more rows …", "998", "999"]);
  assert.equal(bundle["text/plain"], frame.toString());
  assert.match(bundle["text/plain"], /shape: \(1_?000, 2\)/);
});

Deno.test("cells of every type are readable: numbers aligned, nulls and NaN marked, texts on one line and cut", () => {
  const when = [new Date(Date.UTC(2025, 0, 2, 3, 4, 5)), null, new Date(0)];
  let frame = pl.DataFrame({
    f: [1.5, 20, null],
    nan: [NaN, 1, -Infinity],
    i: [1, -2, 3],
    b: [true, null, false],
    s: ["", "a\nb", "x".repeat(200)],
    t: when,
    l: [[1, 2, 3, 4, 5, 6], [1], []],
  });
  frame = frame.withColumns(
    pl.col("t").cast(pl.Datetime("ms", "UTC")).alias("utc"),
    pl.col("f").cast(pl.Decimal(10, 2)).alias("dec"),
    pl.col("s").cast(pl.Categorical).alias("cat"),
  );
  const struct = pl.DataFrame({ path: ["p", null, "q"], size: [1, 2, null] }).toStruct("file");
  const [header, ...body] = rows(frameBundle(frame.withColumn(struct))["text/html"] as string);
  assert.deepEqual(
    header,
    [
      "f|f64",
      "nan|f64",
      "i|f64",
      "b|bool",
      "s|str",
      "t|datetime[ms]",
      "l|list[f64]",
      "utc|datetime[ms, UTC]",
      "dec|decimal",
      "cat|cat",
      "file|struct[2]",
    ],
  );
  assert.deepEqual(body[0], [
    "1.5",
    "NaN",
    "1",
    "true",
    "&quot;&quot;",
    "2025-01-02 03:04:05",
    "[1, 2, 3, 4, … 2 more]",
    "2025-01-02 03:04:05",
    "1.50",
    "&quot;&quot;",
    "path: &quot;p&quot;, size: 1",
  ]);
  assert.deepEqual(body[1].slice(0, 5), ["20.0", "1", "-2", "null", "a ⏎ b"]);
  assert.deepEqual(body[2].slice(0, 5), ["null", "-inf", "3", "false", "x".repeat(160) + "… (+40 characters)"]);
});

Deno.test("a wide frame shows its first and last columns and says how many it leaves out", () => {
  const wide = pl.DataFrame(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`c${i}`, [i]])));
  const { "text/html": html } = frameBundle(wide, { columns: 6 }) as Record<string, string>;
  assert.match(html, /1 row × 100 columns<\/b> · 94 columns not shown/);
  assert.deepEqual(rows(html)[1], ["0", "1", "2", "3", "…", "98", "99"]);
});

Deno.test("names of columns are escaped, and may be those of a frame's own methods", () => {
  const frame = pl.DataFrame({ [EVIL]: [EVIL], height: [7], columns: [8], shape: [9], head: [1] });
  const { "text/html": html } = frameBundle(frame) as Record<string, string>;
  checkHtml(html);
  assert.match(html, /1 row × 5 columns/);
  assert.deepEqual(rows(html)[1].slice(1), ["7", "8", "9", "1"]);
});

Deno.test("a frame without rows or columns still shows", async () => {
  await display(displayFrame(pl.DataFrame({})));
  assert.match(
    (await display(displayFrame(pl.DataFrame({ a: [1] }).filter(pl.col("a").gt(1)))))["text/html"],
    /0 rows × 1 column/,
  );
});

Deno.test("large cells never make a bundle too large: rows that do not fit are counted", async () => {
  const frame = pl.DataFrame({ text: Array.from({ length: 30 }, () => "<&>".repeat(4000)) });
  const bundle = await display(displayFrame(frame, { rows: 30, textLength: 10_000 }));
  assert.match(bundle["text/html"], /… \d+ more rows …/);
});

Deno.test("console.log of a frame, and of frames made from it, says what a person has to know", () => {
  const frame: DataFrame = withDisplay(pl.DataFrame({ a: [1, 2] }) as DataFrame, ["No run was found."]);
  for (const one of [frame, frame.head(1)]) {
    assert.equal(Deno.inspect(one), `${one.toString()}\nNo run was found.`);
  }
  assert.equal(Deno.inspect(frame.getColumn("a")), frame.getColumn("a").toString());
});

Deno.test("withDisplay() changes one frame and all derived from it, but not other people's", async () => {
  const other = pl.DataFrame({ a: [1, 2] });
  const before = hook(other);
  const frame: DataFrame = withDisplay(pl.DataFrame({ a: [1, 2] }) as DataFrame);
  assert.match((await display(frame))["text/html"], /2 rows × 1 column/);
  assert.deepEqual(frame.columns, ["a"]);
  assert.equal(frame.toString(), other.toString());
  const derived: DataFrame[] = [
    frame.head(1),
    frame.filter(pl.col("a").gt(1)),
    frame.select(pl.col("a").max()),
    frame.sort("a").head(1),
    frame.groupBy("a").agg(pl.col("a").sum().alias("sum")).head(1).select("a"),
    frame.lazy().filter(pl.col("a").gt(1)).collectSync(),
    await frame.lazy().limit(1).collect(),
    frame.getColumn("a").toFrame().tail(1),
    frame.partitionBy("a")[0],
    frame.rename({ a: "b" }).slice(1, 1),
  ];
  for (const one of derived) assert.match((await display(one))["text/html"], /1 row × 1 column/);
  assert.equal(hook(other), before);
});

/** The text of the display method of a frame. */
function hook(frame: DataFrame): string {
  return String((frame as unknown as Record<symbol, unknown>)[Symbol.for("Jupyter.display")]);
}

Deno.test("frameLines() splits a long frame by run and attribute, and sorts by step", () => {
  const lines = frameLines(pl.DataFrame({
    run: ["b", "a", "a", "b"],
    attribute: ["loss", "loss", "acc", "loss"],
    step: [2, 1, 1, 1],
    value: [20, 1, 5, null],
    timestamp: pl.Series("timestamp", [2000, 1000, 1000, 1000]).cast(pl.Datetime("ms", "UTC")),
    is_preview: [true, false, false, false],
  }));
  assert.deepEqual(lines.map((line) => [line.run, line.attribute, [...line.step], [...line.value]]), [
    ["b", "loss", [1, 2], [NaN, 20]],
    ["a", "loss", [1], [1]],
    ["a", "acc", [1], [5]],
  ]);
  assert.deepEqual([...lines[0].timestamp!], [1000, 2000]);
  assert.deepEqual([...lines[0].preview!], [0, 1]);
});

Deno.test("frameLines() makes a line of each numeric column of a wide frame, without its nulls", () => {
  const lines = frameLines(
    pl.DataFrame({ step: [1, 2, 3], loss: [1, null, 3], acc: [4, 5, 6], note: ["x", "y", "z"] }),
  );
  assert.deepEqual(lines.map((line) => [line.attribute, [...line.step], [...line.value]]), [["loss", [1, 3], [1, 3]], [
    "acc",
    [1, 2, 3],
    [4, 5, 6],
  ]]);
});

Deno.test("frameLines() takes categorical names, pieces of several frames, and rows without a name", () => {
  const piece = (run: (string | null)[], step: number[]) =>
    pl.DataFrame({ run, step, value: step.map((one) => one / 2) }).withColumns(pl.col("run").cast(pl.Categorical));
  const frame = pl.concat([piece(["b", null], [3, 1]), piece(["a", "b"], [5, 2])], { how: "vertical", rechunk: false });
  const lines = frameLines(frame).map(({ run, step, value }) => ({ run, step: [...step!], value: [...value] }));
  assert.deepEqual(lines, [
    { run: "b", step: [2, 3], value: [1, 1.5] },
    { run: "", step: [1], value: [0.5] },
    { run: "a", step: [5], value: [2.5] },
  ]);
});

Deno.test("frameLines() takes times in any unit, and passes over columns that only share the name", () => {
  const of = (...columns: Series[]) => {
    const [{ timestamp, preview }] = frameLines(
      pl.DataFrame([pl.Series("step", [1, 2]), pl.Series("value", [1, 2]), ...columns]),
    );
    return [timestamp && [...timestamp], preview && [...preview]];
  };
  const at = Date.UTC(2026, 0, 2), times = pl.Series("timestamp", [new Date(at), new Date(at + 1)], pl.Datetime("ms"));
  for (const unit of ["ms", "us", "ns"] as const) {
    for (const zone of ["UTC", "Europe/Warsaw"]) {
      assert.deepEqual(of(times.cast(pl.Datetime(unit, zone))), [[at, at + 1], undefined], `${unit} ${zone}`);
    }
  }
  assert.deepEqual(of(times.cast(pl.Date)), [[at, at], undefined]);
  assert.deepEqual(of(pl.Series("timestamp", ["2026-01-02T00:00:00Z", "x"])), [undefined, undefined]);
  assert.deepEqual(of(pl.Series("is_preview", [null, true])), [undefined, [0, 1]]);
  assert.deepEqual(of(pl.Series("is_preview", [0, -1], pl.Int64)), [undefined, [0, 1]]);
  assert.deepEqual(of(pl.Series("is_preview", [null, 1], pl.Int64)), [undefined, [0, 1]]);
  assert.deepEqual(of(pl.Series("is_preview", ["x", "y"])), [undefined, undefined]);
});

Deno.test("frameLines() says what a frame lacks", () => {
  assert.throws(() => frameLines(pl.DataFrame({ x: [1] })), /needs a column "step"; this one has "x"\.$/);
  assert.throws(
    () => frameLines(pl.DataFrame({ "sys/custom_run_id": ["a"] })),
    /are those of fetchReadOnlyRuns\(\)\.$/,
  );
  assert.throws(() => frameLines(pl.DataFrame({ step: [1], name: ["a"] })), /"value" or numeric columns/);
  assert.throws(() => frameLines(pl.DataFrame({ step: [1], value: ["a"] })), /use a float series/);
  assert.throws(() => frameLines(pl.DataFrame({ step: ["a"], value: [1] })), /column "step" .*must be numeric/);
});

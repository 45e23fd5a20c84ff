import assert from "node:assert/strict";
import fc from "fast-check";
import { type ColumnOptions, cutLine, reduceLine } from "../../src/display/chart/downsample.ts";
import { smooth } from "../../src/display/draw/smooth.ts";

/** Cut and reduced to as many columns. */
function downsample(x: Float64Array, y: Float64Array, options: ColumnOptions) {
  return reduceLine(cutLine(x, y, options), options.columns);
}

const values = fc.array(fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(NaN)), {
  minLength: 1,
  maxLength: 400,
});
const gaps = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 400, maxLength: 400 });

Deno.test("reduceLine() keeps the extremes, ends and gaps of every column, in order, however narrow the columns are that it is made of", () => {
  const counts = [fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 6 })] as const;
  fc.assert(fc.property(values, gaps, ...counts, (list, steps, columns, times) => {
    const y = Float64Array.from(list);
    let at = 0;
    const x = Float64Array.from(list, (_, i) => at += steps[i]);
    const { rows: kept, columns: cut } = reduceLine(cutLine(x, y, { columns: columns * times }), columns);
    const rows = [...kept];

    assert.deepEqual(rows, [...new Set(rows)].sort((a, b) => a - b), "rows ascend");
    assert.ok(rows.length <= Math.max(4 * columns, 5 * (columns + 1)));

    const half = x[x.length - 1] / 2 - x[0] / 2 || 1;
    const narrow = (row: number) =>
      Math.min(columns * times, Math.floor((x[row] / 2 - x[0] / 2) * (columns * times / half))) || 0;
    const columnOf = (row: number) => Math.floor(narrow(row) * (columns / (columns * times)));
    const byColumn = (some: number[]) => Map.groupBy(some, columnOf);
    const drawnOf = byColumn(rows);
    const finite = (some: number[]) => some.filter((row) => !Number.isNaN(y[row]));
    const all = [...byColumn([...x.keys()])];
    for (const [column, inside] of all) {
      const drawn = drawnOf.get(column) ?? [];
      const extremes = (
        some: number[],
      ) => [Math.min(...some.map((row) => y[row])), Math.max(...some.map((row) => y[row]))];
      assert.deepEqual(extremes(finite(drawn)), extremes(finite(inside)));
      assert.deepEqual([finite(drawn)[0], finite(drawn).at(-1)], [finite(inside)[0], finite(inside).at(-1)]);
      assert.equal(finite(drawn).length < drawn.length, finite(inside).length < inside.length, "a gap stays a gap");
    }
    if (cut) assert.deepEqual([...cut.count], all.map(([, inside]) => finite(inside).length));
  }));
});

Deno.test("reduceLine() keeps every row of a short line", () => {
  const x = Float64Array.of(0, 1, 2, 3);
  assert.deepEqual([...downsample(x, x, { columns: 1 }).rows], [0, 1, 2, 3]);
});

Deno.test("reduceLine() keeps one spike among a million points, however it is cut", () => {
  const x = Float64Array.from({ length: 1_000_000 }, (_, i) => i);
  const y = new Float64Array(1_000_000);
  y[654_321] = 9;
  for (const [cut, columns] of [[500, 500], [50_000, 500], [50_000, 49_999], [3773, 340]]) {
    const rows = reduceLine(cutLine(x, y, { columns: cut }), columns).rows;
    assert.ok(rows.includes(654_321));
    assert.ok(rows.length <= 4 * columns);
  }
});

Deno.test("cutLine() finds its columns on the axis that is drawn", () => {
  const x = Float64Array.from({ length: 1000 }, (_, i) => i + 1);
  const rows = downsample(x, x, { columns: 10, position: Math.log }).rows;
  assert.ok(
    rows.filter((row) => x[row] <= 10).length >= 5,
    "a logarithmic axis gives the first decade a third of the room",
  );
});

Deno.test("smooth() stays within the values, keeps constants and NaN, and 0 changes nothing", () => {
  const finite = fc.double({ min: -1e3, max: 1e3, noNaN: true });
  fc.assert(
    fc.property(fc.array(finite, { minLength: 1 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (list, weight) => {
      const smoothed = smooth(Float64Array.from(list), weight);
      const [low, high] = [Math.min(...list), Math.max(...list)];
      for (const value of smoothed) assert.ok(value >= low - 1e-6 && value <= high + 1e-6);
    }),
  );
  assert.deepEqual([...smooth(Float64Array.of(2, NaN, 2, Infinity), 0.9)].map((v) => Math.round(v * 1e9) / 1e9), [
    2,
    NaN,
    2,
    Infinity,
  ]);
  assert.deepEqual([...smooth(Float64Array.of(1, 5, 3), 0)], [1, 5, 3]);
});

Deno.test("smooth() of two points is their weighted mean", () => {
  const [first, second] = smooth(Float64Array.of(1, 4), 0.5);
  assert.equal(first, 1);
  assert.equal(second, (1 * 0.25 + 4 * 0.5) / 0.75);
});

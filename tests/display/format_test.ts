import assert from "node:assert/strict";
import fc from "fast-check";
import { linearAxis, logAxis, timeAxis } from "../../src/display/draw/axes.ts";
import {
  alignNumbers,
  formatBytes,
  formatDuration,
  formatNumber,
  formatTime,
  printedText,
  shortenText,
} from "../../src/display/format.ts";

Deno.test("formatNumber() keeps six digits and tells special values apart", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [-0, "0"],
    [128, "128"],
    [123456789, "123456789"],
    [0.1234567, "0.123457"],
    [-2.5, "-2.5"],
    [1e-7, "1e-7"],
    [1.23456789e-9, "1.23457e-9"],
    [1e21, "1e21"],
    [-1.5e300, "-1.5e300"],
    [NaN, "NaN"],
    [Infinity, "inf"],
    [-Infinity, "-inf"],
  ];
  for (const [value, text] of cases) assert.equal(formatNumber(value), text);
});

Deno.test("formatNumber() never changes a number by more than its seventh digit", () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
    assert.ok(Math.abs(Number(formatNumber(value)) - value) <= Math.abs(value) * 5.1e-6 + 1e-320, `${value}`);
  }));
});

Deno.test("alignNumbers() puts decimal points below each other, unless the scales are too different", () => {
  assert.deepEqual(alignNumbers([1, 2.5, null, 100.125, NaN, 0]), ["1.000", "2.500", "", "100.125", "NaN", "0.000"]);
  assert.deepEqual(alignNumbers([1e-9, 1]), ["1e-9", "1"]);
  assert.deepEqual(alignNumbers([3, -12, Infinity]), ["3", "-12", "inf"]);
});

Deno.test("times are UTC and durations have two units at most", () => {
  assert.equal(formatTime(Date.UTC(2025, 2, 1, 14, 5, 9)), "2025-03-01 14:05:09");
  assert.equal(formatTime(Date.UTC(2025, 2, 1, 14, 5, 9, 7)), "2025-03-01 14:05:09.007");
  assert.equal(formatTime(NaN), "");
  assert.equal(formatTime(1e20), "");
  assert.deepEqual([350, 12_000, 200_000, 7_500_000, 356_400_000].map(formatDuration), [
    "350 ms",
    "12 s",
    "3 min 20 s",
    "2 h 5 min",
    "4 d 3 h",
  ]);
  assert.deepEqual([0, 999, 1500, 1.2e8].map(formatBytes), ["0 B", "999 B", "1.5 kB", "120 MB"]);
});

Deno.test("a shortened text says how much is missing and never cuts a character in two", () => {
  assert.equal(shortenText("abcdef", 6), "abcdef");
  assert.equal(shortenText("abcdefg", 6), "abcdef… (+1 characters)");
  assert.ok(shortenText("😀😀", 1).isWellFormed());
});

Deno.test("ticks of a linear axis are few, round, ascending, inside the axis, and all read differently", () => {
  const number = fc.double({ min: -1e12, max: 1e12, noNaN: true });
  fc.assert(fc.property(number, number, fc.integer({ min: 2, max: 10 }), (a, b, count) => {
    fc.pre(Math.abs(a - b) > 1e-6 * Math.max(Math.abs(a), Math.abs(b)) && Math.abs(a - b) > 1e-9);
    const [low, high] = a < b ? [a, b] : [b, a];
    const { domain, ticks, labels } = linearAxis([low, high], count);
    const slack = 1e-9 * (high - low) + 1e-11 * Math.max(Math.abs(low), Math.abs(high));
    assert.ok(domain[0] <= low + slack && domain[1] >= high - slack);
    assert.ok(ticks.length <= count + 3, `${ticks}`);
    for (const [i, tick] of ticks.entries()) {
      assert.ok(tick >= domain[0] - slack && tick <= domain[1] + slack);
      if (i > 0) assert.ok(tick > ticks[i - 1]);
    }
    assert.equal(new Set(labels).size, ticks.length, labels.join(" "));
  }));
});

Deno.test("axes of nothing and of one value are still axes", () => {
  assert.deepEqual(linearAxis([Infinity, -Infinity], 5).domain, [0, 1]);
  const { domain } = linearAxis([5, 5], 5);
  assert.ok(domain[0] < 5 && domain[1] > 5);
  assert.deepEqual(logAxis([19, 19], 8).domain, [10, 36.1]);
  assert.deepEqual(logAxis([1e-6, 1], 8).labels, ["1e−6", "1e−5", "1e−4", "0.001", "0.01", "0.1", "1"]);
  assert.deepEqual(logAxis([1, 250], 8).labels, ["1", "2", "5", "10", "20", "50", "100", "200"]);
});

Deno.test("labels of times name the date where it is new, and are all of one kind", () => {
  const at = (text: string) => Date.parse(text);
  assert.deepEqual(
    timeAxis([at("2025-03-01T23:59:40Z"), at("2025-03-02T00:01:10Z")], 7).labels,
    ["23:59:45\n2025-03-01", "00:00:00\n2025-03-02", "00:00:15", "00:00:30", "00:00:45", "00:01:00"],
  );
  assert.deepEqual(timeAxis([at("2025-03-01"), at("2025-03-04")], 4).labels, [
    "2025-03-01",
    "2025-03-02",
    "2025-03-03",
    "2025-03-04",
  ]);
});

Deno.test("printedText() leaves what a terminal shows, also of long lines", () => {
  const cases = [
    ["10%\r 50%\r100% done\n", "100% done"],
    ["one\r\ntwo\rTWO\n\rthree", "one\nTWO\nthree"],
    ["\x1b[31mred\x1b[0m", "red"],
    ["\n \n  text \n", "  text"],
    ["x".repeat(1_000_000), "x".repeat(1_000_000)],
    [`${"x".repeat(500_000)}\r${"y".repeat(500_000)}`, "y".repeat(500_000)],
  ];
  for (const [text, shown] of cases) assert.equal(printedText(text), shown);
});

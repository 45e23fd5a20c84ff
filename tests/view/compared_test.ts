/** What the section Compare takes for the same. */

import assert from "node:assert/strict";
import type { LatestValue } from "../../src/view/api.ts";
import { comparedRows } from "../../src/view/page/compare/compared.ts";

function compared(...values: LatestValue[]): [differs: boolean, texts: (string | null)[]] {
  const runs = values.map((_, i) => ({ id: `RUN-${i}`, customId: null, name: null }));
  const { rows } = comparedRows({ runs, values: values.map((value, run) => ({ ...value, run, path: "a" })) });
  return [rows[0].differs, rows[0].texts];
}

Deno.test("values are compared as they are, not as they are rounded, and told in full where that tells them apart", () => {
  const float = (value: number): LatestValue => ({ type: "float", value });
  assert.deepEqual(compared(float(0.12345678), float(0.12345678)), [false, ["0.123457", "0.123457"]]);
  assert.deepEqual(compared(float(0.12345678), float(0.12345679)), [true, ["0.12345678", "0.12345679"]]);
  assert.deepEqual(compared(float(0.12345678), float(0.12345679), float(0.5)), [
    true,
    ["0.12345678", "0.12345679", "0.5"],
  ]);
  assert.deepEqual(compared(float(0.12345678), float(0.5), float(0.12345678))[1], ["0.123457", "0.5", "0.123457"]);
  const file = (size: number | null, mimeType = "text/plain"): LatestValue => {
    return { type: "file", value: { size, mimeType } };
  };
  assert.deepEqual(compared(file(12_420), file(12_420)), [false, ["text/plain, 12.4 kB", "text/plain, 12.4 kB"]]);
  assert.deepEqual(compared(file(12_420), file(12_424)), [true, ["text/plain, 12,420 B", "text/plain, 12,424 B"]]);
  assert.deepEqual(compared(file(5), file(5, "image/png"))[0], true);
  assert.deepEqual(compared(file(5), file(null))[0], true);
  const last = (size: number): LatestValue => {
    return { type: "file_series", value: { lastStep: 9, last: { size, mimeType: "image/png" } } };
  };
  assert.deepEqual(compared(last(5), last(5)), [false, ["last at step 9", "last at step 9"]]);
  assert.deepEqual(compared(last(5), last(6)), [
    true,
    ["last at step 9: image/png, 5 B", "last at step 9: image/png, 6 B"],
  ]);
  const histogram = (...values: number[]): LatestValue => {
    return { type: "histogram_series", value: { lastStep: 9, last: { type: "COUNTING", edges: [0, 1, 2], values } } };
  };
  assert.deepEqual(compared(histogram(1, 2), histogram(1, 2))[0], false);
  assert.deepEqual(compared(histogram(1, 2), histogram(2, 1)), [
    true,
    ["last at step 9: 2 bins, 0 to 2", "last at step 9: 2 bins, 0 to 2"],
  ]);
});

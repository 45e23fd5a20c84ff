import assert from "node:assert/strict";
import fc from "fast-check";
import { arrangeRows, type GridCell, type GridData } from "../../src/display/draw/grid.ts";
import { gridHtml, type GridRows } from "../../src/display/grid.ts";
import { checkHtml, contentOf, withoutScripts } from "./kernel_rules.ts";

const columns = [{ title: "n", align: "right" as const }, { title: "text" }];

function grid(rows: GridCell[][], more: Partial<GridRows> = {}): GridRows {
  return { columns, rows, skippedAt: rows.length, skipped: 0, head: 3, tail: 1, ...more };
}

function dataOf(html: string): GridData {
  return contentOf(html) as GridData;
}

Deno.test("a table shows its first and last rows without scripts, and brings the others along", () => {
  const rows = Array.from({ length: 50 }, (_, i): GridCell[] => [String(i), `row ${i}`]);
  const html = gridHtml(grid(rows), 100_000).toString();
  checkHtml(html);
  const still = withoutScripts(html);
  assert.deepEqual([...still.matchAll(/>(row \d+)</g)].map(([, text]) => text), ["row 0", "row 1", "row 2", "row 49"]);
  assert.match(still, /… 46 more rows …/);
  assert.deepEqual(dataOf(html).rows, rows);
});

Deno.test("whatever the rows, a table keeps to its bytes and counts what is missing", () => {
  const cell = fc.oneof(fc.string({ maxLength: 300 }), fc.constant(["null"] as [string]));
  const rows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 60 });
  fc.assert(fc.property(rows, fc.boolean(), fc.nat(500), (list, fromEnd, skipped) => {
    const html = gridHtml(
      grid(list, { fromEnd, skipped, skippedAt: fromEnd ? 0 : Math.max(0, list.length - 1), head: fromEnd ? 0 : 3 }),
      8_000,
    ).toString();
    checkHtml(html);
    assert.ok(withoutScripts(html).length < 30_000);
    if (!html.includes("<script")) return;
    const data = dataOf(html);
    assert.equal(data.rows.length + data.skipped, list.length + skipped);
    assert.ok(data.skippedAt <= data.rows.length);
  }));
});

Deno.test("sorting is numeric where numbers are, keeps missing values last, and is stable; words filter together", () => {
  const rows: GridCell[][] = [["10", "b x"], [["null"], "a"], ["9", "B y"], ["-inf", "c"], ["9", "a x"]];
  const data = { columns, rows };
  assert.deepEqual(arrangeRows(data, "", 0, 1), [3, 2, 4, 0, 1]);
  assert.deepEqual(arrangeRows(data, "", 0, -1), [0, 2, 4, 3, 1]);
  assert.deepEqual(arrangeRows(data, "", 1, 1), [1, 4, 0, 2, 3]);
  assert.deepEqual(arrangeRows(data, "", 1, 0), [0, 1, 2, 3, 4]);
  assert.deepEqual(arrangeRows(data, "x B", 0, 0), [0]);
  assert.deepEqual(arrangeRows(data, "null", 0, 0), [1]);
});

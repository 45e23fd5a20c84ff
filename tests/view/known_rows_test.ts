/** The rows of the table as they come, page by page. */

import assert from "node:assert/strict";
import type { RunsRow, TableSlice } from "../../src/view/api.ts";
import type { PickedColumn } from "../../src/view/page/runs/columns.ts";
import { TablePages } from "../../src/view/page/runs/known_rows.ts";

const column = (path: string): PickedColumn => ({ path, type: "string", shown: "last", pinned: false });
const [A, B] = ["a", "b"].map(column);

/** An answer whose cells say of which run they are. */
function slice(ids: string[], path: string): TableSlice {
  const rows = ids.map((id): RunsRow => ({
    id,
    customId: id,
    name: null,
    unsynced: undefined,
    cells: [`${path} of ${id}`],
  }));
  return { runs: ids.length, rows: ids.length, from: 0, slice: rows, columns: null };
}

Deno.test("columns that come later are of the same rows, or the page begins anew", () => {
  const pages = new TablePages();
  assert.equal(pages.add(0, [A], slice(["x", "y"], "a")), false);
  assert.equal(pages.add(0, [B], slice(["x", "y"], "b")), false);
  assert.deepEqual([0, 1].map((row) => [pages.cell(row, A), pages.cell(row, B)]), [
    ["a of x", "b of x"],
    ["a of y", "b of y"],
  ]);
  // A run came, and stands first.
  assert.equal(pages.add(0, [B], slice(["new", "x", "y"], "b")), true);
  for (const row of [0, 1, 2]) {
    const run = pages.at(row) as { id: string };
    assert.equal(pages.cell(row, B), `b of ${run.id}`);
    assert.equal(pages.cell(row, A), undefined);
  }
  assert.deepEqual([pages.has(0, [A]), pages.has(0, [B])], [false, true]);
});

/**
 * Floats and files that were stored without a value: whether the only row in the project is real. As `Phantoms` of raw archives.
 *
 * @module
 */

import type { AttributeCells, CellsQuery } from "../index/cells.ts";
import { VALUELESS } from "../index/cells.ts";
import type { DoubtfulType } from "../index/phantoms.ts";

/** How many runs have a row of a path that has no value in any run of the project. */
export async function valuelessRows(
  type: DoubtfulType,
  cells: (query: CellsQuery) => AsyncIterable<AttributeCells>,
): Promise<Map<string, number>> {
  const rows = new Map<string, number>();
  for await (const { path, pieces } of cells({ types: [VALUELESS[type]!], paths: null })) {
    const count = pieces.reduce(
      (sum, { runs, cells }) => sum + cells.entries.filter((one) => runs[one] >= 0).length,
      0,
    );
    if (count > 0) rows.set(path, count);
  }
  if (rows.size === 0) return rows;
  for await (const { path, pieces } of cells({ types: [type], paths: (path) => rows.has(path) })) {
    if (pieces.some(({ runs, cells }) => cells.entries.some((one) => runs[one] >= 0))) rows.delete(path);
  }
  return rows;
}

/**
 * Rows without a value: cells of the exporter's grid that no run logged, or values that were lost.
 *
 * The exporter writes a row for every attribute that any run of a batch of 16 has, and NaN as null. A path whose only row
 * in the whole project has no value cannot be such a cell: there the float was NaN, the file was not found.
 *
 * @module
 */

import { readIndexCells, VALUELESS } from "./cells.ts";
import type { ProjectIndex } from "./project_index.ts";
import type { ReadOptions } from "./read_parts.ts";

/** The types of which rows without value may be real. */
export type DoubtfulType = "float" | "file";

/** A path whose rows of one type have no value in any run of the project. */
export interface Valueless {
  type: DoubtfulType;
  path: string;
  /** How many runs have such a row. */
  rows: number;
}

/** Finds out which paths have no value in any run. What was found out is kept. */
export class Phantoms {
  readonly #index: ProjectIndex;
  readonly #known = new Map<DoubtfulType, Promise<Map<string, number>>>();

  constructor(index: ProjectIndex) {
    this.#index = index;
  }

  /**
   * Tells whether a path's only row in the project has no value. Where another part cannot be read nobody knows: there may be a
   * row with a value in it.
   */
  async isReal(type: DoubtfulType, path: string, readOptions: ReadOptions): Promise<boolean> {
    if ((await this.#rows(type, readOptions)).get(path) !== 1) return false;
    const [damaged] = this.#index.damaged.keys();
    if (damaged === undefined) return true;
    readOptions.onDamaged(damaged);
    return false;
  }

  /** All paths of the project without any value. */
  async all(type: DoubtfulType, readOptions: ReadOptions): Promise<Valueless[]> {
    return [...await this.#rows(type, readOptions)].map(([path, rows]) => ({ type, path, rows }));
  }

  #rows(type: DoubtfulType, readOptions: ReadOptions): Promise<Map<string, number>> {
    let rows = this.#known.get(type);
    if (!rows) {
      rows = valuelessRows(this.#index, type, readOptions);
      this.#known.set(type, rows);
      rows.catch(() => this.#known.delete(type));
    }
    return rows;
  }
}

/** How many runs have a row of a path that has no value in any run of the project. */
async function valuelessRows(
  index: ProjectIndex,
  type: DoubtfulType,
  readOptions: ReadOptions,
): Promise<Map<string, number>> {
  const runs = index.keys.map((_, run) => run);
  // Another part may be damaged: what can be read decides.
  const tolerant = { ...readOptions, onDamaged: () => {} };
  const rows = new Map<string, number>();
  for await (
    const { path, pieces } of readIndexCells(index, runs, { types: [VALUELESS[type]!], paths: null }, tolerant)
  ) {
    const seen = new Set<number>();
    for (const { runs, cells } of pieces) {
      for (const entry of cells.entries) if (runs[entry] >= 0) seen.add(runs[entry]);
    }
    if (seen.size > 0) rows.set(path, seen.size);
  }
  if (rows.size === 0) return rows;
  const query = { types: [type], paths: (path: string) => rows.has(path) };
  for await (const { path, pieces } of readIndexCells(index, runs, query, tolerant)) {
    if (pieces.some(({ runs, cells }) => cells.entries.some((entry) => runs[entry] >= 0))) rows.delete(path);
  }
  return rows;
}

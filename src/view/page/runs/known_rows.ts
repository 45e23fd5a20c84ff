/**
 * What there is of the table of runs so far, in pages.
 *
 * @module
 */

import type { RunsCell, RunsRow, TableSlice } from "../../api.ts";
import { keyOfColumn, type PickedColumn } from "./columns.ts";

/** Rows of a page. */
export const PAGE_ROWS = 60;
/** Pages that are kept. */
const MOST_PAGES = 80;

/** What there is of the table so far. */
export interface KnownRows {
  /** How many runs match, and how many rows they and the headings of groups make. */
  runs: number;
  rows: number;
  /** The row at a place; undefined where it is not here yet. */
  at(row: number): RunsRow | undefined;
  /** The cell of a row in a column; undefined where it is not here yet. */
  cell(row: number, column: PickedColumn): RunsCell | undefined;
}

interface Page {
  rows: RunsRow[];
  /** The cells of its rows by column. */
  cells: Map<string, RunsCell[]>;
}

/** All pages of one listing. */
export class TablePages implements KnownRows {
  runs = 0;
  rows = 0;
  readonly #pages = new Map<number, Page>();

  at(row: number): RunsRow | undefined {
    return this.#pages.get(Math.floor(row / PAGE_ROWS))?.rows[row % PAGE_ROWS];
  }

  cell(row: number, column: PickedColumn): RunsCell | undefined {
    return this.#pages.get(Math.floor(row / PAGE_ROWS))?.cells.get(keyOfColumn(column))?.[row % PAGE_ROWS];
  }

  has(page: number, asked: readonly PickedColumn[]): boolean {
    const known = this.#pages.get(page);
    return known !== undefined && asked.every((column) => known.cells.has(keyOfColumn(column)));
  }

  /** Adds what was asked for, and tells whether the page has other rows than before: then its other cells are gone. */
  add(page: number, asked: readonly PickedColumn[], { runs, rows, slice }: TableSlice): boolean {
    this.runs = runs;
    this.rows = rows;
    const before = this.#pages.get(page);
    // There are others since somebody looked for what is new, in another window for one.
    const isAnother = before !== undefined && !areSame(before.rows, slice);
    const known: Page = before === undefined || isAnother ? { rows: slice, cells: new Map() } : before;
    this.#pages.delete(page);
    this.#pages.set(page, known);
    asked.forEach((column, i) =>
      known.cells.set(
        keyOfColumn(column),
        slice.map((row) => "id" in row ? row.cells[i] : null),
      )
    );
    for (const oldest of [...this.#pages.keys()].slice(0, -MOST_PAGES)) this.#pages.delete(oldest);
    return isAnother;
  }
}

/** Whether rows are of the same runs and groups. */
function areSame(some: readonly RunsRow[], others: readonly RunsRow[]): boolean {
  const name = (row: RunsRow) => "id" in row ? `run ${row.id}` : `group ${row.group}`;
  return some.length === others.length && some.every((row, i) => name(row) === name(others[i]));
}

/**
 * Tables of plain cells: sorted, filtered and scrolled where scripts run, plain tables elsewhere.
 *
 * @module
 */

import { Budget, byteLength } from "./bundle.ts";
import { counted, formatCount } from "./format.ts";
import { type Content, type Html, markup } from "./html.ts";
import { live } from "./live.ts";
import { missing, table, type TableColumn } from "./table.ts";
import { type GridCell, type GridData, LONG_TEXT, LONG_TEXT_STYLE } from "./draw/grid.ts";

/** The rows of a grid. */
export interface GridRows {
  columns: (TableColumn & { wrap?: boolean; mono?: boolean })[];
  /** In their order, with a hole where `skipped` rows are not among them. */
  rows: GridCell[][];
  /** After how many rows the hole is. */
  skippedAt: number;
  skipped: number;
  /** How many rows a table without scripts shows, from the start and from the end. */
  head: number;
  tail: number;
  /** What a row is, for the counts: `row` when absent. */
  noun?: string;
  /** The last rows are shown first, as in a log. */
  fromEnd?: boolean;
}

/** The table, in no more than about so many bytes; what does not fit is counted. */
export function gridHtml(grid: GridRows, bytes: number): Html {
  const { columns, rows, noun = "row", fromEnd = false } = grid;
  const [head, tail] = grid.head + grid.tail <= rows.length
    ? [grid.head, grid.tail]
    : fromEnd
    ? [0, rows.length]
    : [rows.length, 0];
  const still = (row: GridCell[]) => row.map((cell, i) => cellHtml(cell, columns[i]));
  const stillBytes = (row: GridCell[]) => byteLength(markup`${still(row)}`.toString()) + 90 * columns.length;
  const shown = ends(rows, head, tail, bytes * 0.4, stillBytes);
  const lines: (Content[] | string)[] = [...shown.first, ...shown.last].map(still);
  const hidden = grid.skipped + rows.length - lines.length;
  if (hidden > 0) {
    lines.splice(shown.first.length, 0, `… ${counted(hidden, fromEnd ? `earlier ${noun}` : `more ${noun}`)} …`);
  }

  const [before, after] = grid.skipped > 0
    ? [grid.skippedAt, rows.length - grid.skippedAt]
    : fromEnd
    ? [0, rows.length]
    : [rows.length, 0];
  // In base64 four bytes are three; that most texts deflate well is a margin.
  const kept = ends(rows, before, after, bytes * 0.45, (row) => byteLength(JSON.stringify(row)) + 1);
  const all = [...kept.first, ...kept.last];
  // A table that is short and has nothing more to show needs no script.
  if (hidden === 0 && all.length < 6) return table(columns, lines);
  const data: GridData = {
    columns: columns.map(({ title, note, align, wrap, mono }) => ({ title, note, align, wrap, mono })),
    rows: all,
    skippedAt: kept.first.length,
    skipped: grid.skipped + rows.length - all.length,
    page: Math.max(10, grid.head + grid.tail),
    noun,
    fromEnd,
  };
  return live("table", table(columns, lines), data);
}

/** The first and the last rows that fit, at most so many of each. */
function ends(
  rows: GridCell[][],
  head: number,
  tail: number,
  bytes: number,
  size: (row: GridCell[]) => number,
): { first: GridCell[][]; last: GridCell[][] } {
  const budget = new Budget(bytes);
  let first = 0, last = 0;
  while (first < head && budget.take(size(rows[first]))) first++;
  while (last < tail && budget.take(size(rows[rows.length - 1 - last]))) last++;
  return { first: rows.slice(0, first), last: rows.slice(rows.length - last) };
}

/** A cell without a script. */
export function cellHtml(cell: GridCell, column: { wrap?: boolean; mono?: boolean } = {}): Content {
  if (Array.isArray(cell)) return missing(cell[0]);
  if (column.mono) {
    return markup`<span style="white-space:pre-wrap;font-family:monospace;overflow-wrap:anywhere">${cell}</span>`;
  }
  if (column.wrap) return markup`<span style="overflow-wrap:anywhere">${cell}</span>`;
  if (cell.length > LONG_TEXT) return markup`<div style="${LONG_TEXT_STYLE}">${cell}</div>`;
  return /[ -]/.test(cell) ? markup`<span style="white-space:nowrap">${cell}</span>` : cell;
}

/** `the first 20`, `all 12`. */
export function shownOf(shown: number, more: boolean): string {
  return more
    ? `the first ${formatCount(shown)}`
    : shown === 0
    ? "none"
    : shown === 1
    ? "1"
    : `all ${formatCount(shown)}`;
}

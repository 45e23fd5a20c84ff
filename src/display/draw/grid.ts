/**
 * A table as it travels to a browser. Runs in browsers.
 *
 * @module
 */

/** The text of a cell; in a list: a text that stands for a missing value. */
export type GridCell = string | [string];

/** Texts longer than this take several lines, which are no shorter than this where other columns take all the room. */
export const LONG_TEXT = 40;
export const LONG_TEXT_STYLE = "min-width:180px;overflow-wrap:anywhere";

/** A table and what to show of it at first. */
export interface GridData {
  columns: { title: string; note?: string; align?: "left" | "right"; wrap?: boolean; mono?: boolean }[];
  rows: GridCell[][];
  /** After how many of the rows there is a hole, and how many rows are missing there. */
  skippedAt: number;
  skipped: number;
  /** How many rows are shown before more are asked for. */
  page: number;
  noun: string;
  /** The last rows are shown first. */
  fromEnd: boolean;
}

/** The numbers of the rows that hold this text somewhere, in the order of one column (0: as they are). */
export function arrangeRows(
  { rows, columns }: Pick<GridData, "rows" | "columns">,
  filter: string,
  column: number,
  direction: -1 | 0 | 1,
): number[] {
  const words = filter.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const found = [...rows.keys()].filter((row) => {
    const text = rows[row].map((cell) => typeof cell === "string" ? cell : cell[0]).join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  });
  if (direction === 0) return found;
  const numeric = columns[column].align === "right";
  const key = (row: number): number | string | null => {
    const cell = rows[row][column];
    if (typeof cell !== "string") return null;
    return numeric ? number(cell) : cell.toLowerCase();
  };
  const keys = new Map(found.map((row) => [row, key(row)]));
  // Missing values come last in both directions.
  return found.sort((a, b) => {
    const [one, other] = [keys.get(a)!, keys.get(b)!];
    if (one === null || other === null) return one === other ? a - b : one === null ? 1 : -1;
    return (one < other ? -direction : one > other ? direction : 0) || a - b;
  });
}

function number(text: string): number | null {
  const value = text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text.replaceAll(",", ""));
  return Number.isNaN(value) ? null : value;
}

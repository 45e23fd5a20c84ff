/**
 * Comma-separated values, as the page saves and its server sends them.
 *
 * @module
 */

/** One line of cells. */
export function csvLine(cells: readonly string[]): string {
  return cells.map((cell) => /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell).join(",") + "\r\n";
}

/** A text as a cell. Spreadsheet programs take some for formulas, and would run what somebody logged: these get an apostrophe in front. */
export function csvText(text: string): string {
  return /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
}

/**
 * Comma-separated values, as the page saves and its server sends them.
 *
 * @module
 */

/** One line of cells. */
export function csvLine(cells: readonly string[]): string {
  return cells.map((cell) => /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell).join(",") + "\r\n";
}

/**
 * String series as a log.
 *
 * @module
 */

import { counted, formatCount, formatNumber, formatTime, printedText, shortenText } from "./format.ts";
import type { GridCell } from "./draw/grid.ts";
import { gridHtml } from "./grid.ts";
import { type Html, markup, note } from "./html.ts";

const MAX_LINES = 40;
const MAX_TEXT = 2000;
/** More lines than fit into a page, even if all were short. */
const MAX_ROWS = 5000;
const BYTES = 220_000;

/** The points of a string series, as the log shows them. */
export interface LogPoints {
  step: Float64Array;
  timestamp: Float64Array;
  /** null: the text is lost. */
  text: readonly (string | null)[];
}

/** The last lines of a log, oldest first; earlier ones on demand, as many as fit, and a box to search in them. */
export function logHtml({ step, timestamp, text }: LogPoints): Html {
  const rows: GridCell[][] = [];
  let blank = 0;
  let row = text.length - 1;
  for (; row >= 0 && rows.length < MAX_ROWS; row--) {
    const line = text[row] === null ? null : printedText(text[row]!);
    if (line === "") blank++;
    else {
      const shown: GridCell = line === null ? ["lost"] : shortenText(line, MAX_TEXT);
      rows.push([formatNumber(step[row]), formatTime(timestamp[row]), shown]);
    }
  }
  const columns = [
    { title: "step", align: "right" as const },
    { title: "time (UTC)" },
    { title: "text", mono: true },
  ];
  const grid = gridHtml({
    columns,
    rows: rows.reverse(),
    skippedAt: 0,
    skipped: row + 1,
    head: 0,
    tail: Math.min(MAX_LINES, rows.length),
    noun: "line",
    fromEnd: true,
  }, BYTES);
  return markup`${grid}${blank > 0 && note(`${counted(blank, "blank line")} left out`)}`;
}

/** The same as text, the last lines only. */
export function logText({ step, text }: LogPoints, lines = 20): string {
  const printed = Array.from(
    text,
    (line, row) => ({ step: step[row], line: line === null ? "(lost)" : printedText(line) }),
  )
    .filter(({ line }) => line !== "");
  const shown = printed.slice(-lines).map((one) => `${formatNumber(one.step)}  ${one.line}`);
  const earlier = printed.length - shown.length;
  return [...(earlier > 0 ? [`… ${formatCount(earlier)} earlier lines`] : []), ...shown].join("\n");
}

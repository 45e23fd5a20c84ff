/**
 * String series as a log.
 *
 * @module
 */

import { Budget } from "./bundle.ts";
import { formatCount, formatNumber, formatTime, shortenText } from "./format.ts";
import { type Html, markup } from "./html.ts";
import { missing, table } from "./table.ts";

const MAX_LINES = 40;
const MAX_TEXT = 2000;

/** The points of a string series, as the log shows them. */
export interface LogPoints {
  step: Float64Array;
  timestamp: Float64Array;
  /** null: the text is lost. */
  text: readonly (string | null)[];
}

/** The last lines of a log, oldest first, as many as fit; what comes before them is counted. */
export function logHtml({ step, timestamp, text }: LogPoints): Html {
  const budget = new Budget();
  const rows: Html[][] = [];
  let row = text.length - 1;
  for (; row >= 0 && rows.length < MAX_LINES; row--) {
    const line = text[row] === null ? missing("lost") : lineHtml(shortenText(withoutControls(text[row]!), MAX_TEXT));
    const cells = [markup`${formatNumber(step[row])}`, missing(formatTime(timestamp[row])), line];
    if (!budget.take(markup`${cells}`.toString().length + 270)) break;
    rows.unshift(cells);
  }
  const earlier = row + 1;
  const lines = earlier > 0
    ? [`… ${formatCount(earlier)} earlier ${earlier === 1 ? "line" : "lines"} …`, ...rows]
    : rows;
  return table([{ title: "step", align: "right" }, { title: "time (UTC)" }, { title: "text" }], lines);
}

/** The same as text, the last lines only. */
export function logText({ step, text }: LogPoints, lines = 20): string {
  const first = Math.max(0, text.length - lines);
  const shown = text.slice(first).map((line, i) => `${formatNumber(step[first + i])}  ${line ?? "(lost)"}`);
  return [...(first > 0 ? [`… ${formatCount(first)} earlier lines`] : []), ...shown.map(withoutControls)].join("\n");
}

function lineHtml(line: string): Html {
  return markup`<span style="white-space:pre-wrap;font-family:monospace;overflow-wrap:anywhere">${line}</span>`;
}

/** Programs color what they print; here the codes would only be noise. */
function withoutControls(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]/g, "").trimEnd();
}

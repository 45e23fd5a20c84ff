/**
 * The legend of a chart: which color is which line, wrapped to the width of the chart.
 *
 * @module
 */

import { type Html, markup, MUTED } from "../html.ts";
import { textWidth } from "./svg.ts";

const MAX_ITEMS = 30;
const MAX_LABEL = 70;
const ROW = 17;

/** One line of a legend. */
export interface LegendItem {
  label: string;
  color: string;
}

/** SVG content whose top left corner is at 0, 0, and its height. */
export function legend(items: LegendItem[], width: number): { content: Html; height: number } {
  let [x, y] = [0, 0];
  const shown = items.slice(0, MAX_ITEMS).map(({ label, color }) => {
    const text = shortenMiddle(label, MAX_LABEL);
    const size = 16 + textWidth(text) + 14;
    if (x > 0 && x + size > width) [x, y] = [0, y + ROW];
    const item = markup`
      <g transform="translate(${Math.round(x)},${y})">
        <path d="M0,8h11" stroke="${color}" stroke-width="3" stroke-linecap="round" />
        <text x="17" y="12" fill="${MUTED}">${text}</text>
      </g>
    `;
    x += size;
    return item;
  });
  const rest = items.length - shown.length;
  if (rest > 0) {
    y += ROW;
    shown.push(markup`<text x="0" y="${y + 12}" fill="${MUTED}">and ${rest} more lines</text>`);
  }
  return { content: markup`${shown}`, height: shown.length > 0 ? y + ROW : 0 };
}

/** Names of runs and attributes differ at both ends. */
function shortenMiddle(text: string, length: number): string {
  if (text.length <= length) return text;
  const half = Math.floor((length - 1) / 2);
  return `${text.slice(0, half)}…${text.slice(-half)}`.toWellFormed();
}

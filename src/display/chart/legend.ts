/**
 * The legend of a picture: which color is which line, wrapped to the width of the chart.
 *
 * @module
 */

import { type Html, markup } from "../html.ts";
import type { LegendEntry } from "../draw/figure.ts";
import { shortenMiddle, textWidth } from "../draw/text.ts";

const MAX_ITEMS = 30;
const MAX_LABEL = 70;
const ROW = 17;

/** SVG content whose top left corner is at 0, 0, and its height. */
export function legend(items: LegendEntry[], width: number): { content: Html; height: number } {
  let [x, y] = [0, 0];
  const shown = items.slice(0, MAX_ITEMS).map(({ label, color, dash, faint }) => {
    const text = shortenMiddle(label, Math.min(MAX_LABEL, Math.floor((width - 40) / 7)));
    const size = 25 + textWidth(text) + 14;
    if (x > 0 && x + size > width) [x, y] = [0, y + ROW];
    const item = markup`
      <g transform="translate(${Math.round(x)},${y})">
        <path d="M1,8h18" stroke="${color}" stroke-width="3"${dash && markup` stroke-dasharray="${dash}"`}${
      faint && markup` stroke-opacity="0.5"`
    } />
        <text x="25" y="12">${text}</text>
      </g>
    `;
    x += size;
    return item;
  });
  const rest = items.length - shown.length;
  if (rest > 0) {
    y += ROW;
    shown.push(markup`<text x="0" y="${y + 12}">and ${rest} more ${rest === 1 ? "line" : "lines"}</text>`);
  }
  return { content: markup`${shown}`, height: shown.length > 0 ? y + ROW : 0 };
}

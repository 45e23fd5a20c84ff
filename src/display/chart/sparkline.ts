/**
 * Tiny line pictures for table cells.
 *
 * @module
 */

import { cutLine, reduceLine } from "./downsample.ts";
import { roundPixel } from "../draw/scale.ts";
import { type Html, markup } from "../html.ts";
import { PALETTE } from "../palette.ts";
import { svgDocument, svgImage } from "../svg.ts";

const SIZE = { width: 120, height: 18 };
const COLUMNS = 30;
const PAD = 2;

/**
 * A line without axes, scaled to its own range; a dot marks the last point.
 *
 * @param step Ascending.
 * @param value As long as `step`; NaN and infinities are gaps.
 */
export function sparkline(step: Float64Array, value: Float64Array): Html {
  const finite = value.map((one) => Number.isFinite(one) ? one : NaN);
  const { rows } = reduceLine(cutLine(step, finite, { columns: COLUMNS }), COLUMNS);
  let [low, high] = [Infinity, -Infinity];
  for (const row of rows) {
    if (finite[row] < low) low = finite[row];
    if (finite[row] > high) high = finite[row];
  }
  if (low > high) return markup``;
  const [first, last] = [step[0], step[step.length - 1]];
  const x = (row: number) => roundPixel(PAD + (step[row] - first) / (last - first || 1) * (SIZE.width - 2 * PAD - 2));
  // Halves, because the whole range can be more than a number holds.
  const range = high / 2 - low / 2;
  const y = (row: number) =>
    roundPixel(range === 0 ? SIZE.height / 2 : PAD + (high / 2 - finite[row] / 2) / range * (SIZE.height - 2 * PAD));
  let path = "";
  let end = 0;
  let pen = "M";
  for (const row of rows) {
    if (Number.isNaN(finite[row])) {
      pen = "M";
      continue;
    }
    path += `${pen}${x(row)},${y(row)}`;
    pen = "L";
    end = row;
  }
  const svg = svgDocument(
    SIZE,
    markup`
      <path d="${path}" fill="none" stroke="${PALETTE[0]}" stroke-width="1.3" stroke-linejoin="round" />
      <circle cx="${x(end)}" cy="${y(end)}" r="2" fill="${PALETTE[0]}" />
    `,
  );
  return svgImage(svg, SIZE, "", SIZE.width);
}

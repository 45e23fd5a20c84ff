/**
 * Colors for numbers: a scale that runs one way. Runs in browsers, too.
 *
 * @module
 */

import { formatNumber } from "../format.ts";
import { type Html, markup } from "../html.ts";
import type { Ramp } from "./figure.ts";
import { textWidth } from "./text.ts";

/** From orange to violet-blue: lightness falls evenly, and yellow turns to blue, which every sight tells apart. */
const STOPS = [[236, 160, 48], [228, 104, 80], [192, 68, 124], [146, 62, 172], [70, 84, 210]];

const WIDTH = 180;

/** The color of a number; grey where there is none. */
export function rampColor({ low, high, log }: Omit<Ramp, "label">, value: number | null): string {
  if (value === null || !Number.isFinite(value)) return "#869599";
  const place = log ? Math.log : (one: number) => one;
  const share = high === low ? 0.5 : (place(value) - place(low)) / (place(high) - place(low));
  const at = Math.min(1, Math.max(0, share)) * (STOPS.length - 1);
  const from = STOPS[Math.floor(at)], to = STOPS[Math.ceil(at)];
  return `#${from.map((one, i) => Math.round(one + (to[i] - one) * (at % 1)).toString(16).padStart(2, "0")).join("")}`;
}

/** The scale of colors with its numbers, as SVG. */
export function rampLegend(ramp: Ramp): { content: Html; height: number } {
  const { label, low, high, log } = ramp;
  const steps = 36;
  const left = Math.ceil(textWidth(label)) + 12 + Math.ceil(textWidth(formatNumber(low)));
  const value = (share: number) => log ? low * (high / low) ** share : low + (high - low) * share;
  const boxes = Array.from(
    { length: steps },
    (_, i) =>
      markup`<rect x="${left + i * WIDTH / steps}" y="3" width="${WIDTH / steps + 0.5}" height="10" fill="${
        rampColor(ramp, value(i / (steps - 1)))
      }" />`,
  );
  const content = markup`
    <text y="12">${label}</text>
    <text x="${left - 5}" y="12" text-anchor="end">${formatNumber(low)}</text>
    ${boxes}
    <text x="${left + WIDTH + 5}" y="12">${formatNumber(high)}${log && " (log)"}</text>
  `;
  return { content, height: 17 };
}

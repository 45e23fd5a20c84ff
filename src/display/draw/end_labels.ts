/**
 * Labels at the ends of lines, where a legend would be longer than the chart. Runs in browsers, too.
 *
 * @module
 */

import { type Html, markup } from "../html.ts";
import type { ShownCurve } from "./curve.ts";
import type { Figure } from "./figure.ts";
import { type PlotArea, roundPixel, type Scale } from "./scale.ts";
import { shortenMiddle, textWidth } from "./text.ts";

const ROW = 12;
const MAX_LABEL = 22;

/** How wide the labels are, and how they are placed once the axes are known. */
export interface EndLabels {
  width: number;
  /** As many as fit without touching each other, those of the lowest and the highest line first. */
  place: (curves: ShownCurve[], y: Scale, plot: PlotArea) => Html;
}

/** Measures the labels of these curves; they take a quarter of the width at most. */
export function endLabels(figure: Figure, curves: ShownCurve[], width: number): EndLabels {
  const length = Math.max(4, Math.min(MAX_LABEL, Math.floor(width / 4 / 6.9)));
  const labels = new Map(
    curves.map(({ curve }) => [curve.entry, shortenMiddle(figure.entries[curve.entry].label, length)]),
  );
  const widest = Math.max(0, ...[...labels.values()].map((label) => textWidth(label)));
  return {
    width: Math.ceil(widest + 20),
    place: (shown, y, plot) => {
      const right = plot.left + plot.width;
      const ends = shown.flatMap(({ curve, line }) => {
        const row = line.y.findLastIndex((value) => !Number.isNaN(value));
        const at = row < 0 ? NaN : y.to(line.y[row]);
        return at >= plot.top - 1 && at <= plot.top + plot.height + 1 ? [{ entry: curve.entry, at }] : [];
      }).sort((a, b) => a.at - b.at);
      const kept: typeof ends = [];
      for (const one of ends) if (one.at - (kept.at(-1)?.at ?? -Infinity) >= ROW) kept.push(one);
      return markup`${
        kept.map(({ entry, at }) =>
          markup`<g data-entry="${entry}"><path d="M${right + 3},${roundPixel(at)}h8" stroke="${
            figure.entries[entry].color
          }" stroke-width="2" fill="none" /><text x="${right + 14}" y="${roundPixel(at + 3.8)}">${
            labels.get(entry)
          }</text></g>`
        )
      }`;
    },
  };
}

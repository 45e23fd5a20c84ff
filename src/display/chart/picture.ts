/**
 * A figure as one SVG that stands on its own: title, legend, panels.
 *
 * @module
 */

import { type Html, markup } from "../html.ts";
import { drawPanel, firstView } from "../draw/panel.ts";
import type { Figure } from "../draw/figure.ts";
import { legend } from "./legend.ts";
import { rampLegend } from "../draw/ramp.ts";
import { type Size, svgDocument } from "../svg.ts";
import type { PlotArea } from "../draw/scale.ts";
import { shortenMiddle } from "../draw/text.ts";

const GAP = 14;

/** The picture of a figure, how large it is, and how many labels of marks found no room. */
export interface Picture {
  svg: string;
  size: Size;
  unlabeled: number;
}

/** Draws the figure as nobody has touched it. */
export function figurePicture(figure: Figure, width: number, under?: (panel: number, plot: PlotArea) => Html): Picture {
  const parts: Html[] = [];
  let top = 0;
  if (figure.title) {
    parts.push(
      markup`<text y="13" font-size="13" font-weight="600">${
        shortenMiddle(figure.title, Math.floor(width / 7))
      }</text>`,
    );
    top = 24;
  }
  const key = figure.ramp
    ? rampLegend(figure.ramp)
    : legend(figure.legend && !figure.endLabels ? figure.entries : [], width - 8);
  if (key.height > 0) parts.push(markup`<g transform="translate(0,${top})">${key.content}</g>`);
  top += key.height > 0 ? key.height + 6 : 0;

  const across = Math.max(1, Math.floor((width + GAP) / ((figure.panels[0]?.width ?? width) + GAP)));
  let unlabeled = 0;
  for (let start = 0; start < figure.panels.length; start += across) {
    const row = figure.panels.slice(start, start + across).map((panel) =>
      drawPanel(figure, panel, firstView(figure, panel))
    );
    let left = 0;
    for (const [i, drawn] of row.entries()) {
      unlabeled += drawn.unlabeled;
      parts.push(
        markup`<g transform="translate(${left},${top})">${under?.(start + i, drawn.plot)}${drawn.content}</g>`,
      );
      left += drawn.width + GAP;
    }
    top += Math.max(...row.map(({ height }) => height)) + (start + across < figure.panels.length ? GAP : 0);
  }
  const size = { width, height: Math.ceil(top) };
  return { svg: svgDocument(size, markup`${parts}`), size, unlabeled };
}

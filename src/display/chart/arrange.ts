/**
 * The parts of a chart put together: title, legend, the drawn plot, and the labels that hold words of the user.
 *
 * @module
 */

import type * as PlotModule from "@observablehq/plot";
import type { ChartOptions } from "./line.ts";
import { Html, markup, MUTED, PALETTE } from "../html.ts";
import { legend } from "./legend.ts";
import { type DrawnPlot, MARGIN } from "./observable.ts";
import { type Size, svgDocument, textWidth } from "./svg.ts";

const FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";

/**
 * One SVG of all parts, with something drawn under the plot where it is given. Words of the user never go through Plot, so that
 * they are escaped in one place.
 */
export function arrange(
  plot: DrawnPlot,
  labels: string[],
  options: ChartOptions,
  under?: Html,
): { svg: string; size: Size } {
  const items = labels.map((label, i) => ({ label, color: PALETTE[i % PALETTE.length] }));
  const key = options.legend ? legend(items, options.width - 8) : { content: markup``, height: 0 };
  const keyTop = options.title ? 24 : 0;
  const labelTop = keyTop + key.height + (key.height > 0 ? 6 : 0);
  const top = labelTop + (options.yLabel ? options.marks?.length ? 14 : 2 : 0);
  const size = { width: options.width, height: top + options.height + 16 };
  const marks = verticalMarks(options, plot.scale("x")!);
  const content = markup`
    <g font-family="${FONT}" font-size="11" fill="${MUTED}">
      <text y="13" font-size="13" font-weight="600">${options.title}</text>
      <g transform="translate(0,${keyTop})">${key.content}</g>
      <text y="${labelTop + 10}">${options.yLabel}</text>
      <g transform="translate(0,${top})">
        ${under}
        <g color="${MUTED}" text-anchor="middle">${plotMarkup(plot)}</g>
        ${marks}
        <text x="${options.width - MARGIN.right}" y="${options.height + 11}" text-anchor="end">${options.xLabel}</text>
      </g>
    </g>
  `;
  return { svg: svgDocument(size, content), size };
}

/** What Plot drew, without its style sheet and with a tenth of a pixel of precision. */
function plotMarkup(plot: DrawnPlot): Html {
  plot.querySelector("style")?.remove();
  for (const path of plot.querySelectorAll("path")) {
    path.setAttribute("d", (path.getAttribute("d") ?? "").replace(/(\.\d)\d+/g, "$1"));
  }
  return new Html(plot.innerHTML);
}

/** Vertical lines with their labels above them; a label that would cover another is left out. */
function verticalMarks({ marks = [], width, height }: ChartOptions, scale: PlotModule.Scale): Html[] {
  const [low, high] = scale.domain as [number, number];
  let free = 0;
  return marks.filter(({ x }) => x >= Number(low) && x <= Number(high)).map(({ x, label }) => {
    const at = Math.round(scale.apply(x) * 10) / 10;
    const start = Math.min(at - 4, width - textWidth(label));
    const text = start >= free && markup`<text x="${start}" y="${MARGIN.top - 8}">${label}</text>`;
    if (text) free = start + textWidth(label) + 8;
    const line = `M${at},${MARGIN.top - 4}V${height - MARGIN.bottom}`;
    return markup`<path d="${line}" stroke="${MUTED}" stroke-dasharray="1,3" fill="none" />${text}`;
  });
}

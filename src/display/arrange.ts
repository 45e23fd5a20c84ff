/**
 * The parts of a chart put together: title, legend, the drawn plot, and the labels that hold words of the user.
 *
 * @module
 */

import type * as PlotModule from "@observablehq/plot";
import type { ChartOptions } from "./chart.ts";
import { Html, markup, MUTED, PALETTE } from "./html.ts";
import { legend } from "./legend.ts";
import { type Size, svgDocument, textWidth } from "./svg.ts";

/** Room around the plot for tick labels. */
export const MARGIN = { top: 20, right: 16, bottom: 26, left: 52 };

/** What of a drawn plot is used here; the DOM types are not part of Deno's. */
export interface DrawnPlot {
  innerHTML: string;
  querySelector(selector: string): { remove(): void } | null;
  querySelectorAll(
    selector: string,
  ): Iterable<Record<"getAttribute" | "setAttribute", (name: string, value?: string) => string | null>>;
  scale(name: "x" | "y"): PlotModule.Scale | undefined;
}

const FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";

/** One SVG of all parts. Words of the user never go through Plot, so that they are escaped in one place. */
export function arrange(
  plot: DrawnPlot,
  labels: string[],
  options: ChartOptions,
): { svg: string; size: Size } {
  const items = labels.map((label, i) => ({ label, color: PALETTE[i % PALETTE.length] }));
  const key = options.legend ? legend(items, options.width - 8) : { content: markup``, height: 0 };
  const keyTop = options.title ? 24 : 0;
  const labelTop = keyTop + key.height + (key.height > 0 ? 6 : 0);
  const top = labelTop + (options.yLabel ? options.marks?.length ? 14 : 2 : 0);
  const size = { width: options.width, height: top + options.height + 16 };
  const marks = (options.marks ?? []).map((mark) => verticalMark(mark, plot.scale("x")!, options));
  const content = markup`
    <g font-family="${FONT}" font-size="11" fill="${MUTED}">
      <text y="13" font-size="13" font-weight="600">${options.title}</text>
      <g transform="translate(0,${keyTop})">${key.content}</g>
      <text y="${labelTop + 10}">${options.yLabel}</text>
      <g transform="translate(0,${top})">
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

function verticalMark(
  { x, label }: { x: number; label: string },
  scale: PlotModule.Scale,
  { width, height }: ChartOptions,
): Html {
  const [low, high] = scale.domain as [number, number];
  if (!(x >= Number(low) && x <= Number(high))) return markup``;
  const at = Math.round(scale.apply(x) * 10) / 10;
  const side = at + textWidth(label) + 8 > width ? { anchor: "end", dx: 4 } : { anchor: "start", dx: -4 };
  return markup`
    <path d="M${at},${MARGIN.top - 4}V${height - MARGIN.bottom}" stroke="${MUTED}" stroke-dasharray="1,3" fill="none" />
    <text x="${at + side.dx}" y="${MARGIN.top - 8}" text-anchor="${side.anchor}">${label}</text>
  `;
}

/**
 * Observable Plot without a browser. It is loaded when the first chart is drawn.
 *
 * @module
 */

import type * as PlotModule from "@observablehq/plot";
import type { Size } from "./svg.ts";

/** Room around the plot for tick labels and marks. */
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

/** Draws what `options` makes of the module, into an SVG element of a document of its own. */
export async function drawPlot(
  { width, height }: Size,
  options: (Plot: typeof PlotModule) => PlotModule.PlotOptions,
): Promise<DrawnPlot> {
  const [Plot, linkedom] = await Promise.all([import("@observablehq/plot"), import("linkedom")]);
  const { document } = linkedom.parseHTML("<html></html>") as { document?: unknown };
  const frame = {
    document,
    width,
    height,
    marginTop: MARGIN.top,
    marginRight: MARGIN.right,
    marginBottom: MARGIN.bottom,
  };
  const plot = Plot.plot({ ...frame, marginLeft: MARGIN.left, ...options(Plot) } as PlotModule.PlotOptions);
  return plot as unknown as DrawnPlot;
}

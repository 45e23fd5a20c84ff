/**
 * Several series in one chart: which lines, in which style.
 *
 * @module
 */

import { requirePermission } from "../../permissions/require.ts";
import { OptionError } from "../../errors.ts";
import { bundle, type Displayable, jupyterDisplay, type MediaBundle } from "../bundle.ts";
import { drawChart, type Drawing } from "./chart.ts";
import { counted, formatNumber } from "../format.ts";
import { type Html, markup, note, view } from "../html.ts";
import { chartLine, type XAxis, xAxis } from "./plot_axis.ts";
import type { PlotLine } from "./line.ts";
import { smooth } from "./smooth.ts";
import { svgImage } from "./svg.ts";
import { textTable } from "../table.ts";

/** How a plot looks. */
export interface PlotStyle {
  /** `step` (default), `time` (date and time of each point, UTC) or `relative` (time since the first point of each line). */
  x?: XAxis;
  /** Logarithmic axes: `true` or `"y"` for y, `"x"`, or `"xy"` for both. Default: none. */
  logScale?: boolean | "x" | "y" | "xy";
  /** Weight of the exponential moving average, from 0 (default, off) to below 1; the raw curve stays faintly behind. */
  smoothing?: number;
  /** Whether to show which line is which. Default: when there is more than one line. */
  legend?: boolean;
  /** Above the chart. Default: none. */
  title?: string;
  /** In CSS pixels. Default: 760. */
  width?: number;
  /** Of the plot without title and legend, in CSS pixels. Default: 280. */
  height?: number;
  /** Vertical lines with a label, for example fork points; x in the unit of the axis. */
  marks?: { x: number; label: string }[];
}

/** Throws where an option is outside its bounds. */
export function checkStyle({ smoothing = 0, width = 760, height = 280 }: PlotStyle): void {
  if (!(smoothing >= 0 && smoothing < 1)) {
    const message = `smoothing is ${smoothing}, but goes from 0 (off) to below 1.`;
    throw new OptionError(message, { option: "smoothing", value: smoothing });
  }
  if (!(width >= 120 && height >= 60)) {
    const message = `A chart of ${width} x ${height} pixels is too small: use 120 x 60 or more.`;
    throw new OptionError(message, { option: "width", value: width });
  }
}

/** A chart that shows itself in a notebook and can be saved. */
export class Chart implements Displayable {
  readonly #read: () => Promise<PlotLine[]>;
  readonly #options: PlotStyle;
  #reading: Promise<PlotLine[]> | null = null;
  #drawing: Promise<Drawing> | null = null;

  /** Made by `plot()`. Nothing is read before the chart is shown or saved. */
  constructor(read: () => Promise<PlotLine[]>, options: PlotStyle) {
    this.#read = read;
    this.#options = options;
  }

  /** The chart as an SVG document that stands on its own. */
  async svg(): Promise<string> {
    return (await this.#draw()).svg;
  }

  /** The chart as an HTML page that stands on its own. */
  async html(): Promise<string> {
    const page = markup`
      <!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="color-scheme" content="light dark">
          <title>${this.#options.title ?? "Chart"}</title>
        </head>
        <body style="font-family:system-ui,sans-serif;margin:24px">${await this.#view()}</body>
      </html>
    `;
    return page.toString();
  }

  /**
   * Saves the chart.
   *
   * @param path Ends in `.svg` or `.html`.
   * @throws {OptionError} when it ends otherwise.
   */
  async save(path: string): Promise<void> {
    requirePermission({ name: "write", path: path }, `save the chart ${path}`);
    if (path.endsWith(".svg")) return await Deno.writeTextFile(path, await this.svg());
    if (path.endsWith(".html")) return await Deno.writeTextFile(path, await this.html());
    const message = `A chart cannot be saved as "${path}": use a name that ends in .svg or .html.`;
    throw new OptionError(message, { option: "path", value: path });
  }

  /** Shows the chart in a notebook. */
  async [jupyterDisplay](): Promise<MediaBundle> {
    return bundle(await this.#view(), plainSummary(await this.#lines()));
  }

  async #view(): Promise<Html> {
    const { svg, size, notes } = await this.#draw();
    const lines = await this.#lines();
    const alt = `Line chart of ${counted(lines.length, "line")}${
      this.#options.title ? `: ${this.#options.title}` : ""
    }`;
    return view(svgImage(svg, size, alt), notes.length > 0 && note(notes.join(" · ")));
  }

  #draw(): Promise<Drawing> {
    return this.#drawing ??= this.#lines().then((lines) => drawLines(lines, this.#options));
  }

  /** A failure is not remembered. */
  #lines(): Promise<PlotLine[]> {
    return this.#reading ??= this.#read().catch((error) => {
      this.#reading = this.#drawing = null;
      throw error;
    });
  }
}

/** Draws lines in the style of a plot. */
export function drawLines(lines: PlotLine[], options: PlotStyle): Promise<Drawing> {
  const { logScale = false, smoothing = 0, title, width = 760, height = 280, marks } = options;
  const axis = xAxis(lines, options.x ?? "step", logScale === "x" || logScale === "xy");
  const names = labels(lines);
  const chartLines = lines.map((line, i) => {
    const one = chartLine(line, axis, names.labels[i]);
    return smoothing > 0 ? { ...one, raw: one.y, y: smooth(one.y, smoothing) } : one;
  });
  return drawChart(chartLines, {
    title,
    width,
    height,
    marks,
    xLabel: axis.label,
    yLabel: names.common,
    x: axis.scale,
    y: logScale === true || logScale === "y" || logScale === "xy" ? "log" : "linear",
    legend: options.legend ?? lines.length > 1,
  });
}

/** What all lines share goes to the axis, what tells them apart to the legend. */
function labels(lines: PlotLine[]): { common: string; labels: string[] } {
  const oneRun = new Set(lines.map((line) => line.run)).size === 1;
  const oneAttribute = new Set(lines.map((line) => line.attribute)).size === 1;
  return {
    common: oneAttribute ? lines[0].attribute : "",
    labels: lines.map(({ run, attribute }) => {
      const parts = [!oneRun && run, !oneAttribute && attribute].filter((part) => part);
      return parts.join(" · ") || attribute || run || "value";
    }),
  };
}

function plainSummary(lines: PlotLine[]): string {
  const rows = lines.map(({ run, attribute, step, value }) => {
    const last = value.length - 1;
    return [
      run,
      attribute,
      String(value.length),
      last < 0 ? "" : formatNumber(step[last]),
      last < 0 ? "" : formatNumber(value[last]),
    ];
  });
  const columns = [
    { title: "run" },
    { title: "attribute" },
    { title: "points", align: "right" },
    { title: "last step", align: "right" },
    { title: "last value", align: "right" },
  ] as const;
  return `Chart of ${counted(lines.length, "line")}\n${textTable([...columns], rows)}`;
}

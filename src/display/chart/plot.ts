/**
 * Several series in one chart: which lines, in which style.
 *
 * @module
 */

import { makeWhole } from "../../write/whole.ts";
import { OptionError } from "../../errors.ts";
import { PATH, pathString } from "../../options/kinds.ts";
import { checkArgument } from "../../options/options.ts";
import { bundle, byteLength, type Displayable, jupyterDisplay, MAX_BUNDLE_BYTES, type MediaBundle } from "../bundle.ts";
import { chooseFigure } from "./chart.ts";
import { live } from "../live.ts";
import { counted, formatNumber } from "../format.ts";
import { type Html, markup, note, view } from "../html.ts";
import { packFigure } from "./pack.ts";
import { figurePicture } from "./picture.ts";
import { planFigure } from "./plan.ts";
import type { ChartLine, FigurePlan, StyledLine } from "./line.ts";
import type { PlanOptions } from "./style.ts";
import { svgImage } from "../svg.ts";
import { textTable } from "../table.ts";

const inspect = Symbol.for("Deno.customInspect");

/** What a chart shows. */
export interface ChartContent {
  title: string;
  svg: string;
  html: Html;
  /** What stands for it where only text shows. */
  text: string;
}

/** Points of all lines together, at first; fewer where they do not fit into a bundle. */
const POINTS = 12_000;
const MAX_BYTES = MAX_BUNDLE_BYTES - 35_000;
/** So many points of a long line tell how large its picture gets. */
const THIN = 8000;

/**
 * A chart that shows itself in a notebook and can be saved. Where scripts may run it answers to the pointer; elsewhere it is a
 * picture.
 */
export class Chart implements Displayable {
  readonly #read: () => Promise<ChartContent>;
  #reading: Promise<ChartContent> | null = null;

  /** Made by `plot()`. Nothing is read before the chart is shown or saved. */
  constructor(read: () => Promise<ChartContent>) {
    this.#read = read;
  }

  /** The chart as an SVG document that stands on its own. */
  async svg(): Promise<string> {
    return (await this.#content()).svg;
  }

  /** The chart as an HTML page that stands on its own, and answers to the pointer. */
  async html(): Promise<string> {
    const { title, html } = await this.#content();
    const page = markup`
      <!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="color-scheme" content="light dark">
          <title>${title || "Chart"}</title>
        </head>
        <body style="font-family:system-ui,sans-serif;margin:24px">${html}</body>
      </html>
    `;
    return page.toString();
  }

  /**
   * Saves the chart, in place of what is there; its folder is made where there is none.
   *
   * @param path Ends in `.svg` or `.html`.
   * @throws {OptionError} when it ends otherwise.
   * @throws {WriteError} when the file cannot be written.
   */
  async save(path: string | URL): Promise<void> {
    const target = pathString(checkArgument("save", "path", PATH, path));
    const kind = /\.(svg|html)$/.exec(target)?.[1] as "svg" | "html" | undefined;
    if (kind) return await makeWhole(target, async (part) => await Deno.writeTextFile(part, await this[kind]()));
    const message = `A chart cannot be saved as "${target}": use a name that ends in .svg or .html.`;
    throw new OptionError(message, { option: "path", value: target });
  }

  /** What `console.log` shows. */
  [inspect](): string {
    return "Chart\n  a notebook draws it; save(path) writes it as .svg or .html";
  }

  /** Shows the chart in a notebook. */
  async [jupyterDisplay](): Promise<MediaBundle> {
    const { html, text } = await this.#content();
    return bundle(html, text);
  }

  /** A failure is not remembered. */
  #content(): Promise<ChartContent> {
    return this.#reading ??= this.#read().catch((error) => {
      this.#reading = null;
      throw error;
    });
  }
}

/** Draws lines in the style of a plot, with as many points as a bundle holds besides `spent` bytes. */
export function lineChart(lines: StyledLine[], options: PlanOptions, spent = 0): ChartContent {
  const { plan, notes } = planFigure(lines, options);
  const { title = "", width = 760 } = options;
  const alt = `Line chart of ${counted(lines.length, "line")}${title && `: ${title}`}`;
  return { title, ...showFigure(plan, notes, width, alt, spent), text: plainSummary(lines) };
}

/** Draws a figure with as many points as fit. */
export function showFigure(
  plan: FigurePlan,
  planned: string[],
  width: number,
  alt: string,
  spent = 0,
): Pick<ChartContent, "svg" | "html"> {
  // Of long lines a thinned copy tells how many points fit, so that all of them are gone through once.
  const thin = thinned(plan);
  for (let points = POINTS, full = thin === plan;;) {
    const { figure, notes } = chooseFigure(full ? plan : thin, points);
    const { svg, size, unlabeled } = figurePicture(figure, width);
    const said = [
      ...planned,
      ...notes,
      ...unlabeled > 0 ? [`${counted(unlabeled, "mark")} without room for a label`] : [],
    ];
    const image = svgImage(svg, size, alt);
    const html = view(live("chart", image, packFigure(figure)), said.length > 0 && note(said.join(" · ")));
    const bytes = byteLength(html.toString()) + spent;
    const fits = bytes <= MAX_BYTES || points < 100;
    if (fits && full) return { svg, html };
    points = fits ? Math.floor(points * 0.96) : Math.floor(points * Math.min(0.9, 0.97 * MAX_BYTES / bytes));
    full ||= fits;
  }
}

/** The same figure with some of the points of its long lines; itself where no line is long. */
function thinned(plan: FigurePlan): FigurePlan {
  const lines = plan.panels.flatMap((panel) => panel.lines);
  if (lines.reduce((sum, { x }) => sum + x.length, 0) < 2_000_000) return plan;
  const panels = plan.panels.map((panel) => ({ ...panel, lines: panel.lines.map(thinnedLine) }));
  return { ...plan, panels };
}

function thinnedLine(line: ChartLine): ChartLine {
  const every = Math.ceil(line.x.length / THIN);
  if (every < 2) return line;
  const pick = <T extends Float64Array | null | undefined>(column: T): T =>
    column && Float64Array.from({ length: Math.ceil(column.length / every) }, (_, i) => column[i * every]) as T;
  const { x, y, time, step, low, high } = line;
  const preview = line.preview?.filter((_, i) => i % every === 0);
  return {
    ...line,
    x: pick(x),
    y: pick(y),
    time: pick(time),
    step: pick(step),
    low: pick(low),
    high: pick(high),
    preview,
  };
}

function plainSummary(lines: StyledLine[]): string {
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

/**
 * Line charts, drawn by Observable Plot into an SVG that stands on its own.
 *
 * @module
 */

import type * as PlotModule from "@observablehq/plot";
import { arrange } from "./arrange.ts";
import { linearAxis, logAxis, timeLabel } from "./axes.ts";
import { downsample } from "./downsample.ts";
import type { ChartLine, ChartOptions } from "./line.ts";
import { chartNotes } from "./notes.ts";
import { PALETTE } from "../html.ts";
import { drawPlot, MARGIN } from "./observable.ts";
import type { Size } from "./svg.ts";

/** A drawn chart. */
export interface Drawing {
  svg: string;
  size: Size;
  /** What the picture leaves out or simplifies, one sentence each. */
  notes: string[];
}

/** Points of all lines together: what keeps a picture within the size of a bundle. */
const MAX_POINTS = 11_000;
const MAX_LINES = 100;

/** Draws the lines. */
export async function drawChart(all: ChartLine[], options: ChartOptions): Promise<Drawing> {
  const lines = all.slice(0, MAX_LINES).map((line) => drawable(line, options));
  const width = options.width - MARGIN.left - MARGIN.right;
  const curves = lines.reduce((count, line) => count + (line.raw ? 2 : 1), 0);
  const columns = Math.max(10, Math.min(width, Math.floor(MAX_POINTS / 4 / Math.max(1, curves))));
  const xRange = range(lines.map((line) => line.x));
  const yRange = range(lines.flatMap((line) => line.raw ? [line.y, line.raw] : [line.y]));
  const x = options.x === "log" ? logAxis(xRange) : linearAxis(xRange, Math.round(width / 90), false);
  const y = options.y === "log" ? logAxis(yRange) : linearAxis(yRange, 5, true);
  const xTicks = options.x === "time"
    ? { ticks: Math.round(width / 90), tickFormat: timeLabel }
    : { ticks: x.ticks, tickFormat: x.label };
  const empty = yRange[0] > yRange[1];

  const plot = await drawPlot(options, (Plot) => ({
    x: { type: options.x === "time" ? "utc" : options.x, domain: x.domain },
    y: { type: options.y, domain: y.domain },
    marks: [
      Plot.gridY(y.ticks, { stroke: "#808080", strokeOpacity: 0.22 }),
      Plot.axisY({ label: null, tickSize: 0, ticks: y.ticks, tickFormat: y.label }),
      Plot.axisX({ label: null, tickSize: 4, ...xTicks }),
      ...lines.map((line, i) => curve(Plot, line, PALETTE[i % PALETTE.length], columns, options.x)),
      empty ? Plot.text(["no finite points"], { frameAnchor: "middle", fontSize: 12 }) : [],
    ],
  }));
  const { svg, size } = arrange(plot, lines.map(({ label }) => label), options);
  return { svg, size, notes: chartNotes(all, lines.length, columns, options) };
}

/** The line with what the scales cannot show made gaps. */
function drawable(line: ChartLine, { x, y }: ChartOptions): ChartLine {
  const shows = (value: number) => Number.isFinite(value) && (y !== "log" || value > 0);
  const clean = (values: Float64Array) => values.map((value) => shows(value) ? value : NaN);
  const known = (value: number) => Number.isFinite(value) && (x !== "log" || value > 0);
  const keep = line.x.every(known) ? null : line.x.map((value) => known(value) ? 1 : 0);
  const pick = <T extends Float64Array | Uint8Array>(values: T): T =>
    keep ? values.filter((_, row) => keep[row]) as T : values;
  return {
    ...line,
    x: pick(line.x),
    y: pick(clean(line.y)),
    raw: line.raw && pick(clean(line.raw)),
    preview: line.preview && pick(line.preview),
  };
}

/** The marks of one line: inherited, own and preview stretches look different and touch each other. */
function curve(
  Plot: typeof PlotModule,
  line: ChartLine,
  color: string,
  columns: number,
  scale: ChartOptions["x"],
): PlotModule.CompoundMark {
  const position = scale === "log" ? Math.log : undefined;
  const stroke = (rows: Uint32Array, y: Float64Array, look: PlotModule.LineOptions) =>
    Plot.line(rows, { x: (row: number) => line.x[row], y: (row: number) => y[row], stroke: color, ...look });
  const marks: PlotModule.RenderableMark[] = [];
  if (line.raw) {
    const rows = downsample(line.x, line.raw, columns, position);
    marks.push(stroke(rows, line.raw, { strokeOpacity: 0.3, strokeWidth: 1 }));
  }
  const rows = downsample(line.x, line.y, columns, position);
  const kind = (row: number) =>
    line.preview?.[row] ? "preview" : line.x[row] <= (line.inheritedUntil ?? -Infinity) ? "inherited" : "own";
  for (let start = 0; start < rows.length;) {
    const look = kind(rows[start]);
    let end = start + 1;
    while (end < rows.length && kind(rows[end]) === look) end++;
    marks.push(stroke(rows.subarray(Math.max(0, start - 1), end), line.y, LOOKS[look]));
    start = end;
  }
  const alone = rows.filter((_, i) =>
    Number.isNaN(line.y[rows[i - 1]] ?? NaN) && Number.isNaN(line.y[rows[i + 1]] ?? NaN)
  );
  if (alone.length > 0) {
    marks.push(
      Plot.dot(alone, { x: (row: number) => line.x[row], y: (row: number) => line.y[row], fill: color, r: 2 }),
    );
  }
  return Plot.marks(marks);
}

const LOOKS: Record<string, PlotModule.LineOptions> = {
  own: { strokeWidth: 1.6 },
  inherited: { strokeWidth: 1.6, strokeOpacity: 0.55 },
  preview: { strokeWidth: 1.4, strokeDasharray: "3,4" },
};

/** The least and the greatest number; the wrong way round where there is none. */
function range(columns: Float64Array[]): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (const column of columns) {
    for (const value of column) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

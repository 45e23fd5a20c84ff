/**
 * Draws one panel of a figure. Runs in Deno for the picture that stands still, and in browsers for the one that answers: both
 * are the same picture. Text and hairlines take the color of the page.
 *
 * @module
 */

import { type Html, markup } from "../html.ts";
import { type AxisScale, linearAxis, logAxis, timeAxis } from "./axes.ts";
import { curveMarkup, type ShownCurve, shownCurve } from "./curve.ts";
import { endLabels } from "./end_labels.ts";
import type { Figure, Panel, View } from "./figure.ts";
import { type PlotArea, roundPixel, type Scale, scale } from "./scale.ts";
import { shortenMiddle, textWidth } from "./text.ts";

/** A drawn panel, and where its plot lies. */
export interface DrawnPanel {
  content: Html;
  width: number;
  height: number;
  plot: PlotArea;
  x: Scale;
  y: Scale;
  curves: ShownCurve[];
  /** How many marks have no room for their label. */
  unlabeled: number;
}

const MARK_ROWS = 6;
const LINE = 13;
const RIGHT = 14;

/** Draws the panel in this width; what is hidden does not count for the axes. */
export function drawPanel(figure: Figure, panel: Panel, view: View, width: number = panel.width): DrawnPanel {
  const curves = panel.curves.filter(({ entry }) => !view.hidden.has(entry)).map((curve) =>
    shownCurve(curve, figure.smoothing, view)
  );
  const yRange = view.yDomain ?? padded(fitting(curves, view, panel.yRange), panel.yRange, view.logY);
  const xRange = view.xDomain ?? rangeOf(curves.map(({ line }) => line.x));
  const inner = panel.height - 26;
  const yAxis = view.logY ? logAxis(yRange, inner / 34) : linearAxis(yRange, Math.max(3, Math.round(inner / 46)));
  const left = Math.ceil(Math.max(18, ...yAxis.labels.map((label) => textWidth(label))) + 9);
  const ends = figure.endLabels ? endLabels(figure, curves, width) : null;
  const plotWidth = Math.max(20, width - left - (ends ? ends.width : RIGHT));
  const xAxis = panel.xNames ? namesAxis(panel.xNames, plotWidth) : fittingAxis(
    panel.dots > 0 && !view.xDomain ? padded(xRange, [null, null], view.logX) : xRange,
    plotWidth,
    kindOf(panel, view),
  );

  const markRows = placeMarks(panel, xAxis, view.logX, plotWidth, width - left);
  const top = (panel.title || panel.yLabel ? 17 : 0) + markRows.count * LINE + 6;
  const twoLines = xAxis.labels.some((label) => label.includes("\n"));
  const plot = { left, top, width: plotWidth, height: Math.max(20, panel.height - 46) };
  const height = top + plot.height + 20 + (twoLines ? 12 : 0) + (panel.xLabel ? 13 : 0);
  const x = scale(xAxis.domain, view.logX && panel.x !== "time", left, left + plotWidth);
  const y = scale(yAxis.domain, view.logY, top + plot.height, top);
  const [least, most] = panel.domain?.xTicks ?? xAxis.domain;
  const empty = !panel.domain &&
    !curves.some(({ line }) => line.y.some((value, i) => Number.isFinite(value) && known(line.x[i])));

  const content = markup`
    ${heading(panel, width)}
    ${yAxis.ticks.map((tick, i) => yTick(yAxis.labels[i], y.to(tick), plot))}
    ${xAxis.ticks.map((tick, i) => tick >= least && tick <= most && xTick(xAxis.labels[i], x.to(tick), plot, width))}
    ${markRows.marks.map(({ x: at, label, row, anchor }) => markLine(x.to(at), label, row, anchor, plot))}
    <svg x="${left}" y="${top - 2}" width="${plot.width + 2}" height="${plot.height + 4}" overflow="hidden">
      <g transform="translate(${-left},${2 - top})">${
    curves.map((curve) => curveMarkup(figure, curve, x, y, panel.dots))
  }</g>
    </svg>
    ${ends?.place(curves, y, plot)}
    ${
    empty &&
    markup`<text x="${left + plot.width / 2}" y="${top + plot.height / 2}" font-size="12" text-anchor="middle">${
      curves.length > 0 ? "no finite points" : "nothing to show"
    }</text>`
  }
    <text x="${left + plot.width}" y="${height - 3}" text-anchor="end">${panel.xLabel}</text>
  `;
  return { content, width, height, plot, x, y, curves, unlabeled: markRows.left };
}

/** The view that a figure has before anybody touches it. */
export function firstView(figure: Figure, panel: Panel): View {
  return {
    hidden: new Set(),
    xDomain: panel.domain?.x ?? null,
    yDomain: panel.domain?.y ?? null,
    logX: panel.x === "log",
    logY: panel.y === "log",
    smoothing: figure.smoothing,
  };
}

function heading({ title, yLabel }: Panel, width: number): Html {
  const text = shortenMiddle(title || yLabel, Math.floor(width / 6.2));
  return markup`<text y="11"${title && markup` font-weight="600"`}>${text}</text>`;
}

function yTick(label: string, y: number, { left, width }: PlotArea): Html {
  const at = roundPixel(y);
  return markup`
    <path d="M${left},${at}h${width}" stroke="currentColor" stroke-opacity="0.16" fill="none" />
    <text x="${left - 6}" y="${roundPixel(y + 3.8)}" text-anchor="end">${label}</text>
  `;
}

function xTick(label: string, x: number, { top, height }: PlotArea, width: number): Html {
  const [at, bottom] = [roundPixel(x), top + height];
  const half = textWidth(label.split("\n").sort((a, b) => b.length - a.length)[0]) / 2;
  const middle = roundPixel(Math.min(Math.max(x, half), width - half));
  return markup`
    <path d="M${at},${bottom}v4" stroke="currentColor" stroke-opacity="0.6" fill="none" />
    ${
    label.split("\n").map((line, i) =>
      markup`<text x="${middle}" y="${bottom + 15 + 12 * i}" text-anchor="middle">${line}</text>`
    )
  }
  `;
}

function markLine(
  x: number,
  label: string,
  row: number,
  anchor: number,
  { left, top, height }: PlotArea,
): Html {
  const at = roundPixel(x);
  const start = row < 0 ? top - 3 : top - 6 - row * LINE;
  return markup`
    <path d="M${at},${start}V${
    top + height
  }" stroke="currentColor" stroke-opacity="0.7" stroke-dasharray="1,3" fill="none" />
    ${row >= 0 && markup`<text x="${roundPixel(left + anchor)}" y="${top - 8 - row * LINE}">${label}</text>`}
  `;
}

interface PlacedMark {
  x: number;
  label: string;
  /** Rows go up from the plot; -1: no room for the label. */
  row: number;
  /** Where the label begins, from the left end of the plot. */
  anchor: number;
}

/** Labels of marks stand above the plot, in as many rows as they need. */
function placeMarks({ marks }: Panel, axis: AxisScale, log: boolean, plotWidth: number, room: number) {
  const at = scale(axis.domain, log, 0, plotWidth);
  const free: number[] = [];
  const [low, high] = axis.domain;
  const placed = marks.filter(({ x }) => x >= low && x <= high).sort((a, b) => a.x - b.x).map((mark): PlacedMark => {
    const label = shortenMiddle(mark.label, Math.floor(room / 6.5));
    const anchor = Math.max(0, Math.min(at.to(mark.x) + 3, room - textWidth(label)));
    let row = free.findIndex((end) => end <= anchor);
    if (row < 0) row = free.length < MARK_ROWS ? free.push(0) - 1 : -1;
    if (row >= 0) free[row] = anchor + textWidth(label) + 8;
    return { x: mark.x, label, row, anchor };
  });
  return { marks: placed, count: free.length, left: placed.filter(({ row }) => row < 0).length };
}

/** An axis of names, with half a place before the first and after the last. */
function namesAxis(names: string[], width: number): AxisScale {
  const length = Math.max(3, Math.floor(width / Math.max(1, names.length) / 7));
  return {
    domain: [-0.5, Math.max(0.5, names.length - 0.5)],
    ticks: [...names.keys()],
    labels: names.map((name) => shortenMiddle(name, length)),
  };
}

function kindOf({ x }: Panel, { logX }: View): Panel["x"] {
  return x === "time" ? "time" : logX ? "log" : "linear";
}

/** An x axis whose labels do not touch each other. */
function fittingAxis(range: [number, number], width: number, kind: Panel["x"]): AxisScale {
  for (let count = Math.max(3, Math.round(width / 70));; count = Math.floor(count * 0.7)) {
    const axis = kind === "time"
      ? timeAxis(range, count)
      : kind === "log"
      ? logAxis(range, count)
      : linearAxis(range, count);
    const at = scale(axis.domain, kind === "log", 0, width);
    const touches = axis.ticks.some((tick, i) =>
      i > 0 &&
      at.to(tick) - at.to(axis.ticks[i - 1]) < (widthOf(axis.labels[i]) + widthOf(axis.labels[i - 1])) / 2 + 10
    );
    if (!touches || count < 2) return axis;
  }
}

function widthOf(label: string): number {
  return Math.max(...label.split("\n").map((line) => textWidth(line)));
}

/** The range of the values that are in sight, within what was asked for. */
function fitting(curves: ShownCurve[], { xDomain, logY }: View, [low, high]: Panel["yRange"]): [number, number] {
  const columns: Float64Array[] = [];
  for (const { line, raw, band } of curves) {
    for (const { x, y } of [line, ...raw ? [raw] : [], ...band ? [band.low, band.high] : []]) {
      columns.push(xDomain ? y.filter((_, i) => x[i] >= xDomain[0] && x[i] <= xDomain[1]) : y);
    }
  }
  const [least, greatest] = rangeOf(columns);
  const range: [number, number] = [low ?? least, high ?? greatest];
  if (logY && range[0] <= 0) range[0] = least > 0 ? least : range[1] / 1000;
  return range[0] > range[1] && least <= greatest ? [Math.min(...range), Math.max(...range)] : range;
}

/** A little room above and below, so that lines do not lie on the frame; not at an end that was asked for. */
function padded([low, high]: [number, number], asked: Panel["yRange"], log: boolean): [number, number] {
  if (low >= high || !Number.isFinite(high - low)) return [low, high];
  const below = asked[0] === null ? 0.04 : 0, above = asked[1] === null ? 0.04 : 0;
  if (log) return [low / (high / low) ** below, high * (high / low) ** above];
  const size = high - low;
  // Values that are never negative begin at their zero.
  const bottom = low - size * below;
  return [low >= 0 && bottom < 0 ? 0 : bottom, high + size * above];
}

/** The least and the greatest number; the wrong way round where there is none. */
function rangeOf(columns: Float64Array[]): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (const column of columns) {
    for (const value of column) {
      if (value < low && value > -Infinity) low = value;
      if (value > high && value < Infinity) high = value;
    }
  }
  return [low, high];
}

function known(value: number): boolean {
  return Number.isFinite(value);
}

/**
 * Lines to a figure: which points are drawn, in which look.
 *
 * @module
 */

import type { Curve, Figure, Panel } from "../draw/figure.ts";
import { type ColumnOptions, cutLine, reduceLine, valuesIn } from "./downsample.ts";
import type { ChartLine, CutCurve, FigurePlan } from "./line.ts";
import { smooth } from "../draw/smooth.ts";

/** Narrow columns of all lines together, and of one. */
const COLUMNS = 200_000;
const MOST_COLUMNS = 50_000;

/** A figure whose points were all looked at once. */
export interface CutFigure {
  plan: FigurePlan;
  /** The lines of each panel. */
  curves: CutCurve[][];
}

/** How many points are chosen. */
export interface Detail {
  /** Of all lines together, about. */
  points: number;
  /** Whether more than a column per pixel is of use: where people zoom. */
  zooms: boolean;
  /** Whether reduced lines are averages with bands; null: where there is too little room for the extremes of every other pixel. */
  banded: boolean | null;
}

/** A figure of chosen points. */
export interface Chosen {
  figure: Figure;
  banded: boolean;
  /** How wide the columns are into which lines were cut, in pixels; 0 where all points are drawn. */
  columnWidth: number;
  /** How many points are drawn. */
  points: number;
}

/** Looks at every point once. */
export function cutFigure(plan: FigurePlan): CutFigure {
  const lines = plan.panels.reduce((sum, panel) => sum + panel.lines.length, 0);
  const columns = Math.ceil(Math.min(MOST_COLUMNS, COLUMNS / Math.max(1, lines)));
  return { plan, curves: plan.panels.map((panel) => panel.lines.map((line) => cutCurve(line, panel, columns))) };

  function cutCurve(all: ChartLine, panel: Pick<Panel, "x" | "y">, columns: number): CutCurve {
    const whole = placed(all, panel.x === "log");
    const part = within(whole.x, plan.xRange);
    const line = partOf(whole, part);
    const options: ColumnOptions = {
      columns,
      position: panel.x === "log" ? Math.log : undefined,
      positive: panel.y === "log",
    };
    const exact = plan.smoothing > 0 ? smooth(whole.y, plan.smoothing).subarray(...part) : null;
    return {
      line,
      cut: cutLine(line.x, line.y, options),
      smooth: exact && cutLine(line.x, exact, options),
      unplaced: all.x.length - whole.x.length,
    };
  }
}

/** Chooses the points of all lines. */
export function chooseFigure({ plan, curves }: CutFigure, { points, zooms, banded }: Detail): Chosen {
  const lines = curves.flat();
  const perLine = points / Math.max(1, lines.length * (plan.smoothing > 0 ? 1.8 : 1));
  let columnWidth = 0;
  const panels = plan.panels.map(({ lines: _, ...panel }, i): Panel => {
    const width = Math.max(10, panel.width - 70);
    // With room for less than a column of four in every two pixels, averages with a band around them show more.
    banded ??= perLine / 4 < width / 2;
    const room = Math.max(5, Math.floor(perLine / (banded ? 2.2 : 4)));
    const drawn = curves[i].map((curve) => {
      const columns = Math.min(room, curve.cut.columns, zooms ? Infinity : width);
      const chosen = chooseCurve(curve, columns, banded!);
      if (chosen.mean) columnWidth = Math.max(columnWidth, width / columns);
      return chosen;
    });
    return { ...panel, curves: drawn };
  });
  const count = panels.flatMap((panel) => panel.curves).reduce((sum, { x }) => sum + x.length, 0);
  return { figure: { ...plan, panels }, banded: banded ?? false, columnWidth, points: count };
}

function chooseCurve({ line, cut, smooth }: CutCurve, columns: number, band: boolean): Curve {
  const reduced = reduceLine(cut, columns);
  const { columns: wide } = reduced;
  const banded = band && wide !== null && !line.low;
  const rows = banded ? wide.row : reduced.rows;
  const pick = (values: Float64Array, some = rows) => valuesIn(values, some);
  const marked = line.preview?.includes(1) || (line.inheritedUntil ?? -Infinity) >= line.x[0];
  const smoothed = smooth && reduceLine(smooth, columns);
  const places = smoothed && (banded && smoothed.columns ? smoothed.columns.row : smoothed.rows);
  return {
    entry: line.entry,
    name: line.name,
    x: pick(line.x),
    y: banded ? wide.mean : pick(line.y),
    time: line.time ? pick(line.time) : null,
    step: line.step ? pick(line.step) : null,
    kind: marked ? Uint8Array.from(rows, (row) => kindOf(line, row)) : null,
    low: banded ? wide.low : line.low ? pick(line.low) : null,
    high: banded ? wide.high : line.high ? pick(line.high) : null,
    smooth: places && {
      x: pick(line.x, places),
      y: banded && smoothed.columns ? smoothed.columns.mean : pick(smooth.y, places),
    },
    mean: wide && { x: banded ? null : pick(line.x, wide.row), y: banded ? null : wide.mean, count: wide.count },
  };
}

function kindOf({ x, preview, inheritedUntil }: ChartLine, row: number): number {
  return preview?.[row] ? 2 : x[row] <= (inheritedUntil ?? -Infinity) ? 1 : 0;
}

/** The line without the points that have no place on the x axis. */
function placed(line: ChartLine, log: boolean): ChartLine {
  const least = log ? Number.MIN_VALUE : -Number.MAX_VALUE;
  const known = (value: number) => value >= least && value <= Number.MAX_VALUE;
  if (firstUnknown(line.x, least) < 0) return line;
  const keep = line.x.map((x) => known(x) ? 1 : 0);
  return mapped(line, (values) => values.filter((_, row) => keep[row] === 1));
}

/** The rows whose places are in this range, as first and end. */
function within(x: Float64Array, [low, high]: FigurePlan["xRange"] = [null, null]): [from: number, until: number] {
  const from = low === null ? 0 : x.findIndex((one) => one >= low);
  const until = high === null ? x.length : x.findLastIndex((one) => one <= high) + 1;
  return from < 0 ? [0, 0] : [from, Math.max(from, until)];
}

function partOf(line: ChartLine, [from, until]: [number, number]): ChartLine {
  return until - from === line.x.length ? line : mapped(line, (values) => values.subarray(from, until));
}

/** The line with the same done to all of its columns. */
function mapped(line: ChartLine, change: (values: Float64Array | Uint8Array) => Float64Array | Uint8Array): ChartLine {
  const { x, y, time, step, preview, low, high } = line;
  const changed = <T extends Float64Array | Uint8Array>(values: T) => change(values) as T;
  return {
    ...line,
    x: changed(x),
    y: changed(y),
    time: time && changed(time),
    step: step && changed(step),
    preview: preview && changed(preview),
    low: low && changed(low),
    high: high && changed(high),
  };
}

/** The first place that is not on the axis; a loop, because lines have millions of points. */
function firstUnknown(x: Float64Array, least: number): number {
  for (let row = 0; row < x.length; row++) if (!(x[row] >= least && x[row] <= Number.MAX_VALUE)) return row;
  return -1;
}

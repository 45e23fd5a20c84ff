/**
 * Lines to a figure: which points are drawn, in which look.
 *
 * @module
 */

import type { Curve, Figure, Panel } from "../draw/figure.ts";
import { type ColumnOptions, downsample } from "./downsample.ts";
import type { ChartLine, Choice, FigurePlan } from "./line.ts";
import { chartNotes } from "./notes.ts";
import { smooth } from "../draw/smooth.ts";

/** A figure, and what it leaves out or simplifies, one sentence each. */
export interface Chosen {
  figure: Figure;
  notes: string[];
}

/** Chooses the points of all lines; together they are no more than about `points`. */
export function chooseFigure(plan: FigurePlan, points: number): Chosen {
  const lines = plan.panels.reduce((sum, panel) => sum + panel.lines.length, 0);
  const perLine = points / Math.max(1, lines * (plan.smoothing > 0 ? 1.8 : 1));
  const choices: Choice[] = [];
  const columnWidths: number[] = [];
  let anyBanded = false;
  const panels = plan.panels.map(({ lines, ...panel }): Panel => {
    const width = Math.max(10, panel.width - 70);
    // With room for less than a column of four in every two pixels, averages with a band around them show more.
    const banded = perLine / 4 < width / 2;
    const columns = Math.max(5, Math.min(width, Math.floor(perLine / (banded ? 2.2 : 4))));
    const curves = lines.map((line) => {
      const [curve, choice] = chooseCurve(line, panel, columns, banded, plan.smoothing);
      if (choice.reduced.columns) columnWidths.push(width / columns);
      if (choice.banded) anyBanded = true;
      choices.push(choice);
      return curve;
    });
    return { ...panel, curves };
  });
  const logY = plan.panels.some(({ y }) => y === "log");
  return { figure: { ...plan, panels }, notes: chartNotes(choices, logY, Math.max(0, ...columnWidths), anyBanded) };
}

function chooseCurve(
  all: ChartLine,
  panel: Pick<Panel, "x" | "y">,
  columns: number,
  band: boolean,
  smoothing: number,
): [Curve, Choice] {
  const line = placed(all, panel.x === "log");
  const options = { columns, position: panel.x === "log" ? Math.log : undefined, positive: panel.y === "log" };
  const reduced = downsample(line.x, line.y, options);
  const { columns: cut } = reduced;
  const banded = band && cut !== null && !line.low;
  const rows = banded ? cut.row : reduced.rows;
  const pick = (values: Float64Array, some = rows) => Float64Array.from(some, (row) => values[row]);
  const marked = line.preview?.includes(1) || (line.inheritedUntil ?? -Infinity) >= line.x[0];
  const curve: Curve = {
    entry: line.entry,
    name: line.name,
    x: pick(line.x),
    y: banded ? cut.mean : pick(line.y),
    time: line.time ? pick(line.time) : null,
    step: line.step ? pick(line.step) : null,
    kind: marked ? Uint8Array.from(rows, (row) => kindOf(line, row)) : null,
    low: banded ? cut.low : line.low ? pick(line.low) : null,
    high: banded ? cut.high : line.high ? pick(line.high) : null,
    smooth: smoothing > 0 && cut ? smoothed(line, smoothing, options, banded) : null,
    mean: cut && { x: banded ? null : pick(line.x, cut.row), y: banded ? null : cut.mean, count: cut.count },
  };
  return [curve, { line, reduced, banded, unplaced: all.x.length - line.x.length }];
}

/** The smoothed line, made from all points and then reduced. */
function smoothed({ x, y }: ChartLine, weight: number, options: ColumnOptions, banded: boolean): Curve["smooth"] {
  const exact = smooth(y, weight);
  const { rows, columns } = downsample(x, exact, options);
  const places = banded && columns ? columns.row : rows;
  return {
    x: Float64Array.from(places, (row) => x[row]),
    y: banded && columns ? columns.mean : Float64Array.from(places, (row) => exact[row]),
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
  const keep = Uint32Array.from(line.x.keys()).filter((row) => known(line.x[row]));
  const pick = (values: Float64Array) => Float64Array.from(keep, (row) => values[row]);
  return {
    ...line,
    x: pick(line.x),
    y: pick(line.y),
    time: line.time && pick(line.time),
    step: line.step && pick(line.step),
    preview: line.preview && Uint8Array.from(keep, (row) => line.preview![row]),
    low: line.low && pick(line.low),
    high: line.high && pick(line.high),
  };
}

/** The first place that is not on the axis; a loop, because lines have millions of points. */
function firstUnknown(x: Float64Array, least: number): number {
  for (let row = 0; row < x.length; row++) if (!(x[row] >= least && x[row] <= Number.MAX_VALUE)) return row;
  return -1;
}

/**
 * The lines of a chart: as a caller gives them, and as they are planned.
 *
 * @module
 */

import { type Kind, kind, NUMBER, orNull, STRING } from "../../options/kinds.ts";
import { needed, optional, shape } from "../../options/options.ts";
import type { Figure, Panel } from "../draw/figure.ts";
import type { CutLine } from "./downsample.ts";

/** Points of one series of one run. */
export interface PlotLine {
  /** The run's name or id; empty where it goes without saying. */
  run: string;
  /** The attribute's path; empty where it goes without saying. */
  attribute: string;
  /** Ascending. */
  step: Float64Array;
  /** One for each step; NaN leaves a gap. */
  value: Float64Array;
  /** Milliseconds since the epoch. Needed for time axes only. */
  timestamp?: Float64Array | null;
  /** 1 where the point is a preview. */
  preview?: Uint8Array | null;
  /** Up to this step points come from an ancestor. */
  inheritedUntil?: number | null;
}

const NUMBERS: Kind<Float64Array> = kind("a Float64Array", (value) => value instanceof Float64Array);

const COLUMNS: Kind<PlotLine> = shape<PlotLine>({
  run: needed(STRING),
  attribute: needed(STRING),
  step: needed(NUMBERS),
  value: needed(NUMBERS),
  timestamp: optional(orNull(NUMBERS)),
  preview: optional(orNull(kind<Uint8Array>("a Uint8Array", (value) => value instanceof Uint8Array))),
  inheritedUntil: optional(orNull(NUMBER)),
});

/** What a {@linkcode PlotLine} may be. */
export const PLOT_LINE: Kind<PlotLine> = {
  must: COLUMNS.must,
  complaint(value, name) {
    const complaint = COLUMNS.complaint(value, name);
    if (complaint !== null) return complaint;
    const { step, ...others } = value as PlotLine;
    for (const column of ["value", "timestamp", "preview"] as const) {
      const length = others[column]?.length ?? step.length;
      if (length !== step.length) return `${name}: ${column} has length ${length}, but step has ${step.length}.`;
    }
    return null;
  },
};

/** A line, and what it is colored by. */
export interface StyledLine extends PlotLine {
  /** The value that the color stands for; absent: the color stands for the run. */
  hue?: number | string | null;
  /** The band around the line, as long as `value`. */
  low?: Float64Array;
  high?: Float64Array;
}

/** One line of a panel. */
export interface ChartLine {
  /** The number of its legend entry. */
  entry: number;
  /** What it is called where that is not the label of its entry. */
  name?: string;
  /** Ascending: steps, a duration in some unit, or milliseconds since the epoch. */
  x: Float64Array;
  /** As long as `x`; NaN is a gap. */
  y: Float64Array;
  /** Milliseconds since the epoch of each point. */
  time?: Float64Array | null;
  /** Steps, where `x` is something else. */
  step?: Float64Array | null;
  /** 1 where the point is a preview; drawn dashed. */
  preview?: Uint8Array | null;
  /** Points up to this x come from an ancestor of the run; drawn faintly. */
  inheritedUntil?: number | null;
  /** The band around the line. */
  low?: Float64Array;
  high?: Float64Array;
}

/** A panel before its points are chosen. */
export interface PanelPlan extends Omit<Panel, "curves"> {
  lines: ChartLine[];
}

/** A figure before its points are chosen. */
export interface FigurePlan extends Omit<Figure, "panels"> {
  /** The part of the x axis that is drawn; null leaves an end to the points. Default: all of it. */
  xRange?: readonly [low: number | null, high: number | null];
  panels: PanelPlan[];
}

/** A line whose points were all looked at. */
export interface CutCurve {
  line: ChartLine;
  cut: CutLine;
  /** The line smoothed as the figure was asked for; null: it is not. */
  smooth: CutLine | null;
  /** Points without a place on the x axis. */
  unplaced: number;
}

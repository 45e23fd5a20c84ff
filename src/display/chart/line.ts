/**
 * The lines of a chart: as a caller gives them, and as they are drawn.
 *
 * @module
 */

import type { Size } from "./svg.ts";

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

/** One line of a chart. */
export interface ChartLine {
  label: string;
  /** Ascending: steps, a duration in some unit, or milliseconds since the epoch. */
  x: Float64Array;
  /** As long as `x`; NaN is a gap. */
  y: Float64Array;
  /** The values before smoothing, as long as `x`; drawn faintly behind the line. */
  raw?: Float64Array;
  /** 1 where the point is a preview; drawn dashed. */
  preview?: Uint8Array | null;
  /** Points up to this x come from an ancestor of the run; drawn faintly. */
  inheritedUntil?: number | null;
}

/** How a chart looks. */
export interface ChartOptions extends Size {
  title?: string;
  xLabel: string;
  yLabel?: string;
  x: "linear" | "log" | "time";
  y: "linear" | "log";
  legend: boolean;
  /** Vertical lines with a label, for example fork points. */
  marks?: { x: number; label: string }[];
}

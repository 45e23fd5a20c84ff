/**
 * How a plot looks.
 *
 * @module
 */

/** What the x axis shows. */
export type XAxis = "step" | "time" | "relative";

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
  /** Where the y axis begins and ends; null leaves an end to the values. What lies outside is cut off. Default: the values. */
  yRange?: [low: number | null, high: number | null];
  /** Let the y axis span the middle 98 % of the values, so that an outlier does not flatten the rest. Default: false. */
  clip?: boolean;
  /** Vertical lines with a label, for example fork points; x in the unit of the axis. */
  marks?: { x: number; label: string }[];
}

/** What the lines mean together. */
export interface PlanOptions extends PlotStyle {
  /** One panel for each attribute. */
  smallMultiples: boolean;
  /** What the colors stand for, where it is not the run. */
  hueLabel: string | null;
  /** Why points are missing that were asked for, one sentence each. */
  notes: string[];
}

/**
 * How a plot looks.
 *
 * @module
 */

import { either, FLAG, type Kind, kind, listOf, NUMBER, oneOf, STRING, within } from "../../options/kinds.ts";
import { declare, needed, optional, shape } from "../../options/options.ts";

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
  /** Of the plot without title and legend, in CSS pixels. Default: that of the chart: 280, of small multiples 170. */
  height?: number;
  /**
   * Where the x axis begins and ends, in its unit (steps, milliseconds since the epoch, or the unit of relative time); null leaves an
   * end to the points. What lies outside is not drawn, and what lies inside is in more detail. Default: all points.
   */
  xRange?: readonly [low: number | null, high: number | null];
  /** Where the y axis begins and ends; null leaves an end to the values. What lies outside is cut off. Default: the values. */
  yRange?: readonly [low: number | null, high: number | null];
  /** Let the y axis span the middle 98 % of the values, so that an outlier does not flatten the rest. Default: false. */
  clip?: boolean;
  /** Vertical lines with a label, for example fork points; x in the unit of the axis. */
  marks?: readonly PlotMark[];
}

/** A vertical line. */
export interface PlotMark {
  /** Where, in the unit of the axis. */
  x: number;
  /** What is written beside it. */
  label: string;
}

const RANGE: Kind<readonly [number | null, number | null]> = kind(
  "two numbers [low, high], where null leaves an end to the points, for example [0, null]",
  (value) =>
    Array.isArray(value) && value.length === 2 &&
    value.every((end) => end === null || NUMBER.complaint(end, "") === null) &&
    (value[0] === null || value[1] === null || value[0] < value[1]),
);

/** The options of the style. */
export const PLOT_STYLE = declare<PlotStyle>()({
  x: optional(oneOf("step", "time", "relative"), "step"),
  logScale: optional(either(FLAG, oneOf("x", "y", "xy")), false),
  smoothing: optional(
    kind<number>("a number from 0 (off) to below 1", (value) => typeof value === "number" && value >= 0 && value < 1),
    0,
  ),
  legend: optional(FLAG),
  title: optional(STRING),
  width: optional(within(120, 20_000, "a number of pixels from 120 to 20000"), 760),
  height: optional(within(60, 20_000, "a number of pixels from 60 to 20000")),
  xRange: optional(RANGE),
  yRange: optional(RANGE),
  clip: optional(FLAG, false),
  marks: optional(
    listOf(shape<PlotMark>({ x: needed(NUMBER), label: needed(STRING) }), "an array of { x, label }"),
    [],
  ),
});

/** What the lines mean together. */
export interface PlanOptions extends PlotStyle {
  /** One panel for each attribute. */
  smallMultiples: boolean;
  /** What the colors stand for, where it is not the run. */
  hueLabel: string | null;
  /** Why points are missing that were asked for, one sentence each. */
  notes: string[];
}

/**
 * What a chart is made of, before it has a size on a page: the same in Deno, in a notebook's output and in the browser.
 *
 * @module
 */

/** One or more panels that share their legend. */
export interface Figure {
  title: string;
  /** What the legend lists; curves name their entry by its number. */
  entries: LegendEntry[];
  panels: Panel[];
  /** A scale of colors in place of the legend. */
  ramp: Ramp | null;
  /** Whether the legend shows. */
  legend: boolean;
  /** Whether labels stand at the ends of the lines. */
  endLabels: boolean;
  /** The weight of the moving average at first. */
  smoothing: number;
}

/** One line of a legend: a run, an attribute, a group, or a pair of them. */
export interface LegendEntry {
  label: string;
  color: string;
  /** A dash pattern of SVG, or empty. */
  dash: string;
  /** Whether its line is drawn as inherited points are. Absent: it is not. */
  faint?: boolean;
}

/** Which color stands for which number. */
export interface Ramp {
  label: string;
  low: number;
  high: number;
  log: boolean;
}

/** Two axes and the lines between them. */
export interface Panel {
  title: string;
  /** Of the whole panel with its tick labels, in CSS pixels. */
  width: number;
  height: number;
  xLabel: string;
  yLabel: string;
  x: "linear" | "log" | "time";
  y: "linear" | "log";
  /** Where the y axis begins and ends; null: with the values. */
  yRange: [low: number | null, high: number | null];
  /** What the axes span where it is not what the curves need; ticks of x stand within `xTicks`. */
  domain: { x: [number, number]; y: [number, number]; xTicks: [number, number] } | null;
  /** The radius of points where the curves are points; 0: they are lines. */
  dots: number;
  /** The names of places 0, 1, 2, … where the x axis shows names and no numbers. */
  xNames: string[] | null;
  marks: Mark[];
  curves: Curve[];
}

/** A vertical line with a label. */
export interface Mark {
  x: number;
  label: string;
}

/** The points of a line that are drawn. */
export interface Curve {
  /** The number of its legend entry. */
  entry: number;
  /** What it is called where that is not the label of its entry. */
  name?: string;
  /** Ascending. */
  x: Float64Array;
  /** As long as `x`; NaN is a gap. */
  y: Float64Array;
  /** Milliseconds since the epoch, as long as `x`; null where they are not known. */
  time: Float64Array | null;
  /** 0 own, 1 inherited, 2 preview; null: all own. */
  kind: Uint8Array | null;
  /** The step of each point where the x axis shows something else. */
  step: Float64Array | null;
  /** The band around the line, as long as `x`. */
  low: Float64Array | null;
  high: Float64Array | null;
  /** The line smoothed as the figure was asked for, with the points that are not drawn. */
  smooth: { x: Float64Array; y: Float64Array } | null;
  /** The averages of the columns that a reduced line was cut into, which a browser smooths, and how many values are in each; `x` and `y`
   * are null where the line is these averages. */
  mean: { x: Float64Array | null; y: Float64Array | null; count: Float64Array } | null;
}

/** What a person has chosen to look at. */
export interface View {
  /** Numbers of entries that are switched off. */
  hidden: Set<number>;
  /** The part that is zoomed into. */
  xDomain: [number, number] | null;
  yDomain: [number, number] | null;
  logX: boolean;
  logY: boolean;
  smoothing: number;
}

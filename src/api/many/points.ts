/**
 * Charts of runs by single values: scatter and parallel coordinates.
 *
 * @module
 */

import { Chart } from "../../display/chart.ts";
import { either, FLAG, type Kind, listOf, NONEMPTY, oneOf, orNull, STRING, within } from "../../options/kinds.ts";
import { checkArgument, checkOptions, declare, needed, optional } from "../../options/options.ts";
import { LONG_CALL, longCall, type LongCallOptions, PROGRESS_BAR } from "../../progress/show.ts";
import { Listing } from "../listing.ts";
import { ReadOnlyRun } from "../project.ts";
import { valuesOfRuns } from "./run_values.ts";

/** Options of {@linkcode Plot.scatter}. */
export interface ScatterOptions extends LongCallOptions {
  /** The path of the attribute to the right, for example `config/lr`. */
  x: string;
  /** The path of the attribute upwards, for example `validation/accuracy`. */
  y: string;
  /** The path of an attribute that colors the points: a scale of colors for numbers, one color for each text. Default: one color. */
  color?: string | null;
  /** Logarithmic axes: `true` or `"y"` for y, `"x"`, or `"xy"` for both. Default: none. */
  logScale?: boolean | "x" | "y" | "xy";
  /** Above the chart. Default: none. */
  title?: string;
  /** In CSS pixels. Default: 760. */
  width?: number;
  /** Of the plot without title and legend, in CSS pixels. Default: 320. */
  height?: number;
}

/** Options of {@linkcode Plot.parallel}. */
export interface ParallelOptions extends LongCallOptions {
  /** The paths of the attributes, at least one: an axis for each, from left to right. */
  attributes: readonly string[];
  /** The path of the attribute that colors the lines. Default: the last of the attributes. */
  color?: string | null;
  /** Above the chart. Default: none. */
  title?: string;
  /** In CSS pixels. Default: 760. */
  width?: number;
  /** Of the plot without title and legend, in CSS pixels. Default: 320. */
  height?: number;
}

const STYLE = {
  ...LONG_CALL,
  progressBar: optional(PROGRESS_BAR, null),
  title: optional(STRING, ""),
  width: optional(within(120, 20_000, "a number of pixels from 120 to 20000"), 760),
  height: optional(within(60, 20_000, "a number of pixels from 60 to 20000"), 320),
};

const SCATTER = declare<ScatterOptions>()({
  ...STYLE,
  x: needed(NONEMPTY),
  y: needed(NONEMPTY),
  color: optional(orNull(STRING), null),
  logScale: optional(either(FLAG, oneOf("x", "y", "xy")), false),
});

const PARALLEL = declare<ParallelOptions>()({
  ...STYLE,
  attributes: needed(listOf(NONEMPTY, "an array of at least one attribute path", 1)),
  color: optional(orNull(STRING), null),
});

const RUN: Kind<ReadOnlyRun> = {
  must: "a run",
  complaint: (value, name) => value instanceof ReadOnlyRun ? null : `${name} must be a run.`,
};

/** An array of runs. */
const RUNS: Kind<readonly ReadOnlyRun[]> = listOf(RUN, "an array of runs, such as fetchReadOnlyRuns() gives");

/** Several runs, a promise of them, or a listing of them, whatever awaiting it gives. */
export type SomeRuns = readonly ReadOnlyRun[] | PromiseLike<readonly ReadOnlyRun[]> | Listing<ReadOnlyRun, unknown>;

/** See {@linkcode Plot.scatter}. */
export function scatter(runs: SomeRuns, options: ScatterOptions): Chart {
  const asked = checkOptions("plot.scatter", SCATTER, options);
  checkRuns("plot.scatter", runs);
  const { x, y, color, logScale, title, width, height } = asked;
  return new Chart(() =>
    longCall(asked, { description: "scatter", unit: "run" }, async ({ signal }) => {
      const paths = color === null ? [x, y] : [x, y, color];
      const rows = await valuesOfRuns([...await givenRuns("plot.scatter", runs)], paths, signal);
      const { emptyChart, scatterChart } = await drawing();
      if (rows.length === 0) return emptyChart(title);
      const points = rows.map(({ run, values: [x, y, hue = null] }) => ({
        run,
        x,
        y: typeof y === "number" && Number.isFinite(y) ? y : null,
        hue,
      }));
      const logX = logScale === "x" || logScale === "xy";
      const logY = logScale === true || logScale === "y" || logScale === "xy";
      return scatterChart(points, { x, y, color, logX, logY, title, width, height });
    })
  );
}

/** See {@linkcode Plot.parallel}. */
export function parallel(runs: SomeRuns, options: ParallelOptions): Chart {
  const asked = checkOptions("plot.parallel", PARALLEL, options);
  checkRuns("plot.parallel", runs);
  const { attributes, title, width, height } = asked;
  const color = asked.color ?? attributes.at(-1)!;
  return new Chart(() =>
    longCall(asked, { description: "parallel", unit: "run" }, async ({ signal }) => {
      const rows = await valuesOfRuns([...await givenRuns("plot.parallel", runs)], [...attributes, color], signal);
      const { emptyChart, parallelChart } = await drawing();
      if (rows.length === 0) return emptyChart(title);
      const lines = rows.map(({ run, values }) => ({ run, values: values.slice(0, -1), hue: values.at(-1)! }));
      return parallelChart(lines, [...attributes], { color, title, width, height });
    })
  );
}

/** What draws. */
async function drawing() {
  const [plot, parallel, scatter] = await Promise.all([
    import("../../display/chart/plot.ts"),
    import("../../display/compare/parallel.ts"),
    import("../../display/compare/scatter.ts"),
  ]);
  return { ...plot, ...parallel, ...scatter };
}

/** Refuses at once what can be neither runs nor a promise of them. */
export function checkRuns(call: string, runs: SomeRuns): void {
  if (typeof (runs as { then?: unknown } | null | undefined)?.then !== "function") {
    checkArgument(call, "runs", RUNS, runs);
  }
}

/** The runs, once they are there. */
export async function givenRuns(call: string, runs: SomeRuns): Promise<readonly ReadOnlyRun[]> {
  return checkArgument(call, "runs", RUNS, await given(runs));
}

/** What was given, once it is there; of a listing its items, as awaiting some gives a frame of names. */
export async function given<T>(data: T | PromiseLike<T> | Listing<ReadOnlyRun, unknown>): Promise<T | ReadOnlyRun[]> {
  return data instanceof Listing ? await data.toArray() : await data;
}

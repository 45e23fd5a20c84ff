/**
 * `plot()`: series of runs in one chart.
 *
 * @module
 */

import type { Frame } from "../frame/frame.ts";
import { Attribute, readerOf } from "./attribute.ts";
import { Chart, checkStyle, type PlotStyle } from "../display/chart/plot.ts";
import { frameLines } from "../display/chart/plot_frame.ts";
import { AttributeTypeError, OptionError } from "../errors.ts";
import { ancestorsOf } from "./page/ancestors.ts";
import { type LongCall, longCall, type LongCallOptions } from "../progress/show.ts";
import type { RunReader } from "./reader.ts";
import { ReadOnlyRun } from "./project.ts";
import type { PlotLine } from "../display/chart/line.ts";

/** Options of {@linkcode plot}. */
export interface PlotOptions extends PlotStyle, LongCallOptions {
  /** Which float series of runs. Runs that lack one are passed over. Needed where runs are given. */
  attributes?: string[];
  /** Default: none, as a chart is drawn below the cell. */
  progressBar?: LongCallOptions["progressBar"];
}

/** What can be plotted. */
export type PlotData = ReadOnlyRun | Attribute | Frame | readonly (ReadOnlyRun | Attribute | PlotLine)[];

/**
 * Plots float series of one or more runs in one chart, which shows itself in a notebook and can be saved. Nothing is read or
 * drawn before. Points that a run inherits are faint, previews dashed; the picture keeps the extremes of every pixel.
 *
 * Takes runs (with the option `attributes`), attributes, lines of your own, or a frame with a column `step` and either `value`
 * (with optional columns `run`, `attribute`, `timestamp`, `is_preview`: one line per run and attribute) or one numeric column per
 * series (with an optional column `run`). Promises of these will do, too.
 *
 * Throws `OptionError` where an option is outside its bounds.
 *
 * @example
 * ```ts
 * plot([run, other], { attributes: ["metrics/loss"], logScale: true, smoothing: 0.9 });
 * ```
 */
export function plot(data: PlotData | PromiseLike<PlotData>, options: PlotOptions = {}): Chart {
  checkStyle(options);
  const quiet = { progressBar: null, ...options };
  return new Chart(() => longCall(quiet, "plot", async (call) => await linesOf(await data, options, call)), options);
}

async function linesOf(data: PlotData, { attributes }: PlotOptions, call: LongCall): Promise<PlotLine[]> {
  if (!Array.isArray(data) && !(data instanceof ReadOnlyRun) && !(data instanceof Attribute)) {
    return frameLines(data as Frame);
  }
  const lines: PlotLine[] = [];
  for (const one of [data].flat() as (ReadOnlyRun | Attribute | PlotLine)[]) {
    if (one instanceof ReadOnlyRun) lines.push(...await runLines(one, attributes, call));
    else lines.push(one instanceof Attribute ? await attributeLine(readerOf(one), one.path, call) : one);
  }
  return lines;
}

async function runLines(run: ReadOnlyRun, paths: string[] | undefined, call: LongCall): Promise<PlotLine[]> {
  if (!paths?.length) {
    const message = `To plot runs, say which series: { attributes: ["metrics/loss"] }.`;
    throw new OptionError(message, { option: "attributes", value: paths });
  }
  const reader = readerOf(run.attribute(paths[0]));
  await reader.prefetchPoints(paths, { stepRange: [null, null], inherited: true, ...call });
  const has = new Map((await reader.definitions(call.signal)).map(({ path, type }) => [path, type]));
  const found = paths.filter((path) => has.has(path));
  return await Promise.all(found.map((path) => attributeLine(reader, path, call)));
}

async function attributeLine(reader: RunReader, path: string, call: LongCall): Promise<PlotLine> {
  const { source, info } = await reader.locate(call.signal);
  const { step, timestamp, values, preview } = await reader.points(path, {
    stepRange: [null, null],
    inherited: true,
    previews: true,
    ...call,
  });
  if (values.kind !== "float") {
    throw new AttributeTypeError(
      `"${path}" is a series of type ${values.kind}, and only float series can be plotted as lines.`,
      {
        path,
        type: `${values.kind}_series`,
        method: "plot",
        use: ["fetchValues"],
      },
    );
  }
  const ancestors = await ancestorsOf(source, info, call.signal);
  return {
    run: info.customId ?? info.sysId,
    attribute: path,
    step,
    timestamp,
    value: values.data,
    preview: preview?.isPreview,
    inheritedUntil: ancestors.at(-1)?.forkStep,
  };
}

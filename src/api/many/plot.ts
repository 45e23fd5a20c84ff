/**
 * `plot()`: series of runs in one chart.
 *
 * @module
 */

import { ATTRIBUTES, type AttributeSelection, isList, selectPaths } from "../../bulk/names.ts";
import { FRAME } from "../../frame/frame.ts";
import { either, FLAG, type Kind, listOf, oneOf, orNull, shown, STRING, STRINGS } from "../../options/kinds.ts";
import { checkArgument, type Checked, checkOptions, declare, optional } from "../../options/options.ts";
import type { Frame } from "../../frame/typed.ts";
import { Attribute, readerOf } from "../attribute.ts";
import { PLOT_LINE, type PlotLine, type StyledLine } from "../../display/chart/line.ts";
import { Chart, type ChartContent } from "../../display/chart.ts";
import { PLOT_STYLE, type PlotStyle } from "../../display/chart/style.ts";
import { AttributeNotFoundError, AttributeTypeError, OptionError } from "../../errors.ts";
import { naturally } from "../../display/format.ts";
import { ancestorsOf } from "../page/ancestors.ts";
import { LONG_CALL, type LongCall, longCall, type LongCallOptions, PROGRESS_BAR } from "../../progress/show.ts";
import type { RunReader } from "../reader.ts";
import { ReadOnlyRun } from "../project.ts";
import { given, parallel, type ParallelOptions, scatter, type ScatterOptions, type SomeRuns } from "./points.ts";
import { configValue, labelsOf, readerOfRun, readRuns, refuseMissing } from "./run_values.ts";

/** Options of {@linkcode plot}. */
export interface PlotOptions extends PlotStyle, LongCallOptions {
  /**
   * Which float series of runs: paths, or a pattern. Runs that lack one are passed over. Default: all of them, each in a small chart
   * of its own.
   */
  attributes?: AttributeSelection | null;
  /** One small chart for each attribute instead of one chart for all. Default: where no list of attributes is given. */
  smallMultiples?: boolean;
  /**
   * The path of an attribute whose value colors the lines of each run, for example `config/lr`: a scale of colors for numbers, one
   * color for each text. Default: one color per run.
   */
  colorBy?: string | null;
  /**
   * The paths of attributes, for example `config/optimizer`: runs that are equal in all of them become one line, their mean, with
   * a band around it.
   */
  groupBy?: string | readonly string[] | null;
  /** What the band of {@linkcode PlotOptions.groupBy} shows: the lowest to the highest run (default), or one standard deviation. */
  band?: "range" | "std";
  /** Default: none, as a chart is drawn below the cell. */
  progressBar?: LongCallOptions["progressBar"];
}

/** What can be plotted. */
export type PlotData = ReadOnlyRun | Attribute | Frame | readonly (ReadOnlyRun | Attribute | PlotLine)[];

const PLOT = declare<PlotOptions>()({
  ...PLOT_STYLE,
  ...LONG_CALL,
  progressBar: optional(PROGRESS_BAR, null),
  attributes: optional(orNull(ATTRIBUTES), null),
  smallMultiples: optional(FLAG),
  colorBy: optional(orNull(STRING), null),
  groupBy: optional(orNull(either(STRING, STRINGS)), null),
  band: optional(oneOf("range", "std"), "range"),
});

const THING: Kind<ReadOnlyRun | Attribute | PlotLine> = {
  must: "a run, an attribute or a line { run, attribute, step, value }",
  complaint(value, name) {
    if (value instanceof ReadOnlyRun || value instanceof Attribute) return null;
    if (typeof value === "object" && value !== null && "sys/id" in value) {
      return `${name} has only the names of a run: take the runs of fetchReadOnlyRuns().`;
    }
    return PLOT_LINE.complaint(value, name);
  },
};

const DATA: Kind<PlotData> = {
  must: "runs, attributes, a frame or lines",
  complaint(value, name) {
    if (FRAME.complaint(value, name) === null || THING.complaint(value, name) === null) return null;
    if (Array.isArray(value)) return listOf(THING, this.must).complaint(value, name);
    return `${name} is ${shown(value)}, but must be ${this.must}.`;
  },
};

/** What makes charts: call it to plot series, or one of its methods to compare runs by single values. */
export interface Plot {
  /**
   * Plots float series of one or more runs in one chart, which shows itself in a notebook and can be saved. Nothing is read or
   * drawn before. Points that a run inherits are faint, previews dashed; lines with more points than the picture has room for are
   * drawn by their extremes. Color tells runs apart, dashes attributes.
   *
   * Where scripts may run, the chart answers: point at a line for its values, drag to zoom, double click to see all again, click the
   * legend to hide a line, switch to logarithmic axes, smooth. Elsewhere it is a picture.
   *
   * Takes runs (all their float series, or those that the option `attributes` names), attributes, lines of your own, or a frame with
   * a column `step` and either `value` (with optional columns `run`, `attribute`, `timestamp`, `is_preview`: one line per run and
   * attribute) or one numeric column per series (with an optional column `run`). Promises of these will do, too, and listings of
   * runs.
   *
   * Throws `OptionError` where an option is outside its bounds; showing the chart throws `AttributeNotFoundError` where no run has an
   * attribute that is named.
   *
   * @example
   * ```ts
   * plot([run, other], { attributes: ["metrics/loss"], logScale: true, smoothing: 0.9 });
   * plot(project.fetchReadOnlyRuns(), { attributes: ["metrics/loss"], groupBy: "config/optimizer" });
   * plot(run);
   * ```
   */
  (data: PlotData | PromiseLike<PlotData>, options?: PlotOptions): Chart;
  /**
   * Runs as points: a config against a result, for example. Values are those of `fetch()`, of series the last one; runs that lack one
   * are counted below the chart. Where `x` is a text, its values stand beside each other.
   *
   * Throws `OptionError` where an option is outside its bounds; showing the chart throws `AttributeNotFoundError` where no run has an
   * attribute that is named.
   *
   * @example
   * ```ts
   * plot.scatter(runs, { x: "config/lr", y: "validation/accuracy", color: "config/optimizer", logScale: "x" });
   * ```
   */
  scatter(runs: SomeRuns, options: ScatterOptions): Chart;
  /**
   * Parallel coordinates: one upright axis for each attribute, one line for each run, colored by one of the values. Axes that span more
   * than two decades are logarithmic, texts stand above each other.
   *
   * Throws `OptionError` where an option is outside its bounds; showing the chart throws `AttributeNotFoundError` where no run has an
   * attribute that is named.
   *
   * @example
   * ```ts
   * plot.parallel(runs, { attributes: ["config/lr", "config/optimizer", "validation/accuracy"] });
   * ```
   */
  parallel(runs: SomeRuns, options: ParallelOptions): Chart;
}

/** Plots series, or runs by their values: see {@linkcode Plot}. */
export const plot: Plot = Object.assign(plotLines, { scatter, parallel });

function plotLines(data: PlotData | PromiseLike<PlotData>, options: PlotOptions = {}): Chart {
  const asked = checkOptions("plot", PLOT, options);
  if (!isPromise(data)) checkArgument("plot", "data", DATA, data);
  return new Chart(() =>
    longCall(asked, { description: "plot", unit: "point" }, async (call) => {
      return await contentOf(checkArgument("plot", "data", DATA, await given(data)), asked, call);
    })
  );
}

function isPromise(data: PlotData | PromiseLike<PlotData>): data is PromiseLike<PlotData> {
  return typeof (data as { then?: unknown } | null)?.then === "function";
}

async function contentOf(data: PlotData, options: Checked<typeof PLOT>, call: LongCall): Promise<ChartContent> {
  const { colorBy, attributes, groupBy, band } = options;
  const { emptyChart, frameLines, groupLines, lineChart } = await drawing();
  const items = Array.isArray(data) ? data as (ReadOnlyRun | Attribute | PlotLine)[] : [data];
  if (items.length === 0) return emptyChart(options.title ?? "");
  const runs = items.filter((one) => one instanceof ReadOnlyRun);
  const groups = groupBy === null ? [] : typeof groupBy === "string" ? [groupBy] : [...groupBy];
  if ((colorBy !== null || groups.length > 0) && runs.length < items.length) {
    const option = colorBy === null ? "groupBy" as const : "colorBy" as const;
    throw new OptionError(`${option} names an attribute of runs, so plot() has to be given runs.`, {
      option,
      value: options[option],
    });
  }
  const smallMultiples = options.smallMultiples ?? !(attributes && isList(attributes));
  const notes: string[] = [];
  let lines: StyledLine[];
  const attributesGiven = items.filter((one) => one instanceof Attribute);
  const labels = await labelsOf([...runs.map(readerOfRun), ...attributesGiven.map(readerOf)], call.signal);
  if (runs.length > 0) {
    const read = await runLines(runs, attributes, labels, call);
    notes.push(...read.notes);
    lines = await styled(read.lines, groups, colorBy, call);
  } else lines = [];
  for (const item of items) {
    if (item instanceof Attribute) {
      const reader = readerOf(item);
      lines.push(await attributeLine(reader, item.path, labels.get(reader)!, call));
    } else if (!(item instanceof ReadOnlyRun)) {
      lines.push(...Array.isArray(data) ? [item as PlotLine] : frameLines(item as Frame));
    }
  }
  if (groups.length > 0) lines = groupLines(lines as (StyledLine & { group: string })[], band);
  const multiples = smallMultiples && runs.length > 0;
  return lineChart(lines, { ...options, smallMultiples: multiples, hueLabel: colorBy, notes });
}

/** What draws. */
async function drawing() {
  const [plot, frame, group] = await Promise.all([
    import("../../display/chart/plot.ts"),
    import("../../display/chart/plot_frame.ts"),
    import("../../display/chart/group.ts"),
  ]);
  return { ...plot, ...frame, ...group };
}

/** A line and the run that it is of. */
interface RunLine extends PlotLine {
  of: ReadOnlyRun;
}

async function runLines(
  runs: ReadOnlyRun[],
  attributes: AttributeSelection | null,
  labels: ReadonlyMap<RunReader, string>,
  call: LongCall,
): Promise<{ lines: RunLine[]; notes: string[] }> {
  const named = attributes && isList(attributes) ? attributes : null;
  const where = attributes === null ? {} : selectPaths(attributes);
  const found = new Map<string, number>();
  const perRun = await readRuns(runs, async (run, reader) => {
    const { source, info } = await reader.locate(call.signal);
    const types = named ? null : ["float_series" as const];
    const pages = source.attributes({ runs: [info.key], ...where, types, signal: call.signal });
    const paths = (await Array.fromAsync(pages)).flat().map(({ path }) => path);
    const ordered = named ? named.filter((path) => paths.includes(path)) : paths.sort();
    for (const path of ordered) found.set(path, (found.get(path) ?? 0) + 1);
    await reader.prefetchPoints(ordered, { stepRange: [null, null], inherited: true, ...call });
    const lines: PlotLine[] = [];
    for (const path of ordered) lines.push(await attributeLine(reader, path, labels.get(reader)!, call));
    return lines.map((line): RunLine => ({ ...line, of: run }));
  });
  const missing = named?.find((path) => !found.has(path));
  if (missing !== undefined) await refuseMissing(runs, missing, call.signal);
  if (found.size === 0) {
    const which = attributes === null ? "no float series" : `no float series that matches ${shown(attributes)}`;
    throw new AttributeNotFoundError(`The ${runs.length === 1 ? "run has" : `${runs.length} runs have`} ${which}.`, {
      run: "",
      path: String(attributes ?? ""),
      suggestions: [],
    });
  }
  const notes = named
    ? [...found].filter(([, count]) => count < runs.length).map(([path, count]) =>
      `${path} is in ${count} of ${runs.length} runs`
    )
    : [];
  const order = named ?? [...found.keys()].sort(monitoringLast);
  const lines = perRun.flat();
  if (!named) lines.sort((a, b) => order.indexOf(a.attribute) - order.indexOf(b.attribute));
  return { lines, notes };
}

/** As people count, and what the machine did after what the model did. */
function monitoringLast(a: string, b: string): number {
  const late = (path: string) => Number(path.startsWith("monitoring/"));
  return late(a) - late(b) || naturally(a, b);
}

/** Adds what lines are grouped and colored by. */
async function styled(
  lines: RunLine[],
  groups: string[],
  colorBy: string | null,
  call: LongCall,
): Promise<StyledLine[]> {
  if (groups.length === 0 && colorBy === null) return lines;
  const runs = [...new Set(lines.map(({ of }) => of))];
  const wanted = [...groups, ...colorBy === null ? [] : [colorBy]];
  const values = new Map(
    await readRuns(runs, async (run, reader) => {
      await reader.load(wanted, call.signal);
      return [run, new Map(wanted.map((path) => [path, configValue(reader, path)]))] as const;
    }),
  );
  for (const path of wanted) {
    if (runs.every((run) => values.get(run)!.get(path) === null)) await refuseMissing(runs, path, call.signal);
  }
  const name = (path: string) => path.split("/").at(-1)!;
  return lines.map(({ of, ...line }) => {
    const own = values.get(of)!;
    const group = groups.map((path) => `${name(path)} ${own.get(path) ?? "none"}`).join(", ");
    return { ...line, ...groups.length > 0 && { group }, ...colorBy !== null && { hue: own.get(colorBy) } };
  });
}

async function attributeLine(reader: RunReader, path: string, run: string, call: LongCall): Promise<PlotLine> {
  const { source, info } = await reader.locate(call.signal);
  const query = { stepRange: [null, null] as const, inherited: true, previews: true, ...call };
  const { step, timestamp, values, preview } = await reader.points(path, query, "float_series");
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
    run,
    attribute: path,
    step,
    timestamp,
    value: values.data,
    preview: preview?.isPreview,
    inheritedUntil: ancestors.at(-1)?.forkStep,
  };
}

/// <reference lib="dom" />

/**
 * From what the server answers to the lines of a chart.
 *
 * @module
 */

import { naturally } from "../../../display/format.ts";
import { groupLines } from "../../../display/chart/group.ts";
import { DASHES, PALETTE } from "../../../display/palette.ts";
import type { Curve, Figure, LegendEntry, Panel } from "../../../display/draw/figure.ts";
import type { BucketedSeries, BucketsAxis, JsonNumber } from "../../api.ts";

/** A run as charts name it. */
export interface ChartRun {
  id: string;
  /** What the legend says. */
  label: string;
  color: string;
  /** The group to which it belongs; null: there are no groups. */
  group: string | null;
  /** Whether it was forked from another. */
  isFork: boolean;
}

/** How lines are made. */
export interface LineOptions {
  runs: readonly ChartRun[];
  paths: readonly string[];
  axis: BucketsAxis;
  logX: boolean;
  logY: boolean;
  height: number;
  /** A step that is marked. */
  mark: number | null;
  /** The part of the axis that is in sight; null: all of it. */
  zoom: readonly [number, number] | null;
}

/** A chart, and what is to be said of it. */
export interface ChartFigure {
  figure: Figure;
  panel: Panel;
  /** Of each legend entry, the run's id or the group: the same in all charts. */
  keys: string[];
  /** How many points the lines stand for: in sight, and in all. */
  points: number;
  allPoints: number;
  /** Those that are not finite, and those without a time. */
  other: number;
  unplaced: number;
  /** Whether all points that are in sight are drawn. */
  whole: boolean;
  unit: XUnit;
}

/** What values of the x axis are divided by. */
export interface XUnit {
  label: string;
  size: number;
}

const UNITS: XUnit[] = [
  { label: "seconds since the first point", size: 1000 },
  { label: "minutes since the first point", size: 60_000 },
  { label: "hours since the first point", size: 3_600_000 },
  { label: "days since the first point", size: 86_400_000 },
];

/** Outside of the part that was read in detail, the line as a whole goes on. */
export function spliced(
  whole: BucketedSeries[],
  detail: BucketedSeries[],
  [from, to]: readonly [number, number],
): BucketedSeries[] {
  const key = ({ run, path }: BucketedSeries) => JSON.stringify([run, path]);
  const details = new Map(detail.map((one) => [key(one), one]));
  return whole.map((series) => {
    const inside = details.get(key(series));
    const before = series.to.findLastIndex((x) => Number(x) < from) + 1;
    const after = series.from.findIndex((x) => Number(x) > to);
    const join = <T>(name: "from" | "to" | "mean" | "min" | "max" | "finite"): T[] => [
      ...series[name].slice(0, before) as T[],
      ...(inside?.[name] ?? []) as T[],
      ...(after < 0 ? [] : series[name].slice(after)) as T[],
    ];
    return {
      ...series,
      from: join("from"),
      to: join("to"),
      mean: join("mean"),
      min: join("min"),
      max: join("max"),
      finite: join("finite"),
    };
  });
}

/** The chart of these series. */
export function chartFigure(series: BucketedSeries[], options: LineOptions): ChartFigure {
  const { runs, paths, axis, logX, logY, height, mark, zoom } = options;
  const unit = unitOf(series, axis);
  const places = new Map(runs.map((run, i) => [run.id, i]));
  const own = series.filter(({ run }) => places.has(run))
    .sort((a, b) => places.get(a.run)! - places.get(b.run)! || paths.indexOf(a.path) - paths.indexOf(b.path));
  const lines = own.map((one) => ({ one, run: runs[places.get(one.run)!], ...columnsOf(one, unit.size) }));
  const entries: LegendEntry[] = [], keys: string[] = [];
  const dash = (path: string) => DASHES[paths.indexOf(path) % DASHES.length];
  const name = (label: string, path: string) => paths.length > 1 ? `${label} · ${path}` : label;
  let curves: Curve[];
  if (runs.some(({ group }) => group !== null)) {
    const groups = groupsOf(runs);
    const grouped = groupLines(
      lines.map(({ one, run, x, y }) => {
        const group = run.group ?? "";
        return { run: run.label, attribute: one.path, step: x, value: y, group, hue: groups.indexOf(group) };
      }),
      "range",
    );
    curves = grouped.map(({ run, attribute, step, value, low, high, hue }) => {
      const color = PALETTE[Number(hue) % PALETTE.length];
      const entry = entries.push({ label: name(run, attribute), color, dash: dash(attribute) }) - 1;
      keys.push(groups[Number(hue)]);
      return { ...EMPTY, entry, x: step, y: value, low: low ?? null, high: high ?? null };
    });
  } else {
    curves = lines.map(({ one, run, x, y, low, high, kind, count }) => {
      const entry = entries.push({ label: name(run.label, one.path), color: run.color, dash: dash(one.path) }) - 1;
      keys.push(run.id);
      return { ...EMPTY, entry, x, y, low, high, kind, mean: { x: null, y: null, count } };
    });
    // What is inherited lies beneath the line of whom it is from.
    const inherited = ({ entry }: Curve) => own[entry].inheritedUntil ?? -Infinity;
    curves.sort((a, b) => inherited(a) < inherited(b) ? 1 : inherited(a) > inherited(b) ? -1 : 0);
  }
  const figure: Figure = { title: "", entries, panels: [], ramp: null, legend: false, endLabels: false, smoothing: 0 };
  const panel: Panel = {
    title: "",
    width: 0,
    height,
    xLabel: axis === "step" ? "step" : axis === "time" ? "time (UTC)" : unit.label,
    yLabel: "",
    x: axis === "time" ? "time" : logX ? "log" : "linear",
    y: logY ? "log" : "linear",
    yRange: [null, null],
    domain: null,
    dots: 0,
    xNames: null,
    marks: mark === null || axis !== "step" ? [] : [{ x: mark, label: `step ${mark}` }],
    curves,
  };
  const [low, high] = zoom ?? [-Infinity, Infinity];
  const counts = own.map(({ from, to, finite }) =>
    finite.filter((_, i) => Number(to[i]) >= low && Number(from[i]) <= high)
  );
  const sum = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0);
  return {
    figure,
    panel,
    keys,
    unit,
    points: sum(counts.map(sum)),
    allPoints: sum(own.map(({ finite }) => sum(finite))),
    other: own.reduce((sum, { other }) => sum + other, 0),
    unplaced: own.reduce((sum, { unplaced }) => sum + unplaced, 0),
    whole: counts.every((counts) => counts.every((count) => count <= 1)),
  };
}

/** The groups of runs, in the order of their colours. */
export function groupsOf(runs: readonly ChartRun[]): string[] {
  return [...new Set(runs.map(({ group }) => group ?? ""))].sort(naturally);
}

const EMPTY: Curve = {
  entry: 0,
  x: new Float64Array(),
  y: new Float64Array(),
  time: null,
  kind: null,
  step: null,
  low: null,
  high: null,
  smooth: null,
  mean: null,
};

interface LineColumns {
  x: Float64Array;
  y: Float64Array;
  low: Float64Array | null;
  high: Float64Array | null;
  /** Which points are inherited; null: none. */
  kind: Uint8Array | null;
  count: Float64Array;
}

/** A bucket of several points lies in the middle of them. */
function columnsOf(
  { from, to, mean, min, max, finite, inheritedUntil }: BucketedSeries,
  unit: number,
): LineColumns {
  const [start, end] = [numbers(from), numbers(to)];
  const own = inheritedUntil ?? -Infinity;
  const isBand = finite.some((count) => count > 1);
  return {
    x: start.map((one, i) => (one / 2 + end[i] / 2) / unit),
    y: numbers(mean),
    low: isBand ? numbers(min) : null,
    high: isBand ? numbers(max) : null,
    kind: start[0] <= own ? Uint8Array.from(start, (one) => one <= own ? 1 : 0) : null,
    count: numbers(finite),
  };
}

/** A loop, because a chart has a hundred thousand of them and `Float64Array.from` takes ten times as long. */
function numbers(values: readonly JsonNumber[]): Float64Array<ArrayBuffer> {
  const made = new Float64Array(values.length);
  for (let i = 0; i < made.length; i++) made[i] = Number(values[i]);
  return made;
}

/** The unit that suits the longest line. */
function unitOf(series: BucketedSeries[], axis: BucketsAxis): XUnit {
  if (axis !== "relative") return { label: axis, size: 1 };
  const longest = series.reduce((most, { to }) => Math.max(most, Number(to.at(-1) ?? 0)), 0);
  return UNITS.findLast(({ size }) => longest >= 2 * size) ?? UNITS[0];
}

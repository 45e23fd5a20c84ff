/**
 * The x axis of a plot: steps, dates, or time since the start.
 *
 * @module
 */

import type { ChartLine, PlotLine, StyledLine } from "./line.ts";
import type { XAxis } from "./style.ts";

/** A chosen x axis. */
export interface PlotAxis {
  kind: XAxis;
  scale: "linear" | "log" | "time";
  label: string;
  /** What values are divided by: the milliseconds of the unit for relative time. */
  unit: number;
}

const UNITS = [["seconds", 1000], ["minutes", 60_000], ["hours", 3_600_000], ["days", 86_400_000]] as const;

/** The axis for these lines; for relative time with the unit that suits the longest of them. */
export function xAxis(lines: PlotLine[], kind: XAxis, log: boolean): PlotAxis {
  if (kind === "step") return { kind, scale: log ? "log" : "linear", label: "step", unit: 1 };
  if (kind === "time") return { kind, scale: "time", label: "time (UTC)", unit: 1 };
  const longest = lines.reduce((most, line) => Math.max(most, span(line.timestamp)), 0);
  const [name, unit] = UNITS.findLast(([, milliseconds]) => longest >= 2 * milliseconds) ?? UNITS[0];
  return { kind, scale: log ? "log" : "linear", label: `${name} since the first point`, unit };
}

/** The line as the chart draws it, ascending along this axis. */
export function chartLine(line: StyledLine, axis: PlotAxis, entry: number): ChartLine {
  const { value: y, preview, low, high, timestamp: time = null } = line;
  if (axis.kind === "step") {
    return { entry, x: line.step, y, time, preview, low, high, inheritedUntil: line.inheritedUntil };
  }
  const times = time ?? new Float64Array(y.length).fill(NaN);
  const start = axis.kind === "relative" ? first(times) : 0;
  const x = times.map((time) => (time - start) / axis.unit);
  const inherited = line.inheritedUntil ?? null;
  const lastInherited = inherited === null ? -1 : line.step.findLastIndex((step) => step <= inherited);
  const inheritedUntil = lastInherited < 0 ? null : x[lastInherited];
  const own: ChartLine = { entry, x, y, time, step: line.step, preview, low, high, inheritedUntil };
  if (isAscending(x)) return own;
  // A run that was continued from an earlier step went back in steps, or its clock went back.
  const place = x.map((one) => Number.isNaN(one) ? Number.MAX_VALUE : one);
  const order = Uint32Array.from(x.keys()).sort((a, b) => place[a] - place[b]);
  const sorted = <T extends Float64Array | Uint8Array | null | undefined>(values: T): T =>
    values && values.map((_, row) => values[order[row]]) as T;
  return {
    ...own,
    x: sorted(x),
    y: sorted(y),
    time: sorted(time),
    step: sorted(line.step),
    preview: sorted(preview),
    low: sorted(low),
    high: sorted(high),
  };
}

function isAscending(x: Float64Array): boolean {
  for (let row = 1; row < x.length; row++) if (x[row] < x[row - 1]) return false;
  return true;
}

function first(times: Float64Array): number {
  return times.reduce((least, time) => time < least ? time : least, Infinity);
}

function span(times: Float64Array | null | undefined): number {
  if (!times || times.length === 0) return 0;
  const most = times.reduce((greatest, time) => time > greatest ? time : greatest, -Infinity);
  return Math.max(0, most - first(times));
}

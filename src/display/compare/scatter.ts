/**
 * Runs as points: one value against another.
 *
 * @module
 */

import type { ChartContent } from "../chart.ts";
import { showFigure } from "../chart/plot.ts";
import type { ChartLine } from "../chart/line.ts";
import type { LegendEntry } from "../draw/figure.ts";
import { hueScale, type RunValue, valueName } from "./hues.ts";
import { counted } from "../format.ts";
import { textTable } from "../table.ts";

/** One run. */
export interface ScatterPoint {
  run: string;
  x: RunValue;
  y: number | null;
  hue: RunValue;
}

/** How the points are shown. */
export interface ScatterStyle {
  x: string;
  y: string;
  /** What the colors stand for; null: all points have one color. */
  color: string | null;
  logX: boolean;
  logY: boolean;
  title: string;
  width: number;
  height: number;
}

/** The chart of these points. Runs that lack a value are counted, not shown. */
export function scatterChart(points: ScatterPoint[], style: ScatterStyle): ChartContent {
  const { x, y, color, logX, logY, title, width, height } = style;
  const whole = points.filter((point): point is ScatterPoint & { y: number } => point.x !== null && point.y !== null);
  const named = whole.some((point) => typeof point.x === "string");
  const names = named ? [...new Set(whole.map((point) => valueName(point.x)))].sort() : null;
  const { ramp, colorOf, groups } = hueScale(whole.map(({ hue }) => hue), color);
  const entries: LegendEntry[] = [];
  const entryOf = new Map<string, number>();
  const lines = whole.map((point): ChartLine => {
    // With a scale each point has a color of its own, else the legend lists what the colors mean.
    const key = ramp ? String(entries.length) : valueName(point.hue);
    if (!entryOf.has(key)) {
      entryOf.set(
        key,
        entries.push({
          label: color === null ? point.run : valueName(point.hue),
          color: colorOf(point.hue),
          dash: "",
        }) - 1,
      );
    }
    const place = names ? names.indexOf(valueName(point.x)) : point.x as number;
    const hue = color === null ? "" : `, ${color} ${valueName(point.hue)}`;
    return {
      entry: entryOf.get(key)!,
      name: `${point.run}${hue}`,
      x: Float64Array.of(place),
      y: Float64Array.of(point.y),
    };
  });
  const lost = points.length - whole.length;
  const plan = {
    title,
    entries,
    panels: [{
      title: "",
      width,
      height,
      xLabel: x,
      yLabel: y,
      x: logX && !names ? "log" as const : "linear" as const,
      y: logY ? "log" as const : "linear" as const,
      yRange: [null, null] as [null, null],
      domain: null,
      dots: 4.5,
      xNames: names,
      marks: [],
      lines,
    }],
    ramp,
    legend: color !== null && groups > 1,
    endLabels: false,
    smoothing: 0,
  };
  const notes = [counted(whole.length, "run"), ...lost > 0 ? [`${counted(lost, "run")} without ${x} or ${y}`] : []];
  const rows = whole.map((point) => [point.run, valueName(point.x), valueName(point.y), valueName(point.hue)]);
  const columns = [{ title: "run" }, { title: x }, { title: y }, ...color === null ? [] : [{ title: color }]];
  const text = `Chart of ${counted(whole.length, "run")}\n${
    textTable(columns, rows.map((row) => row.slice(0, columns.length)))
  }`;
  return { title, ...showFigure(plan, notes, width, `${y} against ${x} of ${counted(whole.length, "run")}`), text };
}

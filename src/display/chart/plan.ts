/**
 * Which lines go into which panel, in which color and dash.
 *
 * @module
 */

import { DASHES, PALETTE } from "../palette.ts";
import type { LegendEntry } from "../draw/figure.ts";
import { hueScale, valueName } from "../compare/hues.ts";
import type { FigurePlan, PanelPlan, StyledLine } from "./line.ts";
import { chartLine, xAxis } from "./plot_axis.ts";
import type { PlanOptions, PlotStyle } from "./style.ts";

/** Above this many lines colors repeat, lines are thin, and their ends carry the names. */
const MANY = PALETTE.length;
const MAX_LINES = 100;
const MAX_PANELS = 30;
const GAP = 14;

/** The figure of these lines, and what it leaves out. */
export function planFigure(all: StyledLine[], options: PlanOptions): { plan: FigurePlan; notes: string[] } {
  const { logScale = false, smoothing = 0, title = "", width = 760, height = 280, marks = [] } = options;
  const attributes = [...new Set(all.map((line) => line.attribute))];
  const facets = options.smallMultiples && attributes.length > 1;
  const paths = facets ? attributes.slice(0, MAX_PANELS) : attributes;
  const wanted = facets ? all.filter((line) => paths.includes(line.attribute)) : all;
  const lines = wanted.slice(0, facets ? Infinity : MAX_LINES);
  const axis = xAxis(lines, options.x ?? "step", logScale === "x" || logScale === "xy");
  const { entries, entryOf, ramp } = looks(lines, facets, options.hueLabel);
  const across = Math.max(1, Math.min(width >= 660 && paths.length > 4 ? 3 : 2, Math.floor(width / 200)));
  const panel = (of: StyledLine[], path: string): PanelPlan => ({
    title: facets ? path : "",
    width: facets ? Math.floor((width - GAP * (across - 1)) / across) : width,
    height: facets && options.height === undefined ? 170 : height,
    xLabel: axis.label,
    yLabel: facets || attributes.length > 1 ? "" : attributes[0] ?? "",
    x: axis.scale,
    y: logScale === true || logScale === "y" || logScale === "xy" ? "log" : "linear",
    yRange: yRangeOf(of, options),
    domain: null,
    dots: 0,
    xNames: null,
    marks: [...marks],
    lines: of.map((line) => chartLine(line, axis, entryOf(line))),
  });
  const panels = facets
    ? paths.map((path) => panel(lines.filter((line) => line.attribute === path), path))
    : [panel(lines, "")];
  const plan: FigurePlan = {
    title,
    entries,
    panels,
    ramp,
    legend: options.legend ?? entries.length > 1,
    endLabels: options.legend === undefined && !facets && !ramp && entries.length > MANY,
    smoothing,
    xRange: options.xRange,
  };
  const notes = [
    ...options.notes,
    ...facets && attributes.length > paths.length
      ? [
        `${
          attributes.length - paths.length
        } of ${attributes.length} series are not drawn: choose some by { attributes }`,
      ]
      : [],
    ...wanted.length > lines.length ? [`${wanted.length - lines.length} of ${wanted.length} lines are not drawn`] : [],
  ];
  return { plan, notes };
}

/** Color by run and dash by attribute where both differ; else a color for what differs. Or a color for a value. */
function looks(lines: StyledLine[], facets: boolean, hueLabel: string | null) {
  const runs = [...new Set(lines.map((line) => line.run))];
  const paths = facets ? [] : [...new Set(lines.map((line) => line.attribute))];
  const oneRun = runs.length === 1, onePath = paths.length <= 1;
  const key = (line: StyledLine) => JSON.stringify([line.run, facets ? "" : line.attribute]);
  const keys = new Map<string, number>();
  for (const line of lines) if (!keys.has(key(line))) keys.set(key(line), keys.size);

  const { ramp, colorOf: hueColor } = hueScale(lines.map((line) => line.hue ?? null), hueLabel);
  const colorOf = (line: StyledLine) => {
    if (hueLabel !== null) return hueColor(line.hue ?? null);
    return PALETTE[(oneRun && !facets ? paths.indexOf(line.attribute) : runs.indexOf(line.run)) % PALETTE.length];
  };
  const entries: LegendEntry[] = [];
  for (const line of lines) {
    const at = keys.get(key(line))!;
    if (entries[at]) continue;
    const parts = [!oneRun && line.run, !onePath && line.attribute].filter((part) => part);
    const label = parts.join(" · ") || (facets ? line.run : line.attribute) || line.run || "value";
    const value = hueLabel !== null && !ramp ? `${valueName(line.hue ?? null)}: ${label}` : label;
    const dashed = !onePath && (!oneRun || hueLabel !== null);
    entries[at] = {
      label: ramp ? `${label} (${hueLabel} ${valueName(line.hue ?? null)})` : value,
      color: colorOf(line),
      dash: dashed ? DASHES[paths.indexOf(line.attribute) % DASHES.length] : "",
    };
  }
  return { entries, entryOf: (line: StyledLine) => keys.get(key(line))!, ramp };
}

function yRangeOf(lines: StyledLine[], { yRange, clip = false }: PlotStyle): [number | null, number | null] {
  if (!clip) return [yRange?.[0] ?? null, yRange?.[1] ?? null];
  const [low, high] = middle(lines);
  return [yRange?.[0] ?? low, yRange?.[1] ?? high];
}

/** The range of the middle 98 % of all values, told by some thousand of each line. */
function middle(lines: StyledLine[]): [number | null, number | null] {
  const values = lines.flatMap(({ value }) => {
    const every = Math.max(1, Math.floor(value.length / 4000));
    return Array.from(value.filter((one, i) => i % every === 0 && Number.isFinite(one)));
  }).sort((a, b) => a - b);
  if (values.length === 0) return [null, null];
  return [values[Math.floor(values.length * 0.01)], values[Math.ceil(values.length * 0.99) - 1]];
}

/// <reference lib="dom" />

/**
 * Saves a chart: its picture as SVG or PNG, its points as CSV.
 *
 * @module
 */

import { drawPanel, firstView } from "../../../display/draw/panel.ts";
import type { LegendEntry } from "../../../display/draw/figure.ts";
import { legend } from "../../../display/chart/legend.ts";
import { formatCount } from "../../../display/format.ts";
import { markup } from "../../../display/html.ts";
import type { JsonNumber } from "../../api.ts";
import { csvLine, csvText } from "../../csv.ts";
import { ask } from "../client.ts";
import type { ChartFigure, ChartRun } from "./lines.ts";
import type { SeriesChoice } from "./chart_data.ts";

/** What is drawn: the same as in the page. */
export interface SavedChart {
  title: string;
  content: ChartFigure;
  hidden: readonly string[];
  /** In values of the axis. */
  zoom: readonly [number, number] | null;
  smoothing: number;
}

/** What the legend of the page says, too. */
const INHERITED: LegendEntry = { label: "faint: inherited", color: "currentColor", dash: "", faint: true };

/** The picture with its title and legend, in the colours of the page. */
function pictureOf({ title, content: { figure, panel, keys, unit }, hidden, zoom, smoothing }: SavedChart) {
  const width = 900;
  const off = new Set(keys.flatMap((key, i) => hidden.includes(key) ? i : []));
  const view = {
    ...firstView(figure, panel),
    hidden: off,
    xDomain: zoom && [zoom[0] / unit.size, zoom[1] / unit.size] as [number, number],
    smoothing,
  };
  const drawn = drawPanel(figure, { ...panel, height: 420 }, view, width);
  const lines = legend(figure.entries.filter((_, i) => !off.has(i)), width);
  const hasInherited = drawn.curves.some(({ curve }) => curve.kind?.includes(1));
  const kinds = legend(hasInherited ? [INHERITED] : [], width);
  const height = drawn.height + lines.height + kinds.height + 44;
  const style = getComputedStyle(document.documentElement);
  const [back, text] = ["--back", "--text"].map((name) => style.getPropertyValue(name).trim());
  const svg = markup`
    <svg xmlns="http://www.w3.org/2000/svg" width="${width + 20}" height="${height}" viewBox="0 0 ${
    width + 20
  } ${height}" color="${text}">
      <rect width="100%" height="100%" fill="${back}" />
      <g fill="currentColor" font-size="11" font-family="system-ui,sans-serif">
        <text x="10" y="18" font-size="13" font-weight="600">${title}</text>
        <g transform="translate(10,28)">${drawn.content}</g>
        <g transform="translate(10,${drawn.height + 34})">${lines.content}</g>
        <g transform="translate(10,${drawn.height + lines.height + 34})">${kinds.content}</g>
      </g>
    </svg>
  `;
  return { svg: String(svg), width: width + 20, height };
}

/** Saves the picture as SVG. */
export function saveSvg(chart: SavedChart): void {
  save(new Blob([pictureOf(chart).svg], { type: "image/svg+xml" }), `${chart.title}.svg`);
}

/** Saves the picture as PNG, with two pixels for one. */
export async function savePng(chart: SavedChart): Promise<void> {
  const { svg, width, height } = pictureOf(chart);
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width * 2, height * 2];
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
    if (blob) save(blob, `${chart.title}.png`);
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** More points than this make a file that a browser cannot hold. */
const MOST_POINTS = 5_000_000;

/**
 * Saves all points, as they were logged, of the part that is shown.
 *
 * @throws {RangeError} There are too many.
 */
export async function saveCsv(
  title: string,
  choice: SeriesChoice,
  runs: readonly ChartRun[],
  points: number,
): Promise<void> {
  if (points > MOST_POINTS) {
    throw new RangeError(
      `${formatCount(points)} points are too many for a browser: zoom into a part, or use the command ` +
        "neptune-fetcher metrics.",
    );
  }
  const { project, paths, axis, zoom, inherited } = choice;
  const isSteps = axis === "step" && zoom !== null;
  const steps = { from: isSteps ? zoom[0] : null, to: isSteps ? zoom[1] : null };
  const pieces = [csvLine(["run", "name", "attribute", "step", "time", "value"])];
  for (const { id, label } of runs) {
    const request = { project, runs: [id], paths: [...paths], steps, inherited, kind: "float" as const, limit: null };
    for (const { path, step, time, values } of (await ask("points", request)).series) {
      const isInSight = partOf(axis, zoom, time);
      const names = [id, label, path].map(csvText);
      const rows = step.map((one, i) =>
        isInSight(time[i]) ? csvLine([...names, String(one), timeText(time[i]), String(values[i])]) : ""
      );
      pieces.push(rows.join(""));
    }
  }
  save(new Blob(pieces, { type: "text/csv" }), `${title}.csv`);
}

/** Whether a point is in sight by its time. By its step, only those that are have been asked for. */
function partOf(
  axis: SeriesChoice["axis"],
  zoom: SeriesChoice["zoom"],
  times: readonly JsonNumber[],
): (time: JsonNumber) => boolean {
  if (axis === "step" || zoom === null) return () => true;
  const known = times.map(Number).filter((time) => !Number.isNaN(time));
  const zero = axis === "relative" ? known.reduce((least, time) => Math.min(least, time), Infinity) : 0;
  return (time) => Number(time) - zero >= zoom[0] && Number(time) - zero <= zoom[1];
}

function timeText(time: JsonNumber): string {
  return typeof time === "number" ? new Date(time).toISOString() : "";
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name.replace(/[^\p{L}\p{N}._ -]+/gu, "_").slice(0, 120);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/**
 * What a chart simplifies or leaves out, in words: nothing is reduced silently.
 *
 * @module
 */

import type { ChartLine, ChartOptions } from "./line.ts";
import { counted, formatCount } from "../format.ts";

/**
 * @param all The lines asked for, with all their points.
 * @param drawn How many of them, from the first, are drawn.
 * @param columns Into how many pixel columns each line was reduced.
 */
export function chartNotes(all: ChartLine[], drawn: number, columns: number, { x, y }: ChartOptions): string[] {
  const lines = all.slice(0, drawn);
  const values = lines.map((line) => line.raw ?? line.y);
  const places = lines.map((line) => line.x);
  const points = lines.reduce((sum, line) => sum + line.x.length, 0);
  const nan = count(values, Number.isNaN);
  const infinite = count(values, (value) => Math.abs(value) === Infinity);
  const negative = y === "log" ? count(values, (value) => value <= 0 && value > -Infinity) : 0;
  const unplaced = count(places, (value) => !Number.isFinite(value) || (x === "log" && value <= 0));
  const previews = count(lines.flatMap((line) => line.preview ? [line.preview] : []), (flag) => flag === 1);
  const notes = [
    all.length > drawn && `${formatCount(all.length - drawn)} of ${formatCount(all.length)} lines are not drawn`,
    lines.some((line) => line.x.length > 4 * columns) &&
    `${counted(points, "point")}, drawn by the extremes of every pixel`,
    nan > 0 && `${formatCount(nan)} NaN`,
    infinite > 0 && `${formatCount(infinite)} infinite`,
    negative > 0 && `${counted(negative, "value")} ≤ 0 not shown on the logarithmic scale`,
    unplaced > 0 && `${counted(unplaced, "point")} without a place on the x axis`,
    previews > 0 && `${counted(previews, "preview")}, dashed`,
  ];
  return notes.filter((note) => note !== false);
}

function count(columns: (Float64Array | Uint8Array)[], test: (value: number) => boolean): number {
  let sum = 0;
  for (const column of columns) for (const value of column) if (test(value)) sum++;
  return sum;
}

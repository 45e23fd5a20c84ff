/**
 * What a chart simplifies or leaves out, in words: nothing is reduced silently.
 *
 * @module
 */

import type { Chosen, CutFigure } from "./chart.ts";
import { counted, formatCount } from "../format.ts";

/** @param zoomed How many points there are to zoom into. */
export function chartNotes(
  { plan, curves }: CutFigure,
  { columnWidth, banded, points }: Chosen,
  zoomed: number,
): string[] {
  const lines = curves.flat();
  const sum = (of: (line: typeof lines[0]) => number) => lines.reduce((total, line) => total + of(line), 0);
  const all = sum(({ cut }) => cut.length);
  const nan = sum(({ cut }) => cut.nan);
  const infinite = sum(({ cut }) => cut.infinite);
  const negative = sum(({ cut }) => cut.negative);
  const unplaced = sum(({ unplaced }) => unplaced);
  const previews = sum(({ line }) =>
    line.preview?.includes(1) ? line.preview.reduce((total, one) => total + one, 0) : 0
  );
  const logY = plan.panels.some(({ y }) => y === "log");
  const more = zoomed > points && zoomed < all && `; ${formatCount(zoomed)} to zoom into`;
  const notes = [
    columnWidth > 0 && banded &&
    `${formatCount(all)} points as averages of ${
      formatCount(Math.ceil(columnWidth))
    } pixels each, bands reach to the extremes`,
    columnWidth > 0 && !banded &&
    `${formatCount(points)} of ${formatCount(all)} points, the extremes of every ${
      columnWidth < 1.5 ? "pixel" : `${Math.ceil(columnWidth)} pixels`
    }${more || ""}`,
    nan > 0 && `${formatCount(nan)} NaN`,
    infinite > 0 && `${formatCount(infinite)} infinite`,
    logY && negative > 0 && `${counted(negative, "value")} ≤ 0 not shown on the logarithmic scale`,
    unplaced > 0 && `${counted(unplaced, "point")} without a place on the x axis`,
    previews > 0 && `${counted(previews, "preview")}, dashed`,
  ];
  return notes.filter((note) => note !== false);
}

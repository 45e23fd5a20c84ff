/**
 * What a chart simplifies or leaves out, in words: nothing is reduced silently.
 *
 * @module
 */

import type { Choice } from "./line.ts";
import { counted, formatCount } from "../format.ts";

/**
 * @param choices What became of each line.
 * @param columnWidth How wide the columns are into which lines were cut, in pixels; 0 where none was.
 * @param banded Whether lines are the averages of their columns.
 */
export function chartNotes(choices: Choice[], logY: boolean, columnWidth: number, banded: boolean): string[] {
  const sum = (of: (choice: Choice) => number) => choices.reduce((total, choice) => total + of(choice), 0);
  const nan = sum(({ reduced }) => reduced.nan);
  const infinite = sum(({ reduced }) => reduced.infinite);
  const negative = sum(({ reduced }) => reduced.negative);
  const unplaced = sum(({ unplaced }) => unplaced);
  const previews = sum(({ line }) => line.preview?.reduce((total, flag) => total + flag, 0) ?? 0);
  const notes = [
    columnWidth > 0 && banded &&
    `lines are the averages of ${formatCount(Math.ceil(columnWidth))} pixels each, bands reach to the extremes`,
    columnWidth > 0 && !banded &&
    `drawn by the extremes of every ${columnWidth < 1.5 ? "pixel" : `${Math.ceil(columnWidth)} pixels`}`,
    nan > 0 && `${formatCount(nan)} NaN`,
    infinite > 0 && `${formatCount(infinite)} infinite`,
    logY && negative > 0 && `${counted(negative, "value")} ≤ 0 not shown on the logarithmic scale`,
    unplaced > 0 && `${counted(unplaced, "point")} without a place on the x axis`,
    previews > 0 && `${counted(previews, "preview")}, dashed`,
  ];
  return notes.filter((note) => note !== false);
}

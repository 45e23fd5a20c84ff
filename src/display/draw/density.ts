/**
 * How many values of a histogram series lie where, over its steps, as pixels. Runs in browsers, too.
 *
 * @module
 */

import type { Histogram } from "../../types.ts";
import { PALETTE } from "../palette.ts";

/** A picture of histograms: steps to the right, values up. */
export interface DensityMap {
  /** Red, green, blue and opacity of each pixel, row by row from the top. */
  pixels: Uint8Array;
  /** The greatest share per unit of value. */
  greatest: number;
  /** What the picture spans. */
  x: [number, number];
  y: [number, number];
}

/**
 * Draws the histograms of a series in so many columns and rows.
 *
 * @param step Ascending, at least one.
 * @param values As long as `step`; null where the histogram is lost.
 */
export function drawDensity(
  step: Float64Array,
  values: readonly (Histogram | null)[],
  columns: number,
  rows: number,
): DensityMap {
  const starts = columnStarts(step);
  const x: [number, number] = [starts[0], starts[step.length]];
  const y = edgeRange(values.filter((one) => one !== null));
  return { ...raster(starts, values, x, y, [columns, rows]), x, y };
}

/** Where the column of each step begins, halfway from the step before, and where the last one ends. */
function columnStarts(step: Float64Array): Float64Array {
  const last = step.length - 1;
  const half = (row: number) => last > 0 ? (step[row + 1] - step[row]) / 2 : 0.5;
  const starts = new Float64Array(step.length + 1);
  for (let row = 0; row <= last; row++) starts[row] = step[row] - half(Math.max(0, row - 1));
  starts[last + 1] = step[last] + half(last - 1);
  return starts;
}

/** The picture, and the greatest density in it. */
function raster(
  starts: Float64Array,
  values: readonly (Histogram | null)[],
  [left, right]: [number, number],
  [low, high]: [number, number],
  [columns, rows]: [number, number],
): { pixels: Uint8Array; greatest: number } {
  const density = new Float64Array(columns * rows);
  let current = -1;
  let greatest = 0;
  for (let column = 0; column < columns; column++) {
    const until = left + (column + 1) / columns * (right - left);
    while (current + 1 < values.length && (starts[current + 1] < until || current < 0)) current++;
    const histogram = values[current];
    if (!histogram) continue;
    const total = mass(histogram);
    let bin = histogram.values.length - 1;
    for (let row = 0; row < rows; row++) {
      const value = high - (row + 0.5) / rows * (high - low);
      while (bin >= 0 && value < histogram.edges[bin]) bin--;
      if (bin < 0) break;
      if (!(value < histogram.edges[bin + 1]) || total === 0) continue;
      const share = massOf(histogram, bin) / total / (histogram.edges[bin + 1] - histogram.edges[bin]);
      density[column * rows + row] = share;
      if (share > greatest) greatest = share;
    }
  }
  return { pixels: colored(density, greatest, columns, rows), greatest };
}

/** What a bin holds: counts as they are, densities times the width of the bin. */
function massOf({ type, edges, values }: Histogram, bin: number): number {
  return type === "DENSITY" ? values[bin] * (edges[bin + 1] - edges[bin]) : values[bin];
}

function mass(histogram: Histogram): number {
  return histogram.values.reduce((sum, _, bin) => sum + massOf(histogram, bin), 0);
}

/** One color from clear to full, so that it reads on light and dark pages. */
function colored(density: Float64Array, greatest: number, columns: number, rows: number): Uint8Array {
  const [red, green, blue] = Uint8Array.fromHex(PALETTE[0].slice(1));
  const pixels = new Uint8Array(4 * density.length);
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) {
      const share = density[column * rows + row];
      if (share === 0) continue;
      // The root lets thin tails be seen.
      pixels.set([red, green, blue, Math.round(255 * Math.sqrt(share / greatest))], 4 * (row * columns + column));
    }
  }
  return pixels;
}

function edgeRange(histograms: Histogram[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const { edges } of histograms) {
    for (const edge of edges) {
      if (edge < low && edge > -Infinity) low = edge;
      if (edge > high && edge < Infinity) high = edge;
    }
  }
  return [low, high];
}

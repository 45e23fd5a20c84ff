/**
 * Histogram series as heat maps: steps to the right, values up, color for how many.
 *
 * @module
 */

import type { Histogram } from "../../types.ts";
import { counted, formatNumber } from "../format.ts";
import type { Figure, Panel } from "../draw/figure.ts";
import { markup, PALETTE } from "../html.ts";
import { figurePicture } from "./picture.ts";
import { encodePng } from "../file/png.ts";
import { dataAddress, type Size } from "../svg.ts";

const SIZE = { width: 760, height: 240 };
const COLUMNS = 700;
const ROWS = 97;

/** A drawn heat map. */
export interface Drawing {
  svg: string;
  size: Size;
  /** What the picture leaves out or simplifies, one sentence each. */
  notes: string[];
}

/**
 * Draws the histograms of a series, each around its step; where several fall into one pixel column the last one is drawn. The
 * color of a bin is its share of its histogram per unit of value.
 *
 * @param step Ascending.
 * @param values As long as `step`; null where the histogram is lost.
 */
export function drawHeatmap(step: Float64Array, values: readonly (Histogram | null)[], title: string): Drawing {
  const known = values.filter((one) => one !== null);
  const starts = columnStarts(step);
  const domain = {
    x: [starts[0], starts[step.length]] as [number, number],
    y: edgeRange(known),
    xTicks: [step[0], step[step.length - 1]] as [number, number],
  };
  const { pixels, greatest } = raster(starts, values, domain.x, domain.y);
  const image = dataAddress("image/png", encodePng(COLUMNS, ROWS, pixels));
  const panel: Panel = {
    ...SIZE,
    title: "",
    xLabel: "step",
    yLabel: title,
    x: "linear",
    y: "linear",
    yRange: [null, null],
    domain,
    dots: 0,
    xNames: null,
    marks: [],
    curves: [],
  };
  const figure: Figure = {
    title: "",
    entries: [],
    panels: [panel],
    ramp: null,
    legend: false,
    endLabels: false,
    smoothing: 0,
  };
  const { svg, size } = figurePicture(figure, SIZE.width, (_, { left, top, width, height }) =>
    markup`
      <image x="${left}" y="${top}" width="${width}" height="${height}" href="${image}" preserveAspectRatio="none"
        image-rendering="pixelated" />
    `);
  const lost = values.length - known.length;
  const notes = [
    `${counted(values.length, "histogram")}, color: share of values per unit, up to ${formatNumber(greatest)}`,
    ...(lost > 0 ? [`${counted(lost, "histogram")} lost before the export`] : []),
  ];
  return { svg, size, notes };
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
): { pixels: Uint8Array; greatest: number } {
  const density = new Float64Array(COLUMNS * ROWS);
  let current = -1;
  let greatest = 0;
  for (let column = 0; column < COLUMNS; column++) {
    const until = left + (column + 1) / COLUMNS * (right - left);
    while (current + 1 < values.length && (starts[current + 1] < until || current < 0)) current++;
    const histogram = values[current];
    if (!histogram) continue;
    const total = mass(histogram);
    let bin = histogram.values.length - 1;
    for (let row = 0; row < ROWS; row++) {
      const value = high - (row + 0.5) / ROWS * (high - low);
      while (bin >= 0 && value < histogram.edges[bin]) bin--;
      if (bin < 0) break;
      if (!(value < histogram.edges[bin + 1]) || total === 0) continue;
      const share = massOf(histogram, bin) / total / (histogram.edges[bin + 1] - histogram.edges[bin]);
      density[column * ROWS + row] = share;
      if (share > greatest) greatest = share;
    }
  }
  return { pixels: colored(density, greatest), greatest };
}

/** What a bin holds: counts as they are, densities times the width of the bin. */
function massOf({ type, edges, values }: Histogram, bin: number): number {
  return type === "DENSITY" ? values[bin] * (edges[bin + 1] - edges[bin]) : values[bin];
}

function mass(histogram: Histogram): number {
  return histogram.values.reduce((sum, _, bin) => sum + massOf(histogram, bin), 0);
}

/** One color from clear to full, so that it reads on light and dark pages. */
function colored(density: Float64Array, greatest: number): Uint8Array {
  const [red, green, blue] = Uint8Array.fromHex(PALETTE[0].slice(1));
  const pixels = new Uint8Array(4 * density.length);
  for (let column = 0; column < COLUMNS; column++) {
    for (let row = 0; row < ROWS; row++) {
      const share = density[column * ROWS + row];
      if (share === 0) continue;
      // The root lets thin tails be seen.
      pixels.set([red, green, blue, Math.round(255 * Math.sqrt(share / greatest))], 4 * (row * COLUMNS + column));
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

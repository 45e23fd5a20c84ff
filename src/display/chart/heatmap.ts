/**
 * Histogram series as heat maps: steps to the right, values up, color for how many.
 *
 * @module
 */

import type { Histogram } from "../../types.ts";
import { arrange } from "./arrange.ts";
import { linearAxis } from "./axes.ts";
import type { Drawing } from "./chart.ts";
import { counted, formatNumber } from "../format.ts";
import { markup, PALETTE } from "../html.ts";
import { drawPlot, MARGIN } from "./observable.ts";
import { encodePng } from "../png.ts";
import { dataAddress } from "./svg.ts";

const SIZE = { width: 760, height: 240 };
const COLUMNS = SIZE.width - MARGIN.left - MARGIN.right;
const ROWS = (SIZE.height - MARGIN.top - MARGIN.bottom) / 2;

/**
 * Draws the histograms of a series. Each holds until the next step; where several fall into one pixel column the last one is
 * drawn. The color of a bin is its share of its histogram per unit of value.
 *
 * @param step Ascending.
 * @param values As long as `step`; null where the histogram is lost.
 */
export async function drawHeatmap(
  step: Float64Array,
  values: readonly (Histogram | null)[],
  title: string,
): Promise<Drawing> {
  const known = values.filter((one) => one !== null);
  const last = step[step.length - 1];
  const spacing = step.length > 1 ? (last - step[0]) / (step.length - 1) : 1;
  const xAxis = linearAxis([step[0], last + spacing], COLUMNS / 90, false);
  const yAxis = linearAxis(edgeRange(known), 5, true);
  const { pixels, greatest } = raster(step, values, xAxis.domain, yAxis.domain);
  const image = dataAddress("image/png", encodePng(COLUMNS, ROWS, pixels));

  const plot = await drawPlot(SIZE, (Plot) => ({
    x: { type: "linear", domain: xAxis.domain },
    y: { type: "linear", domain: yAxis.domain },
    marks: [
      Plot.axisY({ label: null, tickSize: 4, ticks: yAxis.ticks, tickFormat: yAxis.label }),
      Plot.axisX({ label: null, tickSize: 4, ticks: xAxis.ticks, tickFormat: xAxis.label }),
    ],
  }));
  const height = SIZE.height - MARGIN.top - MARGIN.bottom;
  const under = markup`
    <image x="${MARGIN.left}" y="${MARGIN.top}" width="${COLUMNS}" height="${height}" href="${image}"
      preserveAspectRatio="none" image-rendering="pixelated" />
  `;
  const options = { ...SIZE, xLabel: "step", yLabel: title, x: "linear", y: "linear", legend: false } as const;
  const { svg, size } = arrange(plot, [], options, under);
  const lost = values.length - known.length;
  const notes = [
    `${counted(values.length, "histogram")}, color: share of values per unit, up to ${formatNumber(greatest)}`,
    ...(lost > 0 ? [`${counted(lost, "histogram")} lost before the export`] : []),
  ];
  return { svg, size, notes };
}

/** The picture, and the greatest density in it. */
function raster(
  step: Float64Array,
  values: readonly (Histogram | null)[],
  [left, right]: [number, number],
  [low, high]: [number, number],
): { pixels: Uint8Array; greatest: number } {
  const density = new Float64Array(COLUMNS * ROWS);
  let current = -1;
  let greatest = 0;
  for (let column = 0; column < COLUMNS; column++) {
    const until = left + (column + 1) / COLUMNS * (right - left);
    while (current + 1 < step.length && (step[current + 1] < until || current < 0)) current++;
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

/**
 * Histogram series as heat maps: steps to the right, values up, color for how many.
 *
 * @module
 */

import type { Histogram } from "../../types.ts";
import { counted, formatNumber } from "../format.ts";
import type { Figure, Panel } from "../draw/figure.ts";
import { drawDensity } from "../draw/density.ts";
import { markup } from "../html.ts";
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
  const { pixels, greatest, x, y } = drawDensity(step, values, COLUMNS, ROWS);
  const image = dataAddress("image/png", encodePng(COLUMNS, ROWS, pixels));
  const panel: Panel = {
    ...SIZE,
    title: "",
    xLabel: "step",
    yLabel: title,
    x: "linear",
    y: "linear",
    yRange: [null, null],
    domain: { x, y, xTicks: [step[0], step[step.length - 1]] },
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

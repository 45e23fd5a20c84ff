/**
 * Configs and results of many runs as parallel coordinates.
 *
 * @module
 */

import type { ChartContent } from "../chart.ts";
import { drawParallel, type ParallelAxis, type ParallelData } from "../draw/parallel.ts";
import { rampLegend } from "../draw/ramp.ts";
import { counted } from "../format.ts";
import { markup, note, view } from "../html.ts";
import { live } from "../live.ts";
import { svgDocument, svgImage } from "../svg.ts";
import { textTable } from "../table.ts";
import { hueScale, type RunValue, valueName } from "./hues.ts";

const MAX_RUNS = 500;
const MAX_NAMES = 20;

/** One run and its values, as many as there are axes. */
export interface ParallelRun {
  run: string;
  values: RunValue[];
  hue: RunValue;
}

/** The picture of these runs. */
export function parallelChart(
  all: ParallelRun[],
  paths: string[],
  { color, title, width, height }: { color: string; title: string; width: number; height: number },
): ChartContent {
  const runs = all.slice(0, MAX_RUNS);
  const axes = paths.map((label, i) => axisOf(label, runs.map(({ values }) => values[i])));
  const { ramp, colorOf } = hueScale(runs.map(({ hue }) => hue), color);
  const data: ParallelData = {
    title,
    ramp,
    width,
    height,
    axes,
    lines: runs.map(({ run, values, hue }) => ({
      label: run,
      color: colorOf(hue),
      values: values.map((value, i) => placeOf(value, axes[i])),
      texts: values.map(valueName),
    })),
  };
  const drawn = drawParallel(data, width);
  const key = ramp ? rampLegend(ramp) : { content: markup``, height: 0 };
  const top = (title ? 22 : 0) + (key.height > 0 ? key.height + 8 : 0);
  const size = { width, height: drawn.height + top };
  const svg = svgDocument(
    size,
    markup`
      <text y="13" font-size="13" font-weight="600">${title}</text>
      <g transform="translate(0,${title ? 20 : 0})">${key.content}</g>
      <g transform="translate(0,${top})">${drawn.content}</g>
    `,
  );
  const said = [
    `${counted(runs.length, "run")}, color: ${color}`,
    ...paths.flatMap((path, i) => {
      const lost = runs.filter(({ values }) =>
        values[i] !== null && placeOf(values[i], axes[i]) === null && axes[i].names
      );
      return lost.length === 0 ? [] : [
        `${path} has more than ${MAX_NAMES} values: those of ${counted(lost.length, "run")} have no place on its axis`,
      ];
    }),
    ...all.length > runs.length ? [`${counted(all.length - runs.length, "run")} are not drawn`] : [],
  ];
  const image = svgImage(svg, size, `Parallel coordinates of ${counted(runs.length, "run")}`);
  const columns = [{ title: "run" }, ...paths.map((path) => ({ title: path }))];
  const text = `Chart of ${counted(runs.length, "run")}\n${
    textTable(columns, runs.map(({ run, values }) => [run, ...values.map(valueName)]))
  }`;
  return { title, svg, html: view(live("parallel", image, data), note(said.join(" · "))), text };
}

/** Names where one of the values is a text, else numbers; a logarithmic axis where they span more than two decades. */
function axisOf(label: string, values: RunValue[]): ParallelAxis {
  const known = values.filter((value) => value !== null && !Number.isNaN(value));
  if (known.some((value) => typeof value === "string")) {
    const names = [...new Set(known.map(valueName))].sort().slice(0, MAX_NAMES);
    return { label, low: 0, high: names.length - 1, log: false, names };
  }
  const numbers = (known as number[]).filter((value) => Number.isFinite(value));
  const [low, high] = numbers.length === 0 ? [0, 1] : [Math.min(...numbers), Math.max(...numbers)];
  return { label, low, high, log: low > 0 && high / low > 100, names: null };
}

function placeOf(value: RunValue, { names }: ParallelAxis): number | null {
  if (value === null) return null;
  if (!names) return Number.isFinite(value) ? value as number : null;
  const place = names.indexOf(valueName(value));
  return place < 0 ? null : place;
}

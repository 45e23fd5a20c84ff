/**
 * Parallel coordinates: one upright axis for each value, one line for each run. Runs in Deno for the picture that stands still, and
 * in browsers for the one that answers.
 *
 * @module
 */

import { type Html, markup } from "../html.ts";
import { linearAxis, logAxis } from "./axes.ts";
import type { Ramp } from "./figure.ts";
import { roundPixel, type Scale, scale } from "./scale.ts";
import { shortenMiddle, textWidth } from "./text.ts";

/** One axis. */
export interface ParallelAxis {
  label: string;
  low: number;
  high: number;
  log: boolean;
  /** The names of places 0, 1, 2, … where the axis shows names and no numbers. */
  names: string[] | null;
}

/** One run. */
export interface ParallelLine {
  label: string;
  color: string;
  /** Where it crosses each axis; null where it has no value. */
  values: (number | null)[];
  /** The values in words. */
  texts: string[];
}

/** All axes and lines. */
export interface ParallelData {
  title: string;
  ramp: Ramp | null;
  width: number;
  height: number;
  axes: ParallelAxis[];
  lines: ParallelLine[];
}

/** A drawn picture, where its axes are, and where each line crosses each axis. */
export interface DrawnParallel {
  content: Html;
  width: number;
  height: number;
  axes: { x: number; scale: Scale }[];
  places: ({ x: number; y: number } | null)[][];
}

/** Where axes begin. */
export const TOP = 34;
/** And ends so far above the lower edge. */
export const BOTTOM = 12;

/** Draws the picture in this width. */
export function drawParallel({ axes, lines, height }: ParallelData, width: number): DrawnParallel {
  const [left, right] = [48, 60];
  const gap = axes.length > 1 ? (width - left - right) / (axes.length - 1) : 0;
  const scales = axes.map(({ low, high, log, names }) => {
    const domain: [number, number] = names
      ? [-0.5, Math.max(0.5, names.length - 0.5)]
      : low === high
      ? [low - 1, high + 1]
      : [low, high];
    return scale(domain, log && low !== high, height - BOTTOM, TOP);
  });
  const places = lines.map(({ values }) =>
    values.map((value, i) =>
      value === null ? null : { x: roundPixel(left + gap * i), y: roundPixel(scales[i].to(value)) }
    )
  );
  const room = Math.max(6, Math.floor(Math.max(gap, 90) / 7));
  const content = markup`
    ${
    lines.map(({ color }, i) =>
      markup`<g data-entry="${i}"><path d="${
        pathOf(places[i])
      }" fill="none" stroke="${color}" stroke-width="1.8" stroke-opacity="0.85" /></g>`
    )
  }
    ${axes.map((axis, i) => axisMarkup(axis, scales[i].to, left + gap * i, height, i, axes.length, room))}
  `;
  return { content, width, height, axes: scales.map((scale, i) => ({ x: left + gap * i, scale })), places };
}

function axisMarkup(
  { label, low, high, log, names }: ParallelAxis,
  y: (value: number) => number,
  x: number,
  height: number,
  i: number,
  count: number,
  room: number,
): Html {
  const { ticks, labels } = names
    ? { ticks: [...names.keys()], labels: names.map((name) => shortenMiddle(name, Math.min(room - 1, 16))) }
    : low === high
    ? { ticks: [low], labels: linearAxis([low, high], 4).labels.slice(0, 0).concat(String(low)) }
    : log
    ? logAxis([low, high], 6)
    : linearAxis([low, high], 5);
  const last = i === count - 1 && count > 1;
  const title = shortenMiddle(label, room);
  const half = textWidth(title) / 2;
  const anchor = x - half < 0 ? "start" : last && half > 60 ? "end" : "middle";
  return markup`
    <path d="M${roundPixel(x)},${TOP}V${height - BOTTOM}" stroke="currentColor" stroke-opacity="0.65" fill="none" />
    <text x="${roundPixel(anchor === "start" ? 0 : anchor === "end" ? x + 58 : x)}" y="${
    i % 2 === 1 && room < 16 ? 25 : 11
  }" text-anchor="${anchor}" font-weight="600">${title}</text>
    ${
    ticks.map((tick, j) =>
      markup`<text x="${roundPixel(last ? x + 6 : x - 5)}" y="${roundPixel(y(tick) + 3.8)}" text-anchor="${
        last ? "start" : "end"
      }">${labels[j]}</text>`
    )
  }
  `;
}

/** Gaps part the line. */
function pathOf(places: ({ x: number; y: number } | null)[]): string {
  let d = "";
  let pen = "M";
  for (const place of places) {
    if (place) d += `${pen}${place.x},${place.y}`;
    pen = place ? "L" : "M";
  }
  return d;
}

/**
 * One attribute: a value, a chart, a log, a heat map, an image, a strip of images.
 *
 * @module
 */

import type { Cell } from "../../frame/cell.ts";
import type { Points } from "../../frame/points.ts";
import { type AttributeType, type FileRef, isFileType } from "../../types.ts";
import { Budget, bundle, type MediaBundle } from "../bundle.ts";
import { counted, formatCount, formatNumber } from "../format.ts";
import { type Html, markup, note, QUIET, view } from "../html.ts";
import { drawHeatmap } from "../chart/heatmap.ts";
import { type FileBytes, fileView, type Shown, textView } from "../file/file_view.ts";
import { picture, type StoredImage } from "../file/image.ts";
import { live } from "../live.ts";
import { type Ancestor, lineageHtml } from "./lineage.ts";
import { logHtml, logText } from "../log.ts";
import { lineChart } from "../chart/plot.ts";
import { svgImage } from "../svg.ts";
import { missing } from "../table.ts";
import { fileText, histogramText, valueText } from "../value.ts";

/** What the page of an attribute shows. */
export interface AttributePageData {
  /** The name of the run. */
  run: string;
  path: string;
  type: AttributeType;
  /** Its value; for a series its last point. */
  value: Cell["value"];
  /** The points of a series, inherited ones too. */
  points?: Points | null;
  /** The ancestors of the run, the root first. */
  ancestors?: Ancestor[];
  /** The images of points of a file series, by row. Files that are no images have none. */
  images?: Map<number, StoredImage>;
  /** The bytes of a file. */
  bytes?: FileBytes;
}

/** The bundle of an attribute. */
export function attributePage(data: AttributePageData): MediaBundle {
  const { html, text } = body(data);
  const head = markup`<b>${data.path}</b> <span style="${QUIET};font-size:12px">${data.type} of ${data.run}</span>`;
  return bundle(view(markup`<div>${head}</div>`, html), `${data.path} (${data.type} of ${data.run})\n${text}`);
}

function body(data: AttributePageData): Shown {
  const { points, value, type, images } = data;
  if (points && points.step.length === 0) return { html: note("No points."), text: "No points." };
  switch (points?.values.kind) {
    case "float":
      return floatChart(data, points, points.values.data);
    case "string":
      return logOf({ ...points, text: points.values.data });
    case "histogram":
      return heatmap(points, points.values.data);
    case "file":
      return strip(points, points.values.data, images ?? new Map());
  }
  if (value === null) return { html: missing(lost(type)), text: lost(type) };
  if (type === "string") return textView(value as string);
  if (isFileType(type)) {
    return fileView(value as FileRef, data.bytes ?? "not read");
  }
  const text = valueText({ type, value });
  return { html: markup`<span style="font-size:15px">${text}</span>`, text };
}

function floatChart(
  { run, path, ancestors = [] }: AttributePageData,
  points: Points,
  value: Float64Array,
): Shown {
  const forks = ancestors.filter((ancestor) => ancestor.forkStep !== null);
  const preview = points.preview?.isPreview ?? null;
  const line = { run, attribute: path, step: points.step, value, preview, inheritedUntil: forks.at(-1)?.forkStep };
  const marks = forks.map(({ forkStep }) => ({ x: forkStep!, label: `fork at ${formatNumber(forkStep!)}` }));
  const text = summary(points.step, value);
  const options = { marks, height: 240, smallMultiples: false, hueLabel: null, notes: [text] };
  const { html } = lineChart([{ ...line, attribute: "", timestamp: points.timestamp }], options, 5_000);
  const lineage = ancestors.length > 0 && lineageHtml(ancestors, run);
  return { html: [lineage, html], text };
}

/** `500 points, last 0.12 at step 499, from 0.1 to 2.3`. */
function summary(step: Float64Array, value: Float64Array): string {
  const last = value.length - 1;
  let [low, high] = [Infinity, -Infinity];
  for (const one of value) {
    if (one < low) low = one;
    if (one > high) high = one;
  }
  const range = low <= high ? `, from ${formatNumber(low)} to ${formatNumber(high)}` : "";
  return `${counted(value.length, "point")}, last ${formatNumber(value[last])} at step ${
    formatNumber(step[last])
  }${range}`;
}

function logOf(points: Parameters<typeof logHtml>[0]): Shown {
  return { html: logHtml(points), text: logText(points) };
}

function heatmap({ step }: Points, data: Parameters<typeof drawHeatmap>[1]): Shown {
  const last = data.findLast((one) => one !== null);
  if (!last) return { html: note("All histograms are lost."), text: "All histograms are lost." };
  const { svg, size, notes } = drawHeatmap(step, data, "");
  const text = `${counted(step.length, "histogram")}, the last with ${histogramText(last)}`;
  return { html: [svgImage(svg, size, `Heat map: ${text}`), note(notes.join(" · "))], text };
}

function strip({ step }: Points, files: readonly (FileRef | null)[], images: Map<number, StoredImage>): Shown {
  const budget = new Budget();
  const pictures = files.flatMap((file, row): Html[] => {
    const caption = `step ${formatNumber(step[row])}${file ? "" : ", lost"}`;
    const image = images.get(row);
    return image ? [picture(image, { caption, title: file?.path ?? caption, height: 96, budget })] : [];
  });
  const rest = files.length - pictures.length;
  const said = rest > 0 ? `${counted(rest, "more file")} without a picture here` : "";
  const lines = files.slice(0, 20).map((file, row) =>
    `step ${formatNumber(step[row])}  ${file ? `${file.path} (${fileText(file)})` : "lost"}`
  );
  if (files.length > lines.length) lines.push(`… ${formatCount(files.length - lines.length)} more`);
  const html = pictures.length > 0
    ? [live("steps", markup`<div style="margin:6px 0">${pictures}</div>`), said && note(said)]
    : markup`<pre style="white-space:pre-wrap;font:inherit;margin:0">${lines.join("\n")}</pre>`;
  return { html, text: lines.join("\n") };
}

function lost(type: AttributeType): string {
  if (type === "experiment_state") return "The API does not transmit this value.";
  return type.endsWith("_series") ? "No points." : "Lost before or during the export.";
}

/**
 * The parts of a run page: metrics with their small pictures, values, other series, files, images.
 *
 * @module
 */

import { type FileRef, FOLDER } from "../../types.ts";
import { Budget } from "../bundle.ts";
import type { Entry } from "./entries.ts";
import { foldedTree } from "./folded_tree.ts";
import { formatNumber } from "../format.ts";
import { type Html, markup } from "../html.ts";
import { picture, type StoredImage } from "../file/image.ts";
import { sparkline } from "../chart/sparkline.ts";
import { missing, type TableColumn } from "../table.ts";
import { fileText, valueText } from "../value.ts";

const THUMBNAIL_HEIGHT = 110;

/** Single values. */
export function valueTree(entries: Entry[], budget: Budget): Html {
  return foldedTree([{ title: "path" }, { title: "value" }], entries, budget, ({ cell }) => {
    const absent = cell.type === "experiment_state" ? "not transmitted" : "null";
    const value = cell.value === null ? missing(absent) : valueText(cell);
    return [markup`<span title="${cell.type}" style="overflow-wrap:break-word">${value}</span>`];
  });
}

/** Float series: a line where its points are at hand, and the aggregates. */
export function metricTree(
  entries: Entry[],
  points: Map<string, { step: Float64Array; value: Float64Array }>,
  budget: Budget,
): Html {
  const right = (title: string): TableColumn => ({ title, align: "right" });
  const columns = [
    { title: "path" },
    { title: "" },
    right("last"),
    right("last step"),
    right("min"),
    right("max"),
    right("mean"),
  ];
  return foldedTree(columns, entries, budget, ({ path, aggregates }) => {
    if (!aggregates) return [missing("no points"), "", "", "", "", ""];
    const { last, lastStep, min, max, average } = aggregates;
    const line = points.get(path);
    return [line && sparkline(line.step, line.value), ...[last, lastStep, min, max, average].map(formatNumber)];
  });
}

/** Other series: the last point. */
export function seriesTree(entries: Entry[], budget: Budget): Html {
  const columns = [{ title: "path" }, { title: "last" }, { title: "type" }];
  return foldedTree(columns, entries, budget, ({ cell }) => {
    return [cell.value === null ? missing("no points") : valueText(cell, 120), missing(cell.type)];
  });
}

/** Files. */
export function fileTree(entries: Entry[], budget: Budget): Html {
  return foldedTree([{ title: "path" }, { title: "file" }], entries, budget, ({ cell }) => {
    if (cell.value === null) return [missing("lost before the export")];
    const file = cell.value as FileRef;
    return [file.size === null && file.mimeType !== FOLDER ? missing("missing file") : fileText(file)];
  });
}

/** The images that fit, and how many they are. */
export function thumbnails(images: Map<string, StoredImage>, bytes: number): { html: Html; shown: number } {
  const budget = new Budget(bytes);
  const pictures: Html[] = [];
  for (const [path, image] of images) {
    if (!budget.take(700 + Math.ceil(image.bytes.length / 3) * 4)) continue;
    const room = new Budget(Infinity);
    pictures.push(picture(image, { caption: path, title: path, height: THUMBNAIL_HEIGHT, budget: room }));
  }
  return { html: markup`<div style="margin:6px 0">${pictures}</div>`, shown: pictures.length };
}

/**
 * The parts of a run page: values as a tree, metrics with their small pictures, other series, files.
 *
 * @module
 */

import type { FileRef } from "../../types.ts";
import type { Budget } from "../bundle.ts";
import type { Entry } from "./entries.ts";
import { formatCount, formatNumber } from "../format.ts";
import { type Content, type Html, markup } from "../html.ts";
import { picture, type StoredImage } from "../image.ts";
import { sparkline } from "../chart/sparkline.ts";
import { missing, table, type TableColumn } from "../table.ts";
import { tree, treeLabel } from "../tree.ts";
import { fileText, valueText } from "../value.ts";

const THUMBNAIL_HEIGHT = 72;

/** Single values. */
export function valueTree(entries: Entry[], budget: Budget): Html {
  const columns = [{ title: "path" }, { title: "value" }, { title: "type" }];
  return treeTable(columns, entries, budget, ({ cell }) => {
    const absent = cell.type === "experiment_state" ? "not transmitted" : "null";
    return [cell.value === null ? missing(absent) : valueText(cell), missing(cell.type)];
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
  return treeTable(columns, entries, budget, ({ path, aggregates }) => {
    if (!aggregates) return [missing("no points"), "", "", "", "", ""];
    const { last, lastStep, min, max, average } = aggregates;
    const line = points.get(path);
    return [line && sparkline(line.step, line.value), ...[last, lastStep, min, max, average].map(formatNumber)];
  });
}

/** Other series: the last point. */
export function seriesTree(entries: Entry[], budget: Budget): Html {
  const columns = [{ title: "path" }, { title: "last" }, { title: "type" }];
  return treeTable(columns, entries, budget, ({ cell }) => {
    return [cell.value === null ? missing("no points") : valueText(cell, 120), missing(cell.type)];
  });
}

/** Files. */
export function fileTree(entries: Entry[], budget: Budget): Html {
  return treeTable([{ title: "path" }, { title: "file" }], entries, budget, ({ cell }) => {
    return [cell.value === null ? missing("lost before the export") : fileText(cell.value as FileRef)];
  });
}

/** The images among the files. */
export function thumbnails(images: Map<string, StoredImage>, budget: Budget): Html {
  const pictures = [...images].map(([path, image]) =>
    picture(image, { caption: path, title: path, height: THUMBNAIL_HEIGHT, budget })
  );
  return markup`<div style="margin:6px 0">${pictures}</div>`;
}

/** A table whose first column is the tree of paths: the rows that the budget allows, and a last one that counts the others. */
function treeTable(columns: TableColumn[], entries: Entry[], budget: Budget, cells: (entry: Entry) => Content[]): Html {
  const shown: Content[][] = [];
  let fitting = 0;
  for (const row of tree(entries)) {
    const line = [treeLabel(row), ...(row.item ? cells(row.item) : columns.slice(1).map(() => ""))];
    // What the table adds to a cell is not in the cell.
    if (!budget.take(markup`${line}`.toString().length + 90 * columns.length)) break;
    shown.push(line);
    if (row.item) fitting++;
  }
  const rest = entries.length - fitting;
  return table(columns, rest > 0 ? [...shown, `… ${formatCount(rest)} more are not shown here`] : shown);
}

/**
 * The page of a run: who it is, where it comes from, its configs, series and files.
 *
 * @module
 */

import type { ValueBlock } from "../columns.ts";
import { type AttributeType, type FileRef, isSeriesType, type RunInfo } from "../types.ts";
import { Budget, bundle, type MediaBundle } from "./bundle.ts";
import { entriesOf, type Entry } from "./entries.ts";
import { counted, formatCount, formatNumber } from "./format.ts";
import { type Content, type Html, markup, note, section, view } from "./html.ts";
import { picture, type StoredImage } from "./image.ts";
import { type Ancestor, lineageHtml, lineageText } from "./lineage.ts";
import { identityHtml, identityText, runLabel } from "./run_identity.ts";
import { sparkline } from "./sparkline.ts";
import { missing, table, textTable } from "./table.ts";
import { tree, treeLabel } from "./tree.ts";
import { fileText, valueText } from "./value.ts";

/** What the page of a run shows. */
export interface RunPageData {
  /** The name of the project. */
  project: string;
  info: RunInfo;
  /** All values of the run, and of no other. */
  values: ValueBlock[];
  /** The root first, the parent last. */
  ancestors: Ancestor[];
  /** Points of float series for the small pictures, by path; a series without them is listed without a picture. */
  points: Map<string, { step: Float64Array; value: Float64Array }>;
  /** Images for the thumbnails, by path; a file without one is listed only. */
  images: Map<string, StoredImage>;
}

/** Bytes of each part, so that a large one leaves room for the others. */
const SHARES = { configs: 70_000, series: 110_000, files: 60_000, system: 15_000 };
const THUMBNAIL_HEIGHT = 72;
const MAX_PLAIN_ROWS = 40;

/** The bundle of a run page. */
export function runPage(data: RunPageData): MediaBundle {
  const entries = entriesOf(data.values);
  const system = entries.filter(({ path }) => path.startsWith("sys/"));
  const own = entries.filter(({ path }) => !path.startsWith("sys/"));
  const series = own.filter(({ cell }) => isSeriesType(cell.type));
  const files = own.filter(({ cell }) => isFileType(cell.type));
  const configs = own.filter(({ cell }) => !isSeriesType(cell.type) && !isFileType(cell.type));
  const label = runLabel(data.info);

  const page = view(
    identityHtml(data.project, data.info, entries),
    data.ancestors.length > 0 && lineageHtml(data.ancestors, label),
    configs.length > 0 &&
      section("Configs", formatCount(configs.length), valueTree(configs, new Budget(SHARES.configs))),
    series.length > 0 &&
      section("Series", formatCount(series.length), seriesTree(series, data.points, new Budget(SHARES.series))),
    files.length > 0 &&
      section("Files", formatCount(files.length), fileList(files, data.images, new Budget(SHARES.files))),
    system.length > 0 &&
      section("System", formatCount(system.length), valueTree(system, new Budget(SHARES.system)), false),
    entries.length === 0 && note("This run has no attributes."),
  );
  const text = [
    identityText(data.project, data.info, entries),
    ...(data.ancestors.length > 0 ? [`lineage: ${lineageText(data.ancestors, label)}`] : []),
    ...plainPart("Configs", configs, (entry) => valueText(entry.cell, 80)),
    ...plainPart("Series", series, seriesText),
    ...plainPart("Files", files, (entry) => valueText(entry.cell)),
  ];
  return bundle(page, text.join("\n"));
}

/** The rows of a tree that the budget allows, and a last row that counts the others. */
function treeRows(
  entries: Entry[],
  budget: Budget,
  cells: (entry: Entry) => Content[],
  width: number,
): (Content[] | string)[] {
  const rows = tree(entries);
  const shown: Content[][] = [];
  let fitting = 0;
  for (const row of rows) {
    const line = [treeLabel(row), ...(row.item ? cells(row.item) : Array(width - 1).fill(""))];
    // What the table adds to a cell is not in the cell.
    if (!budget.take(markup`${line}`.toString().length + 90 * width)) break;
    shown.push(line);
    if (row.item) fitting++;
  }
  return fitting < entries.length
    ? [...shown, `… ${formatCount(entries.length - fitting)} more are not shown here`]
    : shown;
}

function valueTree(entries: Entry[], budget: Budget): Html {
  const value = ({ cell }: Entry) =>
    cell.value === null ? missing(cell.type === "experiment_state" ? "not transmitted" : "null") : valueText(cell);
  return table(
    [{ title: "path" }, { title: "value" }, { title: "type" }],
    treeRows(entries, budget, (entry) => [value(entry), missing(entry.cell.type)], 3),
  );
}

function seriesTree(entries: Entry[], points: RunPageData["points"], budget: Budget): Html {
  const numbers = ({ aggregates }: Entry): Content[] =>
    aggregates
      ? [aggregates.last, aggregates.lastStep, aggregates.min, aggregates.max].map(formatNumber)
      : ["", "", "", ""];
  const other = ({ cell }: Entry) => cell.value === null ? missing("no points") : valueText(cell, 60);
  const rows = treeRows(entries, budget, (entry) => {
    const line = points.get(entry.path);
    return [
      line ? sparkline(line.step, line.value) : entry.aggregates ? "" : other(entry),
      ...numbers(entry),
      missing(entry.cell.type),
    ];
  }, 7);
  const right = (title: string) => ({ title, align: "right" as const });
  return table([{ title: "path" }, { title: "" }, right("last"), right("at step"), right("min"), right("max"), {
    title: "type",
  }], rows);
}

function fileList(entries: Entry[], images: RunPageData["images"], budget: Budget): Html {
  const pictures = entries.filter(({ path }) => images.has(path)).map(({ path }) =>
    picture(images.get(path)!, { caption: path, title: path, height: THUMBNAIL_HEIGHT, budget })
  );
  const rows = treeRows(
    entries,
    budget,
    ({ cell }) => [cell.value === null ? missing("lost before the export") : fileText(cell.value as FileRef)],
    2,
  );
  return markup`${pictures.length > 0 && markup`<div style="margin:6px 0">${pictures}</div>`}${
    table([{ title: "path" }, { title: "file" }], rows)
  }`;
}

function seriesText({ cell, aggregates }: Entry): string {
  if (!aggregates) return cell.value === null ? "no points" : `last ${valueText(cell, 60)}`;
  const { last, lastStep, min, max } = aggregates;
  return `last ${formatNumber(last)} at step ${formatNumber(lastStep)}, from ${formatNumber(min)} to ${
    formatNumber(max)
  }`;
}

function plainPart(title: string, entries: Entry[], text: (entry: Entry) => string): string[] {
  if (entries.length === 0) return [];
  const rows = entries.slice(0, MAX_PLAIN_ROWS).map((entry) => [`  ${entry.path}`, text(entry)]);
  const rest = entries.length - rows.length;
  const [, , ...lines] = textTable([{ title: "" }, { title: "" }], rows).split("\n");
  return [
    "",
    `${title} (${counted(entries.length, "attribute")})`,
    ...lines,
    ...(rest > 0 ? [`  … ${formatCount(rest)} more`] : []),
  ];
}

function isFileType(type: AttributeType): boolean {
  return type === "file" || type === "file_set" || type === "artifact";
}

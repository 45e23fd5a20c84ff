/**
 * The page of a run: who it is, where it comes from, its configs, series and files.
 *
 * @module
 */

import type { ValueBlock } from "../../columns.ts";
import { isFileType, isSeriesType, type RunInfo } from "../../types.ts";
import { Budget, bundle, type MediaBundle } from "../bundle.ts";
import { entriesOf, type Entry } from "./entries.ts";
import { counted, formatCount, formatNumber } from "../format.ts";
import { type Html, note, section, view } from "../html.ts";
import type { StoredImage } from "../image.ts";
import { type Ancestor, lineageHtml, lineageText } from "./lineage.ts";
import { identityHtml, identityText, runLabel } from "./run_identity.ts";
import { fileTree, metricTree, seriesTree, thumbnails, valueTree } from "./run_parts.ts";
import { textTable } from "../table.ts";
import { valueText } from "../value.ts";

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
  /** Images for the thumbnails, by path: of files, and the last ones of file series. */
  images: Map<string, StoredImage>;
}

/** Bytes of each part, so that a large one leaves room for the others. */
const SHARES: Record<string, number> = {
  Configs: 55_000,
  Metrics: 80_000,
  "Other series": 25_000,
  Files: 25_000,
  Images: 55_000,
  System: 15_000,
};
const MAX_PLAIN_ROWS = 40;

/** The bundle of a run page. */
export function runPage(data: RunPageData): MediaBundle {
  const entries = entriesOf(data.values);
  const system = entries.filter(({ path }) => path.startsWith("sys/"));
  const own = entries.filter(({ path }) => !path.startsWith("sys/"));
  const metrics = own.filter(({ cell }) => cell.type === "float_series");
  const series = own.filter(({ cell }) => isSeriesType(cell.type) && cell.type !== "float_series");
  const files = own.filter(({ cell }) => isFileType(cell.type));
  const configs = own.filter(({ cell }) => !isSeriesType(cell.type) && !isFileType(cell.type));
  const label = runLabel(data.info);

  const part = (title: string, of: Entry[], content: (budget: Budget) => Html, open = true) =>
    of.length > 0 && section(title, formatCount(of.length), content(new Budget(SHARES[title])), open);
  const page = view(
    identityHtml(data.project, data.info, entries),
    data.ancestors.length > 0 && lineageHtml(data.ancestors, label),
    part("Configs", configs, (budget) => valueTree(configs, budget)),
    part("Metrics", metrics, (budget) => metricTree(metrics, data.points, budget)),
    part("Other series", series, (budget) => seriesTree(series, budget)),
    part("Files", files, (budget) => fileTree(files, budget)),
    data.images.size > 0 &&
      section("Images", formatCount(data.images.size), thumbnails(data.images, new Budget(SHARES.Images))),
    part("System", system, (budget) => valueTree(system, budget), false),
    entries.length === 0 && note("This run has no attributes."),
  );
  const text = [
    identityText(data.project, data.info, entries),
    ...(data.ancestors.length > 0 ? [`lineage: ${lineageText(data.ancestors, label)}`] : []),
    ...plainPart("Configs", configs, (entry) => valueText(entry.cell, 80)),
    ...plainPart("Metrics", metrics, metricText),
    ...plainPart("Other series", series, ({ cell }) => cell.value === null ? "no points" : valueText(cell, 80)),
    ...plainPart("Files", files, (entry) => valueText(entry.cell)),
  ];
  return bundle(page, text.join("\n"));
}

function metricText({ aggregates }: Entry): string {
  if (!aggregates) return "no points";
  const [last, step, min, max] = [aggregates.last, aggregates.lastStep, aggregates.min, aggregates.max].map(
    formatNumber,
  );
  return `last ${last} at step ${step}, from ${min} to ${max}`;
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

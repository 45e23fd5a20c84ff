/**
 * The page of a run: who it is, where it comes from, its metrics, images, values and files.
 *
 * @module
 */

import type { ValueBlock } from "../../columns.ts";
import { isFileType, isSeriesType, type RunInfo } from "../../types.ts";
import { Budget, bundle, byteLength, type MediaBundle } from "../bundle.ts";
import { entriesOf, type Entry } from "./entries.ts";
import { counted, formatCount, formatNumber } from "../format.ts";
import { type Html, markup, note, section, view } from "../html.ts";
import type { StoredImage } from "../file/image.ts";
import { live } from "../live.ts";
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
  /** How many images there are, with those that were not read. */
  imageCount: number;
  /** The pattern that chose the attributes; null: the page shows all. */
  attributes: string | null;
}

/** Bytes of each part, so that a large one leaves room for the others; images get what is left. */
const SHARES: Record<string, number> = {
  Metrics: 80_000,
  "Other series": 25_000,
  Files: 25_000,
  System: 15_000,
};
const BYTES = 250_000;
const MAX_PLAIN_ROWS = 40;

/** The bundle of a run page. */
export function runPage(data: RunPageData): MediaBundle {
  const entries = entriesOf(data.values);
  const system = entries.filter(({ path }) => path.startsWith("sys/"));
  const own = entries.filter(({ path }) => !path.startsWith("sys/"));
  const metrics = own.filter(({ cell }) => cell.type === "float_series");
  const series = own.filter(({ cell }) => isSeriesType(cell.type) && cell.type !== "float_series");
  const files = own.filter(({ cell }) => isFileType(cell.type));
  const values = own.filter(({ cell }) => !isSeriesType(cell.type) && !isFileType(cell.type));
  const label = runLabel(data.info);

  const part = (title: string, of: Entry[], content: (budget: Budget) => Html, open = true, share = SHARES[title]) =>
    of.length > 0 && section(title, formatCount(of.length), content(new Budget(share)), open);
  const head = markup`
    ${identityHtml(data.project, data.info, entries)}
    ${data.ancestors.length > 0 && lineageHtml(data.ancestors, label)}
    ${part("Metrics", metrics, (budget) => metricTree(metrics, data.points, budget))}
  `;
  const valueShare = Math.max(60_000, 140_000 - byteLength(head.toString()));
  const rest = markup`
    ${part("Values", values, (budget) => valueTree(values, budget), true, valueShare)}
    ${part("Other series", series, (budget) => seriesTree(series, budget))}
    ${part("Files", files, (budget) => fileTree(files, budget))}
    ${data.attributes === null && part("System", system, (budget) => valueTree(system, budget), false)}
    ${
    own.length === 0 &&
    note(data.attributes === null ? "This run has no attributes." : `Nothing matches ${data.attributes}.`)
  }
  `;
  const left = BYTES - byteLength(head.toString()) - byteLength(rest.toString());
  const page = view(head, imagePart(data, left), rest);
  const text = [
    identityText(data.project, data.info, entries),
    ...(data.ancestors.length > 0 ? [`lineage: ${lineageText(data.ancestors, label)}`] : []),
    ...plainPart("Metrics", metrics, metricText),
    ...plainPart("Values", values, (entry) => valueText(entry.cell, 80)),
    ...plainPart("Other series", series, ({ cell }) => cell.value === null ? "no points" : valueText(cell, 80)),
    ...plainPart("Files", files, (entry) => valueText(entry.cell)),
  ];
  return bundle(page, text.join("\n"));
}

/** The images, and how many there are that could not be shown. */
function imagePart({ images, imageCount }: RunPageData, bytes: number): Html | false {
  if (imageCount === 0) return false;
  const { html, shown } = thumbnails(images, bytes);
  const aside = shown < imageCount ? `${formatCount(shown)} of ${formatCount(imageCount)}` : formatCount(imageCount);
  const hint = shown < imageCount &&
    note('Show others by page({ attributes: "^…" }), or each by its own attribute.');
  return section("Images", aside, markup`${live("images", html)}${hint}`);
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

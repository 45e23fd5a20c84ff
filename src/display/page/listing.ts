/**
 * What list calls return, as a table.
 *
 * @module
 */

import { bundle, type MediaBundle } from "../bundle.ts";
import { anyCell } from "../frame_cells.ts";
import { markup, note, view } from "../html.ts";
import { table, textTable } from "../table.ts";

/** What the page of a listing shows. */
export interface ListingPageData {
  /** What is listed: `runs of team/project`. */
  what: string;
  /** The first items; all with the same keys. */
  items: Record<string, unknown>[];
  /** There are more than these. */
  more: boolean;
}

/** The bundle of a listing. */
export function listingPage({ what, items, more }: ListingPageData): MediaBundle {
  const columns = Object.keys(items[0] ?? {}).map((title) => ({ title }));
  const size = more ? `the first ${items.length}` : items.length === 0 ? "none" : `all ${items.length}`;
  const rows = items.map((item) => columns.map(({ title }) => anyCell(item[title], 80)));
  const texts = items.map((item) => columns.map(({ title }) => String(item[title] ?? "null")));
  const page = view(
    note(markup`<b>${what}</b>: ${size}`),
    items.length > 0 && table(columns, more ? [...rows, "…"] : rows),
  );
  return bundle(page, [`${what}: ${size}`, ...(items.length > 0 ? [textTable(columns, texts)] : [])].join("\n"));
}

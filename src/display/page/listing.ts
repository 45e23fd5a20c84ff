/**
 * What list calls return, as a table.
 *
 * @module
 */

import { bundle, type MediaBundle } from "../bundle.ts";
import { anyCell } from "../frame_cells.ts";
import { formatCount } from "../format.ts";
import { gridHtml, shownOf } from "../grid.ts";
import { markup, note, view } from "../html.ts";
import { textTable } from "../table.ts";

const SHOWN = 20;
const BYTES = 120_000;

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
  const size = shownOf(items.length, more);
  const rows = items.map((item) => columns.map(({ title }) => anyCell(item[title], 160)));
  const grid = gridHtml({
    columns,
    rows,
    skippedAt: rows.length,
    skipped: 0,
    head: Math.min(SHOWN, rows.length),
    tail: 0,
  }, BYTES);
  const page = view(note(markup`<b>${what}</b>: ${size}`), items.length > 0 && grid);
  const texts = items.slice(0, SHOWN).map((item) => columns.map(({ title }) => String(item[title] ?? "null")));
  const lines = items.length > SHOWN ? [...texts, `… ${formatCount(items.length - SHOWN)} more`] : texts;
  return bundle(page, [`${what}: ${size}`, ...(items.length > 0 ? [textTable(columns, lines)] : [])].join("\n"));
}

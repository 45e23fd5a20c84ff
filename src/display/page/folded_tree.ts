/**
 * A tree of attributes in which what is long is folded: groups open one by one, without a script.
 *
 * @module
 */

import { type Budget, byteLength } from "../bundle.ts";
import type { Entry } from "./entries.ts";
import { formatCount } from "../format.ts";
import { type Content, type Html, markup, note, QUIET } from "../html.ts";
import { table, type TableColumn } from "../table.ts";
import { tree, treeLabel } from "../tree.ts";

/** A group of no more entries is one table. */
const SMALL = 24;
/** So many entries are in sight; the groups behind them are folded. */
const IN_SIGHT = 48;

/** How the rows of a tree are made, and how many more may be in sight. */
interface Folding {
  columns: TableColumn[];
  cells: (entry: Entry) => Content[];
  budget: Budget;
  inSight: number;
  left: number;
}

/** Tables of the entries, whose first column is the tree of their paths. What the budget does not allow is counted. */
export function foldedTree(
  columns: TableColumn[],
  entries: Entry[],
  budget: Budget,
  cells: (entry: Entry) => Content[],
): Html {
  const folding: Folding = { columns, cells, budget, inSight: IN_SIGHT, left: 0 };
  const content = group(folding, entries, "");
  const more = folding.left > 0 &&
    note(
      `${formatCount(folding.left)} more ${folding.left === 1 ? "is" : "are"} not in this page: `,
      'page({ attributes: "^…" }) shows a part',
    );
  return markup`${content}${more}`;
}

function group(folding: Folding, entries: Entry[], prefix: string): Html {
  if (entries.length <= SMALL) return rows(folding, entries, prefix);
  const spaces = new Map<string, Entry[]>();
  const leaves: Entry[] = [];
  for (const entry of entries) {
    const slash = entry.path.indexOf("/", prefix.length);
    if (slash < 0) leaves.push(entry);
    else {
      const space = entry.path.slice(0, slash + 1);
      if (!spaces.has(space)) spaces.set(space, []);
      spaces.get(space)!.push(entry);
    }
  }
  if (spaces.size === 1 && leaves.length === 0) {
    const [[space, inner]] = spaces;
    return group(folding, inner, space);
  }
  const shown = leaves.slice(0, Math.max(SMALL, Math.min(IN_SIGHT, leaves.length)));
  const rest = leaves.slice(shown.length);
  return markup`
    ${shown.length > 0 && rows(folding, shown, prefix)}
    ${
    rest.length > 0 && fold(folding, rest, `${formatCount(rest.length)} more`, false, () => rows(folding, rest, prefix))
  }
    ${
    [...spaces].map(([space, inner]) => {
      const open = inner.length <= folding.inSight;
      return fold(folding, inner, space.slice(prefix.length), open, () => group(folding, inner, space));
    })
  }
  `;
}

/** A group under a title that a click opens; one that the budget does not allow is counted. */
function fold(folding: Folding, entries: Entry[], title: string, open: boolean, content: () => Html): Html {
  if (!folding.budget.take(byteLength(title) + 330)) {
    folding.left += entries.length;
    return markup``;
  }
  const count = title.endsWith("/") && formatCount(entries.length);
  return markup`
    <details${open && markup` open`} style="margin:2px 0 2px 2px">
      <summary style="cursor:pointer;padding:1px 0">${title} <span style="${QUIET};font-size:12px">${count}</span></summary>
      <div style="margin:0 0 4px 14px">${content()}</div>
    </details>
  `;
}

/** One table; its labels leave out what the folds around it say. */
function rows(folding: Folding, entries: Entry[], prefix: string): Html {
  const { columns, cells, budget } = folding;
  const named = entries.map((entry) => ({ path: entry.path.slice(prefix.length), entry }));
  const shown: Content[][] = [];
  let fitting = 0;
  for (const row of tree(named)) {
    const long = row.label.length + 2 * row.depth > 46;
    const width = long ? "width:300px;overflow-wrap:anywhere" : "white-space:nowrap";
    const label = markup`<div style="${width}">${treeLabel(row)}</div>`;
    const line = [label, ...(row.item ? cells(row.item.entry) : columns.slice(1).map(() => ""))];
    // What the table adds to a cell is not in the cell.
    if (!budget.take(byteLength(markup`${line}`.toString()) + 90 * columns.length)) break;
    shown.push(line);
    if (row.item) fitting++;
  }
  folding.inSight -= fitting;
  folding.left += entries.length - fitting;
  // What is path and what is value goes without saying.
  return fitting > 0 ? table(columns, shown, columns.length > 2) : markup``;
}

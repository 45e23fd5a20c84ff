/**
 * Tables, as HTML and as text. Front ends bring table styles of their own, which the inline styles here replace.
 *
 * @module
 */

import { greatest } from "./format.ts";
import { type Content, type Html, LINE, markup, QUIET } from "./html.ts";

/** One column of a table. */
export interface TableColumn {
  title: string;
  /** Small print under the title, for example a type. */
  note?: string;
  /** Numbers go to the right. `left` when absent. */
  align?: "left" | "right";
}

/**
 * A table with one row of cells per item; cells are as many as columns. A row that is one string spans all columns. Without `titled`
 * the titles of the columns do not show.
 */
export function table(columns: TableColumn[], rows: (Content[] | string)[], titled = true): Html {
  const head = columns.map(({ title, note, align = "left" }) => {
    const small = note && markup`<br><span style="${QUIET};font-weight:400;font-size:11px">${note}</span>`;
    return markup`<th style="text-align:${align};${HEAD}">${title}${small}</th>`;
  });
  const body = rows.map((cells) =>
    typeof cells === "string"
      ? markup`<td colspan="${columns.length}" style="text-align:left;padding:3px 0;${QUIET}">${cells}</td>`
      : markup`${cells.map((cell, i) => td(cell, columns[i].align))}`
  );
  return markup`
    <div style="overflow-x:auto;max-width:100%"><table style="border-collapse:collapse;border:none;margin:0;font-size:12.5px;font-variant-numeric:tabular-nums">
      ${titled && markup`<thead><tr style="background:none">${head}</tr></thead>`}
      <tbody>${body.map((cells) => markup`<tr style="background:none">${cells}</tr>`)}</tbody>
    </table></div>
  `;
}

const HEAD =
  `padding:4px 14px 4px 0;border-bottom:1px solid ${LINE};vertical-align:bottom;white-space:nowrap;font-weight:600`;

function td(cell: Content, align = "left"): Html {
  return markup`<td style="text-align:${align};padding:2px 14px 2px 0;vertical-align:top">${cell}</td>`;
}

/** A missing value. */
export function missing(text = "null"): Html {
  return markup`<span style="${QUIET};font-style:italic">${text}</span>`;
}

/** The same as text: columns padded to their widest cell, two spaces between them. */
export function textTable(columns: { title: string; align?: "left" | "right" }[], rows: (string[] | string)[]): string {
  const full = rows.filter((row): row is string[] => typeof row !== "string");
  const widths = columns.map((column, i) => Math.max(column.title.length, greatest(full, (row) => row[i].length)));
  const line = (cells: string[]) =>
    cells.map((cell, i) => columns[i].align === "right" ? cell.padStart(widths[i]) : cell.padEnd(widths[i])).join("  ")
      .trimEnd();
  const header = line(columns.map((column) => column.title));
  return [
    header,
    widths.map((width) => "─".repeat(width)).join("  "),
    ...rows.map((row) => typeof row === "string" ? row : line(row)),
  ].join("\n");
}

/// <reference lib="dom" />

/**
 * A table that answers: sort by a click on a title, a filter box, titles that stay in sight, more rows on demand.
 *
 * @module
 */

import { arrangeRows, type GridCell, type GridData, LONG_TEXT, LONG_TEXT_STYLE } from "../draw/grid.ts";
import { button, dataOf, element, pageColor } from "./element.ts";

const MORE = 100;
const LINE = "1px solid rgba(128,128,128,.35)";

/** Puts a live table in the place of the plain one. */
export async function mountTable(node: HTMLElement): Promise<void> {
  const data = await dataOf<GridData>(node);
  const state = { filter: "", column: 0, direction: 0 as -1 | 0 | 1, limit: data.page };
  const input = element(
    "input",
    "font:inherit;font-size:12px;color:inherit;background:none;border:" + LINE +
      ";border-radius:4px;padding:2px 7px;width:170px",
  );
  Object.assign(input, { type: "search", placeholder: data.fromEnd ? "search" : "filter rows" });
  input.setAttribute("aria-label", "filter rows");
  const count = element("span", "font-size:12px;opacity:.75");
  const bar = element("div", "display:flex;flex-wrap:wrap;gap:10px;align-items:center;margin:2px 0 4px", input, count);
  const head = element("tr", "background:none");
  const body = element("tbody", "");
  const table = element(
    "table",
    "border-collapse:separate;border-spacing:0;border:none;margin:0;font-size:12.5px;font-variant-numeric:tabular-nums",
    element("thead", "", head),
    body,
  );
  const box = element("div", "max-height:460px;overflow:auto;max-width:100%;width:fit-content", table);
  const more = element("div", "display:flex;gap:8px;margin:5px 0 2px");
  const root = element("div", "", bar, box, more);
  root.dataset.part = "table";

  const titles = data.columns.map((column, i) => {
    const arrow = element("span", "font-size:10px", "");
    const title = element(
      "th",
      `position:sticky;top:0;z-index:1;text-align:${
        column.align ?? "left"
      };padding:4px 14px 4px 0;border-bottom:${LINE};` +
        "vertical-align:bottom;white-space:nowrap;font-weight:600;cursor:pointer;user-select:none",
      column.title,
      arrow,
    );
    title.title = "Sort";
    if (column.note) {
      title.append(element("br", ""), element("span", "opacity:.75;font-weight:400;font-size:11px", column.note));
    }
    title.addEventListener("click", () => {
      const first = column.align === "right" ? -1 : 1;
      const next = state.column !== i || state.direction === 0
        ? first
        : state.direction === first
        ? -first as -1 | 1
        : 0;
      Object.assign(state, { column: i, direction: next });
      show();
    });
    head.append(title);
    return { title, arrow };
  });

  const show = () => {
    const rows = arrangeRows(data, state.filter, state.column, state.direction);
    const plain = state.direction === 0 && state.filter.trim() === "";
    const shown = plain && data.fromEnd ? rows.slice(-state.limit) : rows.slice(0, state.limit);
    const lines: HTMLElement[] = shown.map((row) => line(data, row));
    const hole = (text: string) => {
      const cell = element("td", "text-align:left;padding:3px 0;opacity:.75", text);
      cell.colSpan = data.columns.length;
      return element("tr", "background:none", cell);
    };
    if (plain && data.skipped > 0 && (data.fromEnd ? shown.length === rows.length : state.limit > data.skippedAt)) {
      lines.splice(data.skippedAt, 0, hole(`… ${many(data.skipped, data)} more, not in this page …`));
    }
    body.replaceChildren(...lines);
    for (const [i, { title, arrow }] of titles.entries()) {
      const on = state.column === i && state.direction !== 0;
      arrow.textContent = on ? state.direction > 0 ? " ▲" : " ▼" : "";
      title.setAttribute("aria-sort", on ? state.direction > 0 ? "ascending" : "descending" : "none");
      title.style.background = pageColor(node);
    }
    const here = `${many(rows.length, data)}${
      rows.length < data.rows.length ? ` of ${data.rows.length.toLocaleString("en-US")}` : ""
    }`;
    count.textContent = plain
      ? `${many(data.rows.length + data.skipped, data)}`
      : `${here}${data.skipped > 0 ? `; ${many(data.skipped, data)} more are not in this page` : ""}`;
    const rest = rows.length - shown.length;
    const step = (by: number) => () => {
      state.limit += by;
      show();
    };
    more.replaceChildren(
      ...rest > 0
        ? [
          button(
            data.fromEnd && plain ? `${Math.min(MORE, rest)} earlier` : `${Math.min(MORE, rest)} more`,
            "",
            step(MORE),
          ),
        ]
        : [],
      ...rest > MORE ? [button(`all ${many(rows.length, data)}`, "", step(Infinity))] : [],
    );
  };
  input.addEventListener("input", () => {
    state.filter = input.value;
    show();
  });
  for (const event of ["keydown", "keyup", "keypress"]) input.addEventListener(event, (one) => one.stopPropagation());
  show();
  node.querySelector("table")!.style.display = "none";
  node.append(root);
}

function line({ rows, columns }: GridData, row: number): HTMLElement {
  return element("tr", "background:none", ...rows[row].map((cell, i) => cellOf(cell, columns[i])));
}

function cellOf(cell: GridCell, { align, wrap, mono }: GridData["columns"][0]): HTMLElement {
  const text = typeof cell === "string" ? cell : cell[0];
  const long = text.length > LONG_TEXT;
  const style = mono
    ? "white-space:pre-wrap;font-family:monospace;overflow-wrap:anywhere"
    : wrap || long
    ? "overflow-wrap:anywhere"
    : "white-space:nowrap";
  const content = long && !wrap && !mono ? element("div", LONG_TEXT_STYLE, text) : text;
  const made = element(
    "td",
    `text-align:${align ?? "left"};padding:2px 14px 2px 0;vertical-align:top;${style}`,
    content,
  );
  if (typeof cell !== "string") made.style.cssText += ";opacity:.75;font-style:italic";
  return made;
}

function many(count: number, { noun }: GridData): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

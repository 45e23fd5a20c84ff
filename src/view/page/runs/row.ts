/// <reference lib="dom" />

/**
 * One row of the table.
 *
 * @module
 */

import { Component, type ComponentChild } from "preact";
import { formatCount } from "../../../display/format.ts";
import { attributeQuery } from "./complete.ts";
import type { RunsRow } from "../../api.ts";
import { html } from "../html.ts";
import { colorOf, setColor } from "../selection.ts";
import { Link } from "../link.ts";
import { cellContent, cellText } from "./cells.ts";
import { columnWidth, type DrawnColumns, isNumberColumn, type PickedColumn } from "./columns.ts";
import { group, query } from "./state.ts";

interface Place {
  i: number;
  top: number;
  width: number;
  isActive: boolean;
  /** The width of the first column. */
  first: number;
}

type Run = Extract<RunsRow, { id: string }>;
type Heading = Extract<RunsRow, { count: number }>;

interface RunRowProps extends Place {
  row: Run | undefined;
  table: { cell(row: number, column: PickedColumn): ReturnType<typeof Object> };
  version: unknown;
  columns: DrawnColumns;
  isChosen: boolean;
  onClick(i: number, id: string, event: MouseEvent): void;
}

/** The row of a run; drawn again only when what it shows has changed. */
export class RunOfTable extends Component<RunRowProps> {
  override shouldComponentUpdate(next: RunRowProps): boolean {
    const { props } = this;
    return props.version !== next.version || props.columns !== next.columns || props.isChosen !== next.isChosen ||
      props.isActive !== next.isActive || props.row !== next.row || props.first !== next.first ||
      props.width !== next.width;
  }

  override render(
    { i, top, width, isActive, first, row, table, columns, isChosen, onClick }: RunRowProps,
  ): ComponentChild {
    const { places, shown, from, before } = columns;
    let left = first;
    // Far jumps use the same elements for other columns, and short ones need few new ones.
    const slots = 2 ** Math.ceil(Math.log2(shown.length));
    /** `at`: where a pinned column stands. */
    const cell = (column: PickedColumn, index: number, slot: string, at: number | null) => {
      const value = table.cell(i, column) as Parameters<typeof cellContent>[0];
      const style = { width: `${columnWidth(column)}px`, ...at !== null && { left: `${at}px` } };
      return html`
        <div role="gridcell" key=${slot} aria-colindex=${index + 2}
          class=${`runs-cell${at === null ? "" : " runs-pinned"}${isNumberColumn(column) ? " runs-number" : ""}`}
          style=${style} title=${value === undefined ? undefined : cellText(value, column)}>${cellContent(
            value,
            column,
            onlyTag,
          )}</div>
      `;
    };
    return html`
      <div role="row" id=${`row-${i}`} aria-rowindex=${i + 2} aria-selected=${isChosen}
        class=${`runs-row${isChosen ? " runs-chosen" : ""}${isActive ? " runs-active" : ""}`}
        style=${{ transform: `translateY(${top}px)`, width: `${width}px` }}>
        <div role="gridcell" aria-colindex="1" class="runs-first" style=${{ width: `${first}px` }}>
          ${row
            ? this.#name(row, isChosen, (event) => onClick(i, row.id, event))
            : html`<span class="runs-awaited">…</span>`}
        </div>
        ${places.pinned.map((column, i) => {
          const at = left;
          left += columnWidth(column);
          return cell(column, i, `pinned ${i}`, at);
        })}
        <span aria-hidden="true" class="runs-gap" style=${{ width: `${before}px` }}></span>
        ${shown.map((column, i) => cell(column, places.pinned.length + from + i, `free ${(from + i) % slots}`, null))}
      </div>
    `;
  }

  #name({ id, customId, unsynced }: Run, isChosen: boolean, click: (event: MouseEvent) => void): ComponentChild {
    const label = customId ?? id;
    return html`
      <input type="checkbox" tabindex="-1" aria-label=${`Choose ${label}`} checked=${isChosen} onClick=${click} />
      ${isChosen && html`<${Swatch} id=${id} label=${label} />`}
      <${Link} path="/run" params=${{ r: id }} tabindex="-1" title=${`${label} (${id})`}>${label}<//>
      ${unsynced && html`<span class="chip" title="Read from data that never reached a server">unsynced</span>`}
    `;
  }
}

function Swatch({ id, label }: { id: string; label: string }): ComponentChild {
  return html`
    <input type="color" class="runs-swatch" tabindex="-1" aria-label=${`Colour of ${label}`}
      title="The colour of this run: click to choose another" value=${colorOf(id)} onChange=${(event: Event) =>
        setColor(id, (event.target as HTMLInputElement).value)} />
  `;
}

/** The heading of a group. */
export function GroupRow(
  { i, top, width, isActive, row, onToggle }: Place & { row: Heading; onToggle(label: string | null): void },
): ComponentChild {
  const name = group.value?.path.split("/").at(-1) ?? "";
  return html`
    <div role="row" id=${`row-${i}`} aria-rowindex=${i + 2}
      class=${`runs-row runs-group${isActive ? " runs-active" : ""}`}
      style=${{ transform: `translateY(${top}px)`, width: `${width}px` }}>
      <div role="gridcell" class="runs-group-name">
        <button class="quiet" tabindex="-1" aria-expanded=${!row.closed} onClick=${() => onToggle(row.group)}>
          <span aria-hidden="true">${row.closed ? "▸" : "▾"}</span> ${name} = <b>${row.group ?? "no value"}</b>
          <span class="count">${formatCount(row.count)}</span>
        </button>
      </div>
    </div>
  `;
}

function onlyTag(tag: string): void {
  const condition = attributeQuery({ path: "sys/tags", type: "string_set" }, "CONTAINS", tag);
  const before = query.value.trim();
  if (before.includes(condition)) return;
  query.set(
    before === "" ? condition : /\bOR\b/i.test(before) ? `(${before}) AND ${condition}` : `${before} AND ${condition}`,
  );
}

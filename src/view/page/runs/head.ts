/// <reference lib="dom" />

/**
 * The head of a column: a click sorts, a menu does all else, and it can be dragged to another place.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { useRef, useState } from "preact/hooks";
import { html } from "../html.ts";
import {
  askedColumn,
  columnWidth,
  isGroupable,
  isLessBetter,
  isNumberColumn,
  isSame,
  isSortable,
  type PickedColumn,
  SHOWN,
  shownLabel,
} from "./columns.ts";
import { group, order, pick, picked, resizing } from "./state.ts";
import { WidthHandle } from "./width.ts";

let dragged: PickedColumn | null = null;

/** Changes the columns that were picked. Those about which it is are picked with it, where they show only because they differ. */
function change(
  about: PickedColumn[],
  edit: (all: PickedColumn[]) => PickedColumn[],
  options?: Parameters<typeof pick>[1],
): void {
  const all = [...picked.value, ...about.filter((one) => !picked.value.some((other) => isSame(one, other)))];
  pick(edit([...all.filter(({ pinned }) => pinned), ...all.filter(({ pinned }) => !pinned)]), options);
}

function setWidth(column: PickedColumn, width: number | null): void {
  const { width: _, ...rest } = column;
  const next = width === null ? rest : { ...rest, width };
  change([column], (all) => all.map((one) => isSame(one, column) ? next : one), { replace: true });
  resizing.value = null;
}

function moved(all: PickedColumn[], column: PickedColumn, by: number): PickedColumn[] {
  const from = all.findIndex((one) => isSame(one, column));
  const to = Math.min(all.length - 1, Math.max(0, from + by));
  all.splice(to, 0, ...all.splice(from, 1));
  return all;
}

/** Sorts by a column: at first the best or the newest first, then the other way round, then not at all. */
function sortBy(column: PickedColumn): void {
  const now = order.value;
  const first = isBestLast(column);
  if (!now || !isSame(now.column, column)) order.set({ column, descending: first });
  else if (now.descending === first) order.set({ column, descending: !first });
  else order.set(null);
}

/** Whether what one wants to see first is at the end of the ascending order. */
function isBestLast(column: PickedColumn): boolean {
  if (column.type === "datetime") return true;
  return column.type === "float_series" && !isLessBetter(column.path);
}

/** The head of the column at a place among all; `left` where it is pinned. */
export function HeadCell(
  { column, index, left }: { column: PickedColumn; index: number; left: number | null },
): ComponentChild {
  const { path } = column;
  const sorted = order.value && isSame(order.value.column, column) ? order.value : null;
  const slash = path.lastIndexOf("/");
  const label = [path.slice(slash + 1), shownLabel(column)].filter((one) => one !== "").join(" · ");
  const drop = (event: DragEvent) => {
    event.preventDefault();
    const from = dragged;
    dragged = null;
    if (!from || isSame(from, column)) return;
    change([from, column], (all) => {
      const rest = all.filter((one) => !isSame(one, from));
      const target = all.findIndex((one) => isSame(one, column));
      const source = all.findIndex((one) => isSame(one, from));
      const at = rest.findIndex((one) => isSame(one, column)) + (source < target ? 1 : 0);
      rest.splice(at, 0, { ...from, pinned: column.pinned });
      return rest;
    });
  };
  return html`
    <div role="columnheader" aria-colindex=${index + 2} class=${`runs-cell${left === null ? "" : " runs-pinned"}${
      isNumberColumn(column) ? " runs-number" : ""
    }`}
      aria-sort=${sorted ? sorted.descending ? "descending" : "ascending" : isSortable(column) ? "none" : undefined}
      style=${{ width: `${columnWidth(column)}px`, ...left !== null && { left: `${left}px` } }}
      draggable="true" title=${`${path} (${column.type})`}
      onDragStart=${(event: DragEvent) => {
        dragged = column;
        event.dataTransfer?.setData("text/plain", path);
      }}
      onDragOver=${(event: DragEvent) => dragged && event.preventDefault()} onDrop=${drop}>
      <button class="quiet runs-sort" disabled=${!isSortable(column)} onClick=${() => sortBy(column)}>
        <span class="note">${slash < 0 ? " " : path.slice(0, slash + 1)}</span>
        <span class="runs-label">
          <span>${label}</span>${sorted && html`<span aria-hidden="true"> ${sorted.descending ? "↓" : "↑"}</span>`}
        </span>
      </button>
      <${ColumnMenu} column=${column} />
      <${WidthHandle} of=${path} width=${columnWidth(column)} onMove=${(width: number) =>
        resizing.value = { ...column, width }} onSet=${(width: number | null) => setWidth(column, width)} />
    </div>
  `;
}

function ColumnMenu({ column }: { column: PickedColumn }): ComponentChild {
  const popup = useRef<HTMLDivElement>(null), opener = useRef<HTMLButtonElement>(null);
  // What is in the menu is drawn while it is open only: there are many heads.
  const [isOpen, setOpen] = useState(false);
  const open = () => {
    const { left, bottom } = opener.current!.getBoundingClientRect();
    const menu = popup.current!;
    setOpen(true);
    menu.showPopover();
    menu.style.left = `${Math.max(4, Math.min(left, innerWidth - 210))}px`;
    menu.style.top = `${bottom + 2}px`;
    requestAnimationFrame(() => menu.querySelector("button")?.focus());
  };
  const key = (event: KeyboardEvent) => {
    const items = [...popup.current!.querySelectorAll("button")];
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    const to = event.key === "ArrowDown" ? at + 1 : event.key === "ArrowUp" ? at - 1 : null;
    if (to === null) return;
    items.at(to % items.length)?.focus();
    event.preventDefault();
  };
  return html`
    <button ref=${opener} class="quiet runs-menu" aria-haspopup="menu" aria-label=${`Column ${column.path}`}
      onClick=${open}>⋮</button>
    <div ref=${popup} popover="auto" role="menu" class="menu" aria-label=${`Column ${column.path}`} onKeyDown=${key}
      onToggle=${(event: ToggleEvent) => {
        if (event.newState === "open") return;
        setOpen(false);
        opener.current?.focus();
      }}>
      ${isOpen && menuItems(column, () => popup.current!.hidePopover())}
    </div>
  `;
}

function menuItems(column: PickedColumn, close: () => void): ComponentChild {
  const item = (label: string, act: () => void, checked?: boolean) =>
    html`<button role=${checked === undefined ? "menuitem" : "menuitemradio"} aria-checked=${checked} onClick=${() => {
      close();
      act();
    }}>${label}</button>`;
  const grouped = group.value && group.value.path === column.path && group.value.type === column.type;
  // A column that shows because it differs goes when it differs no more.
  const isPicked = picked.value.some((one) => isSame(one, column));
  const replaced = (next: PickedColumn) => {
    change([column], (all) => {
      const there = all.some((one) => isSame(one, next) && !isSame(one, column));
      return there ? all.filter((one) => !isSame(one, column)) : all.map((one) => isSame(one, column) ? next : one);
    });
    // What the table is sorted by goes on showing.
    const sorted = order.value;
    if (sorted && isSame(sorted.column, column)) order.replace({ ...sorted, column: next });
  };
  return html`
    ${isSortable(column) && item("Sort ascending", () => order.set({ column, descending: false }))}
    ${isSortable(column) && item("Sort descending", () => order.set({ column, descending: true }))}
    ${column.type === "float_series" &&
      SHOWN.map((shown) =>
        item(
          shown === "best" ? `Best value (${askedColumn({ ...column, shown }).aggregation})` : `Show ${shown}`,
          () => replaced({ ...column, shown }),
          column.shown === shown,
        )
      )}
    ${isGroupable(column) &&
      item(
        grouped ? "Do not group" : "Group by this",
        () => group.set(grouped ? null : { path: column.path, type: column.type }),
      )}
    ${item(column.pinned ? "Unpin" : "Pin to the left", () => replaced({ ...column, pinned: !column.pinned }))}
    ${item("Move left", () => change([column], (all) => moved(all, column, -1)))}
    ${item("Move right", () => change([column], (all) => moved(all, column, 1)))}
    ${isPicked && item("Remove", () => change([], (all) => all.filter((one) => !isSame(one, column))))}
  `;
}

/// <reference lib="dom" />

/**
 * The table. Only the rows and columns that are seen are in the page, however many there are.
 *
 * @module
 */

import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { Component, type ComponentChild, createRef, type RefObject } from "preact";
import { formatCount } from "../../../display/format.ts";
import { go } from "../address.ts";
import { html } from "../html.ts";
import { chosenRuns, chosenSet, toggleRun } from "../selection.ts";
import { type ColumnPlaces, columnWidth, type DrawnColumns, type PickedColumn } from "./columns.ts";
import { HeadCell } from "./head.ts";
import { GroupRow, RunOfTable } from "./row.ts";
import { idsBetween, isOutdated, known, problem, seen } from "./rows.ts";
import { chosenFirstWidth, closedGroups, columns, setFirstWidth } from "./state.ts";
import { WidthHandle } from "./width.ts";

/** Heights of rows and of the head, and the width of the first column, in pixels; the style sheet has the same. */
const ROW = 30, HEAD = 46, FIRST = 230, NARROW_FIRST = 150;
/** Rows that are drawn beyond those that are seen. */
const AHEAD = 6;
/** At most so many runs are chosen at once: they are in the address. */
const MOST_CHOSEN = 2000;

const isNarrow = matchMedia("(max-width: 640px)");
const usualWidth: Signal<number> = signal(isNarrow.matches ? NARROW_FIRST : FIRST);
isNarrow.addEventListener("change", () => usualWidth.value = isNarrow.matches ? NARROW_FIRST : FIRST);
/** How wide the first column is. On a phone a wide one would leave no room for others. */
const firstWidth: ReadonlySignal<number> = computed(() => {
  const width = draggedFirst.value ?? chosenFirstWidth.value ?? usualWidth.value;
  return usualWidth.value === NARROW_FIRST ? Math.min(width, NARROW_FIRST) : width;
});
/** How wide it is while its edge is dragged; null: it is not. */
const draggedFirst: Signal<number | null> = signal(null);

const places: ReadonlySignal<ColumnPlaces> = computed(() => {
  const all = columns.value;
  const pinned = all.filter((column) => column.pinned), free = all.filter((column) => !column.pinned);
  const starts = [0];
  for (const column of free) starts.push(starts.at(-1)! + columnWidth(column));
  const left = pinned.reduce((sum, column) => sum + columnWidth(column), firstWidth.value);
  return { pinned, free, starts, left, width: left + starts.at(-1)! };
});

/** What part of the table is seen, in pixels. */
const view: Signal<{ top: number; left: number; width: number; height: number }> = signal({
  top: 0,
  left: 0,
  width: 1000,
  height: 600,
});

/** The rows that are drawn. */
const drawnRows: ReadonlySignal<string> = computed(() => {
  const { rows } = known.value.table;
  const { top, height } = view.value;
  const from = Math.max(0, Math.floor(top / ROW) - AHEAD);
  const to = Math.min(rows, Math.ceil((top + height - HEAD) / ROW) + AHEAD);
  return `${from} ${Math.max(from, to)}`;
});

/** The free columns that are drawn. A text, so that what is the same is seen to be the same. */
const drawnColumns: ReadonlySignal<string> = computed(() => {
  const { starts, left, free } = places.value;
  const { left: scrolled, width } = view.value;
  const from = Math.max(0, placeOf(starts, scrolled) - 1);
  const to = Math.min(free.length, placeOf(starts, scrolled + Math.max(0, width - left)) + 2);
  return `${from} ${to}`;
});

/** The last start that is not behind the position. */
function placeOf(starts: readonly number[], position: number): number {
  let low = 0, high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle] <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}

const drawn: ReadonlySignal<DrawnColumns> = computed(() => {
  const [from, to] = drawnColumns.value.split(" ").map(Number);
  const all = places.value;
  return { places: all, shown: all.free.slice(from, to), from, before: all.starts[from] ?? 0 };
});

effect(() => {
  const [from, to] = drawnRows.value.split(" ").map(Number);
  const { places, shown } = drawn.value;
  seen.value = { from, to, columns: [...places.pinned, ...shown] };
});

/** The row that the keys are about. */
const active: Signal<number> = signal(0);
let anchor = 0;

/** The table of runs. */
export class Grid extends Component {
  readonly #element: RefObject<HTMLDivElement | null> = createRef();
  #watch: ResizeObserver | null = null;
  #stop: () => void = () => {};

  override componentDidMount(): void {
    const element = this.#element.current!;
    this.#watch = new ResizeObserver(() => this.#look());
    this.#watch.observe(element);
    this.#look();
    // Another question begins at its first row.
    this.#stop = effect(() => {
      if (!isOutdated.value) return;
      element.scrollTop = 0;
      active.value = anchor = 0;
    });
  }

  override componentWillUnmount(): void {
    this.#watch?.disconnect();
    this.#stop();
  }

  #look(): void {
    const { scrollTop: top, scrollLeft: left, clientWidth: width, clientHeight: height } = this.#element.current!;
    view.value = { top, left, width, height };
  }

  #key(event: KeyboardEvent): void {
    if (event.target !== this.#element.current) return;
    const { rows } = known.value.table;
    const page = Math.max(1, Math.floor((view.value.height - HEAD) / ROW) - 1);
    const moves: Record<string, number> = {
      ArrowDown: active.value + 1,
      ArrowUp: active.value - 1,
      PageDown: active.value + page,
      PageUp: active.value - page,
      Home: 0,
      End: rows - 1,
    };
    const row = known.value.table.at(active.value);
    if (event.key in moves) {
      active.value = Math.min(rows - 1, Math.max(0, moves[event.key]));
      this.#reveal(active.value);
      if (event.shiftKey) chooseBetween(anchor, active.value);
      else anchor = active.value;
    } else if (event.key === " " && row) {
      if ("id" in row) toggleRun(row.id);
      else toggleGroup(row.group);
      anchor = active.value;
    } else if (event.key === "Enter" && row) {
      if ("id" in row) go({ r: row.id }, { path: "/run" });
      else toggleGroup(row.group);
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      this.#element.current!.scrollLeft += event.key === "ArrowLeft" ? -120 : 120;
    } else return;
    event.preventDefault();
  }

  #reveal(row: number): void {
    const element = this.#element.current!;
    const top = row * ROW, height = element.clientHeight - HEAD;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW > element.scrollTop + height) element.scrollTop = top + ROW - height;
  }

  override render(): ComponentChild {
    const { table } = known.value;
    const [from, to] = drawnRows.value.split(" ").map(Number);
    const columns = drawn.value;
    const { width, pinned, free } = columns.places;
    const rows = Array.from({ length: to - from }, (_, i) => from + i);
    return html`
      <div
        ref=${this.#element}
        class=${`runs-grid${isOutdated.value && problem.value === "" ? " runs-waiting" : ""}`}
        role="grid"
        tabindex="0"
        aria-label="Runs"
        aria-rowcount=${table.rows + 1}
        aria-colcount=${pinned.length + free.length + 1}
        aria-multiselectable="true"
        aria-busy=${isOutdated.value}
        aria-activedescendant=${active.value >= from && active.value < to ? `row-${active.value}` : undefined}
        onScroll=${() => this.#look()}
        onKeyDown=${(event: KeyboardEvent) => this.#key(event)}
      >
        <div class="runs-head" role="rowgroup" style=${{ width: `${width}px` }}>
          <div class="runs-row" role="row" aria-rowindex="1">
            <${HeadRow} columns=${columns} />
          </div>
        </div>
        <div role="rowgroup" class="runs-body" style=${{ width: `${width}px`, height: `${table.rows * ROW}px` }}>
          ${rows.map((i) => {
            const row = table.at(i);
            const props = { key: i, i, top: i * ROW, width, isActive: active.value === i, first: firstWidth.value };
            if (row && "group" in row) return html`<${GroupRow} ...${props} row=${row} onToggle=${toggleGroup} />`;
            return html`
              <${RunOfTable} ...${props} row=${row} table=${known.value.table} version=${known.value}
                columns=${columns} isChosen=${row !== undefined && chosenSet.value.has(row.id)} onClick=${clickRow} />
            `;
          })}
        </div>
      </div>
    `;
  }
}

function HeadRow({ columns }: { columns: DrawnColumns }): ComponentChild {
  const { places, shown, from, before } = columns;
  const { runs } = known.value.table;
  let left = firstWidth.value;
  const cell = (column: PickedColumn, index: number, at: number | null) =>
    html`
      <${HeadCell} key=${`${column.type}:${column.path}:${column.shown}`} column=${column} index=${index} left=${at} />
    `;
  return html`
    <div role="columnheader" aria-colindex="1" class="runs-first" style=${{ width: `${firstWidth.value}px` }}>
      <${ChooseAll} />
      <span>Run <span class="note">${formatCount(runs)}</span></span>
      <${WidthHandle} of="Run" width=${firstWidth.value} onMove=${(width: number) => draggedFirst.value = width}
        onSet=${(width: number | null) => {
          draggedFirst.value = null;
          setFirstWidth(width);
        }} />
    </div>
    ${places.pinned.map((column, i) => {
      const at = left;
      left += columnWidth(column);
      return cell(column, i, at);
    })}
    <span aria-hidden="true" class="runs-gap" style=${{ width: `${before}px` }}></span>
    ${shown.map((column, i) => cell(column, places.pinned.length + from + i, null))}
  `;
}

function ChooseAll(): ComponentChild {
  const { runs, rows } = known.value.table;
  const count = chosenRuns.value.length;
  const choose = async () => {
    if (count > 0) chosenRuns.set([]);
    else chosenRuns.set(await idsBetween(0, Math.min(rows, MOST_CHOSEN)));
  };
  const title = count > 0
    ? "Choose no run"
    : runs > MOST_CHOSEN
    ? `Choose the first ${formatCount(MOST_CHOSEN)} runs`
    : "Choose all runs";
  return html`<input type="checkbox" aria-label=${title} title=${title} checked=${count > 0} onClick=${choose} />`;
}

function clickRow(i: number, id: string, event: MouseEvent): void {
  active.value = i;
  if (event.shiftKey) return void chooseBetween(anchor, i);
  anchor = i;
  toggleRun(id);
}

async function chooseBetween(a: number, b: number): Promise<void> {
  const from = Math.min(a, b), to = Math.min(Math.max(a, b) + 1, from + MOST_CHOSEN);
  const ids = await idsBetween(from, to);
  chosenRuns.set([...new Set([...chosenRuns.value, ...ids])]);
}

function toggleGroup(label: string | null): void {
  const name = label ?? "";
  const closed = closedGroups.value;
  closedGroups.set(closed.includes(name) ? closed.filter((one) => one !== name) : [...closed, name]);
}

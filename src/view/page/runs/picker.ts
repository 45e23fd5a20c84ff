/// <reference lib="dom" />

/**
 * The dialog in which columns are picked.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { counted } from "../../../display/format.ts";
import type { AttributesAnswer } from "../../api.ts";
import { ask } from "../client.ts";
import { html } from "../html.ts";
import { project } from "../selection.ts";
import { isSame, type PickedColumn, SHOWN, type ShownAggregate } from "./columns.ts";
import { pick, picked, pickFirst } from "./state.ts";

/** So many attributes are listed at a time. */
const STEP = 200;
/** At most so many columns are added at once: they are in the address. */
const MOST_ADDED = 100;

/** The button that opens the dialog, and the dialog. */
export function ColumnPicker(): ComponentChild {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  const open = () => {
    setOpen(true);
    dialog.current!.showModal();
  };
  return html`
    <button onClick=${open} aria-haspopup="dialog">Columns</button>
    <dialog ref=${dialog} class="runs-picker" aria-label="Columns" onClose=${() => setOpen(false)}
      onClick=${(event: Event) => event.target === dialog.current && dialog.current!.close()}>
      ${isOpen && html`<${Picker} close=${() => dialog.current!.close()} />`}
    </dialog>
  `;
}

function Picker({ close }: { close: () => void }): ComponentChild {
  const [search, setSearch] = useState("");
  const [most, setMost] = useState(STEP);
  const [found, setFound] = useState<AttributesAnswer>({ total: 0, attributes: [] });
  const all = picked.value;
  const field = useRef<HTMLInputElement>(null);
  // It comes after the dialog was opened, which therefore does not lead to it.
  useEffect(() => field.current!.focus(), []);
  useEffect(() => {
    const stop = new AbortController();
    const request = { project: project.value, search, types: null, runs: null, from: 0, to: most };
    ask("attributes", request, stop.signal).then(setFound, () => {});
    return () => stop.abort();
  }, [search, most, project.value]);
  const columnOf = (path: string, type: PickedColumn["type"]): PickedColumn => ({
    path,
    type,
    shown: "last",
    pinned: false,
  });
  const there = (one: { path: string; type: string }) =>
    all.some(({ path, type }) => path === one.path && type === one.type);
  const toggle = (path: string, type: PickedColumn["type"]) =>
    pick(
      there({ path, type })
        ? all.filter((one) => one.path !== path || one.type !== type)
        : [...all, columnOf(path, type)],
    );
  const addAll = async () => {
    const request = { project: project.value, search, types: null, runs: null, from: 0, to: MOST_ADDED };
    const { attributes } = await ask("attributes", request);
    pick([...all, ...attributes.filter((one) => !there(one)).map(({ path, type }) => columnOf(path, type))]);
  };
  return html`
    <div class="runs-picker-head">
      <input ref=${field} type="search" aria-label="Search attributes" placeholder="Search attributes" value=${search}
        onInput=${(event: Event) => {
          setMost(STEP);
          setSearch((event.target as HTMLInputElement).value);
        }} />
      <span class="note" role="status">${counted(found.total, "attribute")}</span>
      <button onClick=${addAll} disabled=${found.total === 0 || found.total > MOST_ADDED}
        title=${found.total > MOST_ADDED
          ? `At most ${MOST_ADDED} at once: narrow the search`
          : ""}>Add all found</button>
      <button onClick=${close}>Done</button>
    </div>
    <div class="runs-picker-lists">
      <ul aria-label="Attributes" tabindex="0">
        ${found.attributes.map(({ path, type }) =>
          html`
            <li key=${`${type}:${path}`}>
              <label><input type="checkbox" checked=${there({ path, type })} onChange=${() =>
                toggle(path, type)} /> ${path}
                          <span class="note">${type.replace("_", " ")}</span></label>
            </li>
          `
        )}
        ${found.total > most &&
          html`<li><button onClick=${() => setMost(most + 5 * STEP)}>Show more</button></li>`}
      </ul>
      <div>
        <h2>Columns <button class="quiet" onClick=${pickFirst}>As at first</button></h2>
        <ol aria-label="Columns that are shown" tabindex="0">
          ${all.map((column) =>
            html`<${PickedItem} key=${`${column.type}:${column.path}:${column.shown}`} column=${column} />`
          )}
        </ol>
      </div>
    </div>
  `;
}

function PickedItem({ column }: { column: PickedColumn }): ComponentChild {
  const { path, type, shown, pinned } = column;
  const all = picked.value;
  const at = all.findIndex((one) => isSame(one, column));
  const move = (to: number) => {
    const next = all.filter((_, i) => i !== at);
    next.splice(to, 0, column);
    pick(next);
  };
  const replace = (next: PickedColumn) => pick(all.map((one, i) => i === at ? next : one));
  return html`
    <li>
      <span class="runs-picked">${path}</span>
      ${type === "float_series" &&
        html`<select aria-label=${`What to show of ${path}`} value=${shown} onChange=${(event: Event) =>
          replace({ ...column, shown: (event.target as HTMLSelectElement).value as ShownAggregate })}>
          ${SHOWN.map((one) => html`<option value=${one}>${one}</option>`)}
        </select>`}
      <button class="quiet" aria-label=${`Move ${path} up`} disabled=${at === 0} onClick=${() =>
        move(at - 1)}>↑</button>
      <button class="quiet" aria-label=${`Move ${path} down`} disabled=${at === all.length - 1} onClick=${() =>
        move(at + 1)}>↓</button>
      <button class="quiet" aria-label=${`Pin ${path}`} aria-pressed=${pinned} onClick=${() =>
        replace({ ...column, pinned: !pinned })}>⇤</button>
      <button class="quiet" aria-label=${`Remove ${path}`} onClick=${() =>
        pick(all.filter((_, i) => i !== at))}>✕</button>
    </li>
  `;
}

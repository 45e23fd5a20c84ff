/// <reference lib="dom" />

/**
 * The section Runs: a table of all runs, from which some are chosen.
 *
 * @module
 */

import { computed, type ReadonlySignal } from "@preact/signals";
import type { ComponentChild } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { counted, formatCount } from "../../../display/format.ts";
import { ask } from "../client.ts";
import { html } from "../html.ts";
import { chosenRuns, project } from "../selection.ts";
import { Link } from "../link.ts";
import { askedColumn } from "./columns.ts";
import { Grid } from "./grid.ts";
import { ColumnPicker } from "./picker.ts";
import { QueryField } from "./query.ts";
import { isOutdated, known, problem, progress } from "./rows.ts";
import { columns, differing, group, listing, onlyDiffering, query, reloads, searchText, trash } from "./state.ts";

/** The same runs and columns as comma-separated values. */
const csvAddress: ReadonlySignal<string> = computed(() => {
  const chosen = chosenRuns.value;
  const request = {
    ...listing.value,
    closed: [],
    ids: chosen.length > 0 ? chosen : null,
    columns: columns.value.map(askedColumn),
  };
  return `/api/runs.csv?asked=${encodeURIComponent(JSON.stringify(request))}`;
});

/** `/` leads to the search box from anywhere, as in many programs. */
function shortcut(event: KeyboardEvent): void {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target instanceof HTMLElement && event.target.closest("input, textarea, select, dialog")) return;
  document.querySelector<HTMLInputElement>(".runs-search")?.focus();
  event.preventDefault();
}

async function reload(): Promise<void> {
  await ask("refresh", { project: project.value });
  reloads.value++;
}

/** The section Runs. */
export function RunsSection(): ComponentChild {
  useEffect(() => {
    document.addEventListener("keydown", shortcut);
    return () => document.removeEventListener("keydown", shortcut);
  }, []);
  return html`
    <div class="runs">
      <${Tools} />
      ${problem.value !== "" && html`<pre class="trouble" role="alert">${problem.value}</pre>`}
      <${Status} />
      <${Grid} />
    </div>
  `;
}

function Tools(): ComponentChild {
  const chosen = chosenRuns.value.length;
  const differ = differing.value;
  return html`
    <div class="runs-tools" role="search">
      <${SearchField} />
      <${QueryField} />
      <${ColumnPicker} />
      <button aria-pressed=${onlyDiffering.value} onClick=${() => onlyDiffering.set(!onlyDiffering.value)}
        title="Only columns that differ among the chosen runs, or among all that match">Differing</button>
      ${onlyDiffering.value &&
        html`<span class="note" role="status">${
          differ
            ? `${counted(differ.attributes.length, "config")} of ${counted(differ.runs, "run")} differ`
            : "comparing…"
        }</span>`}
      ${group.value &&
        html`<span class="chip">by ${group.value.path} <button class="quiet" aria-label="Do not group" onClick=${() =>
          group.set(null)}>✕</button></span>`}
      <select aria-label="Trash" value=${trash.value} onChange=${(event: Event) =>
        trash.set((event.target as HTMLSelectElement).value as "no")}>
        <option value="no">Without trash</option>
        <option value="all">With trash</option>
        <option value="only">Trash only</option>
      </select>
      <a class="button" href=${csvAddress.value} download>CSV</a>
      <button class="quiet" title="Look again for runs and values" onClick=${reload}>Reload</button>
      ${chosen > 0 && html`<span class="runs-chosen-tools">
        <b>${counted(chosen, "run")}</b> chosen
        <${Link} path="/charts" class="button">Charts<//>
        <${Link} path="/compare" class="button">Compare<//>
        <button class="quiet" onClick=${() => chosenRuns.set([])}>Clear</button>
      </span>`}
    </div>
  `;
}

function SearchField(): ComponentChild {
  const field = useRef<HTMLInputElement>(null);
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const own = useRef<string | null>(null);
  // What comes from elsewhere, as from going back; not what was typed here, as more may have been typed since.
  useEffect(() => {
    if (searchText.value !== own.current) field.current!.value = own.current = searchText.value;
  }, [searchText.value]);
  const type = () => {
    clearTimeout(waiting.current);
    waiting.current = setTimeout(() => searchText.replace(own.current = field.current!.value), 60);
  };
  return html`
    <input ref=${field} type="search" class="runs-search" aria-label="Search runs"
      placeholder="Search: name, id, tag ( / )" onInput=${type} />
  `;
}

/** Whether something was asked for that leaves runs out. */
const isNarrowed: ReadonlySignal<boolean> = computed(() => searchText.value !== "" || query.value !== "");

function showAll(): void {
  searchText.replace("");
  query.set("");
}

function Status(): ComponentChild {
  const { runs } = known.value.table;
  const done = progress.value;
  const isShown = done || (runs === 0 && !isOutdated.value);
  return html`
    ${done &&
      html`<progress class="runs-progress" aria-label="Reading" value=${done.done} max=${done.total}></progress>`}
    <p class=${isShown ? "note runs-status" : "unseen"} role="status">${statusText(runs)}${isShown && !done &&
      isNarrowed.value && html`
      <button onClick=${showAll}>Show all runs</button>
    `}</p>
  `;
}

function statusText(runs: number): string {
  const done = progress.value;
  if (problem.value !== "" && isOutdated.value) return "";
  if (done) return `Reading: ${formatCount(done.done)} of ${formatCount(done.total)}`;
  if (isOutdated.value) return "Reading…";
  return runs === 0 ? "No run matches." : counted(runs, "run");
}

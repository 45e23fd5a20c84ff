/// <reference lib="dom" />

/**
 * The section Runs: a table of all runs, from which some are chosen.
 *
 * @module
 */

import { effect, signal } from "@preact/signals";
import type { ComponentChild } from "preact";
import type { TableSlice } from "../../api.ts";
import { type Param, param, TEXT } from "../address.ts";
import { ask } from "../client.ts";
import { html } from "../html.ts";
import { chosenSet, colorOf, project, toggleRun } from "../selection.ts";

const search: Param<string> = param("f", TEXT);
const table = signal<TableSlice | null>(null);

effect(() => {
  const request = {
    project: project.value,
    query: "",
    search: search.value,
    ids: null,
    trashed: false,
    sort: null,
    group: null,
    closed: [],
    columns: [],
    from: 0,
    to: 100,
  };
  ask("runs", request).then((answer) => table.value = answer, () => {});
});

/** The section Runs. */
export function RunsSection(): ComponentChild {
  return html`
    <input type="search" aria-label="Search" value=${search.value} onInput=${(event: Event) =>
      search.replace((event.target as HTMLInputElement).value)} />
    <table>
      <tbody>
        ${table.value?.slice.map((row) =>
          "id" in row && html`
            <tr key=${row.id}>
              <td><input type="checkbox" aria-label=${`Choose ${row.id}`} checked=${chosenSet.value.has(
                row.id,
              )} onChange=${() => toggleRun(row.id)} style=${{ accentColor: colorOf(row.id) }} /></td>
              <td>${row.name}</td>
              <td>${row.customId ?? row.id}</td>
            </tr>
          `
        )}
      </tbody>
    </table>
  `;
}

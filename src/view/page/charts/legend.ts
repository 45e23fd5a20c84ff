/// <reference lib="dom" />

/**
 * Which colour is which run: for all charts at once.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { PALETTE } from "../../../display/palette.ts";
import { html } from "../html.ts";
import { setColor } from "../selection.ts";
import { type ChartRun, groupsOf } from "./lines.ts";
import { hidden, highlighted, withoutAncestors } from "./state.ts";

/** The legend: a click switches a line off and on, the pointer has it stand out. */
export function Legend({ runs }: { runs: readonly ChartRun[] }): ComponentChild {
  const isGrouped = runs.some(({ group }) => group !== null);
  const entries = isGrouped
    ? groupsOf(runs).map((group, i) => ({ key: group, label: group, color: PALETTE[i % PALETTE.length] }))
    : runs.map(({ id, label, color }) => ({ key: id, label, color }));
  const toggle = (key: string) => {
    const off = hidden.value;
    hidden.set(off.includes(key) ? off.filter((one) => one !== key) : [...off, key]);
  };
  return html`
    <ul class="charts-legend" aria-label=${isGrouped ? "Groups" : "Runs"}>
      ${entries.map(({ key, label, color }) =>
        html`
          <li key=${key} onPointerEnter=${() => highlighted.value = key} onPointerLeave=${() =>
            highlighted.value = null}>
            ${isGrouped ? html`<i style=${{ background: color }}></i>` : html`
              <input type="color" value=${color} title="Another colour" aria-label=${`Colour of ${label}`}
                onChange=${(event: Event) => setColor(key, (event.target as HTMLInputElement).value)} />
            `}
            <button class="quiet" aria-pressed=${!hidden.value.includes(key)} title=${key} onClick=${() =>
              toggle(key)}>${label}</button>
          </li>
        `
      )}
      ${!isGrouped && !withoutAncestors.value && runs.some(({ isFork }) => isFork) && html`
        <li class="note"><svg width="26" height="8" aria-hidden="true"><path d="M1,4h24" stroke="currentColor"
          stroke-width="2" stroke-opacity="0.5" /></svg> faint: inherited</li>
      `}
    </ul>
  `;
}

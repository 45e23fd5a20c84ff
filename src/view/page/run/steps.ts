/// <reference lib="dom" />

/**
 * A slider over the steps at which something was logged.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { formatNumber } from "../../../display/format.ts";
import { html } from "../html.ts";
import { shownStep } from "./state.ts";

/** The slider; arrow keys go from step to step. */
export function Steps({ steps }: { steps: readonly number[] }): ComponentChild {
  const at = shownStep.value ?? steps[steps.length - 1];
  const place = Math.max(0, steps.findLastIndex((step) => step <= at));
  const move = (to: number) => shownStep.replace(to >= steps.length - 1 ? null : steps[Math.max(0, to)]);
  return html`
    <div class="run-steps">
      <button aria-label="The step before" disabled=${place === 0} onClick=${() => move(place - 1)}>←</button>
      <input type="range" class="screen" aria-label="Step" aria-valuetext=${`step ${
        steps[place]
      }`} min="0" max=${steps.length -
        1}
        value=${place}
        onInput=${(event: Event) => move(Number((event.target as HTMLInputElement).value))} />
      <button aria-label="The next step" disabled=${place === steps.length - 1} onClick=${() =>
        move(place + 1)}>→</button>
      <output>step ${formatNumber(steps[place])}</output>
    </div>
  `;
}

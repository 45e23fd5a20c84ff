/// <reference lib="dom" />

/**
 * Which colour is which run, on paper: there one cannot point at them.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { html } from "../html.ts";
import { colorOf } from "../selection.ts";
import type { ComparedRun } from "./compared.ts";

/** The legend of a picture, where it is printed. */
export function PrintedRuns({ runs }: { runs: readonly ComparedRun[] }): ComponentChild {
  return html`
    <ul class="paper compare-runs" aria-label="Runs">
      ${runs.map(({ id, label }) =>
        html`
          <li
            key=${id}><svg width="20" height="8" aria-hidden="true"><path d="M1,4h18" stroke=${colorOf(
              id,
            )} stroke-width="3" /></svg> ${label}</li>
        `
      )}
    </ul>
  `;
}

/// <reference lib="dom" />

/**
 * The section Run.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { html } from "../html.ts";

/** The section Run. */
export function RunSection(): ComponentChild {
  return html`<p class="note">This section is not there yet.</p>`;
}

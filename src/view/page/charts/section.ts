/// <reference lib="dom" />

/**
 * The section Charts.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { html } from "../html.ts";

/** The section Charts. */
export function ChartsSection(): ComponentChild {
  return html`<p class="note">This section is not there yet.</p>`;
}

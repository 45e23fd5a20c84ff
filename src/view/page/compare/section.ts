/// <reference lib="dom" />

/**
 * The section Compare.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { html } from "../html.ts";

/** The section Compare. */
export function CompareSection(): ComponentChild {
  return html`<p class="note">This section is not there yet.</p>`;
}

/// <reference lib="dom" />

/**
 * What sections say where no run is chosen.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { counted } from "../../display/format.ts";
import { html } from "./html.ts";
import { Link } from "./link.ts";
import { chosenRuns, newestProblem, shownRuns } from "./selection.ts";

/** Says which runs are shown though none is chosen; nothing where some are. */
export function NewestNote(): ComponentChild {
  const shown = shownRuns.value;
  if (chosenRuns.value.length > 0) return null;
  if (shown === null) {
    return newestProblem.value === ""
      ? html`<p class="note">Reading…</p>`
      : html`<p class="trouble" role="alert">${newestProblem.value}</p>`;
  }
  return html`<p class="note" role="status">${
    shown.length === 0
      ? "There are no runs: look into the"
      : `No run is chosen: of the ${counted(shown.length, "newest run")}. Choose in the`
  } <${Link} path="/">table of runs<//>.</p>`;
}

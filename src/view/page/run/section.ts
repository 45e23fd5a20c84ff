/// <reference lib="dom" />

/**
 * The section Run: everything about one run.
 *
 * @module
 */

import type { ComponentChild, ComponentType } from "preact";
import { type Answered, useAnswer } from "../answer.ts";
import type { ValuesAnswer } from "../../api.ts";
import { html } from "../html.ts";
import { NewestNote } from "../newest.ts";
import { chosenRuns, project } from "../selection.ts";
import { SavedFiles } from "./files.ts";
import { RunHealth } from "./health.ts";
import { RunHistograms } from "./histograms.ts";
import { RunHead } from "./identity.ts";
import { RunImages } from "./images.ts";
import { RunLineage } from "./lineage.ts";
import { RunLogs } from "./logs.ts";
import { isPicture, type RunPartProps } from "./part.ts";
import { RUN_PARTS, runParam, runPart, shownRun } from "./state.ts";
import { RunValues } from "./values.ts";

const PARTS: Record<typeof RUN_PARTS[number], ComponentType<RunPartProps>> = {
  values: RunValues,
  logs: RunLogs,
  images: RunImages,
  histograms: RunHistograms,
  files: SavedFiles,
  lineage: RunLineage,
  health: RunHealth,
};

/** The section Run. */
export function RunSection(): ComponentChild {
  const run = shownRun.value;
  if (run === null) return html`<${NewestNote} />`;
  return html`<${RunPage} key=${run} run=${run} />`;
}

function RunPage({ run }: { run: string }): ComponentChild {
  const request = { project: project.value, runs: [run], paths: null, types: null };
  const { answer, trouble }: Answered<ValuesAnswer> = useAnswer("values", request);
  if (trouble !== "") return html`<p class="trouble" role="alert">${trouble}</p>`;
  if (answer === null) return html`<p class="note">Reading ${run}…</p>`;
  if (answer.runs.length === 0) {
    return html`<p class="trouble" role="alert">There is no run ${run} in this project.</p>`;
  }
  const { values } = answer;
  const count = (...types: string[]) => values.filter(({ type }) => types.includes(type)).length;
  const counts: Partial<Record<typeof RUN_PARTS[number], number>> = {
    values: values.length,
    logs: count("string_series"),
    images: values.filter((value) => isPicture(value)).length,
    histograms: count("histogram_series"),
    files: count("file", "file_set", "artifact", "file_series"),
  };
  const Part = PARTS[runPart.value];
  return html`
    <div class="run">
      <${Chosen} run=${run} />
      <${RunHead} info=${answer.runs[0]} values=${values} />
      <div class="run-parts" role="tablist" aria-label="Parts of the run">
        ${RUN_PARTS.map((part) =>
          html`
            <button key=${part} role="tab" aria-selected=${runPart.value ===
              part} aria-controls="run-part" disabled=${counts[part] === 0 && runPart.value !== part}
              onClick=${() => runPart.set(part)} onKeyDown=${moveTab}>
              ${part[0].toUpperCase() + part.slice(1)} ${counts[part] !== undefined &&
                html`<span class="count">${counts[part]}</span>`}
            </button>
          `
        )}
      </div>
      <div id="run-part" role="tabpanel" aria-label=${runPart.value}>
        <${Part} run=${run} values=${values} />
      </div>
    </div>
  `;
}

/** Arrow keys go from tab to tab. */
function moveTab(event: KeyboardEvent): void {
  const by = event.key === "ArrowRight"
    ? "nextElementSibling"
    : event.key === "ArrowLeft"
    ? "previousElementSibling"
    : null;
  if (by === null) return;
  let next = (event.currentTarget as HTMLElement)[by] as HTMLButtonElement | null;
  while (next?.disabled) next = next[by] as HTMLButtonElement | null;
  next?.focus();
  next?.click();
}

/** Leads from one chosen run to the next. */
function Chosen({ run }: { run: string }): ComponentChild {
  const chosen = chosenRuns.value;
  const at = chosen.indexOf(run);
  if (chosen.length < 2 || at < 0) return null;
  const link = (id: string | undefined, text: string) =>
    id === undefined
      ? html`<span class="note">${text}</span>`
      : html`<button class="quiet" onClick=${() => runParam.set(id)}>${text}</button>`;
  return html`
    <div class="run-chosen">
      ${link(chosen[at - 1], "← before")} <span>${at + 1} of ${chosen.length} chosen runs</span> ${link(
        chosen[at + 1],
        "next →",
      )}
    </div>
  `;
}

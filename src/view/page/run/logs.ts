/// <reference lib="dom" />

/**
 * Text that a run logged, with a search; a step leads to the charts at that step.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { useState } from "preact/hooks";
import { counted, formatTime, printedText } from "../../../display/format.ts";
import { useAnswer } from "../answer.ts";
import { html } from "../html.ts";
import { Link } from "../link.ts";
import { project } from "../selection.ts";
import type { RunPartProps } from "./part.ts";
import { logPath, logSearch } from "./state.ts";

/** Lines that are read at first, and that are shown. */
const READ = 20_000, SHOWN = 2000;

/** The logs of a run. */
export function RunLogs({ run, values }: RunPartProps): ComponentChild {
  const paths = values.filter(({ type }) => type === "string_series").map(({ path }) => path).sort();
  const path = paths.includes(logPath.value) ? logPath.value : paths[0];
  if (path === undefined) return html`<p class="note">This run logged no text.</p>`;
  return html`
    <div class="run-tools">
      <label>Log <select value=${path} onChange=${(event: Event) =>
        logPath.set((event.target as HTMLSelectElement).value)}>
        ${paths.map((one) => html`<option value=${one}>${one}</option>`)}
      </select></label>
      <input type="search" class="screen" aria-label="Search the log" placeholder="search" value=${logSearch.value}
        onInput=${(event: Event) => logSearch.replace((event.target as HTMLInputElement).value)} />
    </div>
    <${Lines} key=${path} run=${run} path=${path} />
  `;
}

function Lines({ run, path }: { run: string; path: string }): ComponentChild {
  const [whole, setWhole] = useState(false);
  const [shown, setShown] = useState(SHOWN);
  const { answer, reading, trouble } = useAnswer("points", {
    project: project.value,
    runs: [run],
    paths: [path],
    steps: { from: null, to: null },
    inherited: true,
    kind: "string",
    limit: whole ? null : { points: READ, from: "end" },
  });
  if (trouble !== "") return html`<p class="trouble" role="alert">${trouble}</p>`;
  if (answer === null) return html`<p class="note">Reading…</p>`;
  const { step, time, values } = answer.series[0] ?? { step: [], time: [], values: [] };
  const search = logSearch.value.toLowerCase();
  const lines = values.map((text, i) => ({
    step: step[i],
    time: formatTime(Number(time[i])),
    text: text === null ? null : printedText(String(text)),
  })).filter(({ text }) => search === "" || (text ?? "").toLowerCase().includes(search));
  const first = Math.max(0, lines.length - shown);
  const rest = !whole && values.length === READ;
  return html`
    <p class="note" role="status">${counted(lines.length, "entry", "entries")}${search !== ""
      ? ` of ${counted(values.length, "entry", "entries")} with “${logSearch.value}”`
      : ""}${rest ? `, the last ${READ.toLocaleString("en-US")} of the log` : ""}${reading ? ", reading…" : ""}</p>
    ${rest && html`<button class="screen" onClick=${() => setWhole(true)}>Read the whole log</button>`}
    ${first > 0 &&
      html`<button class="screen" onClick=${() => setShown(shown + SHOWN)}>Show ${
        Math.min(first, SHOWN)
      } earlier</button>`}
    <ol class="run-log">
      ${lines.slice(first).map(({ step, time, text }) =>
        html`
          <li>
            <${Link} path="/charts" params=${{
              s: run,
              mk: String(step),
              mx: null,
            }} title="Show this step in the charts">${step}<//>
            <time>${time}</time>
            <pre>${text ?? html`<i class="note">the text is lost</i>`}</pre>
          </li>
        `
      )}
    </ol>
  `;
}

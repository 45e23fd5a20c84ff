/// <reference lib="dom" />

/**
 * The tree of forks in which a run stands. What is chosen in it is what the charts show.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { formatNumber } from "../../../display/format.ts";
import type { LineageRun } from "../../api.ts";
import { useAnswer } from "../answer.ts";
import { html } from "../html.ts";
import { Link } from "../link.ts";
import { chosenRuns, chosenSet, colorOf, project, toggleRun } from "../selection.ts";
import type { RunPartProps } from "./part.ts";

/** The lineage of a run. */
export function RunLineage({ run }: RunPartProps): ComponentChild {
  const { answer, trouble } = useAnswer("lineage", { project: project.value, run });
  if (trouble !== "") return html`<p class="trouble" role="alert">${trouble}</p>`;
  if (answer === null) return html`<p class="note">Reading…</p>`;
  const ids = answer.runs.map(({ id }) => id);
  const all = ids.every((id) => chosenSet.value.has(id));
  const rest = chosenRuns.value.filter((id) => !ids.includes(id));
  return html`
    ${answer.runs.length === 1 && html`<p class="note">This run was not forked, and nothing was forked from it.</p>`}
    ${answer.runs.length > 1 && html`
      <p class="screen">
        <button onClick=${() => chosenRuns.set(all ? rest : [...rest, ...ids])}>${all
          ? "Choose none"
          : "Choose all"} of these</button>${" "}
        <${Link} path="/charts">Charts of the chosen runs<//>
      </p>
    `}
    <ul class="run-tree">
      ${answer.runs.map((one) => html`<${TreeRun} key=${one.id} one=${one} current=${one.id === run} />`)}
    </ul>
  `;
}

function TreeRun({ one, current }: { one: LineageRun; current: boolean }): ComponentChild {
  const { id, customId, name, depth, forkedFrom, step } = one;
  const from = depth === 0 && forkedFrom !== null
    ? `forked from ${forkedFrom}, which is not there`
    : step !== null
    ? `from step ${formatNumber(step)}`
    : "";
  return html`
    <li style=${{ paddingLeft: `${depth * 26}px` }}>
      ${depth > 0 && html`<span aria-hidden="true" class="note">└ </span>`}
      <label>
        <input type="checkbox" checked=${chosenSet.value.has(id)} onChange=${() => toggleRun(id)} style=${{
          accentColor: colorOf(id),
        }}
          aria-label=${`Choose ${id}`} />
      </label>
      ${current
        ? html`<b>${name ?? customId ?? id}</b>`
        : html`<${Link} path="/run" params=${{ r: id }}>${name ?? customId ?? id}<//>`}
      <span class="note"> ${id} ${from}</span>
    </li>
  `;
}

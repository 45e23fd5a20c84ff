/// <reference lib="dom" />

/**
 * What is wrong or doubtful with the stored data of a run.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { counted } from "../../../display/format.ts";
import type { ReportAnswer } from "../../api.ts";
import { useAnswer } from "../answer.ts";
import { html } from "../html.ts";
import { project } from "../selection.ts";
import type { RunPartProps } from "./part.ts";

/** The health of a run's data. */
export function RunHealth({ run, values }: RunPartProps): ComponentChild {
  const { answer, trouble } = useAnswer("report", { project: project.value });
  if (trouble !== "") return html`<p class="trouble" role="alert">${trouble}</p>`;
  if (answer === null) return html`<p class="note">Looking at the stored data…</p>`;
  if (answer.findings === null) return html`<p class="note">A server does not tell what is wrong with its data.</p>`;
  const customId = values.find(({ path }) => path === "sys/custom_run_id")?.value;
  const own = answer.findings.filter((finding) => finding.run === run || finding.run === customId);
  // What is told of no run in particular may be about this one: wrong times, for example.
  const shared = answer.findings.filter((finding) => finding.run === null && finding.severity !== "info");
  const others = answer.findings.filter((finding) => finding.run !== null).length - own.length;
  return html`
    ${own.length === 0 && html`<p>Nothing is wrong with the data of this run.</p>`}
    ${list(own)}
    ${shared.length > 0 && html`<p class="note">About the whole project:</p>${list(shared)}`}
    ${others > 0 &&
      html`<p class="note">${
        counted(others, "finding")
      } about other runs of the project: the command check lists all.</p>`}
  `;
}

function list(findings: NonNullable<ReportAnswer["findings"]>): ComponentChild {
  return html`
    <ul class="run-findings">
      ${findings.map(({ severity, message, attribute, file, count }) =>
        html`
          <li><span class=${`chip run-${severity}`}>${severity}</span> ${message}
            ${[attribute, file].some((one) => one !== null) &&
              html`<span class="note"> ${[attribute, file].filter((one) => one !== null).join(", ")}</span>`}
            ${count > 1 && html`<span class="note"> (${count})</span>`}</li>
        `
      )}
    </ul>
  `;
}

/// <reference lib="dom" />

/**
 * The section Compare: the chosen runs beside each other.
 *
 * @module
 */

import type { ComponentChild, ComponentType } from "preact";
import { useMemo } from "preact/hooks";
import { useAnswer } from "../answer.ts";
import { html } from "../html.ts";
import { Link } from "../link.ts";
import { NewestNote } from "../newest.ts";
import { project, shownRuns } from "../selection.ts";
import { comparedRows, type ComparePartProps } from "./compared.ts";
import { CompareImages } from "./images.ts";
import { CompareParallel } from "./parallel.ts";
import { CompareScatter } from "./scatter.ts";
import { COMPARE_PARTS, comparePart } from "./state.ts";
import { CompareValues } from "./values.ts";

const PARTS: Record<typeof COMPARE_PARTS[number], ComponentType<ComparePartProps>> = {
  values: CompareValues,
  images: CompareImages,
  scatter: CompareScatter,
  parallel: CompareParallel,
};

/** The most runs whose values are read whole. */
const MOST_RUNS = 500;

/** The section Compare. */
export function CompareSection(): ComponentChild {
  const all = shownRuns.value ?? [];
  const runs = all.slice(0, MOST_RUNS);
  const left = all.length - runs.length;
  const { answer, trouble } = useAnswer(
    "values",
    runs.length < 2 ? null : { project: project.value, runs, paths: null, types: null },
  );
  const compared = useMemo(() => answer && comparedRows(answer), [answer]);
  if (shownRuns.value === null) return html`<${NewestNote} />`;
  if (runs.length < 2) {
    return html`<p>Choose two runs or more in the <${Link} path="/">table of runs<//> to compare them.</p>`;
  }
  if (trouble !== "") return html`<p class="trouble" role="alert">${trouble}</p>`;
  if (compared === null) return html`<p class="note">Reading…</p>`;
  const Part = PARTS[comparePart.value];
  return html`
    <div class="compare">
      <${NewestNote} />
      <div class="compare-parts" role="toolbar" aria-label="Ways to compare">
        ${COMPARE_PARTS.map((part) =>
          html`
            <button key=${part} aria-pressed=${comparePart.value === part} onClick=${() =>
              comparePart.set(part)}>${part[0].toUpperCase() + part.slice(1)}</button>
          `
        )}
        ${left > 0 && html`<span class="note">The first ${MOST_RUNS} of ${all.length} chosen runs.</span>`}
      </div>
      <${Part} ...${compared} />
    </div>
  `;
}

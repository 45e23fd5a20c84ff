/// <reference lib="dom" />

/**
 * What was logged over steps: its points, and a slider over the steps.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { useMemo } from "preact/hooks";
import { formatNumber } from "../../../display/format.ts";
import type { JsonPoints } from "../../api.ts";
import { useAnswer } from "../answer.ts";
import { html } from "../html.ts";
import { project } from "../selection.ts";
import { shownStep } from "./state.ts";

/** All points of series; null: they are not here yet. */
export interface SteppedSeries {
  series: readonly JsonPoints[] | null;
  /** The steps of all of them, ascending, each once. */
  steps: readonly number[];
  trouble: string;
}

/** All points of series of pictures or histograms. */
export function useSteps(
  runs: string[],
  paths: string[],
  kind: "file" | "histogram",
): SteppedSeries {
  const { answer, trouble } = useAnswer(
    "points",
    paths.length === 0 ? null : {
      project: project.value,
      runs,
      paths,
      steps: { from: null, to: null },
      inherited: true,
      kind,
      limit: null,
    },
  );
  const steps = useMemo(
    () => [...new Set(answer?.series.flatMap(({ step }) => step.map(Number)) ?? [])].sort((a, b) => a - b),
    [answer],
  );
  return { series: answer?.series ?? null, steps, trouble };
}

/** The slider; arrow keys go from step to step. */
export function Steps({ steps }: { steps: readonly number[] }): ComponentChild {
  const at = shownStep.value ?? steps[steps.length - 1];
  const place = Math.max(0, steps.findLastIndex((step) => step <= at));
  const move = (to: number) => shownStep.replace(to >= steps.length - 1 ? null : steps[Math.max(0, to)]);
  return html`
    <div class="run-steps">
      <button aria-label="The step before" disabled=${place === 0} onClick=${() => move(place - 1)}>←</button>
      <input type="range" class="screen" aria-label="Step" aria-valuetext=${`step ${
        steps[place]
      }`} min="0" max=${steps.length -
        1}
        value=${place}
        onInput=${(event: Event) => move(Number((event.target as HTMLInputElement).value))} />
      <button aria-label="The next step" disabled=${place === steps.length - 1} onClick=${() =>
        move(place + 1)}>→</button>
      <output>step ${formatNumber(steps[place])}</output>
    </div>
  `;
}

/// <reference lib="dom" />

/**
 * The section Charts: the metrics of the chosen runs.
 *
 * @module
 */

import { computed, effect, signal } from "@preact/signals";
import type { ComponentChild } from "preact";
import { useMemo } from "preact/hooks";
import { counted } from "../../../display/format.ts";
import type { AttributesAnswer } from "../../api.ts";
import { ask, trouble } from "../client.ts";
import { html } from "../html.ts";
import { NewestNote } from "../newest.ts";
import { useRoom } from "../room.ts";
import { colorOf, project, shownRuns } from "../selection.ts";
import { MetricChart } from "./chart.ts";
import { Legend } from "./legend.ts";
import type { ChartRun } from "./lines.ts";
import { enlarged, groupBy, pattern, patternError, planCharts, together } from "./state.ts";
import { Toolbar } from "./toolbar.ts";

/** The most metrics that one page of the section has. */
const MOST_METRICS = 5000;

/** What only forked runs have. */
const FORK = "sys/forking/step";

const metrics = signal<AttributesAnswer | null>(null);
/** Names and groups of the chosen runs; null: not there yet. */
const known = signal<Omit<ChartRun, "color">[] | null>(null);

effect(() => {
  const runs = shownRuns.value;
  if (!runs?.length) return;
  const request = {
    project: project.value,
    search: "",
    types: ["float_series" as const],
    runs,
    from: 0,
    to: MOST_METRICS,
  };
  ask("attributes", request).then((answer) => metrics.value = answer, (error) => trouble.value = error.message);
});

effect(() => {
  const ids = shownRuns.value, group = groupBy.value;
  if (!ids?.length) return;
  const path = group === "" ? [] : [group.slice(group.indexOf(":") + 1)];
  const request = { project: project.value, runs: ids, paths: ["sys/name", FORK, ...path], types: null };
  ask("values", request).then((answer) => {
    const values = Map.groupBy(answer.values, ({ run }) => run);
    known.value = answer.runs.map(({ id, customId, name }, i) => {
      const found = path.length === 0 ? undefined : values.get(i)?.find((value) => value.path === path[0]);
      const text = found &&
        (found.value === null || typeof found.value === "object" ? JSON.stringify(found.value) : String(found.value));
      return {
        id,
        label: name ?? customId ?? id,
        group: path.length === 0 ? null : text ?? "none",
        isFork: values.get(i)?.some(({ path }) => path === FORK) ?? false,
      };
    });
  }, (error) => trouble.value = error.message);
});

/** The runs as charts draw them; two of the same name have their id behind it. */
const runs = computed((): ChartRun[] => {
  const all = known.value ?? [];
  const names = Map.groupBy(all, ({ label }) => label);
  return all.map((run) => ({
    ...run,
    label: names.get(run.label)!.length > 1 ? `${run.label} (${run.id})` : run.label,
    color: colorOf(run.id),
  }));
});

/** The section Charts. */
export function ChartsSection(): ComponentChild {
  if (!shownRuns.value?.length) return html`<${NewestNote} />`;
  return html`
    <div class="charts">
      <${NewestNote} />
      <${Toolbar} />
      <${Legend} runs=${runs.value} />
      <${Charts} />
    </div>
  `;
}

function Charts(): ComponentChild {
  const [node, room] = useRoom();
  const [matching, joined] = [patternError.value === "" ? pattern.value : "", together.value];
  const answer = metrics.value;
  const plans = useMemo(
    () => planCharts(answer?.attributes.map(({ path }) => path) ?? [], { matching, together: joined }),
    [answer, matching, joined],
  );
  const columns = Math.max(1, Math.floor((room + 12) / 432));
  const width = Math.floor((room - 12 * (columns - 1)) / columns) - 22;
  const left = answer ? answer.total - answer.attributes.length : 0;
  return html`
    <div class="charts-grid" ref=${node} style=${{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
      ${room > 0 && known.value && plans.map((plan) => {
        const isLarge = enlarged.value === plan.key;
        return html`
          <div key=${plan.key} class=${isLarge ? "charts-large" : ""}>
            <${MetricChart} plan=${plan} runs=${runs.value} width=${isLarge ? room - 22 : width} />
          </div>
        `;
      })}
    </div>
    ${answer && plans.length === 0 && html`
      <p class="note">${known.value?.length === 0
        ? "The chosen runs are not in this project."
        : answer.total === 0
        ? "These runs have no metrics."
        : `None of ${counted(answer.total, "metric")} matches ${matching}.`}</p>
    `}
    ${left > 0 &&
      html`<p class="note">${
        counted(left, "more metric")
      } of these runs not shown: they have more than ${MOST_METRICS}.</p>`}
  `;
}

/// <reference lib="dom" />

/**
 * What can be changed about the charts.
 *
 * @module
 */

import { computed, effect, signal } from "@preact/signals";
import type { ComponentChild } from "preact";
import { useRef } from "preact/hooks";
import { formatNumber, formatTime } from "../../../display/format.ts";
import type { AttributeDefinition } from "../../../types.ts";
import type { Param } from "../address.ts";
import { ask, trouble } from "../client.ts";
import { html } from "../html.ts";
import { project, shownRuns } from "../selection.ts";
import { reloadSeries } from "./chart_data.ts";
import {
  axisX,
  enlarged,
  groupBy,
  logX,
  logY,
  markedStep,
  pattern,
  patternError,
  smoothing,
  together,
  withoutAncestors,
  zoom,
} from "./state.ts";

const GROUP_TYPES = ["bool", "int", "float", "string", "string_set"] as const;

/** What runs can be grouped by: asked for when somebody opens the list. */
const configs = signal<AttributeDefinition[]>([]);
const wanted = signal(false);

effect(() => {
  const runs = shownRuns.value;
  if (!wanted.value || !runs?.length) return;
  const request = { project: project.value, search: "", types: [...GROUP_TYPES], runs, from: 0, to: 2000 };
  ask("attributes", request).then((answer) => configs.value = answer.attributes, () => {});
});

const groupChoices = computed(() => {
  const known = configs.value.map(({ path, type }) => `${type}:${path}`);
  return groupBy.value === "" || known.includes(groupBy.value) ? known : [groupBy.value, ...known];
});

/** The toolbar. */
export function Toolbar(): ComponentChild {
  const typing = useRef<ReturnType<typeof setTimeout>>(undefined);
  const type = (event: Event) => {
    const { value } = event.target as HTMLInputElement;
    clearTimeout(typing.current);
    typing.current = setTimeout(() => pattern.replace(value), 150);
  };
  return html`
    <div class="charts-bar" role="toolbar" aria-label="Charts">
      <label>Metrics <input type="search" placeholder="a pattern: loss|acc" value=${pattern.value} onInput=${type}
        aria-invalid=${patternError.value !== ""} title=${patternError.value ||
          "A regular expression for the paths"} /></label>
      <label>In one chart <select value=${together.value} onChange=${choose(together)}>
        <option value="none">one metric</option>
        <option value="folder">a folder</option>
        <option value="all">all</option>
      </select></label>
      <label>x <select aria-label="x axis" value=${axisX.value} onChange=${(event: Event) => {
        // What is zoomed into is a part of the old axis.
        zoom.replace(null);
        choose(axisX)(event);
      }}>
        <option value="step">step</option>
        <option value="time">time</option>
        <option value="relative">relative time</option>
      </select></label>
      <${Switch} of=${logX} label="log x" disabled=${axisX.value === "time"} />
      <${Switch} of=${logY} label="log y" />
      <label>Smoothing <input type="range" min="0" max="0.99" step="0.01" value=${smoothing.value} onInput=${(
        event: Event,
      ) => smoothing.replace(Number((event.target as HTMLInputElement).value))} /> <output>${smoothing.value.toFixed(
        2,
      )}</output></label>
      <label>Group by <select value=${groupBy.value} onFocus=${() => wanted.value = true} onPointerEnter=${() =>
        wanted.value = true} onChange=${choose(groupBy)}>
        <option value="">no group</option>
        ${groupChoices.value.map((one) => html`<option value=${one}>${one.slice(one.indexOf(":") + 1)}</option>`)}
      </select></label>
      <${Switch} of=${withoutAncestors} label="own points only" title="Without the points of its ancestors" />
      <button class="quiet" title="Look again for points" onClick=${() =>
        reloadSeries(project.value).catch((error) => trouble.value = error.message)}>Reload</button>
      ${zoom.value && html`<button onClick=${() => zoom.set(null)}>Reset zoom: ${zoomText(zoom.value)}</button>`}
      ${markedStep.value !== null &&
        html`<button onClick=${() => markedStep.set(null)}>Unmark step ${markedStep.value}</button>`}
      ${enlarged.value !== "" && html`<button onClick=${() => enlarged.set("")}>All charts alike</button>`}
    </div>
    ${patternError.value !== "" && html`<p class="trouble" role="alert">The pattern: ${patternError.value}</p>`}
  `;
}

function choose<T extends string>(param: Param<T>): (event: Event) => void {
  return (event) => param.set((event.target as HTMLSelectElement).value as T);
}

function Switch(
  { of, label, title, disabled }: { of: Param<boolean>; label: string; title?: string; disabled?: boolean },
): ComponentChild {
  return html`<button aria-pressed=${of.value} title=${title} disabled=${disabled} onClick=${() =>
    of.set(!of.value)}>${label}</button>`;
}

function zoomText([from, to]: [number, number]): string {
  if (axisX.value === "time") return `${formatTime(from)} to ${formatTime(to)}`;
  const size = axisX.value === "relative" ? 60_000 : 1;
  const text = [from, to].map((end) => formatNumber(Number((end / size).toPrecision(6)))).join(" to ");
  return size === 1 ? text : `${text} min`;
}

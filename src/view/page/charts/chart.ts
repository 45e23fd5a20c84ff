/// <reference lib="dom" />

/**
 * One chart: it reads its series when it comes into sight.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { counted, formatCount } from "../../../display/format.ts";
import { html } from "../html.ts";
import { project } from "../selection.ts";
import { trouble } from "../client.ts";
import { type SeriesChoice, useSeries } from "./chart_data.ts";
import { type ChartFigure, chartFigure, type ChartRun } from "./lines.ts";
import { LinePlot } from "./plot.ts";
import { saveCsv, savePng, saveSvg } from "./save.ts";
import {
  axisX,
  type ChartPlan,
  enlarged,
  hidden,
  logX,
  logY,
  markedStep,
  smoothing,
  withoutAncestors,
  zoom,
} from "./state.ts";

/** A chart of these metrics of these runs. */
export function MetricChart(
  { plan, runs, width }: { plan: ChartPlan; runs: readonly ChartRun[]; width: number },
): ComponentChild {
  const node = useRef<HTMLElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
    }, { rootMargin: "300px" });
    observer.observe(node.current!);
    return () => observer.disconnect();
  }, []);
  const isLarge = enlarged.value === plan.key;
  const [axis, part, inherited] = [axisX.value, zoom.value, !withoutAncestors.value];
  const ids = runs.map(({ id }) => id);
  const choice: SeriesChoice = {
    project: project.value,
    runs: ids,
    paths: plan.paths,
    axis,
    zoom: part,
    inherited,
    buckets: Math.min(2000, Math.ceil(width / 200) * 200),
  };
  const { series, axis: drawnAxis, reading, trouble: said } = useSeries(seen ? choice : null);
  const height = isLarge ? 460 : 250;
  const mark = markedStep.value;
  const [onX, onY] = [logX.value, logY.value];
  const content = useMemo(
    () =>
      series &&
      chartFigure(series, { runs, paths: plan.paths, axis: drawnAxis, logX: onX, logY: onY, height, mark, zoom: part }),
    [series, runs, plan, drawnAxis, onX, onY, height, mark, part],
  );
  const label = `${plan.title}: ${counted(content?.figure.entries.length ?? 0, "line")} of ${
    counted(runs.length, "run")
  }`;
  const saved = () => ({
    title: plan.title,
    content: content!,
    hidden: hidden.value,
    zoom: part,
    smoothing: smoothing.value,
  });
  return html`
    <article class="charts-chart" ref=${node} aria-busy=${reading} style=${{ minHeight: `${height + 40}px` }}>
      <header>
        <h2 title=${plan.paths.join("\n")}>${plan.title}</h2>
        ${content && html`
          <details class="charts-save">
            <summary aria-label=${`Save ${plan.title}`}>Save</summary>
            <div>
              <button onClick=${() => saveSvg(saved())}>SVG picture</button>
              <button onClick=${() => tried(savePng(saved()))}>PNG picture</button>
              <button onClick=${() =>
                tried(
                  saveCsv(plan.title, choice, visibleRuns(runs), axis === "step" ? content.points : content.allPoints),
                )}>CSV, all points</button>
            </div>
          </details>
        `}
        <button class="quiet" aria-pressed=${isLarge} aria-label=${`${
          isLarge ? "Smaller" : "Enlarge"
        }: ${plan.title}`} onClick=${() => enlarged.set(isLarge ? "" : plan.key)}>
          ${isLarge ? "Smaller" : "Enlarge"}
        </button>
      </header>
      ${said !== "" && html`<p class="trouble" role="alert">${said}</p>`}
      ${content
        ? html`
          <${LinePlot} chart=${plan.key} label=${label} content=${content} width=${width} />
          ${plan.paths.length > 1 && html`<${Dashes} content=${content} paths=${plan.paths} />`}
          <p class="note charts-note">${noteOf(content, reading)}</p>
        `
        : said === "" &&
          (seen
            ? html`<p class="note">Reading…</p>`
            : html`<p class="note paper">Not drawn yet: scroll to it before printing.</p>`)}
    </article>
  `;
}

function visibleRuns(runs: readonly ChartRun[]): ChartRun[] {
  return runs.filter(({ id, group }) => !hidden.value.includes(group ?? id));
}

function tried(work: Promise<void>): void {
  work.catch((error) => trouble.value = error.message);
}

/** Which dash stands for which metric. */
function Dashes({ content: { figure }, paths }: { content: ChartFigure; paths: readonly string[] }): ComponentChild {
  const dashes = new Map<string, string>();
  for (const path of paths) {
    const entry = figure.entries.find(({ label }) => label.endsWith(` · ${path}`));
    if (entry) dashes.set(path, entry.dash);
  }
  return html`
    <ul class="charts-dashes">
      ${[...dashes].map(([path, dash]) =>
        html`
          <li><svg width="26" height="8" aria-hidden="true"><path d="M1,4h24" stroke="currentColor" stroke-width="2" stroke-dasharray=${dash} /></svg> ${path}</li>
        `
      )}
    </ul>
  `;
}

/** What is drawn, where that is not every point; and what is not. */
function noteOf({ points, other, unplaced, whole }: ChartFigure, reading: boolean): string {
  const notes = [
    whole ? "" : `${formatCount(points)} points as means with the band from least to greatest; zoom for all detail.`,
    other > 0 ? `${counted(other, "point")} not finite.` : "",
    unplaced > 0 ? `${counted(unplaced, "point")} without a time.` : "",
    reading ? "Reading…" : "",
  ];
  return notes.filter((note) => note !== "").join(" ");
}

/// <reference lib="dom" />

/**
 * Histograms over steps: the one at a step, and all of them as a map of how many values lie where.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { drawDensity } from "../../../display/draw/density.ts";
import { formatNumber } from "../../../display/format.ts";
import type { Histogram } from "../../../types.ts";
import type { JsonHistogram, JsonPoints } from "../../api.ts";
import { html } from "../html.ts";
import type { RunPartProps } from "./part.ts";
import { Steps, useSteps } from "./steps.ts";
import { shownStep } from "./state.ts";

/** One histogram; null: it is lost. */
interface StepHistogram {
  step: number;
  histogram: Histogram | null;
}

const WIDTH = 600, HEIGHT = 180, ROWS = 97;

/** The histograms of a run. */
export function RunHistograms({ run, values }: RunPartProps): ComponentChild {
  const paths = values.filter(({ type }) => type === "histogram_series").map(({ path }) => path).sort();
  const { series, steps, trouble } = useSteps([run], paths, "histogram");
  if (paths.length === 0) return html`<p class="note">This run has no histograms.</p>`;
  if (trouble !== "") return html`<p class="trouble" role="alert">${trouble}</p>`;
  if (series === null) return html`<p class="note">Reading…</p>`;
  return html`
    ${steps.length > 0 && html`<${Steps} steps=${steps} />`}
    ${series.map((one) => html`<${OneSeries} key=${one.path} series=${one} />`)}
  `;
}

function OneSeries({ series }: { series: JsonPoints }): ComponentChild {
  const { path, step } = series;
  const histograms = useMemo(
    () =>
      step.map((at, i): StepHistogram => ({
        step: Number(at),
        histogram: numbers(series.values[i] as JsonHistogram | null),
      })),
    [series],
  );
  const at = shownStep.value ?? Infinity;
  const shown = histograms.findLast((one) => one.step <= at);
  return html`
    <section class="run-histogram">
      <h2>${path}</h2>
      <${Bars} shown=${shown} />
      <${DensityMap} histograms=${histograms} label=${`${path} over ${histograms.length} steps`} />
    </section>
  `;
}

function numbers(histogram: JsonHistogram | null): StepHistogram["histogram"] {
  if (histogram === null) return null;
  return {
    type: histogram.type,
    edges: Float64Array.from(histogram.edges, Number),
    values: Float64Array.from(histogram.values, Number),
  };
}

function Bars({ shown }: { shown: StepHistogram | undefined }): ComponentChild {
  if (!shown) return html`<p class="note">Nothing up to this step.</p>`;
  if (!shown.histogram) return html`<p class="note">The histogram of step ${shown.step} is lost.</p>`;
  const { edges, values } = shown.histogram;
  const [low, high] = [edges[0], edges[edges.length - 1]];
  // Bins of different widths are compared by their area where they hold counts.
  const heights = Array.from(
    values,
    (value, i) => shown.histogram!.type === "COUNTING" ? value / (edges[i + 1] - edges[i]) : value,
  );
  const most = heights.reduce((a, b) => Math.max(a, b), 0) || 1;
  const x = (edge: number) => (edge - low) / (high - low || 1) * WIDTH;
  return html`
    <svg class="run-bars" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${`Histogram at step ${shown.step}`} preserveAspectRatio="none">
      ${heights.map((height, i) =>
        html`
          <rect x=${x(edges[i])} width=${Math.max(0.5, x(edges[i + 1]) - x(edges[i]) - 0.5)} y=${HEIGHT -
            height / most * HEIGHT}
            height=${height / most * HEIGHT}>
            <title>${`${formatNumber(edges[i])} to ${formatNumber(edges[i + 1])}: ${formatNumber(values[i])}`}</title>
          </rect>
        `
      )}
    </svg>
    <p class="run-ends note"><span>${formatNumber(low)}</span> <span>step ${formatNumber(
      shown.step,
    )}</span> <span>${formatNumber(high)}</span></p>
  `;
}

function DensityMap({ histograms, label }: { histograms: StepHistogram[]; label: string }): ComponentChild {
  const node = useRef<HTMLCanvasElement>(null);
  const map = useMemo(() => {
    const known = histograms.some(({ histogram }) => histogram !== null);
    const steps = Float64Array.from(histograms, ({ step }) => step);
    return known ? drawDensity(steps, histograms.map(({ histogram }) => histogram), WIDTH, ROWS) : null;
  }, [histograms]);
  useEffect(() => {
    const canvas = node.current;
    if (!canvas || !map) return;
    canvas.getContext("2d")!.putImageData(new ImageData(new Uint8ClampedArray(map.pixels), WIDTH, ROWS), 0, 0);
  }, [map]);
  if (!map || histograms.length < 2) return null;
  return html`
    <canvas ref=${node} class="run-density" width=${WIDTH} height=${ROWS} role="img"
      aria-label=${label}></canvas>
    <p class="run-ends note">
      <span>step ${formatNumber(map.x[0])}</span> <span>${formatNumber(map.y[0])} to ${formatNumber(
        map.y[1],
      )} upwards</span>
      <span>step ${formatNumber(histograms[histograms.length - 1].step)}</span>
    </p>
  `;
}

/// <reference lib="dom" />

/**
 * Pictures of the runs side by side, at one step.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { html } from "../html.ts";
import { RunPicture } from "../run/images.ts";
import { shownStep } from "../run/state.ts";
import { Steps, useSteps } from "../run/steps.ts";
import { colorOf } from "../selection.ts";
import type { ComparePartProps } from "./compared.ts";

/** Pictures side by side. */
export function CompareImages({ runs, rows }: ComparePartProps): ComponentChild {
  const paths = rows.filter(({ type }) => type === "file_series").map(({ path }) => path);
  const single = rows.filter(({ type, texts }) => type === "file" && texts.some((text) => text?.startsWith("image/")));
  const { series, steps, trouble } = useSteps(runs.map(({ id }) => id), paths, "file");
  if (paths.length === 0 && single.length === 0) return html`<p class="note">These runs have no pictures.</p>`;
  const at = shownStep.value ?? steps.at(-1) ?? 0;
  const points = (run: string, path: string) => series?.find((one) => one.run === run && one.path === path);
  const ofSeries = (run: string, path: string) => {
    const found = points(run, path);
    const place = found?.step.findLastIndex((step) => Number(step) <= at) ?? -1;
    const step = place < 0 ? null : Number(found!.step[place]);
    return html`
      <${RunPicture} run=${run} path=${path} step=${step} known=${place >= 0 && found!.values[place] !== null}
        title=${step === null ? "nothing up to this step" : `step ${step}`} />
    `;
  };
  return html`
    ${trouble !== "" && html`<p class="trouble" role="alert">${trouble}</p>`}
    ${steps.length > 0 && html`<${Steps} steps=${steps} />`}
    <div class="compare-table" tabindex="0" role="region" aria-label="Pictures of the chosen runs">
      <table>
        <thead>
          <tr><th scope="col">Attribute</th>${runs.map(({ id, label }) =>
            html`<th key=${id} scope="col" style=${{ borderTopColor: colorOf(id) }}>${label}</th>`
          )}</tr>
        </thead>
        <tbody>
          ${paths.map((path) =>
            html`<tr key=${path}><th scope="row">${path}</th>${
              runs.map(({ id }) => html`<td key=${id}>${ofSeries(id, path)}</td>`)
            }</tr>`
          )}
          ${single.map(({ path, texts }) =>
            html`<tr key=${path}><th scope="row">${path}</th>${
              runs.map(({ id }, i) =>
                html`
                  <td key=${id}>
                    <${RunPicture} run=${id} path=${path} title=${path} known=${texts[i]?.startsWith("image/") ??
                      false} />
                  </td>
                `
              )
            }</tr>`
          )}
        </tbody>
      </table>
    </div>
  `;
}

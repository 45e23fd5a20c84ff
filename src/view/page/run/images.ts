/// <reference lib="dom" />

/**
 * The pictures of a run: one slider for the steps of all series.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { useState } from "preact/hooks";
import { counted } from "../../../display/format.ts";
import { fileAddress } from "../client.ts";
import { html } from "../html.ts";
import { project } from "../selection.ts";
import { isPicture, type RunPartProps } from "./part.ts";
import { Steps, useSteps } from "./steps.ts";
import { shownStep } from "./state.ts";

/** The pictures of a run. */
export function RunImages({ run, values }: RunPartProps): ComponentChild {
  const pictures = values.filter(isPicture);
  const paths = pictures.filter(({ type }) => type === "file_series").map(({ path }) => path).sort();
  const single = pictures.filter(({ type }) => type === "file").map(({ path }) => path).sort();
  const { series, steps, trouble } = useSteps([run], paths, "file");
  if (pictures.length === 0) return html`<p class="note">This run has no pictures.</p>`;
  const at = shownStep.value ?? steps.at(-1) ?? 0;
  return html`
    ${trouble !== "" && html`<p class="trouble" role="alert">${trouble}</p>`}
    ${steps.length > 0 && html`<${Steps} steps=${steps} />`}
    <div class="run-pictures">
      ${series?.map(({ path, step, values }) => {
        // Each series shows its last picture up to the step.
        const place = step.findLastIndex((one) => Number(one) <= at);
        return html`
          <${RunPicture} key=${path} run=${run} path=${path} step=${place < 0
            ? null
            : Number(step[place])} title=${place < 0
            ? `${path}: nothing up to step ${at}`
            : `${path}, step ${step[place]}`} known=${place >= 0 && values[place] !== null} />
        `;
      })}
      ${single.map((path) => html`<${RunPicture} key=${path} run=${run} path=${path} title=${path} known />`)}
    </div>
    <p class="note">${counted(pictures.length, "picture or series", "pictures and series")}</p>
  `;
}

/** A picture with its title; a click shows it large. */
export function RunPicture(
  { run, path, step, title, known }: { run: string; path: string; step?: number | null; title: string; known: boolean },
): ComponentChild {
  const [isLarge, setLarge] = useState(false);
  const [failed, setFailed] = useState("");
  const address = fileAddress(project.value, run, path, step ?? undefined);
  return html`
    <figure class=${isLarge ? "run-picture run-large" : "run-picture"}>
      ${known && failed !== address
        ? html`
          <button class="quiet" aria-label=${`${isLarge ? "Smaller" : "Larger"}: ${title}`} onClick=${() =>
            setLarge(!isLarge)}>
            <img src=${address} alt=${title} loading="lazy" onError=${() => setFailed(address)} />
          </button>
        `
        : html`<p class="note">${
          known ? "The file cannot be shown: it is not there, or is no picture." : "No picture."
        }</p>`}
      <figcaption title=${title}>${title}</figcaption>
    </figure>
  `;
}

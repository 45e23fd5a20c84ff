/// <reference lib="dom" />

/**
 * The script that every display brings along, all of it in one: it gives life to the displays of the page that have none yet. What
 * fails stays the picture or table that it was.
 *
 * After a change here or in `draw/`: `deno task generate:script`.
 *
 * @module
 */

import { mountChart } from "./chart.ts";
import { mountImages, mountSteps } from "./images.ts";
import { mountParallel } from "./parallel.ts";
import { mountTable } from "./table.ts";

const KINDS: Record<string, (node: HTMLElement) => void> = {
  chart: mountChart,
  images: mountImages,
  parallel: mountParallel,
  steps: mountSteps,
  table: mountTable,
};

for (const node of document.querySelectorAll<HTMLElement>("[data-neptune]")) {
  if (node.dataset.live !== undefined) continue;
  node.dataset.live = "";
  try {
    KINDS[node.dataset.neptune!]?.(node);
  } catch (error) {
    console.error(error);
  }
}

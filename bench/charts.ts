/**
 * The first chart of 53 runs with a million points each, and how long a hover takes in a browser: `deno run -A bench/charts.ts`.
 *
 * The floor is one look at every value, in the same run. Needs Chromium for the hover.
 */

import { chromium } from "playwright-core";
import { jupyterDisplay, plot, type PlotLine } from "../mod.ts";

const [runs, points] = [53, 1_000_000];
const step = Float64Array.from({ length: points }, (_, i) => i);
const timestamp = step.map((i) => 1.7e12 + i * 100);
const lines = Array.from({ length: runs }, (_, run): PlotLine => {
  let seed = run + 1;
  const value = step.map((i) => {
    seed = (seed * 1664525 + 1013904223) >>> 0;
    return 3 * Math.exp(-3 * i / points) * (1 + run / 40) + 0.3 * seed / 2 ** 32;
  });
  return { run: `run-${run}`, attribute: "loss", step, value, timestamp };
});

const floorStart = performance.now();
let [low, high] = [Infinity, -Infinity];
for (const { value } of lines) {
  for (let i = 0; i < value.length; i++) {
    if (value[i] < low) low = value[i];
    if (value[i] > high) high = value[i];
  }
}
const floor = performance.now() - floorStart;
const start = performance.now();
const bundle = await plot(lines)[jupyterDisplay]();
const took = performance.now() - start;
const html = bundle["text/html"] as string;
console.log(`${runs} runs x ${points.toLocaleString("en")} points, values ${low.toFixed(2)} to ${high.toFixed(2)}`);
console.log(`one look at every value  ${floor.toFixed(0)} ms`);
console.log(
  `first chart              ${took.toFixed(0)} ms, ${(took / floor).toFixed(1)} times the floor, ${
    html.length.toLocaleString("en")
  } bytes`,
);

const browser = await chromium.launch({
  executablePath: Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const page = await browser.newPage({ viewport: { width: 900, height: 500 } });
await page.setContent(`<!doctype html><body>${html}`);
await page.locator("[data-part='chart'] svg[viewBox]").waitFor();
const times: number[] = await page.evaluate(`(() => {
  const svg = document.querySelector("[data-part='chart'] svg[viewBox]");
  const box = svg.getBoundingClientRect();
  return Array.from({ length: 200 }, (_, i) => {
    const start = performance.now();
    const at = { clientX: box.left + 60 + i * 2.9, clientY: box.top + 40 + (i * 37) % 180, bubbles: true };
    svg.dispatchEvent(new PointerEvent("pointermove", at));
    document.body.getBoundingClientRect();
    return performance.now() - start;
  });
})()`);
times.sort((a, b) => a - b);
console.log(`a hover                  ${times[100].toFixed(1)} ms, the slowest of 200 ${times[199].toFixed(1)} ms`);
await browser.close();

/// <reference lib="dom" />

/**
 * The first chart of 50 runs of 1,000,000 points each on the page of `view`, and zooms into it: `deno run -A bench/view_charts_bench.ts
 * DATA`, where DATA is what `bench/charts.ts FOLDER 50` wrote to FOLDER/50x1000000/data. From the address of the charts to 50 lines; every
 * round has a server and a browser of its own, which have listed the runs before. Then into half of what is seen, again and again: from
 * the key to the lines in all their detail. Needs Chromium and Linux.
 */

import { ViewedArchive } from "../tests/viewer/browser.ts";

/** In the browser: milliseconds from the next key to the frame with the lines in all their detail. */
function zoomed(): Promise<number> {
  const chart = document.querySelector("article.charts-chart")!;
  return new Promise((resolve) => {
    addEventListener("keydown", () => {
      const pressed = performance.now();
      let wasBusy = false;
      const seen = new MutationObserver(() => {
        wasBusy ||= chart.ariaBusy === "true";
        if (!wasBusy || chart.ariaBusy === "true") return;
        seen.disconnect();
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - pressed)));
      });
      seen.observe(chart, { attributeFilter: ["aria-busy"] });
    }, { capture: true, once: true });
  });
}

const RUNS = 50, ROUNDS = 3, ZOOMS = 14;
const [data] = Deno.args;

for (let round = 0; round < ROUNDS; round++) {
  await using viewed = await ViewedArchive.open(["--archive", data]);
  const { page } = viewed;
  page.setDefaultTimeout(300_000);
  await page.locator('.runs-grid[aria-busy="false"]').waitFor();
  await page.waitForTimeout(3000);
  const before = await viewed.cpu(), started = performance.now();
  await page.goto(`${viewed.url}/charts?s=BEN-0~${RUNS - 1}`);
  await page.waitForFunction(
    (runs) => document.querySelectorAll("article .charts-lines g[data-entry]").length === runs,
    RUNS,
  );
  const time = performance.now() - started, after = await viewed.cpu();
  const [server, client] = [after.server - before.server, after.browser - before.browser];
  console.log(
    `first chart ${time.toFixed(0)} ms; CPU: server ${server.toFixed(0)} ms, browser ${client.toFixed(0)} ms`,
  );
  await page.waitForTimeout(1000);
  const plot = page.locator("article .charts-plot > svg[role=img]").first();
  await plot.focus();
  for (let zoom = 1; zoom <= ZOOMS; zoom++) {
    const before = await viewed.cpu();
    const [time] = await Promise.all([page.evaluate(zoomed), plot.press("+")]);
    const after = await viewed.cpu();
    const [server, client] = [after.server - before.server, after.browser - before.browser];
    console.log(
      `  zoom into 1/${2 ** zoom}: ${time.toFixed(0)} ms; CPU: server ${server.toFixed(0)} ms, ` +
        `browser ${client.toFixed(0)} ms`,
    );
  }
}

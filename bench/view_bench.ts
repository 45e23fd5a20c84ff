/// <reference lib="dom" />

/**
 * How fast the page of `view` is: `deno run -A bench/view_bench.ts [FOLDER]`, where FOLDER is what
 * `deno run -A tests/viewer/archive.ts FOLDER 71000` wrote; without it, the sample archive. Needs Chromium and Linux.
 *
 * Besides the time, it tells the CPU time of the server and of the browser: it counts where the machine does other things, too.
 */

import { SAMPLE, ViewedArchive } from "../tests/viewer/browser.ts";

const [folder] = Deno.args;
await using viewed = await ViewedArchive.open(["--archive", folder ? `${folder}/data` : SAMPLE]);
const { page } = viewed;
page.setDefaultTimeout(300_000);
async function measured(what: string, act: () => Promise<void>, per = 1): Promise<void> {
  const before = await viewed.cpu(), started = performance.now();
  await act();
  const time = performance.now() - started, after = await viewed.cpu();
  const [server, client] = [after.server - before.server, after.browser - before.browser].map((one) => one / per);
  const cost = `CPU: server ${server.toFixed(1)} ms, browser ${client.toFixed(1)} ms`;
  console.log(`${what.padEnd(36)} ${(time / per).toFixed(0).padStart(6)} ms; ${cost}`);
  await page.waitForTimeout(1500);
}

/** Waits until the table has the answer to what was asked last. */
async function answered(): Promise<void> {
  await page.waitForTimeout(70);
  await page.locator('.runs-grid[aria-busy="false"]').waitFor();
}

await answered();
console.log(`first view: ${Math.round(performance.now() - viewed.listened)} ms after the server listens`);
await page.waitForTimeout(5000);
// Twice: what is found out at first is kept. The time of a new page is that of the second visit.
for (const visit of ["first view", "first view, again"]) {
  await measured(visit, async () => {
    await page.goto(`${viewed.url}/`);
    await page.locator(".runs-first a").first().waitFor();
  });
}

const query = page.getByRole("combobox", { name: "Query" });
const asks = async (text: string) => {
  await query.fill(text);
  await query.press("Enter");
  await answered();
};
for (const word of ["experiment-77", "run-123", ""]) {
  await measured(`search ${word}`, async () => {
    await page.getByLabel("Search runs").fill(word);
    await answered();
  });
}
for (const text of ["`config/layers`:int > 10", "`config/layers`:int > 11", "`train/loss`:floatSeries < 0.9", ""]) {
  await measured(`query ${text}`, () => asks(text));
}

async function scrolls(what: string, property: "scrollTop" | "scrollLeft", pixels: number): Promise<void> {
  const frames = 150;
  await measured(
    `${what}, a frame`,
    () =>
      page.evaluate(([property, pixels, frames]) =>
        new Promise<void>((resolve) => {
          const grid = document.querySelector(".runs-grid")!;
          let left = frames;
          requestAnimationFrame(function step() {
            grid[property] += pixels;
            if (--left > 0) requestAnimationFrame(step);
            else resolve();
          });
        }), [property, pixels, frames] as const),
    frames,
  );
}

await scrolls("scrolling by 10 rows", "scrollTop", 300);
await scrolls("scrolling by 300 rows", "scrollTop", 9000);
await measured("only columns that differ", async () => {
  await page.getByRole("button", { name: "Differing" }).click();
  await page.getByText(/differ$/).waitFor();
});
await scrolls("scrolling sideways by 60 pixels", "scrollLeft", 60);
await scrolls("scrolling sideways by 30 columns", "scrollLeft", 3600);

/// <reference lib="dom" />

/**
 * The notebooks in real JupyterLab in a real browser, on a light and on a dark page: `deno task test:browser`.
 *
 * Makes a Python environment in `.venv` and needs Chromium. Screenshots go to the folder that is printed.
 */

import assert from "node:assert/strict";
import { notebookFiles, readNotebook, withoutOutputs, writeNotebook } from "../notebooks/notebook.ts";
import { convert, install, Lab, screenshotFolder, type Theme } from "./lab.ts";
import { writeHostile } from "./hostile.ts";
import { SCRIPTS } from "../../src/display/script.gen.ts";
import { measure, openBrowser, openNotebook, outputOf, runAll } from "./page.ts";

await install();
const screenshots = await screenshotFolder();

/** What the outputs of each notebook must have at least, and the cells of which pictures are taken, by a part of their text. */
const EXPECTED: Record<string, { images: number; rows: number; shots: Record<string, string> }> = {
  "1-quickstart.ipynb": {
    images: 12,
    rows: 80,
    shots: {
      project: "samples/archive/data",
      run: 'customId: "mlp-adam-2-cool-large"',
      "float-series": 'run["train/loss"]',
      frame: 'await run["train/loss"].fetchValues()',
      "histogram-series": 'run["weights/layer_1"]',
      "string-series": 'run["logs/train"]',
      "file-series": 'run["validation/confusion"]',
    },
  },
  "2-compare-runs.ipynb": {
    images: 5,
    rows: 30,
    shots: {
      table: "fetchRunsDf",
      "plot-smooth": "smoothing",
      "plot-forks": "A run and its forks",
      "plot-diverged": "hot[",
      "plot-log": "Newest run of each",
    },
  },
  "3-many-series-fast.ipynb": { images: 1, rows: 20, shots: { "plot-server": "logScale" } },
  "4-archive-health-and-export.ipynb": { images: 0, rows: 20, shots: { health: "broken.archiveReport" } },
};

// The gallery has tests of its own.
const notebooks = new Map([...await notebookFiles()].filter(([name]) => name in EXPECTED));

for (const theme of ["JupyterLab Light", "JupyterLab Dark"] as Theme[]) {
  Deno.test(`every notebook runs in ${theme}, charts have a size and tables have rows`, async (t) => {
    await using lab = await Lab.start();
    await lab.theme(theme);
    const browser = await openBrowser();
    for (const [name, path] of notebooks) {
      await t.step(name, async () => {
        await writeNotebook(`${lab.folder}/${name}`, withoutOutputs(await readNotebook(path)));
        const page = await openNotebook(browser, lab, name);
        assert.equal(await page.evaluate(() => document.body.dataset.jpThemeName), theme);
        await runAll(page);
        const { images, broken, rows, errors } = await measure(page.locator(".jp-Notebook"));
        const expected = EXPECTED[name];
        assert.deepEqual([broken, errors], [0, 0]);
        assert.ok(images >= expected.images && rows >= expected.rows, `${images} images, ${rows} rows`);
        for (const [shot, text] of Object.entries(expected.shots)) {
          const output = outputOf(page, text);
          await output.scrollIntoViewIfNeeded();
          await output.screenshot({ path: `${screenshots}/${shot}-${theme.split(" ")[1].toLowerCase()}.png` });
        }
        await page.close();
      });
    }
    await browser.close();
  });
}

Deno.test("names and texts that try to run a script run nothing", async () => {
  await using lab = await Lab.start();
  await lab.theme("JupyterLab Light");
  await writeHostile(lab.folder);
  const browser = await openBrowser();
  const page = await openNotebook(browser, lab, "hostile.ipynb");
  await runAll(page);
  const { images, broken, rows, errors } = await measure(page.locator(".jp-Notebook"));
  assert.equal(errors, 1, "the last cell asks for what does not exist");
  assert.equal(broken, 0);
  assert.ok(images >= 3 && rows >= 20, `${images} images, ${rows} rows`);
  assert.deepEqual(await page.evaluate(() => (globalThis as unknown as { hacked: string[] }).hacked), []);
  assert.equal(await page.locator(".jp-OutputArea img[src='x']").count(), 0);
  const scripts = await page.locator(".jp-OutputArea script").evaluateAll((all: HTMLScriptElement[]) =>
    all.map(({ text }) => text)
  );
  const contents = await page.locator(".jp-OutputArea [data-content]").evaluateAll((all: HTMLElement[]) =>
    all.map((one) => one.dataset.content!)
  );
  assert.ok(scripts.length >= 3 && contents.length >= 3, `${scripts.length} scripts, ${contents.length} data`);
  for (const content of contents) assert.match(content, /^[A-Za-z0-9+/]+=*$/);
  for (const text of scripts) {
    assert.ok(Object.values(SCRIPTS).includes(text), "a script that is not of this package");
  }
  // What the pointer brings up is made of the same names.
  for (const svg of await page.locator("[data-part='chart'] svg[viewBox]").all()) await svg.hover();
  for (const button of await page.locator("[data-part] button:visible").all()) await button.click();
  for (const title of await page.locator("[data-part='table'] th").all()) await title.click();
  await page.locator(".jp-Notebook").screenshot({ path: `${screenshots}/hostile.png` });
  assert.deepEqual(await page.evaluate(() => (globalThis as unknown as { hacked: string[] }).hacked), []);
  assert.equal(await page.locator("img[src='x']").count(), 0);
  await browser.close();
});

Deno.test("nbconvert makes pages of the committed notebooks that show the same charts, where scripts are blocked", async (t) => {
  const browser = await openBrowser();
  const folder = await Deno.makeTempDir();
  for (const [name, path] of notebooks) {
    await t.step(name, async () => {
      const html = `${folder}/${name}.html`;
      await convert(path, html);
      const page = await browser.newPage({ viewport: { width: 1280, height: 1000 }, javaScriptEnabled: false });
      await page.goto(`file://${html}`, { waitUntil: "domcontentloaded" });
      const { images, broken, rows } = await measure(page.locator("body"));
      const stored = JSON.stringify((await readNotebook(path)).cells).matchAll(/<img src=/g).toArray().length;
      assert.equal(images, stored);
      assert.equal(broken, 0);
      assert.ok(rows >= EXPECTED[name].rows);
      if (name.startsWith("2")) await page.screenshot({ path: `${screenshots}/nbconvert.png`, fullPage: true });
      await page.close();
    });
  }
  await browser.close();
  await Deno.remove(folder, { recursive: true });
});

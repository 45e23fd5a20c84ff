/// <reference lib="dom" />

/**
 * Every display of the gallery notebook in real JupyterLab: photographed in light, dark and narrow, with nothing cut or overlapping, and
 * used with a real mouse. Part of `deno task test:browser`.
 */

import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { notebookFiles, readNotebook, withoutOutputs, writeNotebook } from "../notebooks/notebook.ts";
import { plot } from "../../mod.ts";
import { stillPictures, wrongTexts } from "./boxes.ts";
import { convert, install, Lab, screenshotFolder, type Theme } from "./lab.ts";
import { measure, openBrowser, openNotebook, outputOf, runAll } from "./page.ts";

await install();
const NAME = "5-gallery.ipynb";
const path = (await notebookFiles()).get(NAME)!;
const screenshots = await screenshotFolder();

/** Displays by a part of the cell that shows them. */
const SHOTS: Record<string, string> = {
  "run-page": "run.page(",
  "float-series": 'run["train/loss"]',
  smooth: "Two series",
  multiples: "plot(run)",
  time: 'x: "time"',
  runs: "Training loss",
  "color-by": "colorBy",
  "group-by": "groupBy",
  scatter: "plot.scatter",
  parallel: "plot.parallel",
  compare: "compare(runs)",
  table: "fetchRunsDf",
  frame: "rows: 6",
  histograms: "weights/layer_1",
  log: "logs/train",
  steps: "validation/confusion",
  csv: "mistakes.csv",
  json: "config.json",
  report: "archiveReport",
};

async function openGallery(lab: Lab, width: number): Promise<{ page: Page; close: () => Promise<void> }> {
  await writeNotebook(`${lab.folder}/${NAME}`, withoutOutputs(await readNotebook(path)));
  const browser = await openBrowser();
  const page = await openNotebook(browser, lab, NAME, width);
  await runAll(page);
  return { page, close: () => browser.close() };
}

for (
  const [theme, width] of [["JupyterLab Light", 1180], ["JupyterLab Dark", 1180], ["JupyterLab Light", 760]] as const
) {
  Deno.test(`the gallery in ${theme}, ${width} pixels wide: nothing is cut, nothing lies on anything else`, async (t) => {
    await using lab = await Lab.start();
    await lab.theme(theme as Theme);
    const { page, close } = await openGallery(lab, width);
    const suffix = width < 1000 ? `${width}` : theme.split(" ")[1].toLowerCase();
    for (const [shot, text] of Object.entries(SHOTS)) {
      await t.step(shot, async () => {
        const output = outputOf(page, text);
        await output.scrollIntoViewIfNeeded();
        await output.screenshot({ path: `${screenshots}/gallery-${shot}-${suffix}.png` });
        assert.deepEqual(await wrongTexts(output), []);
      });
    }
    await t.step("nothing failed", async () => {
      assert.equal((await measure(page.locator(".jp-Notebook"))).errors, 0);
    });
    await t.step("text can be read", async () => {
      assert.deepEqual(await paleTexts(page.locator(".jp-Notebook")), []);
    });
    await close();
  });
}

/** Texts of displays whose contrast with the page behind them is less than 4.5. */
async function paleTexts(within: Locator): Promise<string[]> {
  return await within.evaluate((root: HTMLElement) => {
    const channels = (color: string) => color.match(/[\d.]+/g)!.map(Number);
    const light = ([r, g, b]: number[]) => {
      const [x, y, z] = [r, g, b].map((one) => one / 255).map((c) =>
        c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
      );
      return 0.2126 * x + 0.7152 * y + 0.0722 * z + 0.05;
    };
    const background = (node: Element | null): number[] => {
      for (let at = node; at; at = at.parentElement) {
        const color = channels(getComputedStyle(at).backgroundColor);
        if (color.length === 3 || color[3] === 1) return color;
      }
      return [255, 255, 255];
    };
    const wrong = new Set<string>();
    for (
      const node of root.querySelectorAll<HTMLElement>(
        "[data-neptune] text, [data-neptune] td, [data-neptune] th, .jp-OutputArea summary, [data-neptune] span, [data-neptune] button",
      )
    ) {
      const text = node.textContent!.trim();
      if (text === "" || text === "●" || node.getBoundingClientRect().width === 0 || node.closest(".jp-InputArea")) {
        continue;
      }
      const style = getComputedStyle(node);
      const color = node instanceof SVGElement ? style.fill : style.color;
      let opacity = channels(color)[3] ?? 1;
      for (let at: Element | null = node; at && at !== root; at = at.parentElement) {
        opacity *= Number(getComputedStyle(at).opacity);
      }
      const [page, ink] = [background(node), channels(color)];
      const mixed = page.map((one, i) => one + (ink[i] - one) * opacity);
      const [dark, bright] = [light(page), light(mixed)].sort((a, b) => a - b);
      if (bright / dark < 4.5) wrong.add(`${text.slice(0, 40)}: ${(bright / dark).toFixed(2)}`);
    }
    return [...wrong];
  });
}

Deno.test("charts, tables and images answer to a real mouse", async (t) => {
  await using lab = await Lab.start();
  await lab.theme("JupyterLab Light");
  const { page, close } = await openGallery(lab, 1180);

  await t.step("hover shows the nearest point and dims the other lines; the legend toggles", async () => {
    const output = outputOf(page, "Training loss");
    const { svg, box } = await plotOf(output);
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.6);
    const tooltip = output.locator("[data-part='tooltip']");
    assert.match(
      await tooltip.innerText(),
      /^[\w-]+\nstep\n\d+\ntrain\/loss\n[\d.e-]+\nsmoothed\n[\d.e-]+\ntime\n2025-/,
    );
    const opacities = await svg.locator("g[data-entry]").evaluateAll((all) =>
      all.map((one) => (one as SVGElement).style.opacity)
    );
    assert.ok(opacities.filter((one) => one === "0.15").length >= 10 && opacities.includes(""));
    const name = (await tooltip.innerText()).split("\n")[0];
    await output.screenshot({ path: `${screenshots}/hover.png` });

    const lines = () => svg.locator("svg g[data-entry]").count();
    const all = await lines();
    const button = output.locator("button", { hasText: name }).first();
    await button.click();
    assert.equal(await button.getAttribute("aria-pressed"), "false");
    assert.equal(await lines(), all - 1);
    await button.click();
    await button.dblclick();
    assert.equal(await lines(), 1, "a double click leaves this one alone");
    await button.dblclick();
    assert.equal(await lines(), all);
  });

  await t.step("drag zooms, a double click resets; log axis and smoothing can be switched", async () => {
    const output = outputOf(page, "Two series");
    const { svg, box } = await plotOf(output);
    const ticks = () => svg.locator("text").allTextContents();
    const before = await ticks();
    await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.5);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.52, { steps: 6 });
    await output.screenshot({ path: `${screenshots}/zooming.png` });
    await page.mouse.up();
    assert.notDeepEqual(await ticks(), before);
    assert.ok(await output.getByText("reset zoom").isVisible());
    const center = box.x + box.width * 0.5;
    await page.mouse.dblclick(center, box.y + box.height * 0.5);
    assert.deepEqual(await ticks(), before);

    await output.getByText("log y").click();
    assert.ok((await ticks()).includes("0.1"), "a logarithmic axis has other ticks");
    await output.getByText("log y").click();
    const path = () => svg.locator("svg path").last().getAttribute("d");
    const smooth = await path();
    const slider = output.locator("input[type='range']").first();
    const range = (await slider.boundingBox())!;
    await page.mouse.click(range.x + 4, range.y + range.height / 2);
    assert.notEqual(await path(), smooth);
    assert.equal(Number(await slider.inputValue()) < 0.2, true);
  });

  await t.step("one hover, one highlight in all small charts", async () => {
    const output = outputOf(page, "plot(run)");
    const { box } = await plotOf(output);
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.5);
    assert.ok(await output.locator("[data-part='tooltip']").isVisible());
  });

  await t.step("a point and a line of parallel coordinates say their run", async () => {
    const scatter = outputOf(page, "plot.scatter");
    await scatter.scrollIntoViewIfNeeded();
    await scatter.locator("svg circle").first().hover({ force: true });
    assert.match(
      await scatter.locator("[data-part='tooltip']").innerText(),
      /config\/learning_rate[^]*validation\/accuracy/,
    );
    const parallel = outputOf(page, "plot.parallel");
    const { box } = await plotOf(parallel, "parallel");
    await page.mouse.move(box.x + 50, box.y + box.height * 0.35);
    for (let y = 0.3; y < 0.9 && !await parallel.locator("[data-part='tooltip']").isVisible(); y += 0.03) {
      await page.mouse.move(box.x + 60, box.y + box.height * y);
    }
    assert.match(await parallel.locator("[data-part='tooltip']").innerText(), /config\/optimizer/);
  });

  await t.step("axes of parallel coordinates choose runs, by dragging and by keys; several together", async () => {
    const output = outputOf(page, "plot.parallel");
    const chosen = async () => (await output.locator("[data-part='chosen'] span").innerText()).split(":")[0];
    const faint = () =>
      output.locator("[data-entry]").evaluateAll((all) =>
        all.filter((one) => (one as SVGElement).style.opacity === "0.06").length
      );
    const axis = (label: string) => output.locator(`[aria-label='${label}']`);
    const accuracy = (await axis("validation/accuracy").boundingBox())!;
    const middle = accuracy.x + accuracy.width / 2;
    await page.mouse.move(middle, accuracy.y + 3);
    await page.mouse.down();
    await page.mouse.move(middle + 4, accuracy.y + accuracy.height * 0.3, { steps: 5 });
    await page.mouse.up();
    const [, good, all] = (await chosen()).match(/^(\d+) of (\d+) runs$/)!.map(Number);
    assert.ok(good > 0 && good < all, `${good} of ${all}`);
    assert.equal(await faint(), all - good);

    const active = () =>
      page.locator(".jp-Notebook .jp-Cell").evaluateAll((all) =>
        all.findIndex((one) => one.classList.contains("jp-mod-active"))
      );
    const before = await active();
    await axis("config/optimizer").focus();
    await page.keyboard.press("ArrowDown");
    const both = Number((await chosen()).split(" ")[0]);
    assert.ok(both > 0 && both < good, `${both} of ${good}`);
    assert.match((await axis("config/optimizer").getAttribute("aria-valuetext"))!, /^adam, \d+ runs$/);
    assert.equal(await active(), before, "the notebook gets no key");
    await output.screenshot({ path: `${screenshots}/chosen.png` });

    await page.keyboard.press("Escape");
    assert.equal(await chosen(), `${good} of ${all} runs`);
    await page.mouse.dblclick(middle, accuracy.y + accuracy.height * 0.6);
    assert.equal(await faint(), 0);
  });

  await t.step(
    "a table sorts by a click, filters by what is typed, and shows more rows; the notebook gets no key",
    async () => {
      const cells = await page.locator(".jp-Notebook .jp-Cell").count();
      const output = outputOf(page, "rows: 6");
      await output.scrollIntoViewIfNeeded();
      const column = async () => (await output.locator("tbody tr:visible td:nth-child(2)").allInnerTexts()).map(Number);
      const first = await column();
      assert.equal(first.length, 10);
      await output.locator("th", { hasText: "value" }).last().click();
      const descending = await column();
      assert.deepEqual(descending, descending.toSorted((a, b) => b - a));
      assert.ok(descending[0] > Math.min(...first));
      await output.locator("th", { hasText: "value" }).last().click();
      const ascending = await column();
      assert.deepEqual(ascending, ascending.toSorted((a, b) => a - b));
      await output.locator("th", { hasText: "value" }).last().click();
      assert.deepEqual(await column(), first, "the third click restores the order");
      await output.locator("button", { hasText: /^100 more$/ }).click();
      assert.equal((await column()).length, 110);
      await output.locator("input[type='search']").click();
      await page.keyboard.type("dd2025-11-07 08:24:2", { delay: 5 });
      assert.equal((await column()).length, 0);
      await page.keyboard.press("Home");
      await page.keyboard.press("Delete");
      await page.keyboard.press("Delete");
      assert.ok((await column()).length > 2);
      assert.equal(await page.locator(".jp-Notebook .jp-Cell").count(), cells);
      await output.screenshot({ path: `${screenshots}/filtered.png` });
    },
  );

  await t.step("the slider of a file series goes through its steps, and a click enlarges", async () => {
    const output = outputOf(page, "validation/confusion");
    await output.scrollIntoViewIfNeeded();
    const image = output.locator("[data-part='steps'] img");
    const before = await image.getAttribute("src");
    const slider = (await output.locator("input[type='range']").boundingBox())!;
    await page.mouse.move(slider.x + slider.width - 4, slider.y + slider.height / 2);
    await page.mouse.down();
    await page.mouse.move(slider.x + 2, slider.y + slider.height / 2, { steps: 8 });
    await page.mouse.up();
    assert.notEqual(await image.getAttribute("src"), before);
    assert.match(await output.innerText(), /step 100 \(1 of 5\)/);
    await image.click();
    const enlarged = page.locator("[data-part='enlarged']");
    assert.ok(await enlarged.isVisible());
    await page.keyboard.press("ArrowRight");
    assert.match(await enlarged.innerText(), /2 of 5/);
    await page.keyboard.press("Escape");
    assert.equal(await enlarged.count(), 0);
  });
  await close();
});

Deno.test("a zoom shows every point of lines that fit, and of longer ones says how many it shows", async () => {
  const browser = await openBrowser();
  const page = await browser.newPage({ viewport: { width: 800, height: 500 } });
  const zoomed = async (length: number) => {
    const value = Float64Array.from({ length }, (_, i) => i === length / 2 ? 9 : Math.sin(i / 50));
    const line = { run: "run", attribute: "loss", step: Float64Array.from(value.keys()), value };
    await page.setContent(await plot([line]).html());
    const { svg, box } = await plotOf(page.locator("body"));
    await page.mouse.move(box.x + box.width * 0.5, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 64, { steps: 4 });
    await page.mouse.up();
    const d = (await svg.locator("svg path").last().getAttribute("d"))!;
    return { points: d.split(/[lhv]/).length, said: await page.locator("[data-part='detail']").innerText() };
  };
  const whole = await zoomed(10_000);
  assert.ok(whole.points > 800, `${whole.points} points`);
  assert.equal(whole.said, "");
  const part = await zoomed(1_000_000);
  assert.match(part.said, /^\d,\d{3} of about 1\d{2},\d{3} points\. More: plot\(…, \{ xRange: \[\d+, \d+\] \}\)$/);
  await page.screenshot({ path: `${screenshots}/zoomed.png` });
  await browser.close();
});

/** The picture that answers, and where its plot is. */
async function plotOf(
  output: Locator,
  part = "chart",
): Promise<{ svg: Locator; box: { x: number; y: number; width: number; height: number } }> {
  const svg = output.locator(
    part === "chart" ? "[data-part='chart'] svg[viewBox]" : "[data-part='parallel'] svg[style]",
  ).first();
  await svg.scrollIntoViewIfNeeded();
  return { svg, box: (await svg.boundingBox())! };
}

Deno.test("a notebook that nobody trusts yet shows pictures and plain tables in JupyterLab, and no stray text", async () => {
  await using lab = await Lab.start();
  await lab.theme("JupyterLab Dark");
  await writeNotebook(`${lab.folder}/${NAME}`, await readNotebook(path));
  const browser = await openBrowser();
  const page = await openNotebook(browser, lab, NAME);
  const outputs = page.locator(".jp-OutputArea-output");
  assert.equal(await page.locator("[data-part]").count(), 0, "no script has run");
  assert.equal(await page.locator(".jp-OutputArea script, .jp-OutputArea iframe").count(), 0);
  const images = page.locator(".jp-OutputArea img");
  assert.ok(await images.count() >= 25);
  for (const image of await images.all()) assert.ok(await image.isVisible());
  assert.ok(await page.locator(".jp-OutputArea table").count() >= 10);
  for (const text of await outputs.allInnerTexts()) {
    assert.doesNotMatch(
      text,
      /"columns":|"panels":|function\(|querySelector/,
      "the data and the script are gone with their elements",
    );
  }
  for (
    const [shot, text] of Object.entries({ runs: "Training loss", table: "fetchRunsDf", steps: "validation/confusion" })
  ) {
    const output = outputOf(page, text);
    await output.scrollIntoViewIfNeeded();
    await output.screenshot({ path: `${screenshots}/untrusted-${shot}.png` });
  }
  await browser.close();
});

Deno.test("where scripts are blocked the gallery shows pictures and plain tables, whole", async () => {
  const folder = await Deno.makeTempDir();
  await convert(path, `${folder}/gallery.html`);
  const browser = await openBrowser();
  const page = await browser.newPage({ viewport: { width: 1000, height: 1200 }, javaScriptEnabled: false });
  await page.goto(`file://${folder}/gallery.html`, { waitUntil: "domcontentloaded" });
  await page.screenshot({ path: `${screenshots}/gallery-blocked.png`, fullPage: true });
  const body = page.locator("body");
  const withScripts = await browser.newPage({ viewport: { width: 1000, height: 1200 } });
  await withScripts.goto(`file://${folder}/gallery.html`, { waitUntil: "domcontentloaded" });
  const pictures = await stillPictures(withScripts.locator("body"));
  assert.ok(pictures.length >= 20, `${pictures.length} pictures`);
  assert.equal(await body.locator("[data-part]").count(), 0);
  for (const image of await body.locator("[data-neptune] img").all()) assert.ok(await image.isVisible());
  for (const table of await body.locator("[data-neptune='table'] table").all()) assert.ok(await table.isVisible());

  const bench = await browser.newPage();
  for (const picture of pictures) {
    await bench.setContent(`<!doctype html><body style="margin:20px">${picture}`);
    assert.deepEqual(await wrongTexts(bench.locator("body")), []);
  }
  assert.ok(await withScripts.locator("[data-part='chart']").count() >= 8, "with scripts, the same page answers");
  await browser.close();
  await Deno.remove(folder, { recursive: true });
});

/// <reference lib="dom" />

/**
 * Front ends that cannot be opened here, by what is known of how they show HTML: the outputs of the gallery notebook as VS Code,
 * Colab and GitHub treat them. Part of `deno task test:browser`. What is known, and from where, is in docs/notebooks.md.
 */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { notebookFiles, readNotebook } from "../notebooks/notebook.ts";
import { screenshotFolder } from "./lab.ts";
import { openBrowser } from "./page.ts";

const screenshots = await screenshotFolder();
const gallery = await readNotebook((await notebookFiles()).get("5-gallery.ipynb")!);
const outputs = gallery.cells.flatMap((cell) => cell.outputs ?? []).flatMap(({ data }) => {
  const html = data?.["text/html"];
  return html === undefined ? [] : [Array.isArray(html) ? html.join("") : String(html)];
});

async function withPage(name: string, show: (page: Page) => Promise<void>, dark = false): Promise<void> {
  const browser = await openBrowser();
  const page = await browser.newPage({ viewport: { width: 900, height: 900 }, colorScheme: dark ? "dark" : "light" });
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.setContent(
    `<!doctype html><body style="font-family:sans-serif${dark ? ";background:#1e1e1e;color:#ddd" : ""}">`,
  );
  await show(page);
  await page.screenshot({ path: `${screenshots}/${name}.png`, fullPage: true });
  assert.deepEqual(errors, []);
  await browser.close();
}

Deno.test("VS Code sets the HTML and makes every script anew, one by one: all displays answer, on a dark page", async () => {
  await withPage("vscode", async (page) => {
    await page.evaluate((all: string[]) => {
      for (const html of all) {
        const element = document.createElement("div");
        element.innerHTML = html;
        document.body.append(element);
        for (const old of [...element.querySelectorAll("script")]) {
          const script = document.createElement("script");
          script.text = old.innerText;
          element.append(script);
          script.remove();
        }
      }
    }, outputs);
    await page.waitForTimeout(500);
    const expected = outputs.join("").match(/<div data-neptune="(chart|table|parallel|steps)"/g)!.length;
    assert.equal(
      await page.locator("[data-part='chart'],[data-part='table'],[data-part='parallel'],[data-part='steps']").count(),
      expected,
    );
  }, true);
});

Deno.test("Colab shows every output in a frame of its own without an origin: all displays answer", async () => {
  await withPage("colab", async (page) => {
    await page.evaluate((all: string[]) => {
      for (const html of all) {
        const frame = document.createElement("iframe");
        frame.setAttribute("sandbox", "allow-scripts");
        frame.style.cssText = "width:100%;height:420px;border:0";
        frame.srcdoc = `<!doctype html><body>${html}`;
        document.body.append(frame);
      }
    }, outputs);
    await page.waitForTimeout(1500);
    const counts = await Promise.all(
      page.frames().slice(1).map(async (frame) => [
        await frame.locator(
          "[data-neptune]:is([data-neptune='chart'],[data-neptune='table'],[data-neptune='parallel'])",
        ).count(),
        await frame.locator("[data-part='chart'],[data-part='table'],[data-part='parallel']").count(),
      ]),
    );
    assert.equal(counts.length, outputs.length);
    for (const [wanted, shown] of counts) assert.equal(shown, wanted);
  });
});

Deno.test("GitHub drops scripts, styles and attributes that it does not know: pictures and tables stay, whole, and no stray text", async () => {
  await withPage("github", async (page) => {
    await page.evaluate((all: string[]) => {
      const known = new Set(["src", "alt", "width", "height", "href", "title", "colspan", "align", "open"]);
      for (const html of all) {
        const { body } = new DOMParser().parseFromString(html, "text/html");
        for (const one of body.querySelectorAll("script, style, iframe, object, embed")) one.remove();
        for (const one of body.querySelectorAll("*")) {
          for (const name of one.getAttributeNames()) if (!known.has(name)) one.removeAttribute(name);
        }
        const cell = document.createElement("div");
        cell.style.cssText = "border-bottom:1px solid #ddd;padding:12px 0;overflow:auto";
        cell.append(...body.childNodes);
        document.body.append(cell);
      }
    }, outputs);
    await page.addStyleTag({
      content: "table{border-collapse:collapse} td,th{border:1px solid #d0d7de;padding:6px 13px} img{max-width:100%}",
    });
    const images = page.locator("img");
    const stored = outputs.join("").match(/<img /g)!.length;
    assert.equal(await images.count(), stored);
    for (const image of await images.all()) {
      assert.ok(await image.evaluate((one: HTMLImageElement) => one.complete && one.naturalWidth > 0));
    }
    assert.ok(await page.locator("table").count() >= 8);
    assert.doesNotMatch(await page.locator("body").innerText(), /data-content|querySelector|\{"/);
  });
});

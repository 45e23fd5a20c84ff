/// <reference lib="dom" />

/** A notebook in a browser. */

import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import type { Lab } from "./lab.ts";

/** Starts the system's Chromium; `CHROMIUM` names another one. */
export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
    ],
  });
}

/** Opens a notebook of the lab and waits until its kernel is ready. */
export async function openNotebook(browser: Browser, lab: Lab, name: string, width = 1180): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 2300 } });
  page.setDefaultTimeout(120_000); // Machines that do other things, too, take long to paint.
  await page.addInitScript("globalThis.hacked = []; globalThis.alert = (text) => globalThis.hacked.push(text);");
  await page.goto(await lab.open(name));
  await page.locator(".jp-Notebook .jp-Cell").first().waitFor({ timeout: 30_000 });
  await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor({ timeout: 30_000 });
  await page.waitForFunction(() => {
    const { jupyterapp } = globalThis as unknown as {
      jupyterapp: { shell: { currentWidget: { sessionContext: { isReady: boolean } } } };
    };
    return jupyterapp.shell.currentWidget.sessionContext.isReady;
  });
  return page;
}

/** Runs all cells, one after the other: Deno sends the last outputs of a cell after it says that it is idle. */
export async function runAll(page: Page): Promise<void> {
  const count = await page.locator(".jp-Notebook .jp-Cell").count();
  for (let i = 0; i < count; i++) {
    await page.evaluate(async () => {
      const { jupyterapp } = globalThis as unknown as {
        jupyterapp: { commands: { execute(id: string): Promise<void> } };
      };
      await jupyterapp.commands.execute("notebook:run-cell-and-select-next");
    });
    await page.waitForTimeout(200);
  }
}

/** The outputs of the code cell whose code holds this text. */
export function outputOf(page: Page, text: string): Locator {
  const code = page.locator(".jp-InputArea", { hasText: text });
  return page.locator(".jp-CodeCell").filter({ has: code }).first().locator(".jp-OutputArea").first();
}

/** What is shown, as numbers: images that have a size and those that have none, rows of tables, errors. */
export async function measure(
  within: Locator | Page,
): Promise<{ images: number; broken: number; rows: number; errors: number }> {
  const images = within.locator("img[src^='data:image/']");
  const sizes = await images.evaluateAll((all: HTMLImageElement[]) =>
    Promise.all(all.map(async (image) => {
      await image.decode().catch(() => {});
      return image.naturalWidth > 0 && image.naturalHeight > 0;
    }))
  );
  return {
    images: sizes.length,
    broken: sizes.filter((fine) => !fine).length,
    rows: await within.locator("tbody tr").count(),
    errors: await within.locator(
      "[data-mime-type='application/vnd.jupyter.error'], .jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']",
    ).count(),
  };
}

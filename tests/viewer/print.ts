/** The sections on paper: nothing is cut off, what is only for the screen is left out, and colors are told. */

import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { SAMPLE, ViewedArchive } from "./browser.ts";

/** How many of these are seen. */
async function seen(of: Locator): Promise<number> {
  return (await Promise.all((await of.all()).map((one) => one.isVisible()))).filter(Boolean).length;
}

Deno.test("the page of a run is printed part by part", async (t) => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  const main = page.locator("main");
  const controls = main.locator("button:not(:has(img)), input:not([type=checkbox])");
  const parts: [string, RegExp, (() => Promise<void>)?][] = [
    ["values", /config\/learning_rate.*0\.001.*sys\/trashed/s],
    ["logs", /2000 images to train on/, async () => {
      assert.equal(await seen(main.getByRole("combobox", { name: "Log" })), 1, "which log it is");
    }],
    ["images", /validation\/confusion, step 500/],
    ["histograms", /weights\/layer_1.*step 500/s, async () => {
      assert.ok(await seen(main.locator(".run-bars")) === 2);
    }],
    ["files", /config\.json.*454 B/s, async () => assert.equal(await seen(main.getByRole("link")), 0)],
    ["lineage", /DIG-9.*DIG-10.*from step 250.*DIG-11/s],
    ["health", /Nothing is wrong/],
  ];
  for (const [part, text, look] of parts) {
    await t.step(part, async () => {
      await viewed.go(`/run?r=DIG-10&rt=${part}`);
      await page.waitForFunction(
        (source) => new RegExp(source, "s").test(document.querySelector("main")!.innerText),
        text.source,
      );
      await viewed.onPaper(`run-${part}`, async () => {
        assert.match(await main.innerText(), /mlp-adam-2-cool/);
        assert.match(await main.innerText(), text);
        assert.equal(await seen(controls), 0, "nothing to press");
        await look?.();
      });
    });
  }
  await viewed.go("/run?r=DIG-10");
  await page.getByText("config/learning_rate").waitFor();
  const pdf = new TextDecoder("latin1").decode(await page.pdf({ format: "A4" }));
  assert.equal(pdf.match(/\/Type \/Page\b/g)?.length, 2, "all values, also those that one scrolls to");
  assert.deepEqual(viewed.complaints, []);
});

Deno.test("comparisons are printed with all runs, and dark pages on white", async (t) => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  const main = page.locator("main");
  await page.evaluate(() => localStorage.setItem("theme", "dark"));
  const runs = ["DIG-4", "DIG-5", "DIG-6"];
  const parts: [string, string][] = [
    ["values", "config/learning_rate"],
    ["images", "validation/confusion"],
    ["scatter", "train/learning_rate"],
    ["parallel", "config/momentum"],
  ];
  for (const [part, text] of parts) {
    await t.step(part, async () => {
      await viewed.go(`/compare?s=DIG-4~6&v=${part}`);
      await main.locator("th, text").getByText(text).or(main.locator("text", { hasText: text })).first().waitFor();
      await viewed.onPaper(`compare-${part}`, async () => {
        for (const run of runs) assert.equal(await seen(main.getByText(`mlp-sgd (${run})`)), 1, `${run} in ${part}`);
        assert.equal(await seen(main.locator("button:not(:has(img)), input, select")), 0, "nothing to press");
      });
    });
  }
  assert.deepEqual(viewed.complaints, []);
});

Deno.test("charts are printed side by side with their legend, and those that were not drawn yet are named", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go("/charts?s=DIG-4~6");
  await page.locator('.charts-lines path[stroke^="#"]').first().waitFor({ state: "attached" });
  await page.waitForFunction(() => document.querySelectorAll(".charts-lines").length >= 6);
  const undrawn = page.getByText("scroll to it before printing");
  assert.equal(await seen(undrawn), 0);
  await viewed.onPaper("charts", async () => {
    assert.equal(await seen(page.locator(".charts-legend li")), 3);
    assert.equal(await seen(undrawn), 7 - await page.locator(".charts-lines").count());
    const boxes = await page.locator(".charts-chart").evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect()).map(({ left, right, top }) => ({ left, right, top }))
    );
    assert.equal(boxes.length, 7);
    assert.ok(boxes[0].right < boxes[1].left && boxes[0].top === boxes[1].top, "none covers another");
  });
});

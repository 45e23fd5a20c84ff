/** The section Compare: values, pictures, scatter plot and parallel coordinates of the chosen runs. */

import assert from "node:assert/strict";
import { SAMPLE, ViewedArchive } from "./browser.ts";

const RUNS = "s=DIG-2~12";

Deno.test("configs that differ come first, and what is the same shows when asked for", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go("/compare");
  await page.getByText("No run is chosen: of the 10 newest runs").waitFor();
  await viewed.go(`/compare?${RUNS}`);
  const row = (path: string) =>
    page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: path, exact: true }) });
  await row("config/optimizer").waitFor();
  assert.equal(await page.getByRole("columnheader").count(), 12);
  assert.deepEqual((await row("config/optimizer").getByRole("cell").allTextContents()).slice(0, 3), [
    "sgd",
    "adam",
    "sgd",
  ]);
  assert.equal(await row("data/source").count(), 0, "the same in all runs");
  await page.getByRole("button", { name: /that are the same/ }).click();
  await row("data/source").waitFor();
  await page.getByRole("searchbox", { name: "Search attributes" }).fill("loss");
  await page.getByText("2 rows", { exact: true }).waitFor();
  assert.equal(await row("validation/loss").locator(".compare-least").count(), 1);
  await viewed.pictures("compare-values");
  await page.getByRole("columnheader").getByRole("link").first().click();
  await page.getByRole("heading", { level: 1 }).filter({ hasText: "linear" }).waitFor();
  assert.deepEqual(viewed.complaints, []);
});

Deno.test("pictures of runs stand side by side at one step", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go("/compare?v=images&s=DIG-4~5");
  const confusion = page.getByRole("row").filter({ hasText: "validation/confusion" });
  await confusion.getByText("step 500").first().waitFor();
  assert.equal(await confusion.getByRole("img").count(), 2);
  await page.getByRole("button", { name: "The step before" }).click();
  await confusion.getByText(/^step (?!500)\d+/).first().waitFor();
  await page.waitForFunction(() =>
    Array.from(document.images, ({ complete, naturalWidth }) => complete && naturalWidth > 0).every(Boolean)
  );
  await viewed.pictures("compare-images");
  assert.deepEqual(viewed.complaints, []);
});

Deno.test("a scatter plot shows a run for each point, and opens it", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go(`/compare?v=scatter&${RUNS}`);
  await page.getByLabel("x", { exact: true }).selectOption("config/learning_rate");
  await page.getByLabel("y", { exact: true }).selectOption("validation/accuracy");
  await page.getByLabel("Colour").selectOption("config/seed");
  assert.match(page.url(), /vx=config\/learning_rate&vy=validation\/accuracy&vc=config\/seed/);
  const points = page.locator(".compare-plot circle");
  await points.first().waitFor();
  assert.ok(await points.count() >= 9);
  assert.ok(new Set(await points.evaluateAll((all) => all.map((one) => one.getAttribute("fill")))).size > 1);
  await viewed.pictures("compare-scatter");
  await points.first().hover();
  await page.getByRole("status").filter({ hasText: "config/learning_rate" }).waitFor();
  await points.first().click();
  await page.waitForURL(/\/run\?.*r=DIG-/);
  await page.goBack();
  await page.locator(".compare-plot > svg").focus();
  await page.keyboard.press("ArrowRight");
  const first = await page.getByRole("status").filter({ hasText: "config/learning_rate" }).textContent();
  assert.equal(await page.locator(".compare-near").count(), 1);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.notEqual(await page.getByRole("status").filter({ hasText: "config/learning_rate" }).textContent(), first);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/run\?.*r=DIG-/);
  assert.deepEqual(viewed.complaints, []);
});

Deno.test("brushes of parallel coordinates choose runs, by mouse and by keys", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go(`/compare?v=parallel&${RUNS}`);
  const axis = page.getByRole("slider", { name: "config/learning_rate" });
  const box = (await axis.boundingBox())!;
  const x = box.x + box.width / 2;
  await page.mouse.move(x, box.y + 2);
  await page.mouse.down();
  await page.mouse.move(x, box.y + box.height / 2, { steps: 6 });
  await page.mouse.up();
  const status = page.getByRole("status").filter({ hasText: "run" }).first();
  const count = async () => Number(/^(\d+) runs? of 11/.exec((await status.textContent())!.trim())![1]);
  await page.getByRole("button", { name: "Keep these runs" }).waitFor();
  const first = await count();
  assert.ok(first > 0 && first < 11, String(first));
  const faint = await page.locator(".compare-lines g[data-entry][opacity='0.08']").count();
  assert.equal(faint, 11 - first);
  await viewed.pictures("compare-parallel");
  await page.reload();
  await page.getByRole("button", { name: "Keep these runs" }).waitFor();
  assert.equal(await count(), first, "the address tells what is chosen");
  await axis.focus();
  await page.keyboard.press("Escape");
  await page.getByText("Drag along an axis").waitFor();
  for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowDown");
  await page.getByRole("button", { name: "Keep these runs" }).click();
  assert.ok(new URL(page.url()).searchParams.get("s")!.length > 0);
  assert.doesNotMatch(page.url(), /s=DIG-2~12/);
  assert.deepEqual(viewed.complaints, []);
});

/** What axe finds in charts, a run and comparisons: light and dark, and at the width of a phone. */

import assert from "node:assert/strict";
import { SAMPLE, ViewedArchive } from "./browser.ts";

const ADDRESSES = [
  "/charts?s=DIG-4~6&m=loss",
  "/charts?s=DIG-2~12&m=loss&mg=string:config/optimizer&mt=folder",
  ...["values", "logs", "images", "histograms", "files", "lineage", "health"].map((part) =>
    `/run?r=DIG-9&rt=${part}&s=DIG-9~10`
  ),
  ...["values", "images", "scatter", "parallel"].map((part) => `/compare?v=${part}&s=DIG-2~9`),
];

Deno.test("charts, runs and comparisons are accessible, light and dark, at 1280 and at 400 pixels", async (test) => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  for (const address of ADDRESSES) {
    await test.step(address, async () => {
      await viewed.go(address);
      await page.waitForLoadState("networkidle");
      for (const colorScheme of ["light", "dark"] as const) {
        await viewed.system(colorScheme);
        await viewed.assertAccessible();
      }
      await viewed.system("light");
      await page.setViewportSize({ width: 400, height: 800 });
      await viewed.assertAccessible();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 400, `${wide} pixels wide`);
      await page.setViewportSize({ width: 1280, height: 800 });
    });
  }
});

const REAL = new URL("../../../shared/archives/neptune2-real/data", import.meta.url).pathname;
const isThere = await Deno.stat(REAL).then(() => true, () => false);

Deno.test({
  name: "every section shows an archive of Neptune 2.x as it was exported",
  ignore: !isThere,
  fn: async () => {
    await using viewed = await ViewedArchive.open(["--archive", REAL]);
    const { page } = viewed;
    await viewed.go("/charts");
    const titles = page.locator("article h2");
    await titles.first().waitFor();
    const all = await titles.allTextContents();
    const machine = all.findIndex((title) => title.startsWith("monitoring/"));
    assert.ok(machine > 0 && all.slice(machine).every((title) => title.startsWith("monitoring/")), all.join());
    for (const part of ["values", "logs", "images", "files", "lineage", "health"]) {
      await viewed.go(`/run?r=TES-4&rt=${part}`);
      await page.getByRole("heading", { level: 1 }).getByText("side-by-side-test").waitFor();
      await page.waitForLoadState("networkidle");
      await viewed.assertAccessible();
    }
    for (const part of ["values", "images", "scatter", "parallel"]) {
      await viewed.go(`/compare?v=${part}`);
      await page.getByRole("toolbar", { name: "Ways to compare" }).waitFor();
      await page.waitForLoadState("networkidle");
      await viewed.assertAccessible();
    }
    await viewed.pictures("compare-real");
    assert.deepEqual(viewed.complaints, []);
  },
});

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
        await page.emulateMedia({ colorScheme });
        await viewed.assertAccessible();
      }
      await page.emulateMedia({ colorScheme: "light" });
      await page.setViewportSize({ width: 400, height: 800 });
      await viewed.assertAccessible();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 400, `${wide} pixels wide`);
      await page.setViewportSize({ width: 1280, height: 800 });
    });
  }
});

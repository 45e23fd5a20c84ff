/** What is around the sections of the page, and who may ask its server. */

import assert from "node:assert/strict";
import { SAMPLE, ViewedArchive } from "./browser.ts";

Deno.test("the page shows the runs of the sample, and goes back and forth", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await page.getByRole("checkbox", { name: "Choose mlp-adam-from-sgd" }).check();
  await page.getByRole("navigation").getByRole("link", { name: "Charts" }).click();
  assert.match(page.url(), /\/charts\?s=DIG-12$/);
  await page.goBack();
  assert.match(page.url(), /\/\?s=DIG-12$/);
  await viewed.pictures("shell");
  assert.deepEqual(viewed.complaints, []);
});

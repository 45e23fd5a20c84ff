/**
 * Takes the pictures of the page of `view` in README and docs/ on the sample archive: a part of `deno task pictures`.
 */

import { SAMPLE, ViewedArchive } from "./browser.ts";

const CHOSEN = "s=DIG-5~6.8.11.2";

/** Each picture by its address, with the text that is there when all is, and its height. */
const PICTURES: Record<string, { address: string; ready: string; height: number; dark?: boolean }> = {
  "view-runs": {
    address: `/?${CHOSEN}&o=-validation/accuracy:m&g=config/optimizer:s`,
    ready: "0.916",
    height: 560,
  },
  "view-charts": { address: `/charts?${CHOSEN}`, ready: "train/loss", height: 720 },
  "view-run": { address: "/run?r=DIG-11", ready: "validation/confusion", height: 720, dark: true },
};

await using viewed = await ViewedArchive.open(["--archive", SAMPLE], {
  viewport: { width: 1180, height: 700 },
  deviceScaleFactor: 1.5,
});
const { page } = viewed;
for (const [name, { address, ready, height, dark }] of Object.entries(PICTURES)) {
  await page.setViewportSize({ width: 1180, height });
  await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
  await viewed.go(address);
  await page.getByText(ready).first().waitFor();
  await page.waitForTimeout(2000);
  const path = new URL(`../../docs/images/${name}.png`, import.meta.url).pathname;
  await page.screenshot({ path });
  console.log(path);
}

/**
 * Takes the pictures of README and docs/ from the gallery notebook as it is committed: `deno task pictures`.
 */

import { notebookFiles } from "../notebooks/notebook.ts";
import { convert, install } from "./lab.ts";
import { openBrowser } from "./page.ts";

/** Each picture by a part of the code whose output it shows; with a place where the pointer is, as shares of the chart. */
const PICTURES: Record<string, { code: string; theme?: "dark"; height?: number; pointer?: [x: number, y: number] }> = {
  "run-page": { code: "run", height: 620 },
  "forked-series": { code: 'run["train/loss"]' },
  plot: { code: "Training loss", pointer: [0.55, 0.62] },
  multiples: { code: "plot(run)" },
  "group-by": { code: "groupBy" },
  parallel: { code: "plot.parallel", theme: "dark" },
  "table-dark": { code: "fetchRunsDf", theme: "dark" },
};

await install();
const gallery = (await notebookFiles()).get("5-gallery.ipynb")!;
const folder = await Deno.makeTempDir();
const browser = await openBrowser();
for (const theme of ["light", "dark"] as const) {
  const html = `${folder}/${theme}.html`;
  await convert(gallery, html, [`--HTMLExporter.theme=${theme}`]);
  const page = await browser.newPage({ viewport: { width: 1060, height: 1000 }, deviceScaleFactor: 1.5 });
  await page.goto(`file://${html}`, { waitUntil: "domcontentloaded" });
  for (const [name, { code, theme: wanted = "light", height, pointer }] of Object.entries(PICTURES)) {
    if (wanted !== theme) continue;
    const text = code === "run" ? /^\s*run\s*$/ : code;
    const cell = page.locator(".jp-CodeCell").filter({ has: page.locator(".jp-InputArea-editor", { hasText: text }) })
      .first();
    const output = cell.locator(".jp-OutputArea-output").first();
    await output.scrollIntoViewIfNeeded();
    await page.mouse.move(1, 1);
    if (pointer) {
      const box = (await output.locator("svg[viewBox]").first().boundingBox())!;
      await page.mouse.move(box.x + box.width * pointer[0], box.y + box.height * pointer[1]);
    }
    const path = new URL(`../../docs/images/${name}.png`, import.meta.url).pathname;
    if (height === undefined) await output.screenshot({ path });
    else {
      const box = (await output.boundingBox())!;
      const top = await page.evaluate("scrollY") as number;
      await page.screenshot({ path, clip: { ...box, y: box.y + top, height }, fullPage: true });
    }
    console.log(path);
  }
  await page.close();
}
await browser.close();
await Deno.remove(folder, { recursive: true });

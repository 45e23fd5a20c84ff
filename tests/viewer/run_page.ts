/** The section Run: values, logs, pictures, histograms, files, lineage and health of one run. */

import assert from "node:assert/strict";
import { ReadOnlyProject, type RunFile } from "../../mod.ts";
import { bool, datetime, file, floatPoint, string } from "../../samples/rows.ts";
import { writeRun } from "../../samples/writer.ts";
import { SAMPLE, ViewedArchive } from "./browser.ts";

Deno.test("a run shows who it is and all of its values, and finds them by words", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go("/run?r=DIG-9");
  await page.getByRole("heading", { level: 1 }).filter({ hasText: "mlp-adam" }).waitFor();
  using project = new ReadOnlyProject({ archive: SAMPLE });
  const [run] = await Array.fromAsync(project.fetchReadOnlyRuns({ withIds: ["DIG-9"] }));
  const names = await run.attributeNames;
  assert.deepEqual((await page.locator(".run-values th").allTextContents()).sort(), [...names].sort());
  await page.getByRole("searchbox", { name: "Search values" }).fill("config/learning");
  await page.getByText("1 value", { exact: true }).waitFor();
  assert.match(page.url(), /rq=config/);
  assert.deepEqual(await page.locator(".run-value").allTextContents(), ["0.01"]);
  await page.reload();
  await page.getByText("1 value", { exact: true }).waitFor();
  await viewed.pictures("run-values");
  assert.deepEqual(viewed.complaints, []);
});

Deno.test("logs are searched, and a line leads to its step in the charts", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go("/run?r=DIG-9&rt=logs");
  await page.getByRole("combobox", { name: "Log" }).selectOption("logs/train");
  const lines = page.locator(".run-log li");
  await lines.nth(3).waitFor();
  using project = new ReadOnlyProject({ archive: SAMPLE });
  const [run] = await Array.fromAsync(project.fetchReadOnlyRuns({ withIds: ["DIG-9"] }));
  const frame = await run.attribute("logs/train").fetchValues();
  assert.equal(await lines.count(), frame.height);
  const step = await lines.nth(2).locator("a").textContent();
  const text = (await lines.nth(2).locator("pre").textContent())!;
  await page.getByRole("searchbox", { name: "Search the log" }).fill(text);
  await page.waitForFunction(() => document.querySelectorAll(".run-log li").length === 1);
  await viewed.pictures("run-logs");
  await lines.first().locator("a").click();
  await page.locator(".charts-plot > svg[role=img]").first().waitFor();
  assert.equal(new URL(page.url()).searchParams.get("mk"), step);
  await page.locator(".charts-lines text", { hasText: `step ${step}` }).first().waitFor();
  assert.deepEqual(viewed.complaints, []);
});

Deno.test("one slider steps through all pictures and histograms", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go("/run?r=DIG-9&rt=images");
  const picture = page.getByRole("img", { name: /^validation\/confusion, step/ });
  await picture.waitFor();
  const isDrawn = () => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth > 0);
  await page.waitForFunction(() => Array.from(document.images, (image) => image.complete).every(Boolean));
  assert.ok(await isDrawn());
  const before = await picture.getAttribute("alt");
  await page.getByRole("slider", { name: "Step" }).focus();
  await page.keyboard.press("ArrowLeft");
  await page.waitForFunction(
    (was) => document.querySelector(".run-pictures img[alt^='validation']")?.getAttribute("alt") !== was,
    before,
  );
  assert.match(page.url(), /rs=\d+/);
  await page.getByRole("button", { name: /^Larger: validation/ }).click();
  await page.locator(".run-large").waitFor();
  await viewed.pictures("run-images");
  await page.getByRole("tab", { name: /Histograms/ }).click();
  await page.locator(".run-bars rect").first().waitFor();
  const heights = () =>
    page.locator(".run-bars rect").evaluateAll((all) => all.map((one) => one.getAttribute("height")).join());
  const at = await heights();
  await page.getByRole("button", { name: "The step before" }).click();
  assert.notEqual(await heights(), at);
  const painted = await page.locator(".run-density").first().evaluate((canvas) => {
    const { width, height } = canvas as HTMLCanvasElement;
    const { data } = (canvas as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height);
    return data.some((value) => value > 0);
  });
  assert.ok(painted);
  await viewed.pictures("run-histograms");
  assert.deepEqual(viewed.complaints, []);
});

Deno.test("files are saved as they are stored", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go("/run?r=DIG-9&rt=files");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Save config.json" }).click(),
  ]);
  using project = new ReadOnlyProject({ archive: SAMPLE });
  const [run] = await Array.fromAsync(project.fetchReadOnlyRuns({ withIds: ["DIG-9"] }));
  const stored = await (await run.attribute("config.json").fetch() as RunFile).bytes();
  assert.deepEqual(await Deno.readFile(await download.path()), stored);
  assert.equal(download.suggestedFilename(), "config.json");
});

Deno.test("the tree of forks chooses what the charts show", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go("/run?r=DIG-10&rt=lineage");
  await page.getByRole("button", { name: "Choose all of these" }).click();
  assert.match(page.url(), /s=DIG-9~11/);
  await page.getByRole("checkbox", { name: "Choose DIG-10" }).uncheck();
  assert.match(page.url(), /s=DIG-9\.11/);
  await viewed.pictures("run-lineage");
  await page.getByRole("link", { name: "Charts of the chosen runs" }).click();
  await page.getByRole("list", { name: "Runs" }).getByRole("button").nth(1).waitFor();
  await viewed.go("/run?r=DIG-10&rt=health");
  await page.getByText("Nothing is wrong with the data of this run.").waitFor();
  await viewed.go("/run?r=DIG-99");
  await page.getByRole("alert").filter({ hasText: "There is no run DIG-99" }).waitFor();
  assert.deepEqual(viewed.complaints, []);
});

Deno.test("health tells of a run what is told of all runs", async () => {
  const folder = await Deno.makeTempDir({ prefix: "neptune-health-" });
  const created = Date.UTC(2025, 0, 1, 12);
  try {
    for (const id of ["L-1", "L-2"]) {
      await writeRun({
        dataRoot: `${folder}/data`,
        projectId: "team/local",
        runId: id,
        // Of Neptune 2.x, whose points were exported six hours west of Greenwich.
        batches: [[
          string("sys/id", id),
          datetime("sys/creation_time", created),
          floatPoint("train/loss", 0, created - 6 * 3_600_000, 1),
        ]],
      });
    }
    await using viewed = await ViewedArchive.open(["--archive", `${folder}/data`]);
    const { page } = viewed;
    await viewed.go("/run?r=L-1&rt=health");
    await page.locator(".run-findings li").filter({ hasText: "at UTC-06:00; pass `--time-zone`" }).waitFor();
    assert.equal(await page.getByText(/about other runs/).count(), 0);
    assert.deepEqual(viewed.complaints, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("health tells what is missing of a run, and that there is more about others", async () => {
  const folder = await Deno.makeTempDir({ prefix: "neptune-health-" });
  try {
    for (const id of ["H-1", "H-2"]) {
      await writeRun({
        dataRoot: `${folder}/data`,
        projectId: "team/health",
        runId: id,
        batches: [[
          string("sys/id", id),
          string("sys/custom_run_id", id),
          bool("sys/trashed", false),
          datetime("sys/creation_time", Date.UTC(2025, 0, 1)),
          file("model.bin", `${id}/model.bin`),
        ]],
      });
    }
    await Deno.mkdir(`${folder}/files`);
    await using viewed = await ViewedArchive.open(["--archive", `${folder}/data`]);
    const { page } = viewed;
    await viewed.go("/run?r=H-1&rt=health");
    const findings = page.locator(".run-findings li");
    await findings.filter({ hasText: "model.bin" }).first().waitFor();
    await page.getByText("1 finding about other runs of the project").waitFor();
    await viewed.assertAccessible();
    await viewed.pictures("run-health");
    // What is not there is nowhere offered, and nowhere has a size.
    await viewed.go("/run?r=H-1&rt=files");
    await page.getByText("missing file").waitFor();
    assert.equal(await page.getByRole("link", { name: /^Save/ }).count(), 0);
    await viewed.go("/run?r=H-1");
    await page.getByRole("row", { name: /model\.bin missing file/ }).waitFor();
    await viewed.go("/compare?s=H-1~2");
    await page.getByRole("button", { name: /that are the same/ }).click();
    await page.getByRole("row", { name: /model\.bin missing file missing file/ }).waitFor();
    await viewed.go("/?k=model.bin:a");
    await page.getByRole("gridcell", { name: "missing file" }).first().waitFor();
    await viewed.go("/run?r=H-1&rt=health");
    await findings.first().waitFor();
    // From part to part by keys.
    await page.getByRole("tab", { name: "Health" }).focus();
    await page.keyboard.press("ArrowLeft");
    await page.waitForURL(/rt=lineage/);
    assert.deepEqual(viewed.complaints, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

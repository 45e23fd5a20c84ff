/** The section Charts: what a mouse and a keyboard do with it. */

import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { ReadOnlyProject } from "../../mod.ts";
import { bool, datetime, floatPoint, string } from "../../samples/rows.ts";
import { writeRun } from "../../samples/writer.ts";
import { SAMPLE, screenshots, ViewedArchive } from "./browser.ts";

const RUNS = "s=DIG-4~6";

async function chart(page: Page, title: string): Promise<Locator> {
  const found = page.locator("article").filter({ has: page.getByRole("heading", { name: title, exact: true }) });
  await found.locator(".charts-plot > svg[role=img]").waitFor();
  await found.locator("xpath=self::*[@aria-busy='false']").waitFor();
  return found;
}

/** Where a place of the plot of a chart lies on the page: 0 is its left or upper end. */
async function placeIn(found: Locator, across: number, down: number): Promise<{ x: number; y: number }> {
  const box = (await found.locator(".charts-plot > svg[role=img]").boundingBox())!;
  return { x: box.x + 60 + across * (box.width - 90), y: box.y + 25 + down * (box.height - 80) };
}

async function drag(page: Page, found: Locator, from: number, to: number): Promise<void> {
  const [start, end] = [await placeIn(found, from, 0.5), await placeIn(found, to, 0.5)];
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move((start.x + end.x) / 2, start.y, { steps: 4 });
  await page.mouse.move(end.x, end.y, { steps: 4 });
  await page.mouse.up();
}

const lines = (found: Locator) => found.locator(".charts-lines g[data-entry]");
const zoomOf = (page: Page) => new URL(page.url()).searchParams.get("mz")?.split(",").map(Number) ?? null;

Deno.test("every metric has a chart, in natural order; a pattern chooses; a folder shares one", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go(`/charts?${RUNS}`);
  await chart(page, "train/loss");
  const titles = () => page.locator("article h2").allTextContents();
  const all = await titles();
  assert.deepEqual(all, all.toSorted());
  assert.ok(all.length >= 6);
  await page.getByRole("searchbox", { name: "Metrics" }).fill("^train/(loss|acc)");
  await page.waitForFunction(() => document.querySelectorAll("article").length === 2);
  await page.getByLabel("In one chart").selectOption("folder");
  const both = await chart(page, "train");
  assert.equal(await lines(both).count(), 6, "three runs, two metrics");
  assert.deepEqual(
    await both.locator(".charts-dashes li").allTextContents().then((all) => all.map((one) => one.trim())),
    [
      "train/accuracy",
      "train/loss",
    ],
  );
  const strokes = await lines(both).locator("path").evaluateAll((all) => all.map((one) => one.getAttribute("stroke")));
  assert.equal(new Set(strokes).size, 3, "a colour for each run");
  await page.getByRole("searchbox", { name: "Metrics" }).fill("(");
  await page.getByRole("alert").filter({ hasText: "The pattern:" }).waitFor();
  await viewed.pictures("charts-folder");
  assert.deepEqual(viewed.complaints, []);
});

Deno.test("the pointer shows values as they were logged, in all charts at one step", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go(`/charts?s=DIG-5&m=loss`);
  const loss = await chart(page, "train/loss");
  const other = await chart(page, "validation/loss");
  const at = await placeIn(loss, 0.6, 0.5);
  await page.mouse.move(at.x, at.y);
  const tip = loss.getByRole("status");
  await tip.waitFor();
  const step = Number(/step (\d+)/.exec((await tip.textContent())!)![1]);
  const shown = Number(await tip.locator("b").textContent());
  using project = new ReadOnlyProject({ archive: SAMPLE });
  const [run] = await Array.fromAsync(project.fetchReadOnlyRuns({ withIds: ["DIG-5"] }));
  const frame = await run.attribute("train/loss").fetchValues();
  const steps = [...frame.getColumn("step")], values = [...frame.getColumn("value")];
  const logged = values[steps.indexOf(step)] as number;
  assert.ok(Math.abs(shown - logged) <= Math.abs(logged) * 1e-5, `${shown} at step ${step}, logged was ${logged}`);
  assert.equal(await other.locator(".charts-cursor path").count(), 1, "the same step in the other chart");
  await viewed.pictures("charts-hover");
});

Deno.test("a drag zooms all charts, going back and a double click show everything", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go(`/charts?${RUNS}&m=loss`);
  const loss = await chart(page, "train/loss");
  await drag(page, loss, 0.3, 0.5);
  await page.waitForURL((url) => url.searchParams.has("mz"));
  const [from, to] = zoomOf(page)!;
  assert.ok(from > 100 && to < 300 && from < to, `${from} to ${to}`);
  const ticks = await (await chart(page, "validation/loss")).locator("svg text[text-anchor=middle]").allTextContents();
  assert.ok(ticks.map(Number).every((tick) => tick >= from && tick <= to), ticks.join());
  await page.goBack();
  await page.waitForURL((url) => !url.searchParams.has("mz"));
  await page.goForward();
  await page.waitForURL((url) => url.searchParams.has("mz"));
  assert.deepEqual(zoomOf(page), [from, to]);
  const middle = await placeIn(loss, 0.5, 0.5);
  await page.mouse.dblclick(middle.x, middle.y);
  await page.waitForURL((url) => !url.searchParams.has("mz"));
  assert.deepEqual(viewed.complaints, []);
});

Deno.test("keys move the cursor, zoom and reset", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go(`/charts?${RUNS}&m=train/loss`);
  const loss = await chart(page, "train/loss");
  await loss.locator(".charts-plot > svg[role=img]").focus();
  await page.keyboard.press("ArrowRight");
  const before = await loss.getByRole("status").textContent();
  for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowRight");
  assert.notEqual(await loss.getByRole("status").textContent(), before);
  await page.keyboard.press("+");
  const near = zoomOf(page)!;
  assert.ok(near[1] - near[0] < 300, String(near));
  await page.keyboard.press("0");
  assert.equal(zoomOf(page), null);
});

Deno.test("axes, smoothing, groups and the legend", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go(`/charts?s=DIG-1~12&m=validation/loss`);
  const loss = await chart(page, "validation/loss");
  const all = await lines(loss).count();
  assert.ok(all > 5);
  const legend = page.getByRole("list", { name: "Runs" });
  await legend.getByRole("button", { name: "linear (DIG-2)" }).click();
  await page.waitForFunction(
    (count) => document.querySelectorAll(".charts-lines g[data-entry]").length === count,
    all - 1,
  );
  assert.match(page.url(), /mh=DIG-2/);
  await page.getByRole("button", { name: "log y" }).click();
  assert.match(page.url(), /mly/);
  await page.getByLabel("Smoothing").fill("0.9");
  await page.waitForFunction(() => document.querySelectorAll(".charts-lines path[stroke-opacity='0.3']").length > 0);
  await page.getByLabel("x axis").selectOption("relative");
  await page.getByText("since the first point").first().waitFor();
  await page.getByLabel("x axis").selectOption("step");
  await page.getByLabel("Group by").focus();
  await page.getByLabel("Group by").locator("option[value='string:config/optimizer']").waitFor({ state: "attached" });
  await page.getByLabel("Group by").selectOption("string:config/optimizer");
  const groups = page.getByRole("list", { name: "Groups" });
  await groups.getByRole("button", { name: "adam" }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll(".charts-lines path[fill-opacity]").length > 0);
  await viewed.pictures("charts-groups");
  assert.deepEqual(viewed.complaints, []);
});

Deno.test("no spike is lost in a long series, and a zoom shows the points themselves", async () => {
  const folder = await Deno.makeTempDir({ prefix: "neptune-spike-" });
  const POINTS = 30_000, SPIKE = 17_321;
  try {
    const time = Date.UTC(2025, 0, 1);
    await writeRun({
      dataRoot: `${folder}/data`,
      projectId: "team/long",
      runId: "long",
      batches: [[
        string("sys/id", "L-1"),
        string("sys/custom_run_id", "long"),
        bool("sys/trashed", false),
        datetime("sys/creation_time", time),
        ...Array.from(
          { length: POINTS },
          (_, step) => floatPoint("loss", step, time + step * 1000, step === SPIKE ? 500 : 1 + step % 7 / 10),
        ),
      ]],
    });
    await using viewed = await ViewedArchive.open(["--archive", `${folder}/data`]);
    const { page } = viewed;
    await viewed.go("/charts?s=L-1");
    const loss = await chart(page, "loss");
    await loss.getByText("30,000 points as means with the band from least to greatest").waitFor();
    const top = Number(
      (await loss.locator("svg text[text-anchor=end]").allTextContents()).map(Number)
        .filter((tick) => !Number.isNaN(tick)).sort((a, b) => b - a)[0],
    );
    assert.ok(top >= 400, `the axis reaches ${top}: the spike is in the band`);
    assert.equal(await lines(loss).locator("path[fill-opacity]").count(), 1, "the band");
    for (
      let i = 0;
      i < 4 && !await page.evaluate(() => document.querySelector(".charts-note")!.textContent === "");
      i++
    ) {
      const spike = SPIKE - (zoomOf(page)?.[0] ?? 0),
        width = zoomOf(page) ? zoomOf(page)![1] - zoomOf(page)![0] : POINTS;
      await drag(page, loss, Math.max(0, spike / width - 0.06), Math.min(1, spike / width + 0.06));
      await chart(page, "loss");
      await page.waitForTimeout(500);
    }
    const [from, to] = zoomOf(page)!;
    assert.ok(from < SPIKE && to > SPIKE && to - from < 2000, `${from} to ${to}`);
    assert.equal(await loss.locator(".charts-note").textContent(), "", "every point is drawn");
    const box = (await loss.locator(".charts-plot > svg[role=img]").boundingBox())!;
    const line = (await lines(loss).locator("path").last().boundingBox())!;
    assert.ok(line.height > box.height / 2, "the spike is in sight");
    await page.goBack();
    assert.notDeepEqual(zoomOf(page), [from, to]);
    assert.deepEqual(viewed.complaints, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("axes show time and logarithms", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go("/charts?s=DIG-5&m=train/loss");
  const loss = await chart(page, "train/loss");
  const ticks = (anchor: string) => loss.locator(`svg text[text-anchor=${anchor}]`).allTextContents();
  await page.getByLabel("x axis").selectOption("time");
  await loss.getByText("time (UTC)").waitFor();
  assert.ok((await ticks("middle")).some((tick) => /^\d\d:\d\d$/.test(tick)), (await ticks("middle")).join());
  await page.getByLabel("x axis").selectOption("step");
  await loss.getByText("step", { exact: true }).waitFor();
  for (const name of ["log x", "log y"]) {
    await page.getByRole("button", { name }).focus();
    await page.keyboard.press("Enter");
  }
  await page.waitForURL(/mlx=.*mly=|mly=.*mlx=/);
  const across = (await ticks("middle")).map(Number);
  assert.ok(across.includes(1) || across.includes(10), across.join());
  assert.ok(across[2] - across[1] > across[1] - across[0], `${across} are farther and farther apart`);
  assert.deepEqual(viewed.complaints, []);
});

Deno.test("charts print without what is only for the screen", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go(`/charts?${RUNS}`);
  await chart(page, "train/loss");
  const pdf = await page.pdf();
  assert.ok((new TextDecoder("latin1").decode(pdf).match(/\/Type \/Page\b/g) ?? []).length >= 1);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.getByRole("toolbar", { name: "Charts" }).isVisible(), false);
  assert.ok(await page.getByRole("list", { name: "Runs" }).isVisible(), "the legend is printed");
});

Deno.test("what a fork inherited is faint, on every axis, and the legend says so", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  for (const axis of ["step", "time", "relative"]) {
    await viewed.go(`/charts?s=DIG-9~10&m=train/loss&mx=${axis}`);
    const loss = await chart(page, "train/loss");
    await page.getByRole("list", { name: "Runs" }).getByText("faint: inherited").waitFor();
    const of = (entry: number, faint: boolean) =>
      loss.locator(`.charts-lines g[data-entry="${entry}"]`).locator(
        `path[fill=none]${faint ? "[stroke-opacity='0.5']" : ":not([stroke-opacity])"}`,
      )
        .count();
    assert.deepEqual([await of(0, true), await of(0, false)], [0, 1], "the parent has points of its own only");
    assert.deepEqual([await of(1, true), await of(1, false)], [1, 1], "the fork has both");
  }
  const loss = await chart(page, "train/loss");
  const early = await placeIn(loss, 0.1, 0.5);
  await page.mouse.move(early.x, early.y);
  await loss.getByRole("status").getByText("inherited").first().waitFor();
  await viewed.pictures("charts-fork");
  await page.getByRole("button", { name: "own points only" }).click();
  await page.getByText("faint: inherited").waitFor({ state: "detached" });
  await page.waitForFunction(() => document.querySelectorAll(".charts-lines path[stroke-opacity='0.5']").length === 0);
  assert.deepEqual(viewed.complaints, []);
});

Deno.test("pictures and points are saved", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go(`/charts?s=DIG-5&m=train/loss`);
  const loss = await chart(page, "train/loss");
  const save = async (name: string) => {
    await loss.getByText("Save", { exact: true }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), loss.getByRole("button", { name }).click()]);
    await loss.getByText("Save", { exact: true }).click();
    return await Deno.readFile(await download.path());
  };
  const text = new TextDecoder();
  const svg = text.decode(await save("SVG picture"));
  assert.match(svg, /^<svg xmlns=.*train\/loss.*mlp-sgd/s);
  assert.doesNotMatch(svg, /faint/, "none of these is a fork");
  assert.deepEqual([...(await save("PNG picture")).slice(1, 4)], [0x50, 0x4e, 0x47]);
  const csv = text.decode(await save("CSV, all points")).trimEnd().split("\r\n");
  using project = new ReadOnlyProject({ archive: SAMPLE });
  const [run] = await Array.fromAsync(project.fetchReadOnlyRuns({ withIds: ["DIG-5"] }));
  const frame = await run.attribute("train/loss").fetchValues();
  assert.equal(csv.length - 1, frame.height);
  assert.equal(csv[0], "run,name,attribute,step,time,value");
  assert.equal(Number(csv[5].split(",")[5]), [...frame.getColumn("value")][4]);
  for (const [axis, part] of [["step", "100,200"], ["relative", "60000,120000"]]) {
    await viewed.go(`/charts?s=DIG-5&m=train/loss&mx=${axis}&mz=${part}`);
    await chart(page, "train/loss");
    const rows = text.decode(await save("CSV, all points")).trimEnd().split("\r\n").slice(1).map((row) =>
      row.split(",")
    );
    const [from, to] = part.split(",").map(Number);
    const times = [...frame.getColumn("timestamp")].map(Number), steps = [...frame.getColumn("step")].map(Number);
    const places = axis === "step" ? steps : times.map((time) => time - times[0]);
    const inSight = steps.filter((_, i) => places[i] >= from && places[i] <= to);
    assert.ok(inSight.length > 0 && inSight.length < steps.length);
    assert.deepEqual(rows.map((row) => Number(row[3])), inSight, axis);
  }
  // Of a fork: as in the page, and it is said which points are inherited.
  await viewed.go(`/charts?s=DIG-9~10&m=train/loss`);
  await chart(page, "train/loss");
  const fork = text.decode(await save("SVG picture"));
  assert.match(fork, /stroke-opacity="0.5" \/>\s*<text[^>]*>faint: inherited/);
  const shown = await loss.locator(".charts-lines path[fill=none]").evaluateAll((paths) =>
    paths.map((path) => [path.getAttribute("stroke"), path.getAttribute("stroke-opacity")].join())
  );
  const lines = [...fork.matchAll(/<path [^>]*fill="none" stroke="#[^>]*>/g)].map(([path]) =>
    ["stroke", "stroke-opacity"].map((name) => new RegExp(` ${name}="([^"]*)"`).exec(path)?.[1]).join()
  );
  assert.equal(lines.length, 3, "the parent, what the fork inherited, and its own");
  assert.deepEqual(lines, shown.filter((one) => one.startsWith("#")));
  await Deno.writeFile(`${screenshots}/charts-saved.png`, await save("PNG picture"));
});

Deno.test("in CSV no name is a formula to a spreadsheet program", async () => {
  const folder = await Deno.makeTempDir({ prefix: "neptune-csv-" });
  try {
    await writeRun({
      dataRoot: `${folder}/data`,
      projectId: "team/csv",
      runId: "=1+1",
      batches: [[
        string("sys/id", "A-1"),
        string("sys/custom_run_id", "=1+1"),
        bool("sys/trashed", false),
        datetime("sys/creation_time", Date.UTC(2025, 0, 1)),
        string("-config", "+x"),
        floatPoint("@loss", 1, Date.UTC(2025, 0, 1), -0.5),
      ]],
    });
    await using viewed = await ViewedArchive.open(["--archive", `${folder}/data`]);
    const { page } = viewed;
    const saved = async (button: Locator) => {
      const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
      return (await Deno.readTextFile(await download.path())).trimEnd().split("\r\n");
    };
    await viewed.go("/");
    await page.getByText("=1+1").first().waitFor();
    const [, row] = await saved(page.getByRole("link", { name: "CSV" }));
    assert.ok(row.startsWith("A-1,'=1+1,"), row);
    await viewed.go("/charts?s=A-1");
    const loss = await chart(page, "@loss");
    await loss.getByText("Save", { exact: true }).click();
    const [, point] = await saved(loss.getByRole("button", { name: "CSV, all points" }));
    assert.equal(point, "A-1,'=1+1,'@loss,1,2025-01-01T00:00:00.000Z,-0.5");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/// <reference lib="dom" />

/** The table of runs, used with mouse and keyboard. */

import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { COLUMNS, writeManyRuns } from "./archive.ts";
import { SAMPLE, ViewedArchive } from "./browser.ts";

/** The names of the runs that are in the page, from the top. */
async function names(page: Page): Promise<string[]> {
  await page.locator('.runs-grid[aria-busy="false"]').waitFor();
  const rows = await page.locator(".runs-body .runs-row:not(.runs-group)").evaluateAll((rows) =>
    rows.map((row) => ({
      at: Number(row.getAttribute("aria-rowindex")),
      name: row.querySelector(".runs-first a")?.textContent ?? "…",
    }))
  );
  return rows.sort((a, b) => a.at - b.at).map(({ name }) => name);
}

/** Waits until the page shows these runs. */
async function expectNames(page: Page, expected: string[]): Promise<void> {
  let actual: string[] = [];
  for (let i = 0; i < 100; i++) {
    actual = await names(page);
    if (JSON.stringify(actual) === JSON.stringify(expected)) return;
    await page.waitForTimeout(100);
  }
  assert.deepEqual(actual, expected);
}

/** The heads of the columns by their path. */
async function heads(page: Page): Promise<string[]> {
  const all = await page.getByRole("columnheader").evaluateAll((heads) =>
    heads.map((head) => head.getAttribute("title"))
  );
  return all.flatMap((title) => title === null ? [] : title.replace(/ \(\w+\)$/, ""));
}

function head(page: Page, path: string): Locator {
  return page.locator(`.runs-head [role="columnheader"][title^="${path} ("]`);
}

/** Scrolls sideways until the column is in the page. */
async function reveal(page: Page, path: string): Promise<void> {
  for (let left = 0; await head(page, path).count() === 0 && left < 5000; left += 500) {
    await page.getByRole("grid").evaluate((grid, left) => grid.scrollLeft = left, left);
    await page.waitForTimeout(100);
  }
  await head(page, path).scrollIntoViewIfNeeded();
}

async function menu(page: Page, path: string, item: string | RegExp): Promise<void> {
  await reveal(page, path);
  await head(page, path).getByRole("button", { name: `Column ${path}` }).click();
  await page.getByRole("menu").getByText(item).click();
}

async function cells(page: Page, path: string): Promise<string[]> {
  const at = await head(page, path).evaluate((head) => {
    const all = [...head.parentElement!.querySelectorAll('[role="columnheader"]')];
    return all.indexOf(head);
  });
  return await page.locator(".runs-body .runs-row:not(.runs-group)").evaluateAll(
    (rows, at) =>
      rows.sort((a, b) => Number(a.getAttribute("aria-rowindex")) - Number(b.getAttribute("aria-rowindex")))
        .map((row) => row.querySelectorAll('[role="gridcell"]')[at].textContent!),
    at,
  );
}

Deno.test("runs are found, sorted, grouped and chosen, and the address tells it all", async (t) => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await names(page);

  await t.step("the first view takes less than half a second of the processor", async () => {
    await page.waitForTimeout(3000);
    const before = await viewed.cpu();
    await viewed.go("/");
    await page.getByText("mlp-adam-from-sgd").waitFor();
    const after = await viewed.cpu();
    const server = after.server - before.server, browser = after.browser - before.browser;
    console.log(`first view: ${server} ms of CPU of the server, ${Math.round(browser)} ms of the browser`);
    assert.ok(server < 250, `${server}`);
    assert.ok(browser < 1500, `${browser}`);
  });

  await t.step("the search box, which / leads to", async () => {
    await page.keyboard.press("/");
    await page.keyboard.type("ADAM-2 wide");
    await expectNames(page, ["mlp-adam-2-cool-large", "mlp-adam-2-cool", "mlp-adam-2"]);
    assert.match(page.url(), /\?f=ADAM-2\+wide$/);
    await page.getByLabel("Search runs").fill("no such run");
    const nothing = page.getByText("No run matches.");
    await nothing.waitFor();
    const [said, grid] = [(await nothing.boundingBox())!, (await page.getByRole("grid").boundingBox())!];
    assert.ok(said.x > 5 && said.y < grid.y, "where one looks");
    await page.getByRole("button", { name: "Show all runs" }).click();
    await page.getByText("smoke-test").waitFor();
    await page.getByLabel("Search runs").fill("");
  });

  await t.step("a query, completed with the keyboard", async () => {
    const field = page.getByRole("combobox", { name: "Query" });
    const options = page.getByRole("option");
    await field.click();
    await page.keyboard.type("optimi");
    await options.getByText("`config/optimizer`:string").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await options.getByText("CONTAINS").waitFor();
    await page.keyboard.type("=");
    await options.getByText('"adam"').waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await options.getByText("AND").waitFor();
    await page.keyboard.type("AND `validation/accuracy`:floatSeries > 0.9");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await expectNames(page, ["mlp-adam-2-cool-large", "mlp-adam-2-cool", "mlp-adam-2"]);
    await page.reload();
    await expectNames(page, ["mlp-adam-2-cool-large", "mlp-adam-2-cool", "mlp-adam-2"]);
    const again = page.getByRole("combobox", { name: "Query" });
    assert.match(await again.inputValue(), /^`config\/optimizer`:string ?= ?"adam" AND /);
    await again.fill("config =");
    await again.press("Enter");
    await page.getByRole("alert").getByText(/expected/i).waitFor();
    await again.fill("");
    await again.press("Enter");
    await page.getByRole("alert").waitFor({ state: "detached" });
  });

  await t.step("Tab completes a word that was begun, and else passes by without a change", async () => {
    const field = page.getByRole("combobox", { name: "Query" });
    await page.getByLabel("Search runs").focus();
    await page.keyboard.press("Tab");
    await page.getByRole("option").first().waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Columns");
    assert.equal(await field.inputValue(), "");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.type("optimi");
    await page.getByRole("option").getByText("`config/optimizer`:string").waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await field.inputValue(), "`config/optimizer`:string ");
    await page.getByRole("option").getByText("CONTAINS").waitFor();
    await page.keyboard.press("Shift+Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Search runs");
    await field.fill("");
    await field.press("Enter");
  });

  await t.step("what is completed is what is typed, also where the server is slow", async () => {
    const field = page.getByRole("combobox", { name: "Query" });
    await page.route("**/api/attributes", async (route) => {
      if (route.request().postDataJSON().search.length > 1) await new Promise((resolve) => setTimeout(resolve, 1500));
      await route.continue().catch(() => {});
    });
    await field.click();
    await page.keyboard.type("o");
    await page.getByRole("option").getByText("`config/optimizer`:string").waitFor();
    await page.keyboard.type("ptimi");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    assert.equal(await field.inputValue(), "`config/optimizer`:string ");
    await page.unrouteAll({ behavior: "wait" });
    await field.fill("");
    await field.press("Enter");
  });

  await t.step("sorting by the last value and by an aggregate", async () => {
    await head(page, "validation/accuracy").locator(".runs-sort").click();
    await page.locator('[aria-sort="descending"]').waitFor();
    await page.waitForFunction(() =>
      document.querySelector(".runs-body .runs-row .runs-first a")?.textContent === "mlp-adam-2-cool-large"
    );
    await menu(page, "validation/accuracy", "Show min");
    await menu(page, "validation/accuracy", "Sort ascending");
    await page.locator('[aria-sort="ascending"]').waitFor();
    await names(page);
    await page.waitForFunction(() => !document.querySelector(".runs-awaited"));
    const shown = (await cells(page, "validation/accuracy")).map(Number);
    assert.deepEqual(shown, shown.toSorted((a, b) => a - b));
    assert.ok(shown.length === 12 && shown[0] < shown[11]);
    assert.match(page.url(), /o=validation\/accuracy:m\.min/);
    await page.goBack();
    await page.locator('[aria-sort="descending"]').waitFor();
    await viewed.go("/");
  });

  await t.step("groups, folded with the keyboard", async () => {
    await viewed.go("/?k=sys/name:s,config/optimizer:s");
    await names(page);
    await menu(page, "config/optimizer", "Group by this");
    await page.locator(".runs-group").nth(1).waitFor();
    assert.deepEqual(await page.locator(".runs-group").allInnerTexts(), [
      "▾ optimizer = adam6",
      "▾ optimizer = sgd6",
    ]);
    await page.getByRole("grid").focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    await page.locator('.runs-group [aria-expanded="false"]').waitFor();
    assert.equal(await page.locator(".runs-body .runs-row").count(), 8);
    await page.getByRole("button", { name: "Do not group" }).click();
    await page.locator(".runs-group").first().waitFor({ state: "detached" });
  });

  await t.step("runs are chosen with mouse and keyboard, and colored by hand", async () => {
    await viewed.go("/");
    await names(page);
    await page.getByLabel("Choose mlp-adam-2-cool", { exact: true }).check();
    await page.getByLabel("Choose mlp-sgd-hot").click({ modifiers: ["Shift"] });
    await page.getByText("5 runs chosen").waitFor();
    assert.match(page.url(), /s=DIG-6~10/);
    await page.getByRole("grid").focus();
    await page.keyboard.press("Home");
    await page.keyboard.press(" ");
    await page.getByText("6 runs chosen").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press(" ");
    await page.getByText("5 runs chosen").waitFor();
    const swatch = page.getByLabel("Colour of mlp-sgd-hot");
    await swatch.fill("#00aa00");
    await page.waitForURL(/c=DIG-6:00aa00/);
    await page.reload();
    assert.equal(await page.getByLabel("Colour of mlp-sgd-hot").inputValue(), "#00aa00");
    await viewed.pictures("runs-chosen");
    await page.getByRole("grid").focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/run\?.*r=DIG-12/);
    await page.goBack();
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByRole("columnheader").getByRole("checkbox").click();
    await page.getByText("12 runs chosen").waitFor();
    assert.match(page.url(), /s=DIG-1~12/);
  });

  await t.step("a tag is a click away", async () => {
    await viewed.go("/");
    await page.getByRole("button", { name: "wide", exact: true }).first().click();
    await expectNames(page, ["mlp-adam-2-cool-large", "mlp-adam-2-cool", "mlp-adam-2"]);
  });

  assert.deepEqual(viewed.complaints.filter((text) => !/400 \(Bad Request\)/.test(text)), []);
});

Deno.test("columns are picked, ordered, pinned, remembered, and only those that differ", async (t) => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await names(page);

  await t.step("in the dialog", async () => {
    await page.getByRole("button", { name: "Columns" }).click();
    const dialog = page.getByRole("dialog");
    assert.equal(await page.evaluate(() => document.activeElement!.getAttribute("aria-label")), "Search attributes");
    await page.keyboard.type("fingerprint");
    await dialog.getByRole("checkbox", { name: /data\/fingerprint/ }).check();
    await dialog.getByLabel("Pin data/fingerprint").click();
    await dialog.getByLabel("Remove sys/tags").click();
    await dialog.getByLabel("Move sys/creation_time up").click();
    await dialog.getByLabel("What to show of validation/accuracy").selectOption("best");
    await viewed.assertAccessible();
    await viewed.pictures("runs-columns");
    await page.keyboard.press("Escape");
    const shown = await heads(page);
    assert.deepEqual(shown.slice(0, 3), ["data/fingerprint", "sys/creation_time", "sys/name"]);
    assert.ok(!shown.includes("sys/tags"));
    await page.waitForFunction(() => !document.querySelector(".runs-awaited"));
    assert.match((await cells(page, "data/fingerprint"))[0], /^-?\d{16,19}$/, "large integers are whole");
    assert.match(await head(page, "validation/accuracy").innerText(), /best \(max\)/);
  });

  await t.step("remembered for another visit", async () => {
    const before = await heads(page);
    await viewed.go("/");
    await names(page);
    await head(page, "data/fingerprint").waitFor();
    assert.deepEqual(await heads(page), before);
  });

  await t.step("moved by hand and by menu; pinned ones stay", async () => {
    await head(page, "sys/name").dragTo(head(page, "sys/creation_time"));
    await page.waitForURL(/k=.*sys\/name:s,sys\/creation_time:d/);
    assert.deepEqual((await heads(page)).slice(0, 3), ["data/fingerprint", "sys/name", "sys/creation_time"]);
    await menu(page, "sys/name", "Move right");
    assert.deepEqual((await heads(page)).slice(0, 3), ["data/fingerprint", "sys/creation_time", "sys/name"]);
    await page.getByRole("grid").evaluate((grid) => grid.scrollLeft = 400);
    await page.waitForTimeout(200);
    const left = await head(page, "data/fingerprint").evaluate((head) => head.getBoundingClientRect().left);
    assert.ok(left >= 200 && left < 260, `a pinned column is at ${left}`);
    await menu(page, "data/fingerprint", "Remove");
    assert.ok(!(await heads(page)).includes("data/fingerprint"));
  });

  await t.step("the menu of a column by keys", async () => {
    await page.getByRole("grid").evaluate((grid) => grid.scrollLeft = 0);
    await head(page, "validation/loss").getByRole("button", { name: "Column validation/loss" }).focus();
    await page.keyboard.press("Enter");
    const item = page.getByRole("menuitemradio", { name: "Best value (min)" });
    await item.waitFor();
    for (let i = 0; i < 20 && !await item.evaluate((one) => one === document.activeElement); i++) {
      await page.keyboard.press("ArrowDown");
    }
    await page.keyboard.press("Enter");
    await page.waitForURL(/validation\/loss:m\.best/);
    assert.match(await head(page, "validation/loss").innerText(), /best \(min\)/);
    const opener = head(page, "validation/loss").getByRole("button", { name: "Column validation/loss" });
    await opener.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Sort ascending" }).waitFor();
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => document.activeElement?.getAttribute("aria-haspopup") === "menu");
    for (const [item, name] of [["Show max", "max"], ["Show average", "average"], ["Show last", ""]]) {
      await menu(page, "validation/loss", item);
      await page.waitForFunction(() => !document.querySelector(".runs-awaited"));
      assert.ok((await head(page, "validation/loss").innerText()).endsWith(name === "" ? "loss\n⋮" : `${name}\n⋮`));
    }
  });

  await t.step("made wider by hand and by keys, and so at another visit", async () => {
    const width = async (path: string) => (await head(page, path).boundingBox())!.width;
    const edge = (name: string) => page.getByRole("separator", { name: `Width of ${name}`, exact: true });
    await page.getByRole("grid").evaluate((grid) => grid.scrollLeft = 0);
    const before = await width("sys/name");
    const box = (await edge("sys/name").boundingBox())!;
    await page.mouse.move(box.x + 4, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + 60, box.y + 20, { steps: 4 });
    assert.equal(await width("sys/name"), before + 56, "it follows the pointer");
    const cell = page.locator(".runs-body .runs-row").first().getByRole("gridcell").nth(2);
    assert.equal((await cell.boundingBox())!.width, await width((await heads(page))[1]), "rows have the same width");
    await page.mouse.up();
    await page.waitForURL((url) => url.searchParams.get("k")!.includes(`sys/name:s@${before + 56}`));
    await edge("sys/name").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Shift+ArrowRight");
    await page.waitForURL((url) => url.searchParams.get("k")!.includes(`sys/name:s@${before + 116}`));
    assert.equal(await edge("sys/name").getAttribute("aria-valuenow"), String(before + 116));
    await edge("Run").focus();
    await page.keyboard.press("ArrowLeft");
    await viewed.go("/");
    await names(page);
    assert.equal(await width("sys/name"), before + 116);
    assert.equal((await page.locator(".runs-head .runs-first").boundingBox())!.width, 220);
    await edge("sys/name").dblclick();
    await edge("Run").focus();
    await page.keyboard.press("Enter");
    assert.equal(await width("sys/name"), before);
    assert.equal((await page.locator(".runs-head .runs-first").boundingBox())!.width, 230);
  });

  await t.step("only those that differ, among all runs and among the chosen ones", async () => {
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("button", { name: "As at first" }).click();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Differing" }).click();
    await page.getByText(/configs of 12 runs differ/).waitFor();
    const all = await page.getByRole("grid").getAttribute("aria-colcount");
    await page.getByLabel("Choose mlp-adam-2", { exact: true }).check();
    await page.getByLabel("Choose mlp-adam-1").check();
    await page.getByText(/of 2 runs differ/).waitFor();
    const two = await page.getByRole("grid").getAttribute("aria-colcount");
    assert.ok(Number(two) < Number(all), `${two} < ${all}`);
    assert.ok(!(await heads(page)).includes("config/optimizer"), "both have the same");
    assert.match(page.url(), /[?&]d=/);
  });

  await t.step("the CSV has the chosen runs", async () => {
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "CSV" }).click();
    const lines = (await Deno.readTextFile(await (await download).path())).trim().split("\r\n");
    assert.equal(lines.length, 3);
    assert.match(lines[0], /^sys\/id,sys\/custom_run_id,sys\/name/);
    assert.match(lines[1], /^DIG-9,mlp-adam-2,/);
  });
  assert.deepEqual(viewed.complaints, []);
});

Deno.test("the table is accessible, light and dark, at 1280 and at 400 pixels", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go("/?s=DIG-9~10&g=config/optimizer:s");
  await names(page);
  for (const colorScheme of ["light", "dark"] as const) {
    await viewed.system(colorScheme);
    await viewed.assertAccessible();
  }
  const pdf = await page.pdf({ landscape: true });
  assert.ok((new TextDecoder("latin1").decode(pdf).match(/\/Type \/Page\b/g) ?? []).length <= 2, "one page, or two");
  await page.setViewportSize({ width: 400, height: 800 });
  await viewed.assertAccessible();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 400), "nothing sticks out");
  await viewed.pictures("runs-grouped");
});

const REAL = new URL("../../../shared/archives/neptune2-real/data", import.meta.url).pathname;
const isThere = await Deno.stat(REAL).then(() => true, () => false);

Deno.test({
  name: "an archive of Neptune 2.x as it was exported",
  ignore: !isThere,
  fn: async () => {
    await using viewed = await ViewedArchive.open(["--archive", REAL]);
    const { page } = viewed;
    assert.ok((await names(page)).length > 0);
    await page.waitForFunction(() => !document.querySelector(".runs-awaited"));
    await viewed.assertAccessible();
    await viewed.pictures("runs-real");
    assert.deepEqual(viewed.complaints, []);
  },
});

Deno.test("20,000 runs with 18,000 attributes: from end to end, down and sideways", async (t) => {
  const folder = Deno.env.get("VIEWER_ARCHIVE") ?? await Deno.makeTempDir({ prefix: "neptune-many-" });
  const runs = 20_000;
  if (!Deno.env.has("VIEWER_ARCHIVE")) await writeManyRuns(`${folder}/data`, runs);
  try {
    await using viewed = await ViewedArchive.open(["--archive", `${folder}/data`]);
    const { page } = viewed;
    page.setDefaultTimeout(120_000);
    await page.getByText("run-19999", { exact: true }).waitFor();

    await t.step("End leads to the first run that there was, and it has its values", async () => {
      await page.getByRole("grid").focus();
      await page.keyboard.press("End");
      await page.getByText("run-0", { exact: true }).waitFor();
      await head(page, "validation/accuracy").waitFor();
      await page.waitForFunction(() => !document.querySelector(".runs-awaited"));
      assert.equal((await cells(page, "sys/name")).at(-1), "experiment-0");
      assert.ok(await page.locator(".runs-body .runs-row").count() < 80, "only what is seen is in the page");
    });

    await t.step("search, query and sort are about all runs", async () => {
      await page.getByLabel("Search runs").fill("experiment-77");
      await page.locator(".runs-head .note").getByText("200", { exact: true }).waitFor();
      await page.getByLabel("Search runs").fill("");
      const field = page.getByRole("combobox", { name: "Query" });
      await field.fill("`config/layers`:int = 12");
      await field.press("Enter");
      await page.locator(".runs-head .note").getByText("1,666", { exact: true }).waitFor();
      await field.fill("");
      await field.press("Enter");
      await page.locator(".runs-head .note").getByText("20,000", { exact: true }).waitFor();
      await menu(page, "validation/accuracy", /^Best value/);
      await menu(page, "validation/accuracy", "Sort descending");
      await page.waitForFunction(() => document.querySelector(".runs-grid")!.getAttribute("aria-busy") === "false");
      await page.waitForFunction(() => !document.querySelector(".runs-awaited"));
      assert.equal((await cells(page, "validation/accuracy"))[0], "0.99995");
    });

    await t.step("columns that differ are all of them, and the last one has its values", async () => {
      await page.getByRole("button", { name: "Differing" }).click();
      await page.getByText(/of 20,000 runs differ/).waitFor();
      const columns = Number(await page.getByRole("grid").getAttribute("aria-colcount"));
      assert.ok(columns > COLUMNS, String(columns));
      const grid = page.getByRole("grid");
      await grid.evaluate((grid) => grid.scrollLeft = grid.scrollWidth);
      await page.waitForFunction(() => !document.querySelector(".runs-awaited"));
      assert.ok(await page.getByRole("columnheader").count() < 40, "only what is seen is in the page");
      const places = await page.locator(".runs-row").evaluateAll((rows) =>
        rows.map((row) => row.lastElementChild!.getAttribute("aria-colindex"))
      );
      assert.deepEqual([...new Set(places)], [String(columns)], "each cell says which column it is in");
      const last = page.getByRole("columnheader").last();
      const path = (await last.getAttribute("title"))!.replace(/ \(\w+\)$/, "");
      await menu(page, path, "Pin to the left");
      await page.waitForURL((url) => url.searchParams.get("k")?.includes(`!${path}:f`) ?? false);
      assert.ok(page.url().length < 1000, "what only differs is not in the address");
    });

    await t.step("charts and comparisons of two hundred of them", async () => {
      await viewed.go("/charts?s=BIG-1~200&mg=string:config/optimizer");
      await page.getByRole("list", { name: "Groups" }).getByRole("button", { name: "lion" }).waitFor();
      await page.locator(".charts-plot > svg[role=img]").nth(1).waitFor();
      await viewed.go("/compare?s=BIG-1~200&v=parallel");
      await page.getByRole("slider").first().waitFor();
      const first = await page.getByRole("slider").evaluateAll((all) =>
        all.map((one) => one.getAttribute("aria-label"))
      );
      assert.ok(first.length > 3 && first.every((path) => !path!.startsWith("extra/")), `${first}: what all runs have`);
      await viewed.go("/compare?s=BIG-1~200");
      const rows = page.getByRole("rowheader");
      await rows.first().waitFor();
      const shown = await rows.allTextContents();
      assert.ok(shown.length < 100, "200,000 cells would take half a minute");
      assert.deepEqual(shown.slice(0, 4), [
        "config/augment",
        "config/layers",
        "config/learning_rate",
        "config/optimizer",
      ]);
      assert.deepEqual(shown.slice(4, 6), ["train/loss", "validation/accuracy"], "before what only some have");
      await page.getByRole("button", { name: "Show more rows" }).click();
      await page.waitForFunction((count) => document.querySelectorAll("tbody tr").length > count, shown.length);
    });

    await t.step("scrolling goes on, frame by frame, and what a frame takes is told", async () => {
      await viewed.go("/");
      await page.getByText("run-19999", { exact: true }).waitFor();
      const frames = 150;
      const before = await viewed.cpu();
      await page.evaluate((frames) =>
        new Promise<void>((resolve) => {
          const grid = document.querySelector(".runs-grid")!;
          let left = frames;
          requestAnimationFrame(function step() {
            grid.scrollTop += 300;
            if (--left > 0) requestAnimationFrame(step);
            else resolve();
          });
        }), frames);
      const after = await viewed.cpu();
      const perFrame = (after.browser - before.browser) / frames;
      console.log(`${perFrame.toFixed(1)} ms of CPU of all of the browser for a frame with 10 new rows`);
      await page.waitForFunction(() => !document.querySelector(".runs-awaited"));
      await viewed.pictures("runs-many");
    });
    assert.deepEqual(viewed.complaints, []);
  } finally {
    if (!Deno.env.has("VIEWER_ARCHIVE")) await Deno.remove(folder, { recursive: true });
  }
});

/** What is around the sections of the page, and who may ask its server. */

import assert from "node:assert/strict";
import { bool, datetime, string } from "../../samples/rows.ts";
import { writeRun } from "../../samples/writer.ts";
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

Deno.test("where no run is chosen, the newest are shown, and it is said", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go("/charts");
  await page.getByText("No run is chosen: of the 10 newest runs").waitFor();
  await page.locator(".charts-plot > svg[role=img]").first().waitFor();
  const legend = page.getByRole("list", { name: "Runs" }).getByRole("button");
  assert.equal(await legend.count(), 10);
  const colors = await page.getByLabel(/^Colour of/).evaluateAll((all) =>
    all.map((one) => (one as HTMLInputElement).value)
  );
  assert.equal(new Set(colors).size, 10);
  assert.equal(new URL(page.url()).search, "", "nothing was chosen by that");
  const link = (name: RegExp) => page.getByRole("navigation").getByRole("link", { name });
  await link(/^Run$/).click();
  await page.getByRole("heading", { level: 1 }).getByText("mlp-adam-from-sgd").waitFor();
  await link(/^Compare/).click();
  await page.getByRole("rowheader", { name: "config/optimizer" }).waitFor();
  assert.equal(await page.getByRole("columnheader").count(), 11);
  await page.getByRole("link", { name: "table of runs" }).click();
  await page.getByText("smoke-test").waitFor();
  assert.deepEqual(viewed.complaints, []);
});

Deno.test("light and dark are chosen by hand, with mouse and keyboard, and remembered", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await viewed.system("dark");
  const dark = await back();
  await page.getByRole("button", { name: "Theme: auto" }).click();
  const light = await back();
  assert.notEqual(light, dark);
  await page.getByRole("button", { name: "Theme: light" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Theme: dark" }).waitFor();
  await page.emulateMedia({ colorScheme: "light" });
  assert.equal(await back(), dark);
  await page.reload();
  await page.getByRole("button", { name: "Theme: dark" }).waitFor();
  assert.equal(await back(), dark);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "main", "the first Tab leads past the head");
});

Deno.test("what a browser loads of the page is below 80 kB, and half of that at first", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const paths = new Map<string, string>(), sizes = new Map<string, number>();
  session.on(
    "Network.requestWillBeSent",
    ({ requestId, request }) => paths.set(requestId, new URL(request.url).pathname),
  );
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const path = paths.get(requestId);
    if (path && !path.startsWith("/api/") && !sizes.has(path)) sizes.set(path, encodedDataLength);
  });
  const loaded = () => sizes.values().reduce((sum, size) => sum + size, 0);
  await viewed.go("/?s=DIG-4~6");
  await page.getByText("mlp-adam-from-sgd").waitFor();
  await page.waitForLoadState("networkidle");
  const first = loaded(), files = sizes.size;
  for (const section of ["Charts", "Run", "Compare"]) {
    await page.getByRole("navigation").getByRole("link", { name: new RegExp(`^${section}\\b`) }).click();
    while (!sizes.has(`/${section.toLowerCase()}.js`)) await page.waitForTimeout(50);
  }
  console.log(
    `${first} bytes in ${files} files at first, ${loaded()} in ${sizes.size} with all sections, headers counted`,
  );
  assert.ok(first > 20_000 && first < 48_000, `${first}`);
  assert.ok(loaded() > first && loaded() < 80_000, `${loaded()}`);
});

Deno.test("of several projects one is chosen, and the address says which", async () => {
  const folder = await Deno.makeTempDir({ prefix: "neptune-two-" });
  try {
    for (const name of ["one", "two"]) {
      await writeRun({
        dataRoot: `${folder}/data`,
        projectId: `team/${name}`,
        runId: `run of ${name}`,
        batches: [[
          string("sys/id", "A-1"),
          string("sys/custom_run_id", `run of ${name}`),
          bool("sys/trashed", false),
          datetime("sys/creation_time", Date.UTC(2025, 0, 1)),
          string(`config/of ${name}`, name),
        ]],
      });
    }
    await using viewed = await ViewedArchive.open(["--archive", `${folder}/data`]);
    const { page } = viewed;
    await page.getByLabel("Choose run of one").check();
    await page.getByLabel("Project").selectOption("team/two");
    await page.getByText("run of two").waitFor();
    assert.match(page.url(), /\/\?p=team(\/|%2F)two$/);
    await page.locator('[title^="config/of two"]').first().waitFor();
    assert.equal(await page.locator('[title^="config/of one"]').count(), 0);
    await page.reload();
    await page.getByText("run of two").waitFor();
    await page.goBack();
    await page.getByText("run of one").waitFor();
    await viewed.assertAccessible();
    assert.deepEqual(viewed.complaints, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("addresses that lead nowhere say so, and how to go on", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const { page } = viewed;
  await viewed.go("/charts?s=DIG-77");
  await page.getByText("The chosen runs are not in this project.").waitFor();
  await page.goto(`${viewed.url}/chart`);
  await page.getByText("There is no page /chart here: the table of runs is at /").waitFor();
  await viewed.go("/?p=no/project");
  await page.getByRole("alert").getByText("no/project").waitFor();
  await page.getByRole("combobox", { name: "Project" }).selectOption("nereid/digits");
  await page.getByText("smoke-test").waitFor();
  for (const section of ["charts", "run", "compare"]) {
    await page.goto(`${viewed.url}/${section}?p=no/project`, { waitUntil: "networkidle" });
    await page.getByRole("alert").getByText("no/project").waitFor();
    assert.equal(await page.getByText("Reading…").count(), 0, section);
  }
});

Deno.test("a browser without the cookie is told what to do, and sees nothing", async () => {
  await using viewed = await ViewedArchive.open(["--archive", SAMPLE]);
  const context = await viewed.browser.newContext();
  const page = await context.newPage();
  for (const address of ["/", "/charts", "/charts?s=DIG-1", "/run", "/compare?s=DIG-1~2"]) {
    await page.goto(viewed.url + address, { waitUntil: "networkidle" });
    await page.getByText("Open the link that the command printed").first().waitFor();
    assert.equal(await page.getByText("Open the link that the command printed").count(), 1, address);
    assert.equal(await page.getByText("Reading").count(), 0, address);
    assert.equal(await page.getByText("nereid/digits").count(), 0, address);
  }
  await page.goto(viewed.link);
  await page.getByText("This link was used already").waitFor();
  await context.close();
});

Deno.test("runs that never reached a server say so, and keep their names on a phone", async () => {
  const folder = new URL("../../samples/unsynced/.neptune", import.meta.url).pathname;
  await using viewed = await ViewedArchive.open(["--offline", folder]);
  const { page } = viewed;
  const row = page.getByRole("row").filter({ hasText: "mlp-adam-3" });
  await row.getByText("unsynced").waitFor();
  await page.setViewportSize({ width: 400, height: 800 });
  const box = await row.getByRole("link").boundingBox();
  assert.ok(box!.width > 50, `${box!.width} pixels for a name`);
  await viewed.pictures("runs-unsynced");
  assert.deepEqual(viewed.complaints, []);
});

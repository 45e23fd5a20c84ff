/// <reference lib="dom" />

/** An archive in which every name and text tries to run something. */

import assert from "node:assert/strict";
import { bool, datetime, file, floatPoint, string, stringPoint, stringSet } from "../../samples/rows.ts";
import { writeRun } from "../../samples/writer.ts";
import { ViewedArchive } from "./browser.ts";

const TEXTS = [
  `<img src=x onerror="alert('hacked')"><script>alert('hacked')</script>`,
  `"><svg onload=alert('hacked')>`,
  `javascript:alert('hacked')`,
  `</style><style>body{display:none}</style>`,
  `\${alert('hacked')}{{alert('hacked')}}`,
  `__proto__`,
  `constructor`,
  `=HYPERLINK("http://evil.example")`,
];

async function writeHostileRuns(dataRoot: string): Promise<void> {
  for (const [n, text] of TEXTS.entries()) {
    const time = Date.UTC(2025, 0, 1 + n);
    await writeRun({
      dataRoot,
      projectId: "team/<script>alert('hacked')<|script>",
      runId: text,
      batches: [[
        string("sys/id", `<b>X</b>-${n}`),
        string("sys/custom_run_id", text),
        string("sys/name", text),
        stringSet("sys/tags", text, "plain"),
        bool("sys/trashed", false),
        datetime("sys/creation_time", time),
        string("config/text", text),
        string(text, text),
        file("page.html", text),
        ...[0, 1, 2].map((step) => floatPoint(`metrics/${text}`, step, time + step, step)),
        ...[0, 1, 2].map((step) => stringPoint("log", step, time + step, text)),
      ]],
    });
  }
}

Deno.test("a hostile archive runs nothing in any section", async () => {
  const folder = await Deno.makeTempDir({ prefix: "neptune-hostile-" });
  try {
    await writeHostileRuns(`${folder}/data`);
    await using viewed = await ViewedArchive.open(["--archive", `${folder}/data`]);
    const { page, url } = viewed;
    const foreign: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) foreign.push(request.url());
    });
    page.on("dialog", (dialog) => {
      foreign.push(`dialog ${dialog.message()}`);
      dialog.dismiss();
    });
    await page.getByText(TEXTS[0], { exact: true }).first().waitFor();
    await page.getByRole("columnheader").getByRole("checkbox").click();
    await page.getByText("8 runs chosen").waitFor();
    const chosen = new URL(page.url()).search;
    await page.getByRole("button", { name: "Differing" }).click();
    await page.getByText(/of 8 runs differ/).waitFor();
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("dialog").getByText(`metrics/${TEXTS[0]}`).first().waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("combobox", { name: "Query" }).fill("`config/text`:string = ");
    await page.getByRole("option").nth(3).waitFor();
    await viewed.pictures("hostile");
    for (const section of ["/charts", "/run", "/compare"]) {
      await viewed.go(`${section}${chosen}&r=${encodeURIComponent("<b>X</b>-0")}`);
      await page.waitForTimeout(1500);
      await viewed.pictures(`hostile-${section.slice(1)}`);
    }
    assert.deepEqual(await page.evaluate(() => (globalThis as unknown as { hacked: string[] }).hacked), []);
    assert.deepEqual(foreign, []);
    assert.ok(await page.evaluate(() => getComputedStyle(document.body).display !== "none"));
    assert.deepEqual(viewed.complaints, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

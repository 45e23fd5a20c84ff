import assert from "node:assert/strict";
import { openArchive } from "../../src/archive/catalog.ts";
import { atShell } from "../../src/cli/options.ts";
import { type Archive, AskedPage, SAMPLE } from "./page.ts";

Deno.test("the page of the command names the options of the command, in what is wrong and in errors", async () => {
  const folder = await Deno.makeTempDir({ prefix: "neptune-words-" });
  try {
    for await (const { name } of Deno.readDir(SAMPLE)) {
      await Deno.mkdir(`${folder}/${name}`);
      for await (const part of Deno.readDir(`${SAMPLE}/${name}`)) {
        await Deno.copyFile(`${SAMPLE}/${name}/${part.name}`, `${folder}/${name}/${part.name}`);
        if (part.name.startsWith("smoke-test")) await Deno.truncate(`${folder}/${name}/${part.name}`, 1000);
      }
    }
    const catalog = openArchive({ data: folder, cache: null } as Archive);
    const page = await new AskedPage(catalog, atShell).open();
    const { findings } = await page.ask("report", {});
    const undecoded = findings!.find(({ kind }) => kind === "not_decoded");
    assert.match(undecoded!.message, /`check --thorough` does/);
    const { message } = await (await page.post("runs", { trashed: false })).json();
    assert.match(message, /smoke-test.*`--damaged-runs skip`/);
    catalog.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** What is read while nobody asks. */

import assert from "node:assert/strict";
import { openArchive } from "../../src/archive/catalog.ts";
import type { Catalog, Source } from "../../src/source.ts";
import { type Archive, AskedPage, SAMPLE } from "./page.ts";

/** The sample archive, and what was asked of it. */
function counted(without: readonly string[] = []): { catalog: Catalog; calls: string[] } {
  const archive = openArchive({ data: SAMPLE, cache: null } as Archive);
  const calls: string[] = [];
  const open = (project: string) =>
    new Proxy(archive.open(project), {
      get(source, name) {
        if (without.includes(String(name))) return undefined;
        const member = Reflect.get(source, name) as unknown;
        if (typeof member !== "function") return member;
        return (...given: unknown[]) => {
          if (["runs", "values", "attributes"].includes(String(name))) calls.push(String(name));
          return member.apply(source, given);
        };
      },
    }) as Source;
  const catalog: Catalog = {
    label: archive.label,
    projects: (options) => archive.projects(options),
    open,
    close: () => archive.close(),
  };
  return { catalog, calls };
}

Deno.test("once the page was seen, what is likely to be asked for next is made ready", async () => {
  const { catalog, calls } = counted();
  const page = await new AskedPage(catalog).open();
  const stop = new AbortController();
  const done = page.readOn(stop.signal);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(calls, [], "nobody has seen it yet");
  const { columns } = await page.ask("runs", { trashed: false });
  assert.ok(columns!.length > 5);
  await done;
  const before = calls.length;
  const { attributes } = await page.ask("differ", { trashed: false });
  assert.ok(attributes.length > 0);
  await page.ask("attributes", { search: "config" });
  assert.equal(calls.length, before, "nothing is read twice");
});

Deno.test("where nothing may be read ahead nothing is read that nobody asked for, and who stops does not wait", async () => {
  const { catalog, calls } = counted(["mayReadAhead"]);
  const page = await new AskedPage(catalog).open();
  const done = page.readOn(new AbortController().signal);
  await page.ask("runs", { trashed: false });
  const before = calls.length;
  await done;
  assert.equal(calls.length, before);
  const other = await new AskedPage(counted().catalog).open();
  const stop = new AbortController();
  const stopped = other.readOn(stop.signal);
  await other.ask("runs", { trashed: false });
  stop.abort();
  await stopped;
});

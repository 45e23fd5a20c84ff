import assert from "node:assert/strict";
import { openArchive } from "../../src/archive/catalog.ts";
import { float } from "../../samples/rows.ts";
import { sanitized, writeRun } from "../../samples/writer.ts";

async function withArchive(check: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await writeRun({ dataRoot: `${dir}/exports/data`, projectId: "a/b", runId: "R", batches: [[float("x", 1)]] });
    await Deno.mkdir(`${dir}/exports/files/${sanitized("a/b")}`, { recursive: true });
    await check(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const refused = (data: string, message: RegExp, suggestion?: string) =>
  assert.rejects(openArchive({ data }).projects(), (error: Error & { fields: { suggestion?: string } }) => {
    assert.equal(error.name, "ArchiveError");
    assert.match(error.message, message);
    assert.match(error.message, /pass .*\.$/, "it says what to do");
    assert.doesNotMatch(error.message, /\. /, "in one sentence");
    assert.equal(error.fields.suggestion ?? undefined, suggestion);
    return true;
  });

Deno.test("a folder that is not an archive is an error that names the one that would work", () =>
  withArchive(async (dir) => {
    const data = `${dir}/exports/data`;
    await refused(`${dir}/nowhere`, /There is no folder .*nowhere/);
    await refused("~/exports/data", /exports\/data \(only a shell takes ~ for the home folder\): pass/);
    await refused(`file://${data}`, /\(a file: URL is passed as new URL\(…\)\): pass/);
    await Deno.mkdir(`${dir}/empty`);
    await refused(`${dir}/empty`, /is empty/);
    await refused(`${dir}/exports`, /a level too high/, data);
    await refused(dir, /a level too high/, data);
    await refused(`${data}/${sanitized("a/b")}`, /a folder of one project/, data);
    await refused(`${data}/${sanitized("a/b")}/${sanitized("R")}_part_0.parquet`, /is a file/, data);
    await refused(`${dir}/exports/files`, /holds no exported runs/, data);
    await Deno.writeTextFile(`${dir}/empty/notes.txt`, "");
    await refused(`${dir}/empty`, /holds no exported runs/);
    await refused(`${dir}/empty/notes.txt`, /is a file/);
    const unsynced = `${dir}/job/.neptune`;
    await Deno.mkdir(`${unsynced}/a`, { recursive: true });
    await refused(`${dir}/job`, /never reached the server.* as `offline`\.$/, unsynced);
    await refused(unsynced, /never reached the server.* as `offline`\.$/, unsynced);
  }));

Deno.test("a trailing slash and a relative path are the same archive", () =>
  withArchive(async (dir) => {
    const { relative } = await import("node:path");
    for (const data of [`${dir}/exports/data/`, relative(Deno.cwd(), `${dir}/exports/data`)]) {
      assert.deepEqual((await openArchive({ data }).projects()).map(({ name }) => name), ["a/b"]);
    }
  }));

Deno.test("opening an archive reads nothing before the first call", () => {
  const catalog = openArchive({ data: "/nowhere/at/all" });
  assert.equal(catalog.open("a/b").label, "archive /nowhere/at/all");
});

Deno.test("options that cannot be used are refused at once", () => {
  const refuse = (options: object, message: RegExp) =>
    assert.throws(() => openArchive({ data: "/x", ...options }), { name: "OptionError", message });
  refuse({ cache: "/x/cache" }, /inside the archive/);
  refuse({ timeZone: "Nowhere" }, /"Nowhere"/);
});

Deno.test("projects have an id of their own that opens them, the same on every machine", () =>
  withArchive(async (dir) => {
    const catalog = openArchive({ data: `${dir}/exports/data` });
    const [project] = await catalog.projects();
    assert.match(project.id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.deepEqual(await catalog.open(project.id).project(), project);
    await assert.rejects(catalog.open("a/c").project(), {
      name: "ProjectNotFoundError",
      message: /has no project "a\/c"\. Did you mean "a\/b"\? It holds a\/b\./,
    });
  }));

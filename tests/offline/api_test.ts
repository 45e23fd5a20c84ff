/** What people call: options, tables, reports, pages, a new archive, a server. */

import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { ReadOnlyProject, ReadOnlyRun } from "../../mod.ts";
import { serve } from "../../serve.ts";
import { jupyterDisplay } from "../../src/display/bundle.ts";
import { openArchive } from "../../src/archive/catalog.ts";
import { openOffline } from "../../src/offline/catalog.ts";
import { bytes, pairs, runs, valuesByKey } from "../ask.ts";
import type { FileRef } from "../../src/types.ts";
import { type Operation, type Update, writeDatabase, writeLegacy } from "./writer.ts";

const PROJECT = "team/project";
const T = Date.UTC(2026, 1, 1);
const UUID = "0c2b9e4e-1111-4222-8333-444455556666";

const loss = (step: number, value: number): Update => ({
  step,
  timestamp: T + step,
  append: { "train/loss": { float: value } },
});

/** A folder with forks, files, previews, a remainder and a run of Neptune 2.x. */
async function inSample(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const inside = `${folder}/.neptune`;
    const kept = (path: string) => ({ file: { path, size: 5, mimeType: "text/plain" } });
    const operations: Operation[] = [
      { run: { created: T, experiment: "exp" } },
      {
        timestamp: T,
        assign: { lr: { float: 0.1 }, "f/kept": kept("a/kept.txt"), "f/lost": kept("a/lost.txt") },
        sets: { "sys/tags": { add: ["x"] } },
      },
      ...[0, 1, 2].map((step) => loss(step, 1 / (step + 1))),
      { ...loss(3, 0.1), preview: 0.5 },
      {
        step: 0,
        timestamp: T,
        append: { log: { string: "hello" }, h: { histogram: { type: "COUNTING", edges: [0, 1], values: [2] } } },
      },
    ];
    const uploads = [
      { source: "/nowhere/kept.txt", destination: "a/kept.txt", temporary: true, size: 5 },
      { source: `${folder}/lost.txt`, destination: "a/lost.txt", size: 5 },
    ];
    const path = await writeDatabase(inside, { project: PROJECT, run: "root", operations, uploads });
    await Deno.writeTextFile(path.replace("run_operations.sqlite3", "kept.txt"), "kept!");
    await writeDatabase(inside, {
      project: PROJECT,
      run: "fork",
      operations: [{
        run: { created: T + 1000, experiment: "exp", fork: { parent: "root", step: 1 }, inheritConfigs: true },
      }, loss(2, 7)],
    });
    await writeLegacy(inside, {
      mode: "offline",
      uuid: UUID,
      created: "2026-02-01T00:00:02+00:00",
      operations: [
        { type: "AssignString", path: ["sys", "name"], value: "old style" },
        { type: "UploadFileSet", path: ["src"], file_globs: [`${folder}/src/*.py`], reset: "False" },
        { type: "LogFloats", path: ["train", "loss"], values: [{ value: 3, step: null, ts: 1 }] },
      ],
    });
    await Deno.mkdir(`${folder}/src`);
    await Deno.writeTextFile(`${folder}/src/a.py`, "print(1)");
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("tables, metrics, runs and reports work on a folder as on any source", async () => {
  await inSample(async (folder) => {
    const project = new ReadOnlyProject({ offline: pathToFileURL(`${folder}/.neptune`), project: PROJECT });
    const table = await project.fetchRunsDf({ columns: ["lr", "train/loss"], progressBar: null });
    assert.deepEqual(table.toRecords().map((row) => [row["sys/custom_run_id"], row.lr, row["train/loss"]]), [
      [`offline/${UUID}`, null, 3],
      ["fork", 0.1, 7],
      ["root", 0.1, 1 / 3],
    ]);
    const metrics = await project.fetchMetrics({ experiments: ["exp"], attributes: ["train/loss"], progressBar: null });
    assert.deepEqual(metrics.toRecords().map(({ step, value }) => [step, value]), [[0, 1], [1, 0.5], [2, 7]]);
    const run = new ReadOnlyRun(project, { customId: "root" });
    const points = await run.attribute("train/loss").fetchValues({ includePointPreviews: true, progressBar: null });
    assert.deepEqual(points.getColumn("is_preview").toArray(), [false, false, false, true]);
    assert.deepEqual(points.getColumn("preview_completion").toArray(), [1, 1, 1, 0.5]);
    const report = await project.offlineReport({ progressBar: null });
    assert.deepEqual(report.columns, ["severity", "kind", "run", "attribute", "file", "count", "message"]);
    const kinds = report.getColumn("kind").toArray();
    assert.deepEqual(kinds.filter((kind) => kind === "database").length, 2);
    assert.ok(kinds.includes("missing_file") && kinds.includes("operation_log"));
    project.close();
  });
});

Deno.test("the page of a run says what comes from disk", async () => {
  await inSample(async (folder) => {
    const project = new ReadOnlyProject({ offline: folder, project: PROJECT });
    const bundle = await new ReadOnlyRun(project, { customId: "fork" })[jupyterDisplay]();
    assert.match(bundle["text/plain"] as string, /unsynced: read from disk, never on a server/);
    assert.match(bundle["text/html"] as string, /unsynced: read from disk, never on a server/);
    assert.match(bundle["text/plain"] as string, /lineage: root/);
    const page = await project[jupyterDisplay]();
    assert.match(page["text/html"] as string, /Health of the unsynced data/);
    assert.match(page["text/plain"] as string, /3 runs, 2 experiments · unsynced data in/);
  });
});

Deno.test("a project need not be named where there is one; one that says nothing of projects needs a name", async () => {
  await inSample(async (folder) => {
    const project = new ReadOnlyProject({ offline: folder });
    assert.deepEqual((await project.listRuns()).map((run) => run["sys/id"]), ["fork", "root"]);
    const report = await project.offlineReport({ progressBar: null });
    assert.ok(report.getColumn("kind").toArray().includes("project_unknown"));
    await Deno.remove(`${folder}/.neptune/offline`, { recursive: true });
    await assert.rejects(() => new ReadOnlyProject("a/b", { offline: folder }).fetchInfo(), {
      name: "ProjectNotFoundError",
      message: /It holds team\/project/,
    });
  });
});

Deno.test("NEPTUNE_OFFLINE says where to read unless an option does; a server and a folder exclude each other", async () => {
  await inSample(async (folder) => {
    const names = ["NEPTUNE_OFFLINE", "NEPTUNE_ARCHIVE", "NEPTUNE_PROJECT", "NEPTUNE_API_TOKEN"];
    const before = names.map((name) => Deno.env.get(name));
    try {
      for (const name of names) Deno.env.delete(name);
      assert.throws(() => new ReadOnlyProject(), { name: "OptionError", message: /NEPTUNE_OFFLINE/ });
      Deno.env.set("NEPTUNE_OFFLINE", folder);
      Deno.env.set("NEPTUNE_PROJECT", PROJECT);
      assert.equal((await new ReadOnlyProject().listRuns()).length, 3);
      assert.match(Deno.inspect(new ReadOnlyProject()), /unsynced data in/);
      const archive = new URL("../../samples/archive/data", import.meta.url);
      assert.equal((await new ReadOnlyProject("nereid/digits", { archive }).listRuns()).length, 12);
    } finally {
      names.forEach((name, i) => before[i] === undefined ? Deno.env.delete(name) : Deno.env.set(name, before[i]));
    }
    assert.throws(() => new ReadOnlyProject({ offline: folder, apiToken: "x" }), {
      name: "OptionError",
      message: /Both a folder of unsynced data and an API token/,
    });
    for (const wrong of [{ offline: 1 }, { offline: folder, offlineMatches: { a: 1 } }, { offline: "" }]) {
      assert.throws(() => new ReadOnlyProject(wrong as never), { name: "OptionError" });
    }
    const archive = new URL("../../samples/archive/data", import.meta.url);
    await assert.rejects(() => new ReadOnlyProject({ archive }).offlineReport(), {
      name: "UnsupportedError",
      message: /pass `offline`/,
    });
  });
});

Deno.test("unsynced runs become an archive that reads the same, files included; what is lost is counted", async () => {
  await inSample(async (folder) => {
    const project = new ReadOnlyProject({ offline: folder, project: PROJECT });
    const made = await project.exportArchive({ destination: `${folder}/kept`, progressBar: null });
    const rows = Object.fromEntries(made.toRecords().map((row) => [row.run, row]));
    assert.deepEqual(Object.keys(rows).sort(), ["fork", `offline/${UUID}`, "root"]);
    assert.deepEqual([rows.root.status, rows.root.files, rows.root.missing_files, rows.root.points], [
      "written",
      1,
      1,
      5,
    ]);
    const source = openOffline({ folder, legacyProject: PROJECT }).open(PROJECT);
    const archive = openArchive({ data: `${folder}/kept/data`, cache: null }).open(PROJECT);
    const names = async (one: typeof source) =>
      (await runs(one)).map(({ key, customId, name }) => [key, customId, name]);
    assert.deepEqual(await names(archive), await names(source));
    const [ours, theirs] = [await valuesByKey(source), await valuesByKey(archive)];
    for (const { key } of await runs(source)) {
      const [a, b] = [ours.get(key)!, theirs.get(key)!];
      assert.deepEqual(Object.keys(b).sort(), Object.keys(a).sort(), key);
      for (const [name, value] of Object.entries(a)) if (!/:file/.test(name)) assert.deepEqual(b[name], value, name);
      assert.deepEqual(await pairs(archive, key, "train/loss"), await pairs(source, key, "train/loss"));
    }
    const kept = theirs.get("root")!["f/kept:file"] as FileRef;
    assert.equal(new TextDecoder().decode(await bytes(archive, kept)), "kept!");
    const set = theirs.get(`offline/${UUID}`)!["src:file_set"] as FileRef;
    assert.equal(new TextDecoder().decode(await bytes(archive, { ...set, path: `${set.path}/src/a.py` })), "print(1)");
    // Once exported, archive and disk are the same runs, and nothing doubles.
    const both = new ReadOnlyProject({
      archive: `${folder}/kept/data`,
      offline: folder,
      project: PROJECT,
      cacheFolder: null,
    });
    const metrics = await both.fetchMetrics({ runs: ["root", "fork"], attributes: ["train/loss"], progressBar: null });
    assert.equal(metrics.height, 6);
  });
});

Deno.test("a server serves unsynced runs, but no files outside of the folder unless told to", async () => {
  await inSample(async (folder) => {
    await Deno.writeTextFile(`${folder}/lost.txt`, "found");
    for (
      const [offline, followLinks, readable] of [[`${folder}/.neptune`, false, false], [
        `${folder}/.neptune`,
        true,
        true,
      ], [folder, false, true]] as const
    ) {
      const server = await serve({ offline, project: PROJECT, port: 0, followLinks });
      try {
        assert.deepEqual(server.projects, [PROJECT]);
        const project = new ReadOnlyProject({ apiToken: server.apiToken, project: PROJECT });
        assert.equal((await project.listRuns()).length, 3);
        const run = new ReadOnlyRun(project, { customId: "root" });
        assert.deepEqual(await run.attribute("lr").fetch(), 0.1);
        const points = await run.attribute("train/loss").fetchValues({ includePointPreviews: true, progressBar: null });
        assert.deepEqual(points.getColumn("is_preview").toArray(), [false, false, false, true]);
        const text = async (path: string) => {
          const file = await run.attribute(path).fetch<{ text(): Promise<string> } & never>();
          return await (file as unknown as { text(): Promise<string> }).text();
        };
        assert.equal(await text("f/kept"), "kept!");
        if (readable) assert.equal(await text("f/lost"), "found");
        else await assert.rejects(() => text("f/lost"), { name: "FileMissingError" });
        project.close();
      } finally {
        await server.close();
      }
    }
  });
  await assert.rejects(() => serve({}), { name: "OptionError", message: /nothing to serve/ });
});

Deno.test("with the least permissions it works from copies, and what is missing is named", async () => {
  await inSample(async (folder) => {
    const program = `
      import { openOffline } from ${JSON.stringify(new URL("../../src/offline/catalog.ts", import.meta.url).href)};
      try {
        const source = openOffline({ folder: ${JSON.stringify(folder)} }).open(${JSON.stringify(PROJECT)});
        for await (const { runs } of source.runs({})) console.log(runs.map(({ key }) => key).join());
      } catch (error) {
        console.log(error.name, error.fields.flag);
      }`;
    const run = async (...flags: string[]) => {
      const child = new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--no-prompt",
          "--config",
          new URL("../../deno.json", import.meta.url).pathname,
          "--ext=ts",
          "--allow-ffi",
          "--allow-sys",
          "--allow-env",
          ...flags,
          "-",
        ],
        stdin: "piped",
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(program));
      await writer.close();
      return new TextDecoder().decode((await child.output()).stdout).trim();
    };
    const temporary = Deno.env.get("TMPDIR") ?? "/tmp";
    assert.equal(await run("--allow-read", `--allow-write=${temporary}`), "fork,root");
    assert.match(await run("--allow-read"), /^PermissionError --allow-write=/);
  });
});

/**
 * What an export cannot do: it says so, and goes on with the rest.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Frame, ReadOnlyProject } from "../../mod.ts";
import { file, filePoint, floatPoint, string } from "../../samples/rows.ts";
import { type ArchiveRow, sanitized, writeRun } from "../../samples/writer.ts";
import { connectionOf } from "../../src/api/project.ts";
import { DecodeError } from "../../src/errors.ts";
import { holdsStep } from "../../src/export/steps.ts";
import { RunParts } from "../../src/export/parts.ts";
import { cellsOf } from "../../src/export/rows.ts";
import type { Source } from "../../src/source.ts";
import { Fixture, PROJECT, T } from "../api/fixture.ts";

const SAMPLE = fileURLToPath(new URL("../../samples/archive/data", import.meta.url));

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "neptune-failures-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A project whose source is changed. */
function changed(project: ReadOnlyProject, change: (source: Source) => Partial<Source>): ReadOnlyProject {
  const connection = connectionOf(project);
  const original = connection.source;
  connection.source = async (signal) => {
    const source = await original(signal);
    const own = change(source);
    return new Proxy(source, {
      get(target, name) {
        const value = Reflect.get(name in own ? own : target, name);
        return typeof value === "function" && !(name in own) ? value.bind(target) : value;
      },
    });
  };
  return project;
}

function report(frame: Frame, ...kinds: string[]): Record<string, unknown>[] {
  return frame.toRecords().filter(({ kind }: Record<string, unknown>) => kinds.includes(kind as string));
}

const opened = (folder: string) => new ReadOnlyProject({ archive: `${folder}/data`, cacheFolder: null });

Deno.test("a step is held exactly, or not at all", () => {
  for (const step of [0, -0, 1, -1, 0.1, 0.3, -0.000001, 1e6 + 0.000001, 2 ** 31 + 0.5, 999_999_999_999, 123.456789]) {
    assert.ok(holdsStep(step), String(step));
  }
  for (const step of [1e-7, 0.1234567, 1 / 3, 1e12, -1e12, 1.7e18, 1e300, -1e300, Infinity, NaN, 2 ** 53]) {
    assert.ok(!holdsStep(step), String(step));
  }
});

Deno.test("a series whose steps the format cannot hold is refused with the reason, and the rest is exported", async () => {
  await using fixture = await Fixture.make();
  const beyond = new Map([["large", 1.7e18], ["huge", 1e300], ["fine", 1e-7]]);
  const project = changed(fixture.project().project, (source) => ({
    async *series(query) {
      for await (const block of source.series(query)) {
        for (const { series, start } of block.spans) {
          if (query.series.paths[query.series.path[series]] === "metrics/loss") {
            block.step[start] = beyond.get(step)!;
            block.step.subarray(start).sort();
          }
        }
        yield block;
      }
    },
  }));
  let step = "";
  for (step of beyond.keys()) {
    const destination = `${fixture.folder}/${step}`;
    const rows = (await project.exportArchive({ runs: ["gull-1"], destination })).toRecords();
    assert.deepEqual(rows.map(({ run, status, refused }) => [run, status, refused]), [["gull-1", "written", 1]]);
    assert.match(
      rows[0].message as string,
      new RegExp(`metrics/loss.*step ${String(beyond.get(step)).replace("+", "\\+")}`),
    );
    const kept = opened(destination);
    assert.deepEqual((await kept.listAttributes({ attributes: "^metrics/" })).getColumn("attribute").toArray(), [
      "metrics/accuracy",
    ]);
    const [finding] = report(await kept.archiveReport(), "export_error");
    assert.equal(finding.attribute, "metrics/loss");
    assert.match(finding.message as string, /cannot hold/);
  }
});

Deno.test("what was written is compared with the steps of the source, not with rounded ones", async () => {
  await withFolder(async (folder) => {
    for (const step of [1e-7, 0.1234567]) {
      const parts = new RunParts(folder, "team/steps", String(step));
      parts.write(cellsOf([floatPoint("m", step, T, 1)]));
      await assert.rejects(() => parts.finish(), /does not read back as it was written/);
      await parts.discard();
    }
  });
});

Deno.test("names of 250 letters and of 100 Chinese characters are cut by bytes, after all suffixes, and stay different", async () => {
  await withFolder(async (folder) => {
    const long = [
      "a".repeat(250),
      "字".repeat(100),
      "字".repeat(90) + "b",
      "字".repeat(90) + "c",
      `${"x/".repeat(30)}${"é".repeat(130)}`,
    ];
    const ids = ["r".repeat(240), `${"跑".repeat(90)}1`, `${"跑".repeat(90)}2`];
    const data = `${folder}/data`, files = `${folder}/files/${sanitized(PROJECT)}`;
    await Deno.mkdir(`${files}/f`, { recursive: true });
    for (const [i, id] of ids.entries()) {
      const rows: ArrayLike<ArchiveRow>[] = long.map((name, at) => [
        file(`file/${name}`, `f/${i}-${at}.json`),
        filePoint(`series/${name}`, 0.5, T, `f/${i}-${at}.json`),
      ]);
      for (const at of long.keys()) await Deno.writeTextFile(`${files}/f/${i}-${at}.json`, `${i} ${at}`);
      await writeRun({
        dataRoot: data,
        projectId: PROJECT,
        runId: id,
        batches: [[string("sys/id", `L-${i}`), string("sys/custom_run_id", id)], ...rows.map((one) => Array.from(one))],
      });
    }
    const project = opened(folder);
    const exported = (await project.exportArchive({ destination: `${folder}/out` })).toRecords();
    assert.deepEqual(
      exported.map(({ status, refused, files }) => [status, refused, files]),
      ids.map(() => ["written", 0, 10]),
    );
    const rows = (await project.downloadFiles({ attributes: ".*", destination: `${folder}/downloads` })).toRecords();
    assert.deepEqual(new Set(rows.map(({ status }) => status)), new Set(["downloaded"]));
    assert.equal(new Set(rows.map(({ path }) => path)).size, 2 * long.length * ids.length);
    for (const { run, attribute, path } of rows) {
      const text = await Deno.readTextFile(path as string);
      assert.equal(
        text,
        `${ids.indexOf(run as string)} ${long.indexOf((attribute as string).replace(/^(file|series)\//, ""))}`,
      );
    }
    const again = (await opened(`${folder}/out`).downloadFiles({ attributes: ".*", destination: `${folder}/again` }))
      .toRecords();
    for (const [i, { run, attribute, path }] of again.entries()) {
      assert.deepEqual([run, attribute], [rows[i].run, rows[i].attribute]);
      assert.equal(await Deno.readTextFile(path as string), await Deno.readTextFile(rows[i].path as string));
    }
    const { height } = await project.exportArchive({ destination: `${folder}/out` });
    assert.equal(height, 3);
  });
});

Deno.test("a run, series or file that cannot be read is a row with the reason, and the others are exported", async () => {
  await using fixture = await Fixture.make();
  const bad = (what: string) => new DecodeError(`The payload of ${what} is missing.`, { offset: 0, what });
  const series = changed(fixture.project().project, (source) => ({
    async *series(query) {
      if (query.kind === "float" && query.series.paths.includes("metrics/loss")) throw bad("metrics/loss");
      yield* source.series(query);
    },
    file: () => Promise.reject(bad("notes")),
  }));
  const [row] = (await series.exportArchive({ runs: ["gull-1"], destination: `${fixture.folder}/series` })).toRecords();
  assert.deepEqual([row.status, row.refused, row.points], ["written", 3, 7]);
  const kept = opened(`${fixture.folder}/series`);
  const errors = report(await kept.archiveReport(), "export_error");
  assert.deepEqual(errors.map(({ attribute }) => attribute).sort(), ["lost", "metrics/loss", "notes"]);

  const runs = changed(fixture.project().project, (source) => ({
    async *values(query) {
      if (query.runs?.includes("gull-2")) throw bad("gull-2");
      yield* source.values(query);
    },
  }));
  const destination = `${fixture.folder}/runs`;
  const outcomes = (await runs.exportArchive({ destination, ancestors: false })).toRecords();
  assert.deepEqual(outcomes.map(({ run, status }) => `${run} ${status}`), [
    "gull-1 written",
    "gull-2 failed",
    "tern-1 written",
  ]);
  assert.match(outcomes[1].message as string, /payload of gull-2/);
  assert.equal(report(await opened(destination).archiveReport(), "export_error").length, 1);
  // What is exported later is no longer told as lost.
  await fixture.project().project.exportArchive({ destination });
  assert.equal(report(await opened(destination).archiveReport(), "export_error").length, 0);
});

Deno.test("a file that cannot be fetched or written is a row with the reason, and the others are downloaded", async () => {
  await using fixture = await Fixture.make();
  const destination = `${fixture.folder}/downloads`;
  // Where the file is to be there is a folder that is not empty.
  await Deno.mkdir(`${destination}/gull-1/notes.txt/in the way`, { recursive: true });
  const rows = (await fixture.project().project.downloadFiles({ attributes: ["notes", "lost"], destination }))
    .toRecords();
  assert.deepEqual(rows.map(({ attribute, status, path }) => [attribute, status, path]), [
    ["lost", "missing", null],
    ["notes", "failed", null],
  ]);
  assert.match(rows[1].message as string, /notes\.txt cannot be written/);
});

Deno.test("two exports to one place: the second is refused, and a lock does not outlive its owner", async () => {
  await using fixture = await Fixture.make();
  const destination = `${fixture.folder}/out`;
  const folder = `${destination}/data/${sanitized(PROJECT)}`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/.exporting`, "of one that was killed");
  const exporting = () => fixture.project().project.exportArchive({ destination });
  const results = await Promise.allSettled([exporting(), exporting(), exporting()]);
  const done = results.filter(({ status }) => status === "fulfilled");
  for (const one of results) {
    if (one.status === "rejected") assert.match(String(one.reason), /ArchiveError: Another export writes to/);
  }
  assert.ok(done.length >= 1);
  assert.deepEqual([...new Set((await exporting()).getColumn("status").toArray())], ["present"]);
  assert.deepEqual(
    report(await opened(destination).archiveReport({ thorough: true }), "changed_file", "lost_file"),
    [],
  );

  // Another process that holds the lock, and is killed.
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `import { lockFolder } from ${JSON.stringify(import.meta.resolve("../../src/export/lock.ts"))};
      await lockFolder(Deno.args[0]); console.log("locked"); await new Promise(() => setInterval(() => {}, 1000));`,
      folder,
    ],
    stdout: "piped",
  }).spawn();
  await child.stdout.getReader().read();
  await assert.rejects(exporting, /Another export writes to/);
  child.kill("SIGKILL");
  await child.status;
  assert.equal((await exporting()).height, 3);
});

Deno.test("hashes of all files lie beside them, and the report finds a changed byte and a lost file", async () => {
  await using fixture = await Fixture.make();
  const destination = `${fixture.folder}/out`;
  await fixture.project().project.exportArchive({ destination });
  const data = `${destination}/data/${sanitized(PROJECT)}`, files = `${destination}/files/${sanitized(PROJECT)}`;
  for (const folder of [data, files]) {
    const { success } = await new Deno.Command("sha256sum", { args: ["-c", "SHA256SUMS"], cwd: folder, stdout: "null" })
      .output();
    assert.ok(success);
  }
  const kinds = ["changed_file", "lost_file", "no_hashes", "not_compared"];
  const found = async (thorough: boolean) =>
    report(await opened(destination).archiveReport({ thorough }), ...kinds).map(({ kind, file }) => `${kind} ${file}`);
  assert.deepEqual(await found(true), []);
  assert.equal((await found(false)).length, 1, "says that files were not compared");

  const notes = `${files}/gull-1/notes.txt`;
  await Deno.writeTextFile(notes, "wing spam\n");
  const part = [...Deno.readDirSync(data)].find(({ name }) => name.startsWith("tern-1"))!.name;
  const bytes = await Deno.readFile(`${data}/${part}`);
  // In the name of the program that wrote it: readers pass over it.
  const at = new TextDecoder("latin1").decode(bytes).lastIndexOf("neptune-fetcher");
  bytes[at]++;
  await Deno.writeFile(`${data}/${part}`, bytes);
  assert.deepEqual((await found(true)).sort(), [
    `changed_file files/${sanitized(PROJECT)}/gull-1/notes.txt`,
    `changed_file ${sanitized(PROJECT)}/${part}`,
  ]);
  await Deno.remove(notes);
  assert.ok((await found(true)).includes(`lost_file files/${sanitized(PROJECT)}/gull-1/notes.txt`));

  // Of a hash that is not that of the file nobody knows which of the two was changed.
  const hashes = await Deno.readTextFile(`${data}/SHA256SUMS`);
  await Deno.writeTextFile(`${data}/SHA256SUMS`, (hashes[0] === "0" ? "1" : "0") + hashes.slice(1));
  const [changed] = report(await opened(destination).archiveReport(), "changed_file");
  assert.match(String(changed.message), /^The SHA-256 of the file \S+ is not the one in SHA256SUMS\.$/);

  // The exporter writes none, and the report says so.
  const [info] = report(await fixture.project().project.archiveReport(), "no_hashes");
  assert.equal(info.count, 3);
  assert.equal(info.severity, "info");
});

/** Runs the work on a tiny disk; null where this machine has none to give. */
async function onTinyDisk<T>(work: (folder: string) => Promise<T>): Promise<T | null> {
  const folder = await Deno.makeTempDir({ prefix: "neptune-disk-" });
  const mount = (...args: string[]) =>
    new Deno.Command("mount", { args, stdout: "null", stderr: "null" }).output().catch(() => ({ success: false }));
  try {
    if (Deno.build.os !== "linux" || !(await mount("-t", "tmpfs", "-o", "size=256k", "tmpfs", folder)).success) {
      return null;
    }
    try {
      return await work(folder);
    } finally {
      await new Deno.Command("umount", { args: ["-l", folder] }).output();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a full and a read-only disk are one typed error that names the file; nothing half written, old files kept", async (t) => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const big = `${fixture.files}/${sanitized(PROJECT)}/gull-1/notes.txt`;
  await Deno.writeFile(big, crypto.getRandomValues(new Uint8Array(65536)).slice(0, 65536));
  const mounted = await onTinyDisk(async (folder) => {
    const old = `${folder}/out/data.csv`;
    await Deno.mkdir(`${folder}/out`);
    for (const name of ["data.csv", "metrics.parquet"]) await Deno.writeTextFile(`${folder}/out/${name}`, "old");
    await Deno.writeFile(`${folder}/filler`, new Uint8Array(220_000));
    const { saveFrame } = await import("../../mod.ts");
    const { default: pl } = await import("nodejs-polars");
    const frame = pl.DataFrame({ text: Array.from({ length: 20_000 }, (_, i) => `text number ${i} ${Math.random()}`) });
    const calls: Record<string, () => Promise<unknown>> = {
      saveFrame: () => saveFrame(frame, old),
      "saveFrame Parquet": () => saveFrame(frame, `${folder}/out/metrics.parquet`),
      downloadFiles: () => project.downloadFiles({ attributes: ["notes"], destination: `${folder}/out/files` }),
      exportArchive: () => project.exportArchive({ destination: `${folder}/out/archive` }),
    };
    const disk = async (reason: string) => {
      for (const [name, call] of Object.entries(calls)) {
        await assert.rejects(call, (error: Error & { fields: { reason: string; path: string } }) => {
          assert.equal(error.name, "WriteError", `${name}: ${error.stack}`);
          assert.equal(error.fields.reason, reason, name);
          assert.ok(error.fields.path.startsWith(folder), error.fields.path);
          return true;
        }, name);
        const left = await tree(`${folder}/out`);
        assert.deepEqual(
          left.filter((path) => /\.part|\.tmp|\.parquet$|notes/.test(path) && path !== "metrics.parquet"),
          [],
          name,
        );
      }
      for (const name of ["data.csv", "metrics.parquet"]) {
        assert.equal(await Deno.readTextFile(`${folder}/out/${name}`), "old");
      }
    };
    await t.step("full", () => disk("full"));
    await Deno.remove(`${folder}/filler`);
    await new Deno.Command("mount", { args: ["-o", "remount,ro", folder] }).output();
    await t.step("read-only", () => disk("read-only"));
    return true;
  });
  await t.step({ name: "this machine can mount a small disk", ignore: mounted === null, fn: () => {} });
});

Deno.test("a folder where the user may not write is one typed error, and what is there stays", async (t) => {
  await withFolder(async (folder) => {
    const closed = `${folder}/closed`;
    await Deno.mkdir(closed);
    await Deno.writeTextFile(`${closed}/frame.csv`, "old");
    await Deno.chmod(closed, 0o555);
    const code = `
      import { saveFrame, ReadOnlyProject } from ${JSON.stringify(import.meta.resolve("../../mod.ts"))};
      const project = new ReadOnlyProject({ archive: ${JSON.stringify(SAMPLE)}, cacheFolder: null });
      const frame = await project.fetchRuns();
      for (const call of [
        () => saveFrame(frame, ${JSON.stringify(`${closed}/frame.csv`)}),
        () => saveFrame(frame, ${JSON.stringify(`${closed}/new/frame.csv`)}),
        () => project.saveMetrics({ attributes: "loss", destination: ${JSON.stringify(`${closed}/loss.parquet`)} }),
        () => project.exportArchive({ destination: ${JSON.stringify(`${closed}/archive`)} }),
      ]) await call().then(() => console.log("written"), (error) => console.log(error.name, error.fields.reason));
      const rows = await project.downloadFiles({ attributes: "report", destination: ${JSON.stringify(closed)} });
      console.log([...new Set(rows.getColumn("status").toArray())].join());`;
    const program = [Deno.execPath(), "eval", code];
    // Root may write everywhere, unless it gives that up.
    const args = ["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all", ...program];
    const command = Deno.uid() === 0 ? new Deno.Command("setpriv", { args }) : new Deno.Command(program[0], {
      args: program.slice(1),
    });
    const output = await command.output().catch(() => null);
    await t.step({ name: "this machine can give up rights", ignore: output === null, fn: () => {} });
    if (output === null) return;
    const lines = new TextDecoder().decode(output.stdout).trim().split("\n");
    assert.deepEqual(
      lines,
      [...Array(4).fill("WriteError no rights"), "failed"],
      new TextDecoder().decode(output.stderr),
    );
    assert.deepEqual(await tree(closed), ["frame.csv"]);
    assert.equal(await Deno.readTextFile(`${closed}/frame.csv`), "old");
    await Deno.chmod(closed, 0o755);
  });
});

async function tree(folder: string, below = ""): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(`${folder}/${below}`)) {
    if (entry.isDirectory) names.push(...await tree(folder, `${below}${entry.name}/`));
    else names.push(below + entry.name);
  }
  return names.sort();
}

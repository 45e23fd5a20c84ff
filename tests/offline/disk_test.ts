/** What is on disk stays as it is: read-only folders, databases that are written, logs of killed processes. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { openArchive } from "../../src/archive/catalog.ts";
import { openOffline } from "../../src/offline/catalog.ts";
import { pairs, runIds, runs, values } from "../ask.ts";
import { type Operation, type Update, writeDatabase, writeLegacy } from "./writer.ts";

const PROJECT = "team/project";
const T = Date.UTC(2026, 1, 1);

const float = (step: number): Update => ({ step, timestamp: T + step, append: { m: { float: step } } });
const made: Operation = { run: { created: T, experiment: "e" } };
const steps = (n: number) => Array.from({ length: n }, (_, i) => i);

/** Names, modes, sizes, times and contents of everything in a folder. */
async function hashOf(folder: string): Promise<string> {
  const hash = createHash("sha256");
  const add = async (path: string) => {
    const { isDirectory, size, mtime, mode } = await Deno.lstat(path);
    hash.update(`${path} ${isDirectory ? "" : size} ${mtime?.getTime()} ${mode}\n`);
    if (!isDirectory) return void hash.update(await Deno.readFile(path));
    const names = (await Array.fromAsync(Deno.readDir(path), ({ name }) => name)).sort();
    for (const name of names) await add(`${path}/${name}`);
  };
  await add(folder);
  return hash.digest("hex");
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Everything a source can be asked, so that every file is read. */
async function readAll(folder: string): Promise<string[]> {
  const source = openOffline({ folder, legacyProject: PROJECT }).open(PROJECT);
  const found = await runs(source);
  await Array.fromAsync(source.values({ runs: null, paths: null, filter: null, types: null }));
  await source.unsyncedReport!();
  return found.map(({ key }) => key).sort();
}

Deno.test("nothing in the folder changes, also beside a log that a killed process left", async () => {
  await inFolder(async (folder) => {
    await writeDatabase(folder, { project: PROJECT, run: "closed", operations: [made, float(0)] });
    await writeDatabase(folder, {
      project: PROJECT,
      run: "killed",
      operations: [made, ...steps(9).map(float)],
      killed: true,
    });
    await writeDatabase(folder, { project: PROJECT, run: "old", version: "v1", operations: [made, float(0)] });
    await writeLegacy(folder, {
      mode: "offline",
      uuid: "0c2b9e4e-0000-4000-8000-000000000001",
      operations: [
        { type: "AssignInt", path: ["x"], value: 1 },
      ],
    });
    const before = await hashOf(folder);
    assert.equal((await readAll(folder)).length, 4);
    assert.equal(await hashOf(folder), before);
  });
});

Deno.test("what a killed process left in the log beside its database is there", async () => {
  await inFolder(async (folder) => {
    const path = await writeDatabase(folder, {
      project: PROJECT,
      run: "A",
      operations: [made, ...steps(99).map(float)],
      killed: true,
    });
    assert.ok((await Deno.stat(`${path}-wal`)).size > 0, "there is a log");
    const source = openOffline({ folder }).open(PROJECT);
    assert.deepEqual(await pairs(source, "A", "m"), steps(99).map((i) => [i, i]));
  });
});

Deno.test("a log of which the last write was cut off gives what was committed before", async () => {
  await inFolder(async (folder) => {
    const path = await writeDatabase(folder, {
      project: PROJECT,
      run: "A",
      operations: [made, ...steps(99).map(float)],
      killed: true,
    });
    await Deno.truncate(`${path}-wal`, (await Deno.stat(`${path}-wal`)).size - 100);
    const source = openOffline({ folder }).open(PROJECT);
    const found = await pairs(source, "A", "m");
    assert.ok(found.length >= 49 && found.length < 99, `${found.length} points`);
  });
});

Deno.test("a folder that may only be read is read", async () => {
  await inFolder(async (folder) => {
    const inside = `${folder}/.neptune`;
    await writeDatabase(inside, { project: PROJECT, run: "closed", operations: [made, float(0)] });
    await writeDatabase(inside, {
      project: PROJECT,
      run: "killed",
      operations: [made, ...steps(9).map(float)],
      killed: true,
    });
    await writeLegacy(inside, {
      mode: "async",
      uuid: "0c2b9e4e-0000-4000-8000-000000000001",
      operations: [
        { type: "AssignInt", path: ["x"], value: 1 },
      ],
    });
    const all: string[] = [];
    const list = async (path: string) => {
      all.push(path);
      if ((await Deno.stat(path)).isDirectory) {
        for await (const { name } of Deno.readDir(path)) await list(`${path}/${name}`);
      }
    };
    await list(inside);
    for (const path of all) await Deno.chmod(path, (await Deno.stat(path)).isDirectory ? 0o555 : 0o444);
    try {
      const before = await hashOf(inside);
      assert.equal((await readAll(folder)).length, 3);
      assert.equal(await hashOf(inside), before);
    } finally {
      for (const path of all) await Deno.chmod(path, (await Deno.stat(path)).isDirectory ? 0o755 : 0o644);
    }
  });
});

Deno.test("a database that a live process writes is right at some moment: points from the first on, without a gap", async () => {
  await inFolder(async (folder) => {
    const path = await writeDatabase(folder, { project: PROJECT, run: "A", operations: [made] });
    const writer = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", new URL("./live.ts", import.meta.url).pathname, path],
      stdout: "piped",
      stdin: "null",
    }).spawn();
    const lines = writer.stdout.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
    await lines.next();
    let last = -1;
    try {
      // On a busy machine a reader may meet the writer at work many times in a row.
      const end = performance.now() + 120_000;
      for (let round = 0; round < 12 || (last <= 0 && performance.now() < end); round++) {
        const source = openOffline({ folder }).open(PROJECT);
        const found = await pairs(source, "A", "m").catch((error) => {
          assert.equal(error.name, "DamagedFileError", String(error));
          assert.match(error.message, /being written/);
          return null;
        });
        if (found === null) continue;
        assert.deepEqual(found, steps(found.length).map((i) => [i, i]));
        assert.ok(found.length >= last, `${found.length} points after ${last}`);
        last = found.length;
      }
    } finally {
      writer.kill("SIGKILL");
      await lines.return?.();
      await writer.status;
    }
    assert.ok(last > 0, "it was read at least once while it was written");
    const found = await pairs(openOffline({ folder }).open(PROJECT), "A", "m");
    assert.ok(found.length >= last, "what was committed before the process was killed is there");
    assert.deepEqual(found, steps(found.length).map((i) => [i, i]));
  });
});

Deno.test("a project that a database may hold which cannot be read, or not now, is not one that is not there", async () => {
  const unread = (call: () => PromiseLike<unknown>, message: RegExp) =>
    assert.rejects(async () => await call(), { name: "DamagedFileError", message });
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/run.sqlite3`, "SQLite format 3\0" + "no more ".repeat(1000));
    const beneath = openArchive({ data: new URL("../../samples/archive/data", import.meta.url).pathname });
    for (const catalog of [openOffline({ folder }), openOffline({ folder, beneath })]) {
      await unread(() => catalog.open(PROJECT).project(), /^run\.sqlite3 is damaged/);
      await unread(() => runs(catalog.open(PROJECT)), /^run\.sqlite3 is damaged/);
    }
    await unread(() => openOffline({ folder }).projects(), /^run\.sqlite3 is damaged/);
    const without = openOffline({ folder, damagedRuns: "skip" });
    assert.deepEqual(await without.projects(), []);
    await assert.rejects(() => without.open(PROJECT).project(), { name: "ProjectNotFoundError" });
    assert.equal((await openOffline({ folder, beneath }).open("nereid/digits").project()).name, "nereid/digits");
    beneath.close();
  });
  await inFolder(async (folder) => {
    await writeDatabase(folder, { project: PROJECT, run: "A", operations: [made] });
    const source = openOffline({ folder }).open(PROJECT);
    const { statSync } = Deno;
    let time = 0;
    // As if somebody wrote all the time.
    Deno.statSync = (path) => ({ ...statSync(path), mtime: new Date(time++) });
    try {
      await unread(() => runs(source), /^The database .* is being written all the time/);
    } finally {
      Object.assign(Deno, { statSync });
    }
    assert.deepEqual(await runIds(source), ["A"], "who asks again later finds it");
  });
});

Deno.test("folders are searched from above, links are followed once, and what is foreign is left alone", async () => {
  await inFolder(async (folder) => {
    await writeDatabase(`${folder}/jobs/one/.neptune`, { project: PROJECT, run: "A", operations: [made] });
    await writeDatabase(`${folder}/elsewhere/.neptune`, { project: PROJECT, run: "B", operations: [made] });
    await Deno.symlink(`${folder}/jobs`, `${folder}/jobs/one/again`);
    const { DatabaseSync } = await import("node:sqlite");
    const foreign = new DatabaseSync(`${folder}/jobs/cache.sqlite3`);
    foreign.exec("CREATE TABLE t (x); INSERT INTO t VALUES (1)");
    foreign.close();
    await Deno.writeFile(`${folder}/jobs/empty.sqlite3`, new Uint8Array());
    const source = openOffline({ folder }).open(PROJECT);
    assert.deepEqual((await runIds(source)).sort(), ["A", "B"]);
    assert.deepEqual(await runIds(openOffline({ folder: `${folder}/jobs` }).open(PROJECT)), ["A"]);
    const found = await source.unsyncedReport!();
    assert.deepEqual(found.filter(({ kind }) => kind === "foreign_database").map(({ count }) => count), [2]);
  });
});

Deno.test("a folder that is missing, a file, or empty of client data is a typed error that says what to pass", async () => {
  await inFolder(async (folder) => {
    const projects = (path: string) => openOffline({ folder: path }).projects();
    await assert.rejects(() => projects(`${folder}/gone`), {
      name: "OfflineError",
      message: /There is no folder .*\.neptune/,
    });
    await Deno.writeTextFile(`${folder}/file`, "");
    await assert.rejects(() => projects(`${folder}/file`), { name: "OfflineError", message: /is a file/ });
    await assert.rejects(() => projects(folder), { name: "OfflineError", message: /no data of a Neptune client/ });
  });
});

Deno.test("projects are told apart by what databases say", async () => {
  await inFolder(async (folder) => {
    await writeDatabase(folder, { project: "a/one", run: "A", operations: [made] });
    await writeDatabase(folder, {
      project: "a/two",
      run: "A",
      operations: [made, { timestamp: T, assign: { x: { int: 2 } } }],
    });
    const catalog = openOffline({ folder });
    assert.deepEqual((await catalog.projects()).map(({ name }) => name), ["a/one", "a/two"]);
    assert.deepEqual(await values(catalog.open("a/two"), "A", { paths: ["x"] }), { "x:int": 2n });
    assert.deepEqual(await values(catalog.open("a/one"), "A", { paths: ["x"] }), {});
    await assert.rejects(() => catalog.open("a/three").project(), {
      name: "ProjectNotFoundError",
      message: /has no project "a\/three".*a\/one, a\/two/,
    });
  });
});

/**
 * What cannot be read is not taken for absent: answers that depend on it are errors, or say what they are without.
 */

import assert from "node:assert/strict";
import { jupyterDisplay, ReadOnlyProject, type ReadOnlyProjectOptions, ReadOnlyRun } from "../../mod.ts";
import { bool, file, float, floatPoint, int, phantom, string } from "../../samples/rows.ts";
import { encodePart, partName, sanitized, SCHEMA, writeRun } from "../../samples/writer.ts";
import { PROJECT, sys, T } from "../awkward/case.ts";

const FOLDER = sanitized(PROJECT);

/** Archives in temporary folders, and projects that read them. */
class Archives implements AsyncDisposable {
  readonly #made: string[] = [];

  async make(runs: Record<string, Parameters<typeof writeRun>[0]["batches"]>): Promise<string> {
    const dir = await Deno.makeTempDir();
    this.#made.push(dir);
    for (const [runId, batches] of Object.entries(runs)) {
      await writeRun({ dataRoot: `${dir}/data`, projectId: PROJECT, runId, batches });
    }
    return `${dir}/data`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const dir of this.#made) {
      await Deno.chmod(`${dir}/data/${FOLDER}`, 0o755).catch(() => {});
      await Deno.remove(dir, { recursive: true });
    }
  }
}

const open = (archive: string, options: ReadOnlyProjectOptions = {}) =>
  new ReadOnlyProject({ archive, project: PROJECT, cacheFolder: null, ...options });
const pathOf = (data: string, run: string) => `${data}/${FOLDER}/${partName(run)}`;
const spoil = (data: string, run: string) => Deno.writeTextFile(pathOf(data, run), "PAR1 no more".repeat(20));
const names = (part: string) => ({ name: "DamagedFileError", message: new RegExp(`file \\S*${partName(part)} `) });
const textOf = async (frame: unknown) =>
  (await (frame as { [jupyterDisplay](): Promise<Record<string, string>> })[jupyterDisplay]())["text/plain"];
const points = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => floatPoint("m", from + i, T, i));

Deno.test("a damaged parent does not cut its fork's series in silence", async () => {
  await using archives = new Archives();
  const data = await archives.make({
    parent: [sys("parent", 1), points(0, 300)],
    fork: [
      sys("fork", 2, string("sys/forking/parent", "parent"), int("sys/forking/step", 299)),
      points(300, 500),
    ],
    grandchild: [
      sys("grandchild", 3, string("sys/forking/parent", "fork"), int("sys/forking/step", 399)),
      points(400, 500),
    ],
  });
  const all = await open(data).fetchMetrics({ runs: ["fork", "grandchild"], attributes: ["m"] });
  assert.equal(all.height, 1000);
  await spoil(data, "parent");
  const project = open(data);
  for (const run of ["fork", "grandchild"]) {
    const [found] = await project.fetchReadOnlyRuns({ customIds: [run] });
    await assert.rejects(() => found.attribute("m").fetchValues(), names("parent"), run);
    await assert.rejects(() => found.attribute("m").fetchLast(), names("parent"), run);
    await assert.rejects(async () => await found.attributeNames, names("parent"), run);
    assert.ok(
      (await found.attribute("m").fetchValues({ includeInherited: false })).height < 300,
      "its own are all there",
    );
  }
  const skipping = open(data, { damagedRuns: "skip" });
  const frame = await skipping.fetchMetrics({ runs: ["fork"], attributes: ["m"] });
  assert.equal(frame.height, 200);
  const [fork] = await skipping.fetchReadOnlyRuns({ customIds: ["fork"] });
  assert.match(await textOf(await fork.attribute("m").fetchValues()), /Without run parent: its file/);
  const shown = await (frame as unknown as { [jupyterDisplay](): Promise<Record<string, string>> })[jupyterDisplay]();
  for (const text of [shown["text/plain"], shown["text/html"]]) assert.match(text, /Without run parent: its file/);
});

Deno.test("lists, tables and metrics over all runs are errors where a run cannot be read, and say what they are without", async () => {
  await using archives = new Archives();
  const data = await archives.make({
    good: [sys("good", 1), points(0, 3)],
    bad: [sys("bad", 2), points(0, 3)],
  });
  await spoil(data, "bad");
  const project = open(data);
  const calls: [string, () => PromiseLike<unknown>][] = [
    ["listRuns", () => project.listRuns()],
    ["listExperiments", () => project.listExperiments()],
    ["fetchRuns", () => project.fetchRuns()],
    ["fetchRuns by tag", () => project.fetchRuns({ tags: ["x"] })],
    ["fetchRunsDf", () => project.fetchRunsDf()],
    ["fetchExperimentsDf", () => project.fetchExperimentsDf({ limit: 1 })],
    ["fetchMetrics", () => project.fetchMetrics({ attributes: ["m"] })],
    ["fetchMetrics of experiments", () => project.fetchMetrics({ experiments: "^x", attributes: ["m"] })],
    ["listAttributes", () => project.listAttributes()],
    ["an experiment", () => project.fetchReadOnlyExperiments({ names: ["good"] })],
    ["the run itself", () => project.fetchReadOnlyRuns({ customIds: ["bad"] })],
    ["an id that may be its", () => project.fetchReadOnlyRuns({ withIds: ["AWK-2"] })],
  ];
  for (const [name, call] of calls) await assert.rejects(async () => await call(), names("bad"), name);
  assert.equal((await project.fetchMetrics({ runs: ["good"], attributes: ["m"] })).height, 3, "others are not touched");
  const skipping = open(data, { damagedRuns: "skip" });
  for (const frame of [await skipping.fetchRuns(), await skipping.fetchRunsDf(), await skipping.listAttributes()]) {
    const shown = await (frame as unknown as { [jupyterDisplay](): Promise<Record<string, string>> })[jupyterDisplay]();
    assert.match(shown["text/plain"], /Without run bad: its file .* cannot be read \(.+\)\./);
  }
  for (const project of [skipping, open(data, { damagedRuns: "skip" })]) {
    await assert.rejects(async () => await new ReadOnlyRun(project, { customId: "bad" }).attributeNames, {
      name: "RunNotFoundError",
      message: /has no run with sys\/custom_run_id "bad"\..* Without run bad: its file .* cannot be read \(.+\)\.$/,
    });
  }
  const report = await skipping.archiveReport();
  assert.ok((report.getColumn("kind").toArray() as string[]).includes("damaged_part"));
});

Deno.test("a damaged part does not make other runs show values they never had", async () => {
  await using archives = new Archives();
  // The exporter's grid: only `scorer` logged a score, the other run of its batch has a row without a value.
  const data = await archives.make({
    scorer: [sys("scorer", 1, float("score", 0.5))],
    other: [sys("other", 2, phantom("score", "float"), float("lr", 1))],
  });
  const [before] = await open(data).fetchReadOnlyRuns({ customIds: ["other"] });
  await assert.rejects(() => before.attribute("score").fetch(), { name: "AttributeNotFoundError" });
  await spoil(data, "scorer");
  const [other] = await open(data).fetchReadOnlyRuns({ customIds: ["other"] });
  assert.equal(await other.attribute("lr").fetch(), 1);
  await assert.rejects(() => other.attribute("score").fetch(), names("scorer"));
  const [skipped] = await open(data, { damagedRuns: "skip" }).fetchReadOnlyRuns({ customIds: ["other"] });
  await assert.rejects(() => skipped.attribute("score").fetch(), { name: "AttributeNotFoundError" });
});

Deno.test("a run does not become the head of its experiment because the head cannot be read", async () => {
  await using archives = new Archives();
  const run = (id: string, number: number, isHead: boolean) => [
    sys(id, number, string("sys/name", "E"), bool("sys/experiment/is_head", isHead)),
  ];
  const data = await archives.make({ old: run("old", 1, false), head: run("head", 2, true) });
  await spoil(data, "head");
  for (const damagedRuns of ["error", "skip"] as const) {
    const [old] = await open(data, { damagedRuns }).fetchReadOnlyRuns({ customIds: ["old"] });
    assert.equal(await old.attribute("sys/experiment/is_head").fetch(), false);
  }
  // It stands in for the head, so that the experiment is found, and the listing says what it is without.
  const skipping = open(data, { damagedRuns: "skip" });
  assert.deepEqual((await skipping.listExperiments()).map((run) => run["sys/custom_run_id"]), ["old"]);
  await assert.rejects(async () => await open(data).listExperiments(), names("head"));
});

Deno.test("columns that rows need are not missing in silence, by whatever they are called now", async () => {
  await using archives = new Archives();
  const data = await archives.make({ good: [sys("good", 1)], bad: [sys("bad", 2), points(0, 3)] });
  const project = () => open(data);
  const schema = (lacking: string) => {
    const [top, ...columns] = SCHEMA;
    return [{ ...top, num_children: top.num_children! - 1 }, ...columns.filter(({ name }) => name !== lacking)];
  };
  for (const [name, lacking] of [["int_value", "int_value"], ["step", "step"], ["float_value", "float_value"]]) {
    const batches = [[...sys("bad", 2), int("lr", 1)], points(0, 3)];
    await Deno.writeFile(
      pathOf(data, "bad"),
      encodePart({ projectId: PROJECT, runId: "bad", batches, schema: schema(lacking) }),
    );
    const read = () => project().fetchMetrics({ attributes: ["m"], runs: ["bad"] });
    await assert.rejects(read, { name: "DamagedFileError", message: new RegExp(`but no column ${lacking}`) }, name);
    await assert.rejects(() => project().listAttributes(), names("bad"), name);
    const report = await project().archiveReport({ thorough: true });
    assert.ok((report.getColumn("kind").toArray() as string[]).includes("damaged_part"), name);
  }
  // Each column is named in the schema, and again in each row group.
  const bytes = encodePart({ projectId: PROJECT, runId: "bad", batches: [sys("bad", 2), points(0, 3)] });
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  for (const column of ["float_value", "string_value", "timestamp", "project_id"]) {
    for (const { index } of text.matchAll(new RegExp(column, "g"))) {
      const copy = bytes.slice();
      copy[index + 1] ^= 1;
      await Deno.writeFile(pathOf(data, "bad"), copy);
      await assert.rejects(() => project().listAttributes(), names("bad"), `${column} at ${index}`);
    }
  }
});

Deno.test("a run whose series cannot be read is not sorted or filtered away in silence", async () => {
  await using archives = new Archives();
  const data = await archives.make({
    best: [sys("best", 1), points(0, 3000)],
    other: [sys("other", 2), [floatPoint("m", 1, T, 1)]],
  });
  const bytes = await Deno.readFile(pathOf(data, "best"));
  const spoilt = await (async () => {
    for (let at = 200; at < bytes.length; at += 50) {
      const copy = bytes.slice();
      copy.fill(0xff, at, at + 8);
      await Deno.writeFile(pathOf(data, "best"), copy);
      const listed = await Promise.resolve(open(data).listRuns()).then((runs) => runs.length === 2, () => false);
      const read = await open(data).fetchMetrics({ runs: ["best"], attributes: ["m"] }).then(() => true, () => false);
      if (listed && !read) return true;
    }
    return false;
  })();
  assert.ok(spoilt, "the points cannot be read, all else can");
  const calls = {
    sorted: (damagedRuns: "error" | "skip", cacheFolder: string | null) =>
      open(data, { damagedRuns, cacheFolder }).fetchRunsDf({ sortBy: "m", columns: [], limit: 1 }),
    filtered: (damagedRuns: "error" | "skip", cacheFolder: string | null) =>
      open(data, { damagedRuns, cacheFolder }).fetchRunsDf({ query: "`m`:floatSeries > 100", columns: [] }),
  };
  for (const [name, call] of Object.entries(calls)) {
    await assert.rejects(() => call("error", null), names("best"), name);
    assert.match(await textOf(await call("skip", null)), /Without run best: its file/, name);
  }
  const named = await open(data).fetchRunsDf({ runs: ["other"], query: "`m`:floatSeries >= 1", columns: [] });
  assert.equal(named.height, 1, "a run that is named does not depend on others");
});

Deno.test("a table of points of an archive is without a run only where it says so", async () => {
  await using archives = new Archives();
  const data = await archives.make({ good: [sys("good", 1), points(0, 3)], bad: [sys("bad", 2), points(0, 3)] });
  await spoil(data, "bad");
  await assert.rejects(() => open(data).scan(), names("bad"));
  assert.ok((await (await open(data, { damagedRuns: "skip" }).scan()).collect()).height > 0);
});

Deno.test("a run that cannot be read to the end is not exported as if it were whole", async () => {
  await using archives = new Archives();
  const data = await archives.make({ good: [sys("good", 1), points(0, 3)], bad: [sys("bad", 2)] });
  const path = await writeRun({ dataRoot: data, projectId: PROJECT, runId: "bad", part: 1, batches: [points(0, 3)] });
  const project = open(data, { damagedRuns: "skip" });
  assert.equal((await project.listRuns()).length, 2);
  await Deno.remove(path);
  const destination = `${data}/../out`;
  const rows = (await project.exportArchive({ destination })).toRecords();
  assert.deepEqual(rows.map(({ run, status }) => [run, status]), [["bad", "failed"], ["good", "written"]]);
  assert.match(String(rows[0].message), /Without run bad: its file .*_part_1\.parquet/);
  const written = Array.from(Deno.readDirSync(`${destination}/data/${FOLDER}`), ({ name }) => name);
  assert.deepEqual(written.filter((name) => name.endsWith(".parquet")), [partName("good")]);
});

Deno.test("files that a pattern would take, too, are not handed to Polars", async () => {
  await using archives = new Archives();
  const ids = Array.from({ length: 30 }, (_, i) => `run-${i}`);
  const data = await archives.make(Object.fromEntries(ids.map((id, i) => [id, [sys(id, i)]])));
  const project = open(data);
  const rows = async () => (await (await project.scan()).collect()).height;
  const before = await rows();
  await Deno.writeTextFile(`${data}/${FOLDER}/._${partName("run-1")}`, "\0\x05\x16\x07");
  await Deno.writeTextFile(pathOf(data, "later"), "not yet whole");
  assert.equal(await rows(), before);
});

Deno.test("links that lead nowhere, removed files and folders nobody may read are damage, not the end of the archive", async () => {
  await using archives = new Archives();
  const data = await archives.make({ good: [sys("good", 1), points(0, 3)], gone: [sys("gone", 2), points(0, 3)] });
  // What other systems leave behind.
  await Deno.mkdir(`${data}/lost+found`, { mode: 0o000 });
  await Deno.writeTextFile(`${data}/${FOLDER}/._${partName("good")}`, "\0\x05\x16\x07");
  assert.equal((await open(data).listRuns()).length, 2);

  const removedLater = open(data);
  assert.equal((await removedLater.listRuns()).length, 2);
  await Deno.remove(pathOf(data, "gone"));
  await assert.rejects(
    () => removedLater.fetchSeries({ runs: ["gone"], attributes: "m" }).then(() => removedLater.scan()),
    names("gone"),
  );

  await Deno.symlink(`${data}/nowhere`, pathOf(data, "gone"));
  await assert.rejects(async () => await open(data).listRuns(), names("gone"));
  assert.equal((await open(data).fetchMetrics({ runs: ["good"], attributes: ["m"] })).height, 3);
  assert.deepEqual(
    (await open(data, { damagedRuns: "skip" }).listRuns()).map((run) => run["sys/custom_run_id"]),
    ["good"],
  );
});

Deno.test("a project folder that is a link to a disk that is not there is no project that does not exist", async () => {
  await using archives = new Archives();
  const data = await archives.make({ good: [sys("good", 1)] });
  const name = sanitized("team/elsewhere");
  await Deno.symlink("/mnt/not/mounted", `${data}/${name}`);
  assert.equal((await open(data).listRuns()).length, 1, "others are not touched");
  const elsewhere = new ReadOnlyProject({ archive: data, project: "team/elsewhere", cacheFolder: null });
  const expected = { name: "ArchiveError", message: new RegExp(`folder ${name} of the archive cannot be read`) };
  await assert.rejects(async () => await elsewhere.listRuns(), expected);
  const report = await open(data).archiveReport();
  assert.ok((report.getColumn("kind").toArray() as string[]).includes("unreadable_folder"));
});

Deno.test("a project folder that cannot be listed is an error of that project alone", async () => {
  if (Deno.uid() === 0) return console.log("skipped: root may list every folder");
  await using archives = new Archives();
  const data = await archives.make({ good: [sys("good", 1)] });
  await Deno.chmod(`${data}/${FOLDER}`, 0o000);
  await assert.rejects(async () => await open(data).listRuns(), { name: "ArchiveError", message: /cannot be read/ });
});

Deno.test("a thorough report finds what reading finds", async () => {
  await using archives = new Archives();
  const data = await archives.make({ good: [sys("good", 1), points(0, 3)], bad: [sys("bad", 2), points(0, 2000)] });
  // A value in the middle of the data pages: names and footers are whole.
  const bytes = await Deno.readFile(pathOf(data, "bad"));
  let damaged = false, seed = 7;
  for (let tries = 0; tries < 400 && !damaged; tries++) {
    const copy = bytes.slice();
    for (let i = 0; i < 8; i++) {
      copy[4 + ((seed = (seed * 1103515245 + 12345) % 2147483648) % (bytes.length / 2 | 0))] ^= 0xff;
    }
    await Deno.writeFile(pathOf(data, "bad"), copy);
    damaged = await open(data).fetchMetrics({ runs: ["bad"], attributes: ["m"] }).then(() => false, () => true);
  }
  assert.ok(damaged, "some damage is met when points are read");
  const kinds = async (thorough: boolean) =>
    (await open(data).archiveReport({ thorough })).getColumn("kind").toArray() as string[];
  assert.ok((await kinds(true)).includes("damaged_part"));
  const quick = await kinds(false);
  assert.ok(quick.includes("damaged_part") || quick.includes("not_decoded"), "a quick one says what it did not read");
});

Deno.test("the report of an open project says which files are gone since it first needed them", async () => {
  await using archives = new Archives();
  const data = await archives.make({ one: [sys("one", 1, file("notes", "one/notes.txt"))] });
  const folder = `${data}/../files/${FOLDER}/one`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/notes.txt`, "gulls");
  const project = open(data);
  const missing = async () =>
    (await project.archiveReport()).toRecords().filter(({ kind }) => kind === "missing_file").map(({ file }) => file);
  assert.deepEqual(await missing(), []);
  await project.fetchRunsDf({ columns: ["notes"] });
  await Deno.remove(`${folder}/notes.txt`);
  assert.deepEqual(await missing(), ["one/notes.txt"]);
});

Deno.test("an open project sees runs that were added, changed and removed after refresh(), and only then", async () => {
  await using archives = new Archives();
  const data = await archives.make({ one: [sys("one", 1), points(0, 3)], two: [sys("two", 2), points(0, 3)] });
  for (const project of [open(data), new ReadOnlyProject({ archive: data, cacheFolder: null })]) {
    const ids = async () => (await project.listRuns()).map((run) => run["sys/custom_run_id"]);
    const known = await ids();
    await writeRun({ dataRoot: data, projectId: PROJECT, runId: "three", batches: [sys("three", 3), points(0, 5)] });
    assert.deepEqual(await ids(), known);
    project.refresh();
    assert.deepEqual(await ids(), ["three", ...known]);
    assert.equal((await project.fetchMetrics({ runs: ["three"], attributes: ["m"] })).height, 5);
    await writeRun({ dataRoot: data, projectId: PROJECT, runId: "three", batches: [sys("three", 3), points(0, 7)] });
    project.refresh();
    assert.equal((await project.fetchMetrics({ runs: ["three"], attributes: ["m"] })).height, 7);
    await Deno.remove(pathOf(data, "three"));
    project.refresh();
    assert.deepEqual(await ids(), known);
  }
});

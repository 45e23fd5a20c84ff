/** Compacting: what it gives, what it adds, what stops it. */

import assert from "node:assert/strict";
import { compactArchive, ReadOnlyProject } from "../../mod.ts";
import { floatPoint } from "../../samples/rows.ts";
import { partName, sanitized, writeRun } from "../../samples/writer.ts";
import { hashFile, readHashes } from "../../src/archive/disk/hashes.ts";
import { seriesList } from "../../src/columns.ts";
import { ArchiveError, DamagedFileError, OptionError } from "../../src/errors.ts";
import type { Source } from "../../src/source.ts";
import { everything } from "../ask.ts";
import { compact, generator, open, PROJECT, SMALL, writeRandom } from "./archives.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The hashes of all files below a folder. */
async function hashes(folder: string, below = ""): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${below}`)) {
    const path = below + name;
    if (isDirectory) { for (const [inner, hash] of await hashes(folder, `${path}/`)) found.set(inner, hash); }
    else found.set(path, await hashFile(`${folder}/${path}`));
  }
  return found;
}

const projectFolder = (folder: string) => `${folder}/data/${sanitized(PROJECT)}`;

Deno.test("random archives give the same answers compacted, however small the portions are", async (t) => {
  const first = Math.floor(Math.random() * 1e6);
  for (let seed = first; seed < first + 3; seed++) {
    await t.step(`seed ${seed}`, () =>
      inFolder(async (folder) => {
        const data = await writeRandom(folder, seed, 0, 9);
        const limits = seed % 3 === 0 ? undefined : SMALL;
        const { projects: [summary] } = await compact(data, `${folder}/compacted`, { limits });
        assert.equal(summary.status, "written");
        assert.equal(summary.newRuns, 9);
        if (limits) {
          assert.ok(summary.files.filter(({ name }) => name.startsWith("series/")).length > 1, "several files");
        }
        assert.deepEqual(await everything(open(`${folder}/compacted/data`)), await everything(open(data)));
      }));
  }
});

Deno.test("runs that are new are added, and no file is changed", () =>
  inFolder(async (folder) => {
    const seed = Math.floor(Math.random() * 1e6), to = `${folder}/compacted`;
    console.log(`seed ${seed}`);
    const data = await writeRandom(folder, seed, 0, 4);
    await compact(data, to, { limits: SMALL });
    const before = await hashes(projectFolder(to));
    const opened = open(`${to}/data`);
    assert.equal((await everything(opened)).runs.length, 4);
    await writeRandom(folder, seed, 4, 9);
    const { projects: [{ status, runs, newRuns, files }] } = await compact(data, to, { limits: SMALL });
    assert.deepEqual([status, runs, newRuns], ["written", 9, 5]);
    const after = await hashes(projectFolder(to));
    for (const [name, hash] of before) {
      if (name.endsWith(".parquet")) assert.equal(after.get(name), hash, `${name} is as it was`);
    }
    const added = [...after.keys()].filter((name) => !before.has(name)).sort();
    assert.deepEqual(added, files.map(({ name }) => name).sort());
    const right = await everything(open(data));
    assert.deepEqual(await everything(open(`${to}/data`)), right);
    // An archive that is open sees what is new when it is asked to look.
    opened.catalog.refresh!();
    assert.deepEqual(await everything(opened), right);
    assert.equal((await compact(data, to)).projects[0].status, "present");
    assert.deepEqual(await hashes(projectFolder(to)), after);
  }));

Deno.test("runs that went on after they were compacted are named, and stay as they were", () =>
  inFolder(async (folder) => {
    const data = await writeRandom(folder, 1, 0, 4), to = `${folder}/compacted`;
    await compact(data, to);
    const before = await hashes(projectFolder(to));
    assert.deepEqual((await compact(data, to)).projects[0].changedRuns, []);
    const batches = [[floatPoint("later", 1, 1_700_000_000_000, 2)]];
    await writeRun({ dataRoot: data, projectId: PROJECT, runId: "run/x-1", part: 7, batches });
    const { projects: [{ status, changedRuns }] } = await compact(data, to);
    assert.deepEqual([status, changedRuns], ["present", ["run/x-1"]]);
    assert.deepEqual(await hashes(projectFolder(to)), before);
  }));

Deno.test("a run that was written again with as many bytes is told from one that was copied", () =>
  inFolder(async (folder) => {
    const data = `${folder}/data`, to = `${folder}/compacted`;
    const write = (value: number, to = data) =>
      writeRun({
        dataRoot: to,
        projectId: PROJECT,
        runId: "run",
        batches: [[floatPoint("a", 1, 1_700_000_000_000, value)]],
      });
    const size = () => Deno.statSync(`${data}/${sanitized(PROJECT)}/${partName("run")}`).size;
    await write(1.25);
    await compact(data, to);
    const before = size();
    await write(1.25, `${folder}/copy/data`);
    assert.deepEqual((await compact(`${folder}/copy/data`, to)).projects[0].changedRuns, [], "a copy");
    await write(1.5);
    assert.equal(size(), before);
    assert.deepEqual((await compact(data, to)).projects[0].changedRuns, ["run"], "another value");
  }));

Deno.test("the hashes beside the files are theirs, and the report compares them", () =>
  inFolder(async (folder) => {
    const data = await writeRandom(folder, 1, 0, 3), to = `${folder}/compacted`;
    await compact(data, to);
    const stored = await readHashes(projectFolder(to));
    const real = await hashes(projectFolder(to));
    assert.deepEqual([...stored!.keys()], [...real.keys()].filter((name) => name.endsWith(".parquet")).sort());
    for (const [name, hash] of stored!) assert.equal(real.get(name), hash);
    const errors = async () =>
      (await open(`${to}/data`).report!({ hashes: "data", thorough: true })).filter(({ severity }) =>
        severity === "error"
      );
    assert.deepEqual(await errors(), []);
    const spoilt = `${projectFolder(to)}/series/0001-0001.parquet`;
    const bytes = await Deno.readFile(spoilt);
    bytes[200] ^= 1;
    await Deno.writeFile(spoilt, bytes);
    assert.deepEqual((await errors()).map(({ kind }) => kind).sort(), ["changed_file", "damaged_part"]);
  }));

Deno.test("an interrupted compacting goes on where it was", () =>
  inFolder(async (folder) => {
    const seed = Math.floor(Math.random() * 1e6), to = `${folder}/compacted`;
    console.log(`seed ${seed}`);
    const data = await writeRandom(folder, seed, 0, 9);
    const right = await everything(open(data));
    let before = 0;
    for (let attempt = 1;; attempt++) {
      const controller = new AbortController();
      let done = 0, first: number | null = null, total = 0;
      const onProgress = (by: number, all: number | null) => {
        first ??= by;
        done += by;
        total = all!;
        // A little further each time: while parts are read, and while tables are written.
        if (done > before + 2) controller.abort(new DOMException("stop", "AbortError"));
      };
      try {
        await compact(data, to, { limits: SMALL, signal: controller.signal, onProgress });
        assert.ok(attempt > 2, "it was interrupted");
        assert.equal(done, total, "progress comes to its end");
        break;
      } catch (error) {
        assert.equal((error as Error).name, "AbortError");
        assert.deepEqual(open(`${to}/data`).leftOut!(), []);
        if (attempt > 3) assert.ok(first! > 0, "what was read is not read again");
        before = done;
      }
    }
    assert.deepEqual(await everything(open(`${to}/data`)), right);
    const names = [...(await hashes(projectFolder(to))).keys()];
    assert.deepEqual(names.filter((name) => /tmp|spill|compacting/.test(name)), []);
  }));

Deno.test("two that write to one folder, folders that hold something else, and the archive itself are refused", () =>
  inFolder(async (folder) => {
    const data = await writeRandom(folder, 1, 0, 3), to = `${folder}/compacted`;
    const both = await Promise.allSettled([compact(data, to), compact(data, to)]);
    const refused = both.filter((one) => one.status === "rejected");
    assert.equal(refused.length, 1);
    assert.match(String(refused[0].reason), /ArchiveError: Another export writes to/);
    await assert.rejects(
      compact(data, folder),
      (error) => error instanceof OptionError && error.fields.option === "destination",
    );
    await assert.rejects(compact(`${to}/data`, `${folder}/again`), (error) => {
      assert.ok(error instanceof ArchiveError);
      assert.match(error.message, /is compacted already/);
      return true;
    });
    const other = `${folder}/other`;
    await Deno.mkdir(`${other}/data`, { recursive: true });
    await Deno.rename(projectFolder(folder), projectFolder(other));
    await writeRandom(folder, 2, 0, 2);
    await assert.rejects(compact(data, other), /holds runs as neptune-exporter wrote them/);
    // A folder that holds both is not read in half.
    await Deno.rename(`${projectFolder(to)}`, `${data}/copy`);
    await assert.rejects(everything(open(data)), (error) => {
      assert.ok(error instanceof ArchiveError);
      assert.match(error.message, /is compacted, but it lies in/);
      return true;
    });
  }));

Deno.test("a damaged file stops compacting, unless its run is left out", () =>
  inFolder(async (folder) => {
    const data = await writeRandom(folder, 3, 0, 4), to = `${folder}/compacted`;
    const [name] = [...Deno.readDirSync(projectFolder(folder))].map(({ name }) => name).sort();
    await Deno.truncate(`${projectFolder(folder)}/${name}`, 100);
    await assert.rejects(compact(data, to), DamagedFileError);
    const { projects: [{ runs, leftOut }] } = await compact(data, to, { damagedRuns: "skip" });
    assert.equal(runs, 3);
    assert.equal(leftOut.length, 1);
    assert.deepEqual(await everything(open(`${to}/data`)), await everything(open(data, { damagedRuns: "skip" })));
    const found = await open(`${to}/data`).report!();
    assert.ok(found.some(({ kind }) => kind === "damaged_part"), "the report says what was left out");
  }));

/** What all calls say, or that they name a damaged file. */
async function answers(source: Source): Promise<unknown> {
  try {
    return await everything(source);
  } catch (error) {
    assert.ok(error instanceof DamagedFileError || error instanceof ArchiveError, (error as Error).stack);
    return null;
  }
}

/** How many rows Polars reads, or null where a damaged file is named before it does: over some damage it would end the process. */
async function scanned(source: Source): Promise<number | null> {
  try {
    return (await (await source.scan!()).collect()).height;
  } catch (error) {
    assert.ok(error instanceof DamagedFileError || error instanceof ArchiveError, (error as Error).stack);
    return null;
  }
}

Deno.test("changed bytes are never other values, and with `skip` all else is there", () =>
  inFolder(async (folder) => {
    const seed = Math.floor(Math.random() * 1e6), random = generator(seed), to = `${folder}/compacted`;
    console.log(`seed ${seed}`);
    const data = await writeRandom(folder, seed, 0, 5);
    await compact(data, to, { limits: SMALL });
    const right = await everything(open(data));
    const names = [...(await hashes(projectFolder(to))).keys()].filter((name) => name !== "SHA256SUMS");
    const rows = await scanned(open(data));
    let found = 0;
    for (let attempt = 0; attempt < 25; attempt++) {
      const path = `${projectFolder(to)}/${names[Math.floor(random() * names.length)]}`;
      const bytes = await Deno.readFile(path);
      const spoilt = bytes.slice(0, random() < 0.2 ? Math.floor(random() * bytes.length) : bytes.length);
      for (let i = 0; i < 3 && spoilt.length > 0; i++) {
        spoilt[Math.floor(random() * spoilt.length)] ^= 1 << Math.floor(random() * 8);
      }
      await Deno.writeFile(path, spoilt);
      const answer = await answers(open(`${to}/data`));
      if (answer === null) found++;
      else assert.deepEqual(answer, right, `${path}, attempt ${attempt}`);
      const lazy = await scanned(open(`${to}/data`));
      assert.ok(lazy === null || lazy === rows, `${lazy} of ${rows} rows: ${path}, attempt ${attempt}`);
      const source = open(`${to}/data`, { damagedRuns: "skip" });
      const rest = await answers(source) as typeof right | null;
      if (rest && answer === null) {
        assert.ok(source.leftOut!().length > 0, `what is left out is told: ${path}`);
        for (const [name, points] of Object.entries(rest.points)) {
          const isWhole = (points as unknown[]).length > 0 && name.endsWith(" own");
          if (isWhole) assert.deepEqual(points, right.points[name], name);
        }
      }
      await Deno.writeFile(path, bytes);
    }
    assert.ok(found > 10, `${found} of 25 were found`);
  }));

Deno.test("beside a damaged series, a range of steps of the others is no more than that", () =>
  inFolder(async (folder) => {
    const points = (path: string) => Array.from({ length: 200 }, (_, i) => floatPoint(path, i, 1000 * i, i / 7));
    const runId = "r", to = `${folder}/compacted`, data = `${folder}/data`;
    await writeRun({ dataRoot: data, projectId: PROJECT, runId, batches: [points("a"), points("b"), points("c")] });
    await compact(data, to, { limits: SMALL });
    const names = [...(await hashes(projectFolder(to))).keys()].filter((name) => name.startsWith("series/"));
    const path = `${projectFolder(to)}/${names.sort()[0]}`;
    const bytes = await Deno.readFile(path);
    await Deno.writeFile(path, bytes.fill(0, 4, bytes.length / 3));
    const source = open(`${to}/data`, { damagedRuns: "skip" });
    const series = seriesList(["a", "b", "c"].map((path) => ({ run: runId, path })));
    const found = new Map<number, number[]>();
    for await (
      const { spans, step } of source.series({ kind: "float", lineage: "own", series, stepRange: [50, 60] })
    ) {
      for (const { series, start, end } of spans) found.set(series, [...step.subarray(start, end)]);
    }
    const steps = Array.from({ length: 11 }, (_, i) => 50 + i);
    assert.ok(source.leftOut!().length > 0);
    assert.deepEqual([...found].sort(), [[1, steps], [2, steps]]);
  }));

Deno.test("stored files are linked, copied, or found where they were left", () =>
  inFolder(async (folder) => {
    const data = await writeRandom(folder, 5, 0, 6);
    const files = `${folder}/files/${sanitized(PROJECT)}`;
    await Deno.mkdir(`${files}/f`, { recursive: true });
    for (let n = 0; n < 6; n++) await Deno.writeTextFile(`${files}/f/${n}.bin`, `file ${n}`);
    const right = await everything(open(data));
    assert.ok(Object.keys(right.files).length > 0);
    for (const storedFiles of ["link", "copy", "leave"] as const) {
      const to = `${folder}/${storedFiles}`;
      const result = await compact(data, to, { storedFiles });
      const { storedFiles: told } = result.projects[0];
      if (storedFiles === "leave") assert.deepEqual([told, result.files], [null, null]);
      else assert.equal(storedFiles === "link" ? told!.linked : told!.copied, 6);
      assert.deepEqual(await everything(open(`${to}/data`)), right, storedFiles);
      const again = await compact(data, to, { storedFiles });
      if (storedFiles !== "leave") assert.equal(again.projects[0].storedFiles!.present, 6);
    }
    await Deno.remove(`${folder}/files`, { recursive: true });
    assert.deepEqual((await everything(open(`${folder}/link/data`))).files, right.files);
  }));

Deno.test("compactArchive() gives what it wrote, and the project opens from there", () =>
  inFolder(async (folder) => {
    const archive = new URL("../../samples/archive/data", import.meta.url);
    const made = await compactArchive({ archive, destination: folder, cacheFolder: null, progressBar: false });
    const [{ project, runs, points, bytes, sourceBytes, files }] = made.projects;
    assert.deepEqual([project, runs, made.projects.length], ["nereid/digits", 12, 1]);
    assert.ok(points > 1000 && bytes < sourceBytes);
    assert.equal(files.reduce((sum, file) => sum + file.bytes, 0), bytes);
    const opened = new ReadOnlyProject({ archive: made.data, cacheFolder: null });
    const raw = new ReadOnlyProject({ archive, cacheFolder: null });
    const frame = async (from: ReadOnlyProject) => {
      const all = await (await from.scan()).collect();
      return all.sort(["run_id", "attribute_path", "attribute_type", "step", "timestamp"]).toRecords()
        .map((row) => JSON.stringify(row, (_, value) => typeof value === "bigint" ? String(value) : value)).sort();
    };
    assert.deepEqual(await frame(opened), await frame(raw));
  }));

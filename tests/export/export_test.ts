import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { DataFrame } from "nodejs-polars";
import {
  compactArchive,
  jupyterDisplay,
  OptionError,
  ReadOnlyProject,
  type ReadOnlyProjectOptions,
} from "../../mod.ts";
import { datetime, file, filePoint, float, floatPoint, histogramPoint, int, string } from "../../samples/rows.ts";
import { type ArchiveRow, filePath, partName, sanitized, writeRun } from "../../samples/writer.ts";
import { connectionOf } from "../../src/api/project.ts";
import { openArchive } from "../../src/archive/catalog.ts";
import { RunParts } from "../../src/export/parts.ts";
import { cellsOf } from "../../src/export/rows.ts";
import { bytes, everything, pointsOf, runs, valuesByKey } from "../ask.ts";
import { Fixture, PROJECT, T } from "../api/fixture.ts";
import { writeDatabase } from "../offline/writer.ts";

/** What a notebook shows. */
type Shown = { [jupyterDisplay](): Promise<Record<string, string>> };

const SAMPLE = fileURLToPath(new URL("../../samples/archive", import.meta.url));
/** The paths of the files below a folder, relative to it, without the hashes beside them. */
async function tree(folder: string, below = ""): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(`${folder}/${below}`)) {
    const path = below + entry.name;
    if (entry.isDirectory) names.push(...await tree(folder, `${path}/`));
    else if (entry.name !== "SHA256SUMS") names.push(path);
  }
  return names.sort();
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "neptune-export-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the sample archive exported is read as the sample archive, from files of the same names", async () => {
  await withFolder(async (folder) => {
    const project = new ReadOnlyProject({ archive: `${SAMPLE}/data`, cacheFolder: null });
    const frame = await project.exportArchive({ destination: folder });
    const source = await connectionOf(project).source();
    assert.equal(frame.height, (await runs(source)).length);
    assert.deepEqual([...new Set(frame.getColumn("status").toArray())], ["written"]);
    const copy = openArchive({ data: `${folder}/data` }).open((await source.project()).name);
    assert.deepEqual(await everything(copy), await everything(source));
    assert.deepEqual(await tree(folder), await tree(SAMPLE));
    const rows = async (project: ReadOnlyProject) =>
      sorted(await (await project.scan()).collect()).filter((row) => !row.includes(" sys/"));
    assert.deepEqual(
      await rows(new ReadOnlyProject({ archive: `${folder}/data`, cacheFolder: null })),
      await rows(project),
    );
  });
});

function sorted(rows: DataFrame): string[] {
  return rows.rows().map((row) =>
    row.map((cell) => cell instanceof Date ? cell.getTime() : JSON.stringify(cell)).join(" ")
  )
    .sort();
}

Deno.test("chosen runs bring the runs they were forked from, unless told otherwise", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const exported = async (destination: string, ancestors?: boolean) =>
    (await project.exportArchive({ runs: ["gull-2"], destination, ancestors, files: false })).select("run", "points")
      .rows();
  assert.deepEqual(await exported(`${fixture.folder}/a`), [["gull-1", 11], ["gull-2", 2]]);
  assert.deepEqual(await exported(`${fixture.folder}/b`, false), [["gull-2", 2]]);
  const kept = new ReadOnlyProject({ archive: `${fixture.folder}/a/data`, cacheFolder: null });
  const loss = await kept.fetchMetrics({ runs: ["gull-2"], attributes: ["metrics/loss"] });
  assert.deepEqual(loss.getColumn("value").toArray(), [4, 3, 2.5, 2.25]);
  assert.deepEqual(
    await tree(`${fixture.folder}/a`),
    ["gull-1", "gull-2"].map((id) => `data/${sanitized(PROJECT)}/${partName(id)}`).sort(),
  );
});

Deno.test("an export goes on where it was interrupted, and takes away what was half written", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const destination = `${fixture.folder}/out`;
  const folder = `${destination}/data/${sanitized(PROJECT)}`;
  await project.exportArchive({ runs: ["gull-1"], destination });
  const before = (await Deno.stat(`${folder}/${partName("gull-1")}`)).mtime;
  await Deno.writeTextFile(`${folder}/${partName("tern-1", 1)}`, "half of an older attempt");
  await Deno.writeTextFile(`${folder}/${partName("tern-1")}.tmp`, "half");
  const again = await project.exportArchive({ destination });
  assert.deepEqual(again.select("run", "status").rows(), [["gull-1", "present"], ["gull-2", "written"], [
    "tern-1",
    "written",
  ]]);
  assert.deepEqual((await Deno.stat(`${folder}/${partName("gull-1")}`)).mtime, before);
  assert.deepEqual((await tree(folder)).length, 3);
  assert.deepEqual(again.getColumn("points").toArray(), [null, 2, 2]);
  const text = (await (again as unknown as Shown)[jupyterDisplay]())["text/plain"];
  assert.match(text, /^1 run was there from an earlier export, and not compared .* remove the files of such runs/m);

  const controller = new AbortController();
  const other = `${fixture.folder}/other`;
  const { project: slow } = fixture.project();
  const connection = connectionOf(slow);
  const source = await connection.source();
  connection.source = () =>
    Promise.resolve(
      new Proxy(source, {
        get(target, name) {
          if (name === "series") controller.abort();
          const value = Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      }),
    );
  await assert.rejects(() => slow.exportArchive({ destination: other, signal: controller.signal }), {
    name: "AbortError",
  });
  assert.deepEqual(await tree(`${other}/data`), []);
});

Deno.test("what the exporter's own files lose is kept: NaN, files and runs whose names are alike", async () => {
  await using fixture = await Fixture.make();
  const dataRoot = `${fixture.folder}/odd/data`;
  const files = `${fixture.folder}/odd/files/${sanitized("team/odd")}`;
  await Deno.mkdir(files, { recursive: true });
  for (const name of ["a", "b", "c", "d"]) await Deno.writeTextFile(`${files}/${name}.txt`, name);
  const run = async (runId: string, rows: ArchiveRow[]) =>
    await writeRun({
      dataRoot,
      projectId: "team/odd",
      runId,
      batches: [[string("sys/custom_run_id", runId), datetime("sys/creation_time", T), ...rows]],
    });
  await run("x.y", [file("f/x.y", "a.txt"), file("f/x_y", "b.txt"), float("lr", NaN), int("big", 2n ** 62n + 1n)]);
  await run("x_y", [
    file("f/x.y", "c.txt"),
    filePoint("f", 0.5, T, "d.txt"),
    filePoint("f", 1, null, "gone.txt"),
    floatPoint("loss", 0.1, NaN, NaN),
    floatPoint("loss", 1e6 + 0.000001, T, -Infinity),
    histogramPoint("h", 2, T, { type: "DENSITY", edges: [0, 0.5], values: [1] }),
  ]);
  const project = new ReadOnlyProject({ archive: dataRoot, cacheFolder: null });
  const frame = await project.exportArchive({ destination: `${fixture.folder}/out` });
  assert.deepEqual(frame.select("files", "missing_files").rows(), [[2, 0], [2, 1]]);
  const copy = new ReadOnlyProject({ archive: `${fixture.folder}/out/data`, cacheFolder: null });
  for (const one of [project, copy]) {
    const source = await connectionOf(one).source();
    const values = await valuesByKey(source, { types: ["float", "int", "file"] });
    assert.equal(values.get("x.y")!["lr:float"], NaN);
    assert.equal(values.get("x.y")!["big:int"], 2n ** 62n + 1n);
    const text = async (run: string, name: string) => {
      const ref = values.get(run)![name] as Parameters<typeof bytes>[1];
      return new TextDecoder().decode(await bytes(source, ref));
    };
    assert.equal(
      await text("x.y", "f/x.y:file") + await text("x.y", "f/x_y:file") + await text("x_y", "f/x.y:file"),
      "abc",
    );
    const [loss] = await pointsOf(source, { kind: "float", series: [{ run: "x_y", path: "loss" }] });
    assert.deepEqual(loss, [
      { step: 0.1, value: NaN, timestamp: NaN },
      { step: 1e6 + 0.000001, value: -Infinity, timestamp: T },
    ]);
  }
  assert.ok(
    !(await tree(`${fixture.folder}/out/files/${sanitized("team/odd")}`)).includes(filePath("x_y", "f/x.y", ".txt")),
  );
});

Deno.test("a run whose file does not read back as written has failed, and does not appear", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const destination = `${fixture.folder}/out`;
  const connection = connectionOf(project);
  const source = await connection.source();
  // While the files are copied, someone spoils what was written before.
  connection.source = () =>
    Promise.resolve(
      new Proxy(source, {
        get(target, name) {
          const value = Reflect.get(target, name);
          if (typeof value !== "function") return value;
          return (...args: unknown[]) => {
            if (name === "file") {
              const path = `${destination}/data/${sanitized(PROJECT)}/${partName("gull-1")}.tmp`;
              Deno.renameSync(path, `${path}.lost`);
              Deno.writeTextFileSync(path, "spoilt");
            }
            return value.apply(target, args);
          };
        },
      }),
    );
  const [row] = (await project.exportArchive({ runs: ["gull-1"], destination })).toRecords();
  assert.equal(row.status, "failed");
  assert.match(row.message as string, /does not read back as it was written/);
  assert.deepEqual((await tree(`${destination}/data`)).filter((name) => name.endsWith(".parquet")), []);
  await assert.rejects(() => project.exportArchive({ destination: "" }), OptionError);
});

Deno.test("a run of many series and points rolls over into parts, and is read as one run", async () => {
  await using fixture = await Fixture.make();
  const folder = `${fixture.folder}/long/data/${sanitized("team/long")}`;
  await Deno.mkdir(folder, { recursive: true });
  const parts = new RunParts(folder, "team/long", "one", 2000);
  const value = (batch: number, step: number) => Math.sin(batch * 1000 + step);
  for (let batch = 0; batch < 3; batch++) {
    parts.write(
      cellsOf(Array.from({ length: 300 }, (_, step) => floatPoint(`m/${batch}`, step, T, value(batch, step)))),
    );
  }
  assert.equal(await parts.finished(), false);
  assert.deepEqual(await tree(folder), [0, 1, 2].map((part) => `${partName("one", part)}.tmp`));
  await parts.finish();
  assert.equal(await parts.finished(), true);
  assert.deepEqual(await tree(folder), [0, 1, 2].map((part) => partName("one", part)));

  const project = new ReadOnlyProject({ archive: `${fixture.folder}/long/data`, cacheFolder: null });
  await project.exportArchive({ destination: `${fixture.folder}/out` });
  for (const data of [`${fixture.folder}/long/data`, `${fixture.folder}/out/data`]) {
    const frame = await new ReadOnlyProject({ archive: data, cacheFolder: null }).fetchMetrics({ attributes: ".*" });
    const expected = [0, 1, 2].flatMap((batch) => Array.from({ length: 300 }, (_, step) => value(batch, step)));
    assert.deepEqual(frame.getColumn("value").toTypedArray(), Float64Array.from(expected));
  }
});

Deno.test("nothing is exported into the archive that is read, nor around or below it", async () => {
  await using fixture = await Fixture.make();
  const before = await tree(fixture.folder);
  // The exporter's own note of what it could not export makes a run be written again.
  const note = {
    project_id: PROJECT,
    run_id: "gull-1",
    attribute_path: "x",
    attribute_type: "file",
    exception: "gone",
  };
  await Deno.writeTextFile(`${fixture.folder}/neptune_exporter_errors.jsonl`, `${JSON.stringify(note)}\n`);
  const offline = `${fixture.folder}/unsynced`;
  await writeDatabase(offline, { project: PROJECT, run: "gull-1", operations: [] });
  const link = `${fixture.folder}/unsynced/link`;
  await Deno.symlink(fixture.folder, link);
  // Whoever answers, as nothing is asked.
  const spark = new ReadOnlyProject({ project: PROJECT, archive: fixture.data, spark: "sc://127.0.0.1:1" });
  for (const project of [fixture.project().project, fixture.project({ offline }).project, spark]) {
    const places = [fixture.folder, `${fixture.folder}/data/../`, fixture.data, `${fixture.data}/kept`];
    for (const destination of [...places, link, `${link}/data/kept`]) {
      await assert.rejects(() => project.exportArchive({ destination }), {
        name: "OptionError",
        message:
          /^The destination .*\/data is the archive that is read, or one lies in the other: pass another folder\.$/,
      });
    }
  }
  await Deno.remove(`${fixture.folder}/neptune_exporter_errors.jsonl`);
  await Deno.remove(offline, { recursive: true });
  assert.deepEqual(await tree(fixture.folder), before);
});

Deno.test("times that nobody can put right later are told when they are written, however the archive is read", async () => {
  await withFolder(async (folder) => {
    const id = "OLD-1";
    await writeRun({
      dataRoot: `${folder}/data`,
      projectId: "team/old",
      runId: id,
      batches: [[string("sys/id", id), datetime("sys/creation_time", T)], [floatPoint("m", 0, T + 1000, 1)]],
    });
    const compacted = `${folder}/compacted`;
    await compactArchive({ archive: `${folder}/data`, destination: compacted, cacheFolder: null, progressBar: false });
    let exports = 0;
    const told = async (options: ReadOnlyProjectOptions) => {
      const project = new ReadOnlyProject({ cacheFolder: null, ...options });
      const frame = await project.exportArchive({ destination: `${folder}/to/${exports++}` });
      return (await (frame as unknown as Shown)[jupyterDisplay]())["text/plain"].match(/1 run of Neptune 2\.x .*/)?.[0];
    };
    for (const archive of [`${folder}/data`, `${compacted}/data`]) {
      assert.match((await told({ archive }))!, /are written as they are stored.*`timeZone`/);
      assert.equal(await told({ archive, timeZone: "UTC" }), undefined);
    }
    assert.equal(await told({ archive: `${SAMPLE}/data` }), undefined, "runs of Neptune 3");
  });
});

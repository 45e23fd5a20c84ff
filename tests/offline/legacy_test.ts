/** Folders of Neptune 2.x: replay, implicit steps, captured output, files, and what is wrong with logs. */

import assert from "node:assert/strict";
import { openOffline } from "../../src/offline/catalog.ts";
import type { Finding, Source } from "../../src/source.ts";
import type { FileRef } from "../../src/types.ts";
import { bytes, ownAttributes, pairs, points, runs, text, values } from "../ask.ts";
import { type LegacyRun, writeLegacy } from "./writer.ts";

const PROJECT = "team/project";
const UUID = "0c2b9e4e-1111-4222-8333-444455556666";
const OFFLINE = `offline/${UUID}`;

type Ops = LegacyRun["operations"];

async function withFolders(
  folders: (Partial<LegacyRun> & { operations: Ops })[],
  ask: (source: Source, folder: string, logs: string[]) => Promise<void>,
  options: { damagedRuns?: "error" | "skip"; before?: (logs: string[], folder: string) => void | Promise<void> } = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const logs: string[] = [];
    for (const one of folders) {
      logs.push(await writeLegacy(`${folder}/.neptune`, { mode: "offline", uuid: UUID, at: 1_700_000_000, ...one }));
    }
    await options.before?.(logs, folder);
    const { damagedRuns } = options;
    await ask(openOffline({ folder, legacyProject: PROJECT, damagedRuns }).open(PROJECT), folder, logs);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function kinds(source: Source): Promise<Map<string, Finding[]>> {
  const found = await source.unsyncedReport!();
  for (const { message } of found) assert.match(message, /\.$/, "a finding is a sentence");
  return Map.groupBy(found, ({ kind }) => kind);
}

const path = (name: string) => name.split("/");
const assign = (type: string, name: string, value: unknown) => ({ type: `Assign${type}`, path: path(name), value });
const log = (type: string, name: string, ...values: [value: unknown, step: number | null, ts?: number][]) => ({
  type: `Log${type}`,
  path: path(name),
  values: values.map(([value, step, ts = 1_700_000_000]) => ({ value, step, ts })),
});
const op = (type: string, name: string, fields: Record<string, unknown> = {}) => ({
  type,
  path: path(name),
  ...fields,
});

for (const structure of [1, 2, 3] as const) {
  for (const mode of ["offline", "async"] as const) {
    Deno.test(`a folder of structure ${structure}, ${mode}, is a run with its values`, async () => {
      const operations = [
        assign("String", "sys/name", "my run"),
        assign("Float", "c/lr", 0.1),
        assign("Int", "c/seed", 7),
        assign("Bool", "c/flag", true),
        assign("String", "c/text", "ünï"),
        assign("Datetime", "c/when", 1769947200000),
        assign("Float", "c/lr", 0.2),
        op("AddStrings", "sys/tags", { values: ["a", "b"] }),
        op("AddStrings", "sys/tags", { values: ["c"] }),
        op("RemoveStrings", "sys/tags", { values: ["a"] }),
        log("Floats", "m", [1, 0, 1_700_000_000.5], [2, 2.5, 1_700_000_001]),
        log("Strings", "s", ["line", 0]),
      ];
      await withFolders([{ structure, mode, operations, acknowledged: 3 }], async (source) => {
        const id = `${mode}/${UUID}`;
        assert.deepEqual(await runs(source), [{ key: id, sysId: id, customId: id, name: "my run", unsynced: "all" }]);
        assert.deepEqual(
          await values(source, id, { filter: { any: [{ must: ["^c/|tags|creation"], mustNot: [] }] } }),
          {
            "c/lr:float": 0.2,
            "c/seed:int": 7n,
            "c/flag:bool": true,
            "c/text:string": "ünï",
            "c/when:datetime": 1769947200000,
            "sys/tags:string_set": ["b", "c"],
            "sys/creation_time:datetime": structure < 3 && mode === "async" ? 1_700_000_000_250 : 1_700_000_000_000,
          },
        );
        assert.deepEqual(await points(source, id, "m"), [
          { step: 0, value: 1, timestamp: 1_700_000_000_500 },
          { step: 2.5, value: 2, timestamp: 1_700_000_001_000 },
        ]);
        assert.deepEqual(await pairs(source, id, "s", { kind: "string" }), [[0, "line"]]);
        const [{ message }] = (await kinds(source)).get("operation_log")!;
        assert.match(message, mode === "offline" ? /holds 12 operations; none was sent/ : /the server has 3 of them/);
      });
    });
  }
}

Deno.test("what metadata.json says counts, and its time is that of the run", async () => {
  await withFolders(
    [{ operations: [assign("Int", "x", 1)], created: "2026-02-01T12:00:00.500000+00:00" }],
    async (source) => {
      const { "sys/creation_time:datetime": created } = await values(source, OFFLINE, { paths: ["sys/creation_time"] });
      assert.equal(created, Date.UTC(2026, 1, 1, 12, 0, 0, 500));
    },
  );
});

Deno.test("points without a step are counted on from the last one; of a remainder the start is a guess, and reported", async () => {
  const operations = [
    log("Floats", "m", [1, null], [2, null]),
    log("Floats", "m", [3, 10], [4, null], [5, 3], [6, null]),
    log("Floats", "n", ["NaN", null], [7, null]),
  ];
  const expected = [[0, 1], [1, 2], [10, 3], [11, 4], [12, 6]];
  await withFolders([{ operations }], async (source) => {
    assert.deepEqual(await pairs(source, OFFLINE, "m"), expected);
    assert.deepEqual(await pairs(source, OFFLINE, "n"), [[0, NaN], [1, 7]]);
    const found = await kinds(source);
    assert.equal(found.get("guessed_steps"), undefined);
    assert.deepEqual(found.get("dropped_step")!.map(({ attribute, count }) => [attribute, count]), [["m", 1]]);
  });
  await withFolders([{ mode: "async", first: 41, operations }], async (source) => {
    assert.deepEqual(await pairs(source, `async/${UUID}`, "m"), expected);
    assert.deepEqual((await kinds(source)).get("guessed_steps")!.map(({ attribute }) => attribute), ["m", "n"]);
  });
});

Deno.test("captured output is put together from its fragments and cut into lines", async () => {
  const name = "monitoring/4b4e7c45/stdout";
  const operations = [
    log("Strings", name, ["hel", null, 1], ["lo", null, 2], ["\n", null, 3]),
    log("Strings", name, ["one\ntwo\n\nthr", null, 4]),
    log("Strings", name, ["ee", null, 5]),
    log("Strings", "monitoring/4b4e7c45/stderr", ["only\n", null, 6]),
    log("Strings", "logs/mine", ["a\nb", null, 7], ["c", null, 8]),
  ];
  await withFolders([{ operations }], async (source) => {
    assert.deepEqual(await points(source, OFFLINE, name, { kind: "string" }), [
      { step: 0, value: "hello", timestamp: 1000 },
      { step: 1, value: "one", timestamp: 4000 },
      { step: 2, value: "two", timestamp: 4000 },
      { step: 3, value: "", timestamp: 4000 },
      { step: 4, value: "three", timestamp: 4000 },
    ]);
    assert.deepEqual(await pairs(source, OFFLINE, "monitoring/4b4e7c45/stderr", { kind: "string" }), [[0, "only"]]);
    assert.deepEqual(await pairs(source, OFFLINE, "logs/mine", { kind: "string" }), [[0, "a\nb"], [1, "c"]]);
  });
});

Deno.test("deletes and clears are replayed; an attribute that was deleted may come again with another type", async () => {
  const operations = [
    assign("Int", "x", 1),
    op("DeleteAttribute", "x"),
    assign("String", "x", "again"),
    assign("Int", "y", 1),
    op("DeleteAttribute", "y"),
    log("Floats", "m", [1, 0], [2, 1]),
    op("ClearFloatLog", "m"),
    log("Floats", "m", [3, null]),
    log("Strings", "s", ["a", 0]),
    op("ClearStringLog", "s"),
    op("AddStrings", "tags", { values: ["a"] }),
    op("ClearStringSet", "tags"),
    op("AddStrings", "tags", { values: ["b"] }),
    op("ConfigFloatSeries", "cpu", { min: 0, max: 100, unit: "%" }),
    op("CopyAttribute", "copy", { container_id: "U", container_type: "run", source_path: ["a", "b"] }),
    op("FlyToTheMoon", "moon"),
  ];
  await withFolders([{ operations }], async (source) => {
    assert.deepEqual(await values(source, OFFLINE, { paths: ["x", "y", "tags"] }), {
      "x:string": "again",
      "tags:string_set": ["b"],
    });
    assert.deepEqual(await pairs(source, OFFLINE, "m"), [[0, 3]]);
    assert.deepEqual(await pairs(source, OFFLINE, "s", { kind: "string" }), []);
    const found = await kinds(source);
    assert.equal(found.get("copied_attribute")![0].attribute, "copy");
    assert.match(found.get("unknown_operation")![0].message, /FlyToTheMoon/);
  });
});

Deno.test("files: in the log, beside it, where they were; sets are looked up, artifacts are listed", async () => {
  const base64 = (content: string | Uint8Array) =>
    (typeof content === "string" ? new TextEncoder().encode(content) : content).toBase64();
  const image = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1);
  const folder = await Deno.makeTempDir();
  for (const name of ["x.txt", "y.txt", "deep/z.txt", "plain.yaml"]) {
    await Deno.mkdir(`${folder}/dir/deep`, { recursive: true });
    await Deno.writeTextFile(`${folder}/dir/${name}`, name);
  }
  const operations = [
    op("UploadFile", "f/path", { ext: "yaml", file_path: `${folder}/dir/plain.yaml`, tmp_file_name: null }),
    op("UploadFile", "f/beside", { ext: "txt", file_path: null, tmp_file_name: "beside-1.txt" }),
    op("UploadFile", "f/gone", { ext: "bin", file_path: `${folder}/gone.bin` }),
    op("UploadFileContent", "f/content", { ext: "json", file_content: base64('{"a":1}') }),
    op("UploadFileSet", "set", {
      file_globs: [`${folder}/dir/*.txt`, `${folder}/dir/deep`, `${folder}/none/*`],
      reset: "False",
    }),
    op("DeleteFiles", "set", { file_paths: ["y.txt"] }),
    op("UploadFileSet", "old", { file_globs: [`${folder}/dir/x.txt`], reset: "False" }),
    op("UploadFileSet", "old", { file_globs: [`${folder}/dir/y.txt`], reset: "True" }),
    op("TrackFilesToArtifact", "art", {
      project_id: "P",
      entries: [[`${folder}/dir/x.txt`, null], ["s3://bucket/y", "ns"]],
    }),
    log("Images", "img", [{ data: base64(image), name: "n", description: "d" }, 0], [base64(image), 1], [null, 2]),
  ];
  const uploads = { "beside-1.txt": "beside" };
  await withFolders([{ operations, uploads }], async (source) => {
    const found = await values(source, OFFLINE, { types: ["file", "file_set", "artifact", "file_series"] });
    const ref = (name: string) => found[name] as FileRef;
    assert.equal(await text(source, ref("f/path:file")), "plain.yaml");
    assert.deepEqual([ref("f/path:file").size, ref("f/path:file").mimeType], [10, "application/yaml"]);
    assert.equal(await text(source, ref("f/beside:file")), "beside");
    assert.equal(await text(source, ref("f/content:file")), '{"a":1}');
    assert.deepEqual([ref("f/content:file").size, ref("f/content:file").mimeType], [7, "application/json"]);
    await assert.rejects(() => bytes(source, ref("f/gone:file")), { name: "FileMissingError" });
    for (const [name, inside] of [["set", ["deep/z.txt", "x.txt"]], ["old", ["y.txt"]]] as const) {
      await assert.rejects(() => bytes(source, ref(`${name}:file_set`)), (error: { fields: { inside: string[] } }) => {
        assert.deepEqual(error.fields.inside, inside);
        return true;
      });
    }
    const inside = { ...ref("set:file_set"), path: `${ref("set:file_set").path}/deep/z.txt` };
    assert.equal(await text(source, inside), "deep/z.txt");
    assert.deepEqual(JSON.parse(await text(source, ref("art:artifact"))), [
      { filePath: `${folder}/dir/x.txt`, fileHash: null, type: "Local", size: 5, metadata: [] },
      { filePath: "ns/s3://bucket/y", fileHash: null, type: "S3", size: null, metadata: [] },
    ]);
    const images = await points(source, OFFLINE, "img", { kind: "file" });
    assert.deepEqual(images.map(({ step, value }) => [step, (value as FileRef | null)?.mimeType]), [
      [0, "image/png"],
      [1, "image/png"],
      [2, undefined],
    ]);
    for (const { value } of images.slice(0, 2)) assert.deepEqual(await bytes(source, value as FileRef), image);
    const report = await kinds(source);
    assert.deepEqual(report.get("missing_file")!.map(({ attribute }) => attribute).sort(), ["f/gone", "set"]);
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a log whose end is cut off gives what came before, without an error", async () => {
  const operations = [assign("Int", "x", 1), assign("Int", "x", 2), assign("Int", "x", 3)];
  const before = async ([path]: string[]) => await Deno.truncate(path, (await Deno.stat(path)).size - 20);
  await withFolders([{ operations }], async (source) => {
    assert.deepEqual(await values(source, OFFLINE, { paths: ["x"] }), { "x:int": 2n });
    assert.equal((await kinds(source)).get("cut_off")!.length, 1);
  }, { before });
});

Deno.test("objects need no line breaks, and NaN and infinities may be bare words", async () => {
  const entry = (version: number, value: string) =>
    `{"obj": {"type": "AssignFloat", "path": ["NaN", "a}{\\"b"], "value": ${value}}, "version": ${version}}`;
  const before = async ([path]: string[]) =>
    await Deno.writeTextFile(path, ["NaN", "Infinity", "-Infinity"].map((value, i) => entry(i + 1, value)).join(""));
  await withFolders([{ operations: [] }], async (source) => {
    assert.deepEqual(await values(source, OFFLINE, { paths: ['NaN/a}{"b'] }), { 'NaN/a}{"b:float': -Infinity });
  }, { before });
});

Deno.test("integers keep all 64 bits", async () => {
  const line = '{"obj": {"type": "AssignInt", "path": ["value"], "value": -9223372036854775807}, "version": 1}';
  const before = async ([path]: string[]) => await Deno.writeTextFile(path, line);
  await withFolders([{ operations: [] }], async (source) => {
    assert.deepEqual(await values(source, OFFLINE, { paths: ["value"] }), { "value:int": -(2n ** 63n - 1n) });
  }, { before });
});

Deno.test("a log that is damaged in the middle is one typed error for its run, and the rest is read on request", async () => {
  const operations = [assign("Int", "x", 1), assign("Int", "y", 2), assign("Int", "z", 3)];
  const before = async ([path]: string[]) => {
    const [first, second, third] = (await Deno.readTextFile(path)).split("\n");
    await Deno.writeTextFile(path, `${first}\n${second.slice(0, 30)}\n${"\0".repeat(40)}${third}\n`);
  };
  await withFolders([{ operations }], async (source) => {
    await assert.rejects(() => values(source, OFFLINE), {
      name: "DamagedFileError",
      message: /data-1\.log of run offline/,
    });
  }, { before });
  await withFolders([{ operations }], async (source) => {
    assert.deepEqual(await ownAttributes(source, OFFLINE), ["x:int", "z:int"]);
    const found = await kinds(source);
    assert.equal(found.get("damaged_operation")![0].count, 2);
    assert.equal(found.get("missing_operations")![0].count, 1);
  }, { before, damagedRuns: "skip" });
});

Deno.test("folders of one run are one run, in the order of their times, and logs in the order of their numbers", async () => {
  const folders = [
    { process: 2, at: 1_700_000_010, operations: [assign("Int", "x", 2), log("Floats", "m", [10, null])] },
    { process: 1, at: 1_700_000_000, operations: [assign("Int", "x", 1), log("Floats", "m", [1, null], [2, null])] },
  ];
  const before = async ([, path]: string[]) => {
    const third = JSON.stringify({ obj: assign("Int", "late", 1), version: 10, at: 1_700_000_005 });
    await Deno.writeTextFile(path.replace("data-1.log", "data-10.log"), third + "\n");
    const more = Array.from(
      { length: 7 },
      (_, i) => ({ obj: assign("Int", "late", -i), version: i + 3, at: 1_700_000_002 }),
    );
    await Deno.writeTextFile(
      path.replace("data-1.log", "data-3.log"),
      more.map((one) => JSON.stringify(one)).join("\n"),
    );
  };
  await withFolders(folders, async (source) => {
    assert.equal((await runs(source)).length, 1);
    assert.deepEqual(await values(source, OFFLINE, { paths: ["x", "late"] }), { "x:int": 2n, "late:int": 1n });
    assert.deepEqual(await pairs(source, OFFLINE, "m"), [[0, 1], [1, 2], [2, 10]]);
    assert.equal((await kinds(source)).get("missing_operations"), undefined);
  }, { before });
});

Deno.test("a project has to be named; projects and models are no runs", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await writeLegacy(folder, { mode: "offline", uuid: UUID, operations: [assign("Int", "x", 1)] });
    await writeLegacy(folder, { mode: "async", uuid: UUID, type: "model", operations: [assign("Int", "x", 1)] });
    const unnamed = openOffline({ folder });
    assert.deepEqual(await unnamed.projects(), []);
    await assert.rejects(() => unnamed.open("a/b").project(), {
      name: "ProjectNotFoundError",
      message: /pass `project`/,
    });
    const named = openOffline({ folder, legacyProject: "a/b" });
    assert.deepEqual((await named.projects()).map(({ name }) => name), ["a/b"]);
    assert.equal((await runs(named.open("a/b"))).length, 1);
    assert.equal((await kinds(named.open("a/b"))).get("not_a_run")!.length, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

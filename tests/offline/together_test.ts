/** Unsynced data together with an archive: one project, one run where both have it. */

import assert from "node:assert/strict";
import { bool, datetime, file, float, floatPoint, int, string, stringSet } from "../../samples/rows.ts";
import { type ArchiveRow, type RowBatch, sanitized, writeRun } from "../../samples/writer.ts";
import { ReadOnlyProject } from "../../mod.ts";
import { openArchive } from "../../src/archive/catalog.ts";
import { openOffline } from "../../src/offline/catalog.ts";
import type { Finding, Source } from "../../src/source.ts";
import type { FileRef } from "../../src/types.ts";
import { attributes, ownAttributes, pairs, runIds, runs, text, values } from "../ask.ts";
import { type Database, type LegacyRun, type Update, writeDatabase, writeLegacy } from "./writer.ts";

const PROJECT = "team/project";
const T = Date.UTC(2026, 0, 1);
const UUID = "0c2b9e4e-1111-4222-8333-444455556666";

interface Setup {
  archive: Record<string, RowBatch[]>;
  databases?: (Partial<Database> & Pick<Database, "operations">)[];
  legacy?: LegacyRun[];
  matched?: Record<string, string>;
}

async function together(setup: Setup, ask: (source: Source, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const data = `${folder}/data`;
    for (const [runId, batches] of Object.entries(setup.archive)) {
      await writeRun({ dataRoot: data, projectId: PROJECT, runId, batches });
    }
    const stored = `${folder}/files/${sanitized(PROJECT)}`;
    await Deno.mkdir(stored, { recursive: true });
    await Deno.writeTextFile(`${stored}/f.txt`, "archived");
    for (const [n, database] of (setup.databases ?? []).entries()) {
      await writeDatabase(`${folder}/.neptune`, { project: PROJECT, run: "A", made: T + 60_000 + n, ...database });
    }
    for (const one of setup.legacy ?? []) await writeLegacy(`${folder}/.neptune`, one);
    const catalog = openOffline({
      folder: `${folder}/.neptune`,
      legacyProject: PROJECT,
      matched: setup.matched,
      beneath: openArchive({ data, cache: null }),
    });
    assert.deepEqual((await catalog.projects()).map(({ name }) => name), [PROJECT]);
    await ask(catalog.open(PROJECT), folder);
    catalog.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The `sys` rows of a run of the archive. */
function sys(id: string, n: number, name?: string, ...more: ArchiveRow[]): ArchiveRow[] {
  return [
    datetime("sys/creation_time", T + n * 1000),
    string("sys/custom_run_id", id),
    string("sys/id", `TES-${n}`),
    ...name === undefined ? [] : [string("sys/name", name), bool("sys/experiment/is_head", true)],
    ...more,
  ];
}

const line = (path: string, value: number, ...steps: number[]) =>
  steps.map((step) => floatPoint(path, step, T + step, value + step));
const update = (path: string, step: number, value: number): Update => ({
  step,
  timestamp: T + step,
  append: { [path]: { float: value } },
});

async function kinds(source: Source): Promise<Map<string, Finding[]>> {
  const found = await source.unsyncedReport!();
  for (const { message } of found) assert.match(message, /\.$/, "a finding is a sentence");
  return Map.groupBy(found, ({ kind }) => kind);
}

Deno.test("a run in both is one run: points that only the disk has come behind those of the archive, values of the disk count", async () => {
  await together({
    archive: {
      A: [[
        ...sys("A", 1, "e"),
        float("lr", 1),
        int("kept", 1),
        stringSet("sys/tags", "a", "b"),
        file("f", "f.txt"),
        int("typed", 1),
      ], line("m", 0, 0, 1, 2)],
      B: [sys("B", 2), line("m", 5, 0)],
    },
    databases: [{
      first: 20,
      operations: [
        update("m", 1, 1),
        update("m", 2, 77),
        update("m", 3, 3),
        update("m", 4, 4),
        update("new", 0, 9),
        update("typed", 0, 9),
        {
          timestamp: T,
          assign: { lr: { float: 2 }, added: { string: "x" }, kept: { string: "no" } },
          sets: { "sys/tags": { add: ["c"], remove: ["a"] } },
        },
      ],
    }],
  }, async (source) => {
    assert.deepEqual(await runs(source), [
      { key: "B", sysId: "TES-2", customId: "B", name: null },
      { key: "A", sysId: "TES-1", customId: "A", name: "e", unsynced: "part" },
    ]);
    assert.deepEqual(await pairs(source, "A", "m"), [[0, 0], [1, 1], [2, 2], [3, 3], [4, 4]]);
    assert.deepEqual(await pairs(source, "A", "new"), [[0, 9]]);
    assert.deepEqual(await pairs(source, "B", "m"), [[0, 5]]);
    const found = await values(source, "A", { filter: { any: [{ must: [], mustNot: ["^sys/[^t]", "trashed"] }] } });
    const { "m:float_series": m, "new:float_series": added, "f:file": ref, ...rest } = found;
    assert.deepEqual(rest, {
      "lr:float": 2,
      "kept:int": 1n,
      "added:string": "x",
      "typed:int": 1n,
      "sys/tags:string_set": ["b", "c"],
    });
    assert.deepEqual(m, { lastStep: 4, last: 4, min: 0, max: 4, average: 2, variance: 2 });
    assert.equal((added as { last: number }).last, 9);
    assert.equal(await text(source, ref as FileRef), "archived");
    assert.deepEqual(await ownAttributes(source, "A"), [
      "added:string",
      "f:file",
      "kept:int",
      "lr:float",
      "m:float_series",
      "new:float_series",
      "typed:int",
    ]);
    assert.deepEqual(await attributes(source, { paths: ["m"] }), ["m:float_series"]);
    const where = { op: ">", operand: { name: "m", type: "float_series", aggregation: "last" }, value: "3" } as const;
    assert.deepEqual(await runIds(source, { where }), ["B", "A"], "queries see the points of both");
    assert.deepEqual(
      await runIds(source, { sort: { path: "m", type: "float_series", aggregation: "last", descending: false } }),
      ["A", "B"],
    );
    const report = await kinds(source);
    assert.match(
      report.get("supplement")![0].message,
      /the disk adds 3 points .* has 1 points that the archive has too/,
    );
    assert.deepEqual(report.get("dropped_conflict")!.map(({ attribute, count }) => [attribute, count]), [["m", 1]]);
    assert.deepEqual(report.get("type_mismatch")!.map(({ attribute }) => attribute).sort(), ["kept", "typed"]);
  });
});

Deno.test("forks find their parents wherever they are: disk from archive, archive from disk, through both", async () => {
  const forked = (
    parent: string,
    step: number,
  ) => [string("sys/forking/parent", parent), int("sys/forking/step", step)];
  await together({
    archive: {
      A: [[...sys("A", 1, "e"), float("lr", 1)], line("m", 0, 0, 1, 2, 3)],
      C: [sys("C", 3, "e", ...forked("B", 3)), line("m", 200, 4)],
      D: [sys("D", 4, undefined, ...forked("A", 5)), line("m", 300, 6)],
    },
    databases: [
      {
        run: "B",
        operations: [{
          run: { created: T + 2000, experiment: "e", fork: { parent: "A", step: 2 }, inheritConfigs: true },
        }, update("m", 3, 103)],
      },
      { run: "A", operations: [update("m", 4, 4), update("m", 5, 5), update("m", 6, 6)] },
    ],
  }, async (source) => {
    assert.deepEqual(await pairs(source, "A", "m"), [0, 1, 2, 3, 4, 5, 6].map((i) => [i, i]));
    assert.deepEqual(await pairs(source, "B", "m"), [[0, 0], [1, 1], [2, 2], [3, 103]]);
    assert.deepEqual(await pairs(source, "C", "m"), [[0, 0], [1, 1], [2, 2], [3, 103], [4, 204]]);
    assert.deepEqual(await pairs(source, "D", "m"), [[0, 0], [1, 1], [2, 2], [3, 3], [4, 4], [5, 5], [6, 306]]);
    assert.deepEqual(await pairs(source, "C", "m", { lineage: "own" }), [[4, 204]]);
    assert.deepEqual(await values(source, "B", { paths: ["lr"] }), { "lr:float": 1 });
    assert.equal(((await values(source, "C", { paths: ["m"] }))["m:float_series"] as { max: number }).max, 204);
    assert.equal((await kinds(source)).get("unresolved_parent"), undefined);
  });
});

Deno.test("the newest run of an experiment is its head, also where it never reached the server", async () => {
  await together({
    archive: { A: [sys("A", 1, "e")], B: [sys("B", 9, "other")] },
    databases: [
      { run: "newer", operations: [{ run: { created: T + 5000, experiment: "e" } }] },
      { run: "older", operations: [{ run: { created: T + 1000, experiment: "other" } }] },
    ],
  }, async (source) => {
    assert.deepEqual(await runIds(source, { heads: true }), ["B", "newer"]);
    const head = async (id: string) =>
      (await values(source, id, { paths: ["sys/experiment/is_head"] }))["sys/experiment/is_head:bool"];
    assert.deepEqual(await Promise.all(["A", "newer", "older", "B"].map(head)), [false, true, false, true]);
  });
});

Deno.test("a run in the archive that the disk knows nothing of is the archive's own, to the last field", async () => {
  await together({
    archive: { A: [sys("A", 1), line("m", 0, 0, 1)], B: [[...sys("B", 2), float("x", 1)]] },
    databases: [{ run: "A", operations: [update("m", 2, 2)] }],
  }, async (source, folder) => {
    const archive = openArchive({ data: `${folder}/data`, cache: null }).open(PROJECT);
    assert.deepEqual(await values(source, "B"), await values(archive, "B"));
    assert.deepEqual(await archive.project(), await source.project());
  });
});

const remainder: LegacyRun = {
  mode: "async",
  uuid: UUID,
  first: 11,
  operations: [
    {
      type: "LogFloats",
      path: ["train", "loss"],
      values: [{ value: 7, step: null, ts: 1 }, { value: 8, step: null, ts: 2 }],
    },
    { type: "LogFloats", path: ["val", "loss"], values: [{ value: 9, step: 5, ts: 2 }] },
    { type: "LogFloats", path: ["monitoring", "4b4e7c45", "cpu"], values: [{ value: 1, step: null, ts: 1 }] },
    { type: "AddStrings", path: ["sys", "tags"], values: ["late"] },
  ],
};
const legacyRun = (id: string, n: number, hash: string): RowBatch[] => [
  [
    datetime("sys/creation_time", T + n),
    string("sys/id", id),
    string("sys/name", `name of ${id}`),
    float("sys/size", 1),
    stringSet("sys/tags", "early"),
  ],
  [...line("train/loss", 0, 0, 1, 2), ...line("val/loss", 0, 4), ...line(`monitoring/${hash}/cpu`, 0, 0)],
];

Deno.test("a remainder of Neptune 2.x is a run of its own, and candidates are named but never taken", async () => {
  await together({
    archive: {
      "TES-1": legacyRun("TES-1", 1, "ffffffff"),
      "TES-2": legacyRun("TES-2", 2, "4b4e7c45"),
      "TES-3": [sys("TES-3", 3)],
    },
    legacy: [remainder],
  }, async (source) => {
    assert.deepEqual((await runs(source)).map(({ key, unsynced }) => [key, unsynced]).sort(), [
      ["TES-1", undefined],
      ["TES-2", undefined],
      ["TES-3", undefined],
      [`async/${UUID}`, "all"],
    ]);
    assert.deepEqual(await pairs(source, "TES-2", "train/loss"), [[0, 0], [1, 1], [2, 2]]);
    const [first, second, ...rest] = (await kinds(source)).get("candidate")!;
    assert.match(
      first.message,
      /maybe of TES-2: both have monitoring\/4b4e7c45; "val\/loss" goes on where the archive ends/,
    );
    assert.match(first.message, new RegExp(`offlineMatches: \\{ "async/${UUID}": "TES-2" \\}`));
    assert.match(second.message, /maybe of TES-1: "val\/loss" goes on/);
    assert.deepEqual(rest, []);
  });
});

Deno.test("a remainder that somebody matched goes on where the archive ends, its counting included", async () => {
  await together({
    archive: { "TES-1": legacyRun("TES-1", 1, "ffffffff"), "TES-2": legacyRun("TES-2", 2, "4b4e7c45") },
    legacy: [remainder],
    matched: { [`async/${UUID}`]: "TES-2" },
  }, async (source) => {
    assert.deepEqual((await runs(source)).map(({ key, unsynced }) => [key, unsynced]), [["TES-2", "part"], [
      "TES-1",
      undefined,
    ]]);
    assert.deepEqual(await pairs(source, "TES-2", "train/loss"), [[0, 0], [1, 1], [2, 2], [3, 7], [4, 8]]);
    assert.deepEqual(await pairs(source, "TES-2", "val/loss"), [[4, 4], [5, 9]]);
    assert.deepEqual(await pairs(source, "TES-1", "train/loss"), [[0, 0], [1, 1], [2, 2]]);
    assert.deepEqual(await values(source, "TES-2", { paths: ["sys/tags", "sys/name"] }), {
      "sys/tags:string_set": ["early", "late"],
      "sys/name:string": "name of TES-2",
    });
    const found = await kinds(source);
    assert.equal(found.get("guessed_steps"), undefined);
    assert.equal(found.get("supplement")!.length, 1);
  });
});

Deno.test("a match that leads nowhere is an error, not two runs", async () => {
  const archive = { "TES-1": legacyRun("TES-1", 1, "ffffffff"), "TES-2": legacyRun("TES-2", 2, "4b4e7c45") };
  const other = { ...remainder, uuid: UUID.replace(/^./, "f") };
  const refused: [matched: Record<string, string>, message: RegExp][] = [
    [
      { [`async/${UUID.slice(0, 8)}`]: "TES-2" },
      new RegExp(`there is no remainder .* Did you mean "async/${UUID}"\\?`),
    ],
    [{ [`offline/${UUID}`]: "TES-2" }, /there is no remainder/],
    [{ [`async/${UUID}`]: "TES-22" }, /the archive has no such run\. Did you mean "TES-2"/],
    [{ [`async/${UUID}`]: "TES-2", [`async/${other.uuid}`]: "TES-2" }, /something else on disk belongs already/],
  ];
  for (const [matched, message] of refused) {
    await together({ archive, legacy: [remainder, other], matched }, async (source) => {
      await assert.rejects(() => runs(source), { name: "OptionError", message });
      await assert.rejects(() => kinds(source), { name: "OptionError", message });
    });
  }
  for (const lack of ["archive", "offline"]) {
    const places = { archive: "a", offline: "b", [lack]: undefined };
    assert.throws(() => new ReadOnlyProject({ ...places, project: PROJECT, offlineMatches: { "async/x": "TES-1" } }), {
      name: "OptionError",
      message: /pass both `archive` and `offline`/,
    });
  }
  const throughSpark = { archive: "a", spark: "sc://localhost", offlineMatches: { "async/x": "TES-1" } };
  assert.throws(() => new ReadOnlyProject(throughSpark), {
    name: "OptionError",
    message: /^offlineMatches does not go together with a Spark server/,
  });
});

Deno.test("a remainder that looks like no run says so", async () => {
  await together({ archive: { A: [sys("A", 1)] }, legacy: [remainder] }, async (source) => {
    assert.equal((await kinds(source)).get("no_candidate")!.length, 1);
  });
});

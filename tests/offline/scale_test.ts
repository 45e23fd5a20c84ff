/** Databases of neptune-scale: every version, remainders, and the rules of the server. */

import assert from "node:assert/strict";
import { openOffline } from "../../src/offline/catalog.ts";
import type { Finding, Source } from "../../src/source.ts";
import type { FileRef } from "../../src/types.ts";
import { attributes, bytes, ownAttributes, pairs, points, runIds, runs, text, values } from "../ask.ts";
import { type Database, type Operation, type Update, writeDatabase } from "./writer.ts";

const PROJECT = "team/project";
const T = Date.UTC(2026, 1, 1);

/** Makes databases, and asks them as one project. */
async function withDatabases(
  databases: (Partial<Database> & { operations: Operation[] })[],
  ask: (source: Source, folder: string, paths: string[]) => Promise<void>,
  options: { damagedRuns?: "error" | "skip"; before?: (paths: string[]) => void | Promise<void> } = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const paths: string[] = [];
    for (const [n, database] of databases.entries()) {
      paths.push(await writeDatabase(`${folder}/.neptune`, { project: PROJECT, run: "A", made: T + n, ...database }));
    }
    await options.before?.(paths);
    await ask(openOffline({ folder, damagedRuns: options.damagedRuns }).open(PROJECT), folder, paths);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const float = (path: string, step: number, value: number, more: Partial<Update> = {}): Update => ({
  step,
  timestamp: T + 1000 * step,
  append: { [path]: { float: value } },
  ...more,
});

async function kinds(source: Source): Promise<Map<string, Finding[]>> {
  const found = await source.unsyncedReport!();
  for (const { message } of found) assert.match(message, /\.$/, "a finding is a sentence");
  return Map.groupBy(found, ({ kind }) => kind);
}

for (const version of ["v1", "v2", "v3", "v4", "v5"] as const) {
  Deno.test(`a database of version ${version} gives back every type of value`, async () => {
    const operations: Operation[] = [
      { run: { created: T, experiment: "exp-ä" } },
      {
        timestamp: T,
        assign: {
          "c/float": { float: NaN },
          "c/int": { int: 2n ** 63n - 1n },
          "c/negative": { int: -1 },
          "c/bool": { bool: false },
          "c/string": { string: "" },
          "c/date": { datetime: T + 1.5 },
          "c/set": { set: ["b", "a"] },
        },
        sets: { "sys/tags": { add: ["one", "two"] } },
      },
      { timestamp: T, sets: { "sys/tags": { add: ["three"], remove: ["two"] } } },
      float("m", 0, 1),
      float("m", 0.000001, -Infinity),
      float("m", 10.5, NaN),
      { step: 999_999_999_999_999_999n, timestamp: T + 1e6, append: { m: { float: 3 } } },
      { step: 1, timestamp: T, append: { s: { string: "ünï\nsecond" } } },
      {
        step: 1,
        timestamp: T,
        append: { h: { histogram: { type: "COUNTING", edges: [0, 1, 2.5], values: [3, 4e15] } } },
      },
      { step: 1, timestamp: T, append: { d: { histogram: { type: "DENSITY", edges: [0, 1], values: [0.25] } } } },
    ];
    await withDatabases([{ version, operations }], async (source) => {
      const [run] = await runs(source);
      assert.deepEqual(run, { key: "A", sysId: "A", customId: "A", name: "exp-ä", unsynced: "all" });
      assert.deepEqual(await values(source, "A", { filter: { any: [{ must: ["^c/|tags"], mustNot: [] }] } }), {
        "c/float:float": NaN,
        "c/int:int": 2n ** 63n - 1n,
        "c/negative:int": -1n,
        "c/bool:bool": false,
        "c/string:string": "",
        "c/date:datetime": T + 1,
        "c/set:string_set": ["a", "b"],
        "sys/tags:string_set": ["one", "three"],
      });
      assert.deepEqual(await pairs(source, "A", "m"), [
        [0, 1],
        [0.000001, -Infinity],
        [10.5, NaN],
        [999_999_999_999.999999, 3],
      ]);
      assert.deepEqual(await points(source, "A", "s", { kind: "string" }), [
        { step: 1, value: "ünï\nsecond", timestamp: T },
      ]);
      assert.deepEqual(await pairs(source, "A", "h", { kind: "histogram" }), [
        [1, { type: "COUNTING", edges: [0, 1, 2.5], values: [3, 4e15] }],
      ]);
      assert.deepEqual(await pairs(source, "A", "d", { kind: "histogram" }), [
        [1, { type: "DENSITY", edges: [0, 1], values: [0.25] }],
      ]);
      const found = await kinds(source);
      assert.deepEqual([...found.keys()], ["database"]);
      assert.match(
        found.get("database")![0].message,
        new RegExp(`\\(${version}\\) of run A .* holds 10 operations; 0 before`),
      );
    });
  });
}

Deno.test("a remainder without the message that made its run has project and run all the same, and says what the server has", async () => {
  const operations = [float("m", 5, 1), float("m", 6, 2)];
  await withDatabases([{ operations, first: 41, submitted: 2 }], async (source) => {
    assert.deepEqual(await runIds(source), ["A"]);
    assert.deepEqual(await pairs(source, "A", "m"), [[5, 1], [6, 2]]);
    const { "sys/creation_time:datetime": created } = await values(source, "A", { paths: ["sys/creation_time"] });
    assert.equal(created, T, "the name of the database tells when it was made");
    const [{ message }] = (await kinds(source)).get("database")!;
    assert.match(
      message,
      /holds 2 operations; 40 before them were acknowledged by the server, 2 were sent without an answer/,
    );
  });
});

Deno.test("points that the server refused are left out and reported: duplicates, conflicts, lower steps, earlier times", async () => {
  const operations = [
    float("m", 1, 1),
    float("m", 1, 1),
    float("m", 1, 2),
    float("m", 0, 9),
    float("m", 2, 2, { timestamp: T }),
    float("m", 3, 3),
    { timestamp: T, append: { m: { float: 4 } } },
    float("n", 1, NaN),
    float("n", 1, NaN),
  ];
  await withDatabases([{ operations }], async (source) => {
    assert.deepEqual(await pairs(source, "A", "m"), [[1, 1], [3, 3]]);
    const found = await kinds(source);
    const counts = (kind: string) => found.get(kind)!.map(({ attribute, count }) => [attribute, count]);
    assert.deepEqual(counts("dropped_duplicate"), [["m", 1], ["n", 1]]);
    assert.match(
      found.get("dropped_step")![0].message,
      /: 1 point with a step .* is left out, as the server refused it\.$/,
    );
    for (const kind of ["dropped_conflict", "dropped_step", "dropped_time", "dropped_no_step"]) {
      assert.deepEqual(counts(kind), [["m", 1]], kind);
    }
  });
});

Deno.test("of previews the last one for a step counts, a committed point ends those before it, and only the rest is shown", async () => {
  const operations = [
    float("m", 1, 0.3, { preview: 0.25 }),
    float("m", 1, 0.4, { preview: 0.75 }),
    float("m", 1, 0.45),
    float("m", 1, 0.9, { preview: 0.5 }),
    float("m", 3, 0.6, { preview: 0.5 }),
    float("m", 2, 0.5, { preview: 0.125 }),
    float("only", 1, 7, { preview: 0.5 }),
  ];
  await withDatabases([{ operations }], async (source) => {
    assert.deepEqual(await pairs(source, "A", "m"), [[1, 0.45]]);
    assert.deepEqual(await pairs(source, "A", "m", { previews: true }), [[1, 0.45], [2, 0.5], [3, 0.6]]);
    assert.deepEqual(await pairs(source, "A", "m", { previews: true, stepRange: [3, null] }), [[3, 0.6]]);
    assert.deepEqual(await pairs(source, "A", "m", { previews: true, limit: { points: 2, from: "start" } }), [
      [1, 0.45],
      [2, 0.5],
    ]);
    const series = { runs: ["A"], paths: ["m"], run: Uint32Array.of(0), path: Uint32Array.of(0) };
    const query = {
      kind: "float",
      series,
      stepRange: [2, null],
      lineage: "full",
      previews: true,
      limit: null,
    } as const;
    const [block] = await Array.fromAsync(source.series(query));
    assert.deepEqual([...block.preview!.isPreview], [1, 1]);
    assert.deepEqual([...block.preview!.completion], [0.125, 0.5]);
    assert.deepEqual(await ownAttributes(source, "A"), ["m:float_series", "only:float_series"]);
    assert.deepEqual(await values(source, "A", { paths: ["only"] }), {}, "a series of previews has no last value");
    assert.equal((await kinds(source)).get("dropped_preview")![0].count, 1);
  });
});

Deno.test("an attribute keeps its first type, and what comes with another is reported", async () => {
  const operations: Operation[] = [
    { timestamp: T, assign: { x: { int: 1 }, y: { float: 1 } } },
    { timestamp: T, assign: { x: { string: "two" } }, append: { y: { float: 2 } }, step: 1 },
    { timestamp: T, append: { y: { string: "three" } }, step: 2 },
    { timestamp: T, sets: { x: { add: ["four"] } } },
  ];
  await withDatabases([{ operations }], async (source) => {
    assert.deepEqual(await values(source, "A", { paths: ["x", "y"] }), { "x:int": 1n, "y:float": 1 });
    const found = (await kinds(source)).get("type_mismatch")!;
    assert.deepEqual(found.map(({ attribute, count }) => [attribute, count]).sort(), [["x", 2], ["y", 2]]);
  });
});

Deno.test("several databases of a run are one run: values by time, series united, the first message counts", async () => {
  await withDatabases([
    {
      operations: [
        { run: { created: T, experiment: "first" } },
        { timestamp: T + 9, assign: { lr: { float: 1 } } },
        ...[0, 1, 2].map((i) => float("m", i, i)),
      ],
    },
    {
      operations: [
        { run: { created: T + 5, experiment: "second" } },
        { timestamp: T + 3, assign: { lr: { float: 2 }, other: { int: 1 } } },
        ...[2, 3].map((i) => float("m", i, i)),
        float("m", 4, 4),
        float("m", 9, 1, { preview: 0.5 }),
      ],
    },
    { operations: [float("m", 2.5, 9), float("m", 3, -3), { timestamp: T, sets: { "sys/tags": { add: ["late"] } } }] },
  ], async (source) => {
    assert.deepEqual((await runs(source)).map(({ name, customId }) => [name, customId]), [["first", "A"]]);
    assert.deepEqual(await pairs(source, "A", "m"), [[0, 0], [1, 1], [2, 2], [2.5, 9], [3, 3], [4, 4]]);
    assert.deepEqual(await pairs(source, "A", "m", { previews: true, stepRange: [5, null] }), [[9, 1]]);
    assert.deepEqual(await values(source, "A", { paths: ["lr", "other", "sys/tags", "sys/creation_time"] }), {
      "lr:float": 1,
      "other:int": 1n,
      "sys/tags:string_set": ["late"],
      "sys/creation_time:datetime": T,
    });
    const found = await kinds(source);
    assert.equal(found.get("database")!.length, 3);
    assert.equal(found.get("dropped_duplicate")![0].count, 1);
    assert.equal(found.get("dropped_conflict")![0].count, 1);
  });
});

Deno.test("forks inherit points up to the fork step, and configs where the client said so; what is logged before the fork is refused", async () => {
  await withDatabases([
    {
      run: "root",
      operations: [{ run: { created: T, experiment: "e" } }, {
        timestamp: T,
        assign: { lr: { float: 0.1 }, only: { int: 1 } },
        sets: { "sys/tags": { add: ["root"] } },
      }, ...[0, 1, 2, 3].map((i) => float("m", i, i))],
    },
    {
      run: "child",
      operations: [
        { run: { created: T + 1, experiment: "e", fork: { parent: "root", step: 1.5 }, inheritConfigs: true } },
        { timestamp: T, assign: { lr: { float: 0.2 } } },
        float("m", 1, 77),
        float("m", 2, 20),
        float("m", 3, 30),
      ],
    },
    {
      run: "grandchild",
      operations: [
        { run: { created: T + 2, fork: { parent: "child", step: 2 }, inheritConfigs: true } },
        float("m", 3, 300),
      ],
    },
    { run: "bare", operations: [{ run: { created: T + 3, fork: { parent: "root", step: 0 } } }] },
    { run: "orphan", operations: [{ run: { created: T + 4, fork: { parent: "gone", step: 0 } } }, float("m", 1, 1)] },
  ], async (source) => {
    assert.deepEqual(await pairs(source, "child", "m"), [[0, 0], [1, 1], [2, 20], [3, 30]]);
    assert.deepEqual(await pairs(source, "grandchild", "m"), [[0, 0], [1, 1], [2, 20], [3, 300]]);
    assert.deepEqual(await pairs(source, "grandchild", "m", { lineage: "own" }), [[3, 300]]);
    const configs = { paths: ["lr", "only", "sys/tags"] };
    assert.deepEqual(await values(source, "child", configs), { "lr:float": 0.2, "only:int": 1n });
    assert.deepEqual(await values(source, "grandchild", configs), { "lr:float": 0.2, "only:int": 1n });
    assert.deepEqual(await values(source, "bare", configs), {});
    assert.deepEqual(await ownAttributes(source, "bare"), ["m:float_series"]);
    assert.deepEqual(await runIds(source, { heads: true }), ["child"]);
    const found = await kinds(source);
    assert.deepEqual(found.get("dropped_fork")!.map(({ run, count }) => [run, count]), [["child", 1]]);
    assert.deepEqual(found.get("unresolved_parent")!.map(({ run }) => run), ["orphan"]);
  });
});

Deno.test("fork steps have one type in a project, for clients refuse a name with two", async () => {
  const fork = (run: string, step: number) => ({
    run,
    operations: [{ run: { created: T, fork: { parent: "root", step } } }],
  });
  const root = { run: "root", operations: [{ run: { created: T } }] };
  await withDatabases([root, fork("a", 1), fork("b", 2)], async (source) => {
    assert.deepEqual(await attributes(source, { paths: ["sys/forking/step"] }), ["sys/forking/step:int"]);
  });
  await withDatabases([root, fork("a", 1), fork("b", 2.5)], async (source) => {
    assert.deepEqual(await attributes(source, { paths: ["sys/forking/step"] }), ["sys/forking/step:float"]);
  });
});

Deno.test("files lie beside the database, where they were, or nowhere; the rest of their path tells which", async () => {
  const file = (path: string, size: number) => ({ file: { path, size, mimeType: "text/plain" } });
  const dir = await Deno.makeTempDir();
  await Deno.writeTextFile(`${dir}/there.txt`, "there");
  const operations: Operation[] = [
    {
      timestamp: T,
      assign: {
        beside: file("A/beside/none/x.txt", 6),
        there: file("my/there.txt", 5),
        changed: file("my/changed.txt", 9),
        gone: file("my/gone.txt", 4),
        kept: file("A/kept/none/kept.txt", 4),
      },
    },
    { step: 1, timestamp: T, append: { series: file("A/series/1/x.txt", 6) } },
  ];
  const uploads = [
    { source: "/elsewhere/x.txt", destination: "A/beside/none/x.txt", temporary: true },
    { source: "/elsewhere/x.txt", destination: "A/series/1/x.txt", temporary: true },
    { source: `${dir}/there.txt`, destination: "my/there.txt" },
    { source: `${dir}/there.txt`, destination: "my/changed.txt" },
    { source: `${dir}/gone.txt`, destination: "my/gone.txt" },
  ];
  const before = async ([path]: string[]) => {
    const folder = path.slice(0, path.lastIndexOf("/"));
    await Deno.writeTextFile(`${folder}/x.txt`, "beside");
    await Deno.writeTextFile(`${folder}/kept.txt`, "kept");
  };
  await withDatabases([{ operations, uploads }], async (source) => {
    const found = await values(source, "A", { types: ["file", "file_series"] });
    assert.deepEqual({ ...(found["there:file"] as FileRef), path: "" }, { path: "", size: 5, mimeType: "text/plain" });
    assert.equal(await text(source, found["beside:file"] as FileRef), "beside");
    assert.equal(await text(source, found["there:file"] as FileRef), "there");
    assert.equal(await text(source, found["kept:file"] as FileRef), "kept", "the upload had failed for good");
    assert.equal(await text(source, (found["series:file_series"] as { last: FileRef }).last), "beside");
    await assert.rejects(() => bytes(source, found["gone:file"] as FileRef), { name: "FileMissingError" });
    await assert.rejects(() => bytes(source, { path: "unsynced/x", size: null, mimeType: "" }), {
      name: "FileMissingError",
    });
    const report = await kinds(source);
    assert.deepEqual(report.get("missing_file")!.map(({ attribute, file }) => [attribute, file]), [[
      "gone",
      `${dir}/gone.txt`,
    ]]);
    assert.deepEqual(report.get("changed_file")!.map(({ attribute }) => attribute), ["changed"]);
  }, { before });
  await Deno.remove(dir, { recursive: true });
});

Deno.test("files that were moved together with the folder are found where they are now", async () => {
  const file = (path: string) => ({ file: { path, size: 5, mimeType: "text/plain" } });
  const operations: Operation[] = [{
    timestamp: T,
    assign: { made: file("a/x.txt"), moved: file("a/config.txt"), other: file("a/other.txt") },
  }];
  let root = "";
  const before = async ([path]: string[]) => {
    const folder = path.slice(0, path.lastIndexOf("/"));
    root = folder.slice(0, folder.indexOf("/.neptune/"));
    await Deno.writeTextFile(`${folder}/x.txt`, "made!");
    await Deno.mkdir(`${root}/conf`);
    await Deno.writeTextFile(`${root}/conf/config.txt`, "moved");
    const name = folder.slice(folder.lastIndexOf("/") + 1);
    const { DatabaseSync } = await import("node:sqlite");
    const open = new DatabaseSync(path);
    const insert = open.prepare(
      "INSERT INTO file_upload_requests (source_path, destination, mime_type, size_bytes, is_temporary) VALUES (?, ?, '', 5, ?)",
    );
    insert.run("/cluster/jobs/42/conf/config.txt", "a/config.txt", 0);
    insert.run("/cluster/other.txt", "a/other.txt", 0);
    insert.run(`/cluster/jobs/42/.neptune/${name}/x.txt`, "a/x.txt", 1);
    open.close();
  };
  await withDatabases([{ operations }], async (source) => {
    const found = await values(source, "A", { types: ["file"] });
    assert.equal(await text(source, found["made:file"] as FileRef), "made!");
    assert.equal(await text(source, found["moved:file"] as FileRef), "moved");
    await assert.rejects(() => bytes(source, found["other:file"] as FileRef), { name: "FileMissingError" });
  }, { before });
});

Deno.test("what the server refused is told without loading its pickles", async () => {
  const errors = [{ type: "NeptuneSeriesStepNonIncreasing", details: "step\n  too low" }];
  await withDatabases([{ operations: [float("m", 1, 1)], errors: [...errors, ...errors] }], async (source) => {
    const [{ message, count }] = (await kinds(source)).get("refused_operation")!;
    assert.equal(message, "The server refused 2 operations of run A (NeptuneSeriesStepNonIncreasing: step too low).");
    assert.equal(count, 2);
  });
});

Deno.test("a version that is not known is read like the last one, with a warning", async () => {
  await withDatabases([{ version: "v6", operations: [float("m", 1, 1)] }], async (source) => {
    assert.deepEqual(await pairs(source, "A", "m"), [[1, 1]]);
    assert.equal((await kinds(source)).get("unknown_version")!.length, 1);
  });
});

Deno.test("an operation that cannot be read is one typed error for its run, and the rest is read on request", async () => {
  const broken = { raw: Uint8Array.of(0x42, 0x7f, 1, 2) };
  const databases = [
    { operations: [float("m", 1, 1), broken, float("m", 2, 2)] },
    { run: "B", operations: [float("m", 1, 5)] },
  ];
  await withDatabases(databases, async (source) => {
    assert.deepEqual((await runIds(source)).sort(), ["A", "B"]);
    assert.deepEqual(await pairs(source, "B", "m"), [[1, 5]]);
    await assert.rejects(() => pairs(source, "A", "m"), (error: Error) => {
      assert.equal(error.name, "DamagedFileError");
      assert.match(
        error.message,
        /of run A is damaged \(operation 2 cannot be read: [^.)]+ at byte \d+ of the operation\): .*damagedRuns: "skip"/,
      );
      return true;
    });
    assert.equal((await kinds(source)).get("damaged_operation")![0].count, 1);
  });
  await withDatabases(databases, async (source) => {
    assert.deepEqual(await pairs(source, "A", "m"), [[1, 1], [2, 2]]);
  }, { damagedRuns: "skip" });
});

Deno.test("a damaged page is an error for its run; a file that is no database at all hides none of the others", async () => {
  const many = Array.from({ length: 2000 }, (_, i) => float("m", i, i));
  const before = async ([first, second]: string[]) => {
    const bytes = await Deno.readFile(first);
    bytes.fill(0xff, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 8192);
    await Deno.writeFile(first, bytes);
    await Deno.writeTextFile(second, "<html>502 Bad Gateway</html>".repeat(200));
  };
  const databases = [{ operations: many }, { run: "B", operations: many }, {
    run: "C",
    operations: [float("m", 1, 5)],
  }];
  await withDatabases(databases, async (source) => {
    assert.deepEqual((await runIds(source)).sort(), ["A", "C"]);
    assert.deepEqual(await pairs(source, "C", "m"), [[1, 5]]);
    await assert.rejects(() => pairs(source, "A", "m"), { name: "DamagedFileError" });
    await assert.rejects(
      () => attributes(source),
      { name: "DamagedFileError" },
      "all runs: nobody knows what is missing",
    );
    const found = await kinds(source);
    assert.equal(found.get("damaged_data")!.length, 1);
    assert.equal(found.get("damaged_database")!.length, 1);
  }, { before });
  await withDatabases(databases, async (source) => {
    const found = await pairs(source, "A", "m");
    assert.ok(found.length > 0 && found.length < 2000, `${found.length} points before the damage`);
    assert.deepEqual(await attributes(source, { paths: ["m"] }), ["m:float_series"]);
  }, { before, damagedRuns: "skip" });
});

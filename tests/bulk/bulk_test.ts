import assert from "node:assert/strict";
import {
  DecodeError,
  type DownloadFilesOptions,
  type ExportArchiveOptions,
  FileMissingError,
  OptionError,
  ReadOnlyProject,
  ReadOnlyRun,
  type SortBy,
} from "../../mod.ts";
import { file, float, string } from "../../samples/rows.ts";
import { sanitized, writeRun } from "../../samples/writer.ts";
import { connectionOf } from "../../src/api/project.ts";
import { Fixture, PROJECT } from "../api/fixture.ts";
import { eachWay } from "./ways.ts";

Deno.test("a table has the columns asked for besides its own, sys/ first, with the types of the values", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const frame = await project.fetchRunsDf({ columns: ["metrics/loss", "parameters/init_lr", "sys/tags", "not/there"] });
  assert.deepEqual(frame.columns, [
    "sys/creation_time",
    "sys/custom_run_id",
    "sys/name",
    "sys/tags",
    "metrics/loss",
    "not/there",
    "parameters/init_lr",
  ]);
  assert.deepEqual(frame.getColumn("sys/custom_run_id").toArray(), ["tern-1", "gull-2", "gull-1"]);
  assert.deepEqual(frame.getColumn("metrics/loss").toArray(), [8, 2.25, 1]);
  assert.deepEqual(frame.getColumn("parameters/init_lr").toArray(), [null, 0.01, 0.1]);
  assert.deepEqual(frame.getColumn("not/there").toArray(), [null, null, null]);
  assert.equal(String(frame.schema["sys/creation_time"]), "DataType(Datetime(ms,UTC))");
});

Deno.test("a path with several types gives one column for each and loses no value", async () => {
  await using fixture = await Fixture.make();
  const frame = await fixture.project().project.fetchRunsDf({ columns: ["size"] });
  assert.deepEqual(frame.columns.slice(-2), ["size:int", "size:string"]);
  assert.deepEqual(frame.getColumn("size:int").toArray(), [null, null, 3]);
  assert.deepEqual(frame.getColumn("size:string").toArray(), [null, "large", null]);
});

Deno.test("ints beyond 2^53 keep every digit in a table with missing cells", async () => {
  await using fixture = await Fixture.make();
  const frame = await fixture.project().project.fetchRunsDf({ columns: ["parameters/tokens"] });
  assert.deepEqual(frame.getColumn("parameters/tokens").dropNulls().toArray(), ["9007199254740993"]);
  assert.equal(frame.getColumn("parameters/tokens").nullCount(), 2);
});

Deno.test("aggregates add columns for float series", async () => {
  await using fixture = await Fixture.make();
  const frame = await fixture.project().project.fetchRunsDf({
    columns: ["metrics/loss"],
    customIds: ["gull-1"],
    aggregates: ["min", "max", "average", "variance", "last_step"],
  });
  const row = Object.fromEntries(frame.columns.map((name, i) => [name, frame.row(0)[i]]));
  assert.equal(row["metrics/loss"], 1);
  assert.equal(row["metrics/loss:min"], 1);
  assert.equal(row["metrics/loss:max"], 4);
  assert.equal(row["metrics/loss:average"], 2.5);
  assert.equal(row["metrics/loss:variance"], 1.25);
  assert.equal(row["metrics/loss:last_step"], 3);
});

Deno.test("tables are sorted by any attribute, runs that lack it last both ways, and limited", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const order = async (options: Parameters<typeof project.fetchRunsDf>[0]) =>
    (await project.fetchRunsDf(options)).getColumn("sys/custom_run_id").toArray();
  assert.deepEqual(await order({ sortBy: "metrics/loss", ascending: true }), ["gull-1", "gull-2", "tern-1"]);
  assert.deepEqual(await order({ sortBy: "parameters/init_lr", ascending: true }), ["gull-2", "gull-1", "tern-1"]);
  assert.deepEqual(await order({ sortBy: "parameters/init_lr" }), ["gull-1", "gull-2", "tern-1"]);
  assert.deepEqual(await order({ limit: 1 }), ["tern-1"]);
  assert.deepEqual(await order({ sortBy: { path: "metrics/loss", type: "float_series", aggregation: "max" } }), [
    "tern-1",
    "gull-2",
    "gull-1",
  ]);
  await assert.rejects(() => order({ sortBy: "size" }), /int in some runs and string/);
  await assert.rejects(() => order({ limit: 0 }), OptionError);
  await assert.rejects(() => order({ columns: 5 as unknown as string[] }), OptionError);
});

Deno.test("tables are sorted by attributes of any name, and by nothing else than what was asked for", async () => {
  await using fixture = await Fixture.make();
  const runs: [string, number][] = [["a", 2], ["b", 3], ["c", 1]];
  for (const [runId, value] of runs) {
    await writeRun({ dataRoot: fixture.data, projectId: "team/odd", runId, batches: [[float("constructor", value)]] });
  }
  const odd = fixture.project({ project: "team/odd" }).project;
  const sorted = await odd.fetchRunsDf({ sortBy: "constructor" });
  assert.deepEqual(sorted.getColumn("sys/custom_run_id").toArray(), ["b", "a", "c"]);

  const { project } = fixture.project({ project: PROJECT });
  const refused = (sortBy: SortBy | string, message: RegExp) =>
    assert.rejects(
      () => project.fetchRunsDf({ sortBy }),
      (error: Error) => error instanceof OptionError && message.test(error.message),
    );
  await refused(
    "sys/tags",
    /^Runs cannot be sorted by "sys\/tags", which is of type string_set: choose .* or float_series/,
  );
  await refused({ path: "sys/tags", type: "string_set" }, /cannot be sorted by "sys\/tags"/);
  await refused("notes", /which is of type file:/);
  await refused(
    { path: "parameters/epochs", aggregation: "min" },
    /the min of "parameters\/epochs", which is of type int/,
  );
});

Deno.test("a type of series that is named twice is asked for once", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const types = ["string_series", "string_series"] as const;
  const none = await project.fetchSeries({ attributes: ["none"], types });
  assert.deepEqual(none.columns, ["run", "attribute", "step", "value", "timestamp"]);
  assert.equal((await project.fetchSeries({ attributes: ["logs/out"], types, runs: ["gull-1"] })).height, 2);
});

Deno.test("tables are filtered by names, ids, tags and query; an empty list matches nothing", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const found = async (options: Parameters<typeof project.fetchRunsDf>[0]) =>
    (await project.fetchRunsDf({ sortBy: "sys/id", ascending: true, ...options })).getColumn("sys/custom_run_id")
      .toArray();
  assert.deepEqual(await found({ namesRegex: "^gull" }), ["gull-1", "gull-2"]);
  assert.deepEqual(await found({ customIdRegex: "1$" }), ["gull-1", "tern-1"]);
  assert.deepEqual(await found({ withIds: ["BIR-2"] }), ["gull-2"]);
  assert.deepEqual(await found({ tags: ["sea"], query: "`parameters/init_lr`:float > 0.05" }), ["gull-1"]);
  assert.deepEqual(await found({ customIds: [] }), []);
  assert.equal((await project.fetchExperimentsDf({ namesExcludeRegex: "tern" })).height, 1);
});

Deno.test("metrics come long, sorted by run, attribute and step, with what exists only", async () => {
  await using fixture = await Fixture.make();
  const frame = await fixture.project().project.fetchMetrics({ attributes: "^metrics/", includeTimestamp: false });
  assert.deepEqual(frame.columns, ["run", "attribute", "step", "value"]);
  assert.deepEqual(frame.rows().map((row) => row.join(" ")), [
    "gull-1 metrics/accuracy 0 0.1",
    "gull-1 metrics/accuracy 1 0.2",
    "gull-1 metrics/accuracy 2 NaN",
    "gull-1 metrics/accuracy 3 0.4",
    "gull-1 metrics/loss 0 4",
    "gull-1 metrics/loss 1 3",
    "gull-1 metrics/loss 2 2",
    "gull-1 metrics/loss 3 1",
    "gull-2 metrics/accuracy 0 0.1",
    "gull-2 metrics/accuracy 1 0.2",
    "gull-2 metrics/loss 0 4",
    "gull-2 metrics/loss 1 3",
    "gull-2 metrics/loss 2 2.5",
    "gull-2 metrics/loss 3 2.25",
    "tern-1 metrics/loss 0 9",
    "tern-1 metrics/loss 5 8",
  ]);
});

Deno.test("metrics are limited by steps, tail, inheritance, runs and experiments", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const steps = async (options: Omit<Parameters<typeof project.fetchMetrics>[0], "attributes">) =>
    (await project.fetchMetrics({ attributes: ["metrics/loss"], ...options })).rows().map((row) =>
      `${row[0]} ${row[2]}`
    );
  assert.deepEqual(await steps({ runs: ["gull-2"], stepRange: [1, 2] }), ["gull-2 1", "gull-2 2"]);
  assert.deepEqual(await steps({ runs: "^gull", tailLimit: 1 }), ["gull-1 3", "gull-2 3"]);
  assert.deepEqual(await steps({ runs: ["gull-2"], includeInherited: false }), ["gull-2 2", "gull-2 3"]);
  assert.deepEqual(await steps({ experiments: ["gulls"], tailLimit: 1 }), ["gulls 3"]);
  assert.deepEqual(await steps({ experiments: ["gulls"], includeInherited: false }), [
    "gulls 0",
    "gulls 1",
    "gulls 2",
    "gulls 3",
  ]);
  assert.deepEqual(await steps({ runs: [] }), []);
  await assert.rejects(() => steps({ tailLimit: 0 }), OptionError);
});

Deno.test("wide metrics have one row per run and step, null where a series has no point, NaN where it is NaN", async () => {
  await using fixture = await Fixture.make();
  const frame = await fixture.project().project.fetchMetrics({
    runs: ["gull-1", "gull-2"],
    attributes: "^metrics/",
    format: "wide",
  });
  assert.deepEqual(frame.columns, ["run", "step", "metrics/accuracy", "metrics/loss"]);
  assert.deepEqual(frame.rows(), [
    ["gull-1", 0, 0.1, 4],
    ["gull-1", 1, 0.2, 3],
    ["gull-1", 2, NaN, 2],
    ["gull-1", 3, 0.4, 1],
    ["gull-2", 0, 0.1, 4],
    ["gull-2", 1, 0.2, 3],
    ["gull-2", 2, null, 2.5],
    ["gull-2", 3, null, 2.25],
  ]);
});

Deno.test("other series share one value column when of one type, and have one each when of several", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const logs = await project.fetchSeries({ runs: ["gull-1"], attributes: "^logs/" });
  assert.deepEqual(logs.columns, ["run", "attribute", "step", "value", "timestamp"]);
  assert.deepEqual(logs.getColumn("value").toArray(), ["line 0", "line 1"]);
  const all = await project.fetchSeries({ runs: ["gull-1"], attributes: ".*" });
  assert.deepEqual(all.columns.slice(3, 5), ["value:histogram_series", "value:string_series"]);
  assert.equal(all.height, 3);
  await assert.rejects(() => project.fetchSeries({ attributes: ".*", tailLimit: 0 }), OptionError);
});

Deno.test("files are downloaded once, and the frame tells where each is", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const destination = `${fixture.folder}/out`;
  const download = () => project.downloadFiles({ attributes: ".*", destination });
  const first = await download();
  assert.deepEqual(first.getColumn("attribute").toArray(), ["lost", "notes"]);
  assert.deepEqual(first.getColumn("status").toArray(), ["missing", "downloaded"]);
  const [, path] = first.getColumn("path").toArray() as string[];
  assert.equal(await Deno.readTextFile(path), "wing span\n");
  assert.ok(path.startsWith(destination));
  assert.deepEqual((await download()).getColumn("status").toArray(), ["missing", "present"]);
});

Deno.test("a file lies at the same place whatever else is asked for, and never counts as another one", async () => {
  await using fixture = await Fixture.make();
  const paths = ["plots/a b", "plots/a_b", "plots/a:b", "plots//a_b", "plots/e\u0301", "plots/\u00e9"];
  const stored = paths.map((_, i) => `odd/${i}.txt`);
  const batches = [paths.map((path, i) => file(path, stored[i]))];
  for (const runId of ["odd run", "odd_run"]) {
    await writeRun({ dataRoot: fixture.data, projectId: "team/odd", runId, batches });
  }
  const folder = `${fixture.files}/${sanitized("team/odd")}`;
  await Deno.mkdir(`${folder}/odd`, { recursive: true });
  for (const [i, path] of stored.entries()) await Deno.writeTextFile(`${folder}/${path}`, `file ${i}`);
  const { project } = fixture.project({ project: "team/odd" });
  const destination = `${fixture.folder}/odd`;
  const places = new Map<string, string>();
  // One by one, then together: nothing is fetched twice.
  for (const runId of ["odd run", "odd_run"]) {
    for (const [i, path] of paths.entries()) {
      const frame = await project.downloadFiles({ runs: [runId], attributes: [path], destination });
      const [place] = frame.getColumn("path").toArray() as string[];
      assert.deepEqual(frame.getColumn("status").toArray(), ["downloaded"], path);
      assert.equal(await Deno.readTextFile(place), `file ${i}`);
      places.set(`${runId} ${path}`, place);
    }
  }
  assert.equal(new Set(places.values()).size, 12);
  assert.ok(places.get("odd_run plots/a_b")!.endsWith("/odd_run/plots/a_b.txt"), "what need not change stays");
  const all = await project.downloadFiles({ attributes: ".*", destination });
  for (const { run, attribute, path, status } of all.toRecords()) {
    assert.deepEqual([status, path], ["present", places.get(`${run} ${attribute}`)]);
  }
});

Deno.test("runs that share a name are told apart, in folders and in frames, whichever of them a call is about", async () => {
  await using fixture = await Fixture.make();
  // Two runs have one custom id, which is a third one's sys/id and the name of an experiment.
  const runs = { one: ["T-1", "T-3", "alone"], two: ["T-2", "T-3", "T-3"], three: ["T-3", null, null] } as const;
  const loss = (value: number) => ({
    attribute_path: "loss",
    attribute_type: "float_series",
    step: 0,
    timestamp: 0,
    float_value: value,
  });
  const folder = `${fixture.files}/${sanitized("team/twins")}`;
  for (const [i, [runId, [sysId, customId, name]]] of Object.entries(runs).entries()) {
    const rows = [
      string("sys/id", sysId),
      ...customId ? [string("sys/custom_run_id", customId)] : [],
      ...name ? [string("sys/name", name)] : [],
    ];
    const batches = [[...rows, file("model", `${runId}/model.bin`)], [loss(i)]];
    await writeRun({ dataRoot: fixture.data, projectId: "team/twins", runId, batches });
    await Deno.mkdir(`${folder}/${runId}`, { recursive: true });
    await Deno.writeTextFile(`${folder}/${runId}/model.bin`, `model ${runId}`.padEnd(20));
  }
  const { project } = fixture.project({ project: "team/twins" });
  const destination = `${fixture.folder}/twins`;
  const download = async (chosen: Partial<DownloadFilesOptions>) => {
    const frame = await project.downloadFiles({ ...chosen, attributes: ["model"], destination });
    const found = [];
    for (const { run, path, status } of frame.toRecords()) {
      found.push([run, path!.slice(destination.length), (await Deno.readTextFile(path!)).trim(), status]);
    }
    return found;
  };
  // One by one, then together: nothing is taken for another's, nothing is fetched twice.
  for (const [withId, runId] of [["T-1", "one"], ["T-2", "two"], ["T-3", "three"]]) {
    const [[, , content, status], ...more] = await download({ withIds: [withId] });
    assert.deepEqual([content, status, more], [`model ${runId}`, "downloaded", []]);
  }
  assert.deepEqual(await download({}), [
    ["T-1", "/T-1/model.bin", "model one", "present"],
    ["T-2", "/T-2/model.bin", "model two", "present"],
    ["three", "/three/model.bin", "model three", "present"],
  ]);
  const metrics = await project.fetchMetrics({ attributes: ["loss"] });
  assert.deepEqual(metrics.toRecords().map(({ run, value }) => [run, value]), [["T-1", 0], ["T-2", 1], ["three", 2]]);
  // An experiment keeps its name.
  assert.deepEqual(
    (await download({ experiments: ["alone"] })).map(([run, path]) => [run, path]),
    [["alone", "/alone/model.bin"]],
  );
  const exported = await project.exportArchive({ destination: `${fixture.folder}/exported` });
  assert.deepEqual(exported.getColumn("status").toArray(), ["written", "written", "written"]);
  // One by one, too, no run is left out as another one is there already, and read back each is itself.
  const exporting = async (chosen: Partial<ExportArchiveOptions>) =>
    (await project.exportArchive({ ...chosen, destination: `${fixture.folder}/singly` })).select("run", "status")
      .rows();
  for (const [withId, run] of [["T-1", "T-1"], ["T-2", "T-2"], ["T-3", "three"]]) {
    assert.deepEqual(await exporting({ withIds: [withId] }), [[run, "written"]]);
  }
  assert.deepEqual(await exporting({}), [["T-1", "present"], ["T-2", "present"], ["three", "present"]]);
  const back = new ReadOnlyProject({ archive: `${fixture.folder}/singly/data`, cacheFolder: null });
  const points = await back.fetchMetrics({ attributes: ["loss"] });
  assert.deepEqual(points.toRecords().map(({ run, value }) => [run, value]), [["T-1", 0], ["T-2", 1], ["three", 2]]);
});

Deno.test("a run is called the same whichever runs a call is about, and no file of another run at its place counts as its own", async () => {
  await using fixture = await Fixture.make();
  // The first is called like the second, but only where that gives its name up for the third; the last like the experiment of the first.
  const runs = {
    one: ["T-1", "T-2", "night"],
    two: ["T-2", "c", null],
    three: ["T-3", "c", null],
    four: ["T-4", "night", null],
  } as const;
  const folder = `${fixture.files}/${sanitized("team/chain")}`;
  for (const [runId, [sysId, customId, name]] of Object.entries(runs)) {
    const rows = [string("sys/id", sysId), string("sys/custom_run_id", customId)];
    if (name) rows.push(string("sys/name", name));
    const batches = [[...rows, file("model", `${runId}/model.bin`)]];
    await writeRun({ dataRoot: fixture.data, projectId: "team/chain", runId, batches });
    await Deno.mkdir(`${folder}/${runId}`, { recursive: true });
    await Deno.writeTextFile(`${folder}/${runId}/model.bin`, `model ${runId}`.padEnd(20));
  }
  await eachWay(fixture.data, "team/chain", async ({ name, project }) => {
    const destination = `${fixture.folder}/${name}`;
    const download = async (chosen: Partial<DownloadFilesOptions>) => {
      const frame = await project.downloadFiles({ ...chosen, attributes: ["model"], destination });
      return await Promise.all(
        frame.toRecords().map(async ({ run, path, status }) => [
          run,
          (await Deno.readTextFile(path!)).trim(),
          status,
        ]),
      );
    };
    for (const [runId, [sysId]] of Object.entries(runs)) {
      const label = runId === "four" ? "night" : sysId;
      assert.deepEqual(await download({ withIds: [sysId] }), [[label, `model ${runId}`, "downloaded"]], name);
    }
    const all = [
      ["T-1", "model one", "present"],
      ["T-2", "model two", "present"],
      ["T-3", "model three", "present"],
      ["night", "model four", "present"],
    ];
    assert.deepEqual(await download({}), all, name);
    const night = ["night", "model one"];
    assert.deepEqual(await download({ experiments: ["night"] }), [[...night, "downloaded"]], name);
    assert.deepEqual(await download({ experiments: ["night"] }), [[...night, "present"]], name);
    assert.deepEqual(await download({ withIds: ["T-4"] }), [["night", "model four", "downloaded"]], name);
    // What a call that broke off had begun to note, and files of which nothing tells whose they are.
    await Deno.writeTextFile(`${destination}/.downloaded.jsonl`, '\n["T-1/mod', { append: true });
    assert.deepEqual(await download({}), all, name);
    await Deno.remove(`${destination}/.downloaded.jsonl`);
    assert.deepEqual(await download({}), all.map(([run, text]) => [run, text, "downloaded"]), name);
    assert.deepEqual(await download({}), all, name);
  });
});

Deno.test("a set of files that cannot be listed is a row that says why, and the other files are fetched", async () => {
  await using fixture = await Fixture.make();
  const rows = [string("sys/id", "OLD-1"), { ...file("set", "OLD-1/set"), attribute_type: "file_set" }];
  rows.push(file("model", "OLD-1/model.bin"));
  await writeRun({ dataRoot: fixture.data, projectId: "team/old", runId: "OLD-1", batches: [rows] });
  const folder = `${fixture.files}/${sanitized("team/old")}/OLD-1`;
  await Deno.mkdir(`${folder}/set`, { recursive: true });
  await Deno.writeTextFile(`${folder}/model.bin`, "model");
  const { project } = fixture.project({ project: "team/old" });
  const source = await connectionOf(project).source();
  const open = source.file.bind(source);
  source.file = (ref, options) => {
    if (!ref.path.endsWith("/set")) return open(ref, options);
    throw new DecodeError("What is told of the folder is no list.", { offset: 0, what: "folder of files" });
  };
  const frame = await project.downloadFiles({ attributes: ".*", destination: `${fixture.folder}/out` });
  assert.deepEqual(frame.toRecords().map(({ attribute, status, message }) => [attribute, status, message]), [
    ["model", "downloaded", null],
    ["set", "failed", "What is told of the folder is no list."],
  ]);
});

Deno.test("folders within folders without end, as a server may tell of them, end a download and an export all the same", async () => {
  await using fixture = await Fixture.make();
  const rows = [string("sys/id", "OLD-1"), { ...file("set", "OLD-1/set"), attribute_type: "file_set" }];
  await writeRun({ dataRoot: fixture.data, projectId: "team/old", runId: "OLD-1", batches: [rows] });
  await Deno.mkdir(`${fixture.files}/${sanitized("team/old")}/OLD-1/set`, { recursive: true });
  const { project } = fixture.project({ project: "team/old" });
  const source = await connectionOf(project).source();
  let asked = 0;
  source.file = ({ path }) => {
    if (++asked > 1000) throw new Error("It goes on for ever.");
    throw new FileMissingError("A folder.", { path, inside: ["more"] });
  };
  const files = await project.downloadFiles({ attributes: ".*", destination: `${fixture.folder}/out` });
  assert.deepEqual(files.getColumn("status").toArray(), ["missing"]);
  const exported = await project.exportArchive({ destination: `${fixture.folder}/exported` });
  // How the last one was answered: nothing of it is there, and it is not said to be empty.
  assert.deepEqual(
    exported.toRecords().map(({ status, missing_files, message }) => [status, missing_files, message]),
    [["written", 0, "A folder."]],
  );
});

Deno.test("the files of file sets and artifacts of Neptune 2.x are fetched too, also through a server", async () => {
  await using fixture = await Fixture.make();
  const row = (path: string, type: string, stored: string) => ({ ...file(path, stored), attribute_type: type });
  const rows = [
    string("sys/id", "OLD-1"),
    row("source/files", "file_set", "OLD-1/source/files"),
    row("source/gone", "file_set", "OLD-1/source/gone"),
    row("source/none", "file_set", "OLD-1/source/none"),
    row("data/train", "artifact", "OLD-1/data/train/files_list.json"),
    file("model", "OLD-1/a_folder.bin"),
  ];
  await writeRun({ dataRoot: fixture.data, projectId: "team/old", runId: "OLD-1", batches: [rows] });
  const folder = `${fixture.files}/${sanitized("team/old")}/OLD-1`;
  const contents = {
    "source/files/files.zip": "PK",
    "source/files/src/.env": "A=1",
    "data/train/files_list.json": "[]",
  };
  await Deno.mkdir(`${folder}/source/none`, { recursive: true });
  for (const [path, text] of Object.entries(contents)) {
    await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}`, text);
  }
  // In the place of a single file: that one is missing, and no set of none.
  await Deno.mkdir(`${folder}/a_folder.bin`);
  const expected = (status: string) => [
    ["data/train", "/OLD-1/data/train.json", status],
    ["model", undefined, "missing"],
    ["source/files", "/OLD-1/source/files/files.zip", status],
    ["source/files", "/OLD-1/source/files/src/_env-….env", status],
    ["source/gone", undefined, "missing"],
    ["source/none", undefined, "missing"],
  ];
  await eachWay(fixture.data, "team/old", async ({ name, project }) => {
    const destination = `${fixture.folder}/${name}`;
    const found = async () =>
      (await project.downloadFiles({ attributes: ".*", destination })).toRecords()
        .map((
          { attribute, path, status },
        ) => [attribute, path?.slice(destination.length).replace(/-[0-9a-f]{16}/, "-…"), status]);
    assert.deepEqual(await found(), expected("downloaded"), name);
    assert.deepEqual(await found(), expected("present"), name);
    const run = new ReadOnlyRun(project, { withId: "OLD-1" });
    const set = await run.attribute("source/files").fetch({ type: "file" }).catch(() => null) ??
      await run.attribute("source/files").fetch({ type: "file_set" });
    await assert.rejects(() => set!.bytes(), {
      name: "FileMissingError",
      fields: { path: set!.path, inside: ["files.zip", "src"] },
    });
    await project.exportArchive({ destination: `${destination}/exported` });
    const exported = `${destination}/exported/files/${sanitized("team/old")}/OLD-1/source/files/src/.env`;
    assert.equal(await Deno.readTextFile(exported), "A=1", name);
  });
  const { project } = fixture.project({ project: "team/old" });
  const sets = await project.downloadFiles({
    attributes: ".*",
    destination: `${fixture.folder}/sets`,
    types: ["file_set"],
  });
  assert.deepEqual(sets.getColumn("attribute").toArray(), [
    "source/files",
    "source/files",
    "source/gone",
    "source/none",
  ]);
});

Deno.test("attributes are listed with their types, for some runs or all", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const all = await project.listAttributes({ attributes: "size" });
  assert.deepEqual(all.rows(), [["size", "int"], ["size", "string"]]);
  assert.deepEqual((await project.listAttributes({ attributes: "size", runs: ["gull-2"] })).rows(), [[
    "size",
    "string",
  ]]);
  const series = await project.listAttributes({ types: ["float_series"] });
  assert.deepEqual(series.getColumn("attribute").toArray(), ["metrics/accuracy", "metrics/loss"]);
});

import assert from "node:assert/strict";
import {
  AttributeNotFoundError,
  AttributeTypeError,
  FileMissingError,
  jupyterDisplay,
  OptionError,
  ReadOnlyProject,
  ReadOnlyRun,
  RunFile,
  RunNotFoundError,
} from "../../mod.ts";
import { file, float, floatPoint, string } from "../../samples/rows.ts";
import { sanitized, writeRun } from "../../samples/writer.ts";
import { Fixture, PROJECT, T } from "./fixture.ts";

Deno.test("making a project, a run or an attribute reads nothing, not even whether the archive exists", () => {
  const run = new ReadOnlyRun(new ReadOnlyProject({ archive: "/no/such/folder" }), { withId: "X-1" });
  assert.equal(run["metrics/loss"].path, "metrics/loss");
  assert.equal(run.attribute("loss").path, "loss");
});

Deno.test("a run is found by experiment name (its newest run), custom id or id", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const ids = async (run: ReadOnlyRun) => await run["sys/custom_run_id"].fetch();
  assert.equal(await ids(new ReadOnlyRun(project, { experimentName: "gulls" })), "gull-2");
  assert.equal(await ids(new ReadOnlyRun(project, { customId: "gull-1" })), "gull-1");
  assert.equal(await ids(new ReadOnlyRun(project, { withId: "BIR-3" })), "tern-1");
});

Deno.test("a run is named by exactly one of the three, and by a string", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const make = (selector: unknown) => () => new ReadOnlyRun(project, selector as { withId: string });
  assert.throws(make({}), (error: Error) => error instanceof OptionError && /none is given/.test(error.message));
  assert.throws(make(undefined), OptionError);
  assert.throws(make({ withId: "BIR-1", customId: "gull-1" }), /customId and withId are given/);
  assert.throws(make({ withId: "" }), /must be a string/);
  assert.throws(make({ withId: 1 }), /must be a string/);
});

Deno.test("an unknown run or attribute is an error that names what is close", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  await assert.rejects(
    () => new ReadOnlyRun(project, { experimentName: "gull" })["metrics/loss"].fetch(),
    (error: RunNotFoundError) => error instanceof RunNotFoundError && /Did you mean "gulls"\?/.test(error.message),
  );
  const run = new ReadOnlyRun(project, { withId: "BIR-1" });
  await assert.rejects(
    () => run["metrics/los"].fetch(),
    (error: AttributeNotFoundError) =>
      error instanceof AttributeNotFoundError && error.message.includes('"metrics/loss"'),
  );
  await assert.rejects(() => run["metrics/los"].fetchValues(), AttributeNotFoundError);
});

Deno.test("fetch() gives every type its JavaScript value", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const run = new ReadOnlyRun(project, { customId: "gull-1" });
  assert.equal(await run["parameters/init_lr"].fetch(), 0.1);
  assert.equal(await run["parameters/epochs"].fetch(), 7);
  assert.equal(await run["parameters/tokens"].fetch(), 9007199254740993n);
  assert.equal(await run["parameters/optimizer"].fetch(), "adam");
  assert.equal(await run["parameters/amsgrad"].fetch(), true);
  assert.deepEqual(await run["parameters/when"].fetch(), new Date(T + 1));
  assert.deepEqual(await run["sys/tags"].fetch(), new Set(["sea", "bird"]));
  assert.equal(await run["metrics/loss"].fetch(), 1);
  assert.equal(await run["metrics/loss"].fetchLast(), 1);
  assert.equal(await run["logs/out"].fetchLast(), "line 1");
  assert.deepEqual(await run.attribute("weights").fetch(), {
    type: "COUNTING",
    edges: new Float64Array([0, 1, 2]),
    values: new Float64Array([3, 4]),
  });
});

Deno.test("a file is a reference that opens when asked, and a lost one fails only then", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const run = new ReadOnlyRun(project, { customId: "gull-1" });
  const file = await run.attribute("notes").fetch<RunFile>();
  assert.ok(file instanceof RunFile);
  assert.equal(file.size, 10);
  assert.equal(file.type, "text/plain");
  assert.equal(await file.text(), "wing span\n");
  await file.save(`${fixture.folder}/copy.txt`);
  assert.equal(await Deno.readTextFile(`${fixture.folder}/copy.txt`), "wing span\n");
  const lost = await run.attribute("lost").fetch<RunFile>();
  assert.equal(lost.size, null);
  await assert.rejects(() => lost.bytes(), FileMissingError);
});

Deno.test("a method that does not fit the type says which one does", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const run = new ReadOnlyRun(project, { customId: "gull-1" });
  for (const call of [() => run["parameters/init_lr"].fetchValues(), () => run["parameters/init_lr"].fetchLast()]) {
    await assert.rejects(call, (error: AttributeTypeError) => {
      assert.ok(error instanceof AttributeTypeError);
      assert.deepEqual(error.fields.use, ["fetch"]);
      assert.match(error.message, /use fetch\(\)/);
      return true;
    });
  }
});

Deno.test("fetchValues() gives step, value and timestamp, with NaN as it is", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const frame = await new ReadOnlyRun(project, { customId: "gull-1" })["metrics/accuracy"].fetchValues();
  assert.deepEqual(frame.columns, ["step", "value", "timestamp"]);
  assert.deepEqual(frame.getColumn("value").toArray(), [0.1, 0.2, NaN, 0.4]);
  assert.deepEqual(frame.dtypes.map(String), ["DataType(Float64)", "DataType(Float64)", "DataType(Datetime(ms,UTC))"]);
  assert.equal((frame.getColumn("timestamp").toArray()[1] as unknown as Date).getTime(), T + 1000);
});

Deno.test("a forked run has its parent's points up to the fork step, unless they are left out", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const run = new ReadOnlyRun(project, { customId: "gull-2" });
  const all = await run["metrics/loss"].fetchValues({ includeTimestamp: false });
  assert.deepEqual(all.rows(), [[0, 4], [1, 3], [2, 2.5], [3, 2.25]]);
  const own = await run["metrics/loss"].fetchValues({ includeTimestamp: false, includeInherited: false });
  assert.deepEqual(own.rows(), [[2, 2.5], [3, 2.25]]);
  const inherited = await run["metrics/accuracy"].fetchValues({ includeTimestamp: false });
  assert.deepEqual(inherited.rows(), [[0, 0.1], [1, 0.2]]);
});

Deno.test("a step range includes both ends, either may be open, and a bad one is refused", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const loss = new ReadOnlyRun(project, { customId: "gull-1" })["metrics/loss"];
  const steps = async (stepRange: readonly [number | null, number | null] | null) =>
    (await loss.fetchValues({ stepRange })).getColumn("step").toArray();
  assert.deepEqual(await steps([1, 2]), [1, 2]);
  assert.deepEqual(await steps([2, null]), [2, 3]);
  assert.deepEqual(await steps([null, 0]), [0]);
  assert.deepEqual(await steps(null), [0, 1, 2, 3]);
  assert.deepEqual(await steps([7, null]), []);
  await assert.rejects(() => steps([2, 1]), OptionError);
  await assert.rejects(() => steps(["1" as unknown as number, null]), OptionError);
});

Deno.test("string, histogram and previews columns have their own shapes", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const run = new ReadOnlyRun(project, { customId: "gull-1" });
  assert.deepEqual((await run["logs/out"].fetchValues()).getColumn("value").toArray(), ["line 0", "line 1"]);
  assert.deepEqual((await run.attribute("weights").fetchValues()).getColumn("value").toArray(), [
    { type: "COUNTING", edges: [0, 1, 2], values: [3, 4] },
  ]);
  const previews = await run["metrics/loss"].fetchValues({ includePointPreviews: true, includeTimestamp: false });
  assert.deepEqual(previews.columns, ["step", "value", "is_preview", "preview_completion"]);
  assert.deepEqual(previews.row(0), [0, 4, false, 1]);
});

Deno.test("attributeNames is awaited or looped over", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const run = new ReadOnlyRun(project, { customId: "tern-1" });
  const names = await run.attributeNames;
  assert.ok(names.includes("metrics/loss") && names.includes("sys/tags"));
  assert.deepEqual(await Array.fromAsync(run.attributeNames), names);
});

Deno.test("after prefetch() fetching those paths reads nothing more", async () => {
  await using fixture = await Fixture.make();
  const { project, reads } = fixture.project();
  const run = new ReadOnlyRun(project, { customId: "gull-1" });
  await run.prefetch(["parameters/init_lr", "parameters/optimizer", "metrics/loss"]);
  const before = reads();
  assert.equal(await run["parameters/init_lr"].fetch(), 0.1);
  assert.equal(await run["parameters/optimizer"].fetch(), "adam");
  assert.equal(await run["metrics/loss"].fetchLast(), 1);
  assert.equal(reads(), before);
  run.refresh("parameters/init_lr");
  await run["parameters/init_lr"].fetch();
  assert.equal(reads(), before + 1);
});

Deno.test("after prefetchSeriesValues() those series read nothing more, for narrower ranges too", async () => {
  await using fixture = await Fixture.make();
  const { project, reads } = fixture.project();
  const run = new ReadOnlyRun(project, { customId: "gull-2" });
  await run.prefetchSeriesValues(["metrics/loss", "metrics/accuracy", "logs/out", "no/such", "parameters/init_lr"], {
    stepRange: [1, null],
    useThreads: true,
  });
  const before = reads();
  assert.deepEqual((await run["metrics/loss"].fetchValues({ stepRange: [1, null] })).getColumn("step").toArray(), [
    1,
    2,
    3,
  ]);
  assert.deepEqual((await run["metrics/loss"].fetchValues({ stepRange: [2, 2] })).getColumn("value").toArray(), [2.5]);
  assert.deepEqual((await run["logs/out"].fetchValues({ stepRange: [1, null] })).getColumn("value").toArray(), [
    "line 1",
  ]);
  assert.equal(await run["metrics/loss"].fetchLast(), 2.25);
  assert.equal(reads(), before);
  assert.deepEqual((await run["metrics/loss"].fetchValues()).getColumn("step").toArray(), [0, 1, 2, 3]);
  assert.ok(reads() > before, "a wider range has to be read");
});

Deno.test("an aborted call throws the signal's reason and the run can be read afterwards", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const run = new ReadOnlyRun(project, { customId: "gull-1" });
  const reason = new Error("enough");
  await assert.rejects(() => run["metrics/loss"].fetchValues({ signal: AbortSignal.abort(reason) }), reason);
  assert.equal((await run["metrics/loss"].fetchValues()).height, 4);
});

Deno.test("a call that is aborted while the run is looked up does not end another that waits for it", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const run = new ReadOnlyRun(project, { customId: "gull-1" });
  const controller = new AbortController();
  const first = run["parameters/epochs"].fetch({ signal: controller.signal });
  const second = run["parameters/epochs"].fetch();
  controller.abort(new Error("enough"));
  await assert.rejects(first, /enough/);
  assert.equal(await second, 7);
});

Deno.test("console.log says what a run, an attribute and a file are", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const run = new ReadOnlyRun(project, { customId: "gull-1" });
  assert.match(Deno.inspect(run), /ReadOnlyRun sys\/custom_run_id = "gull-1"/);
  await run["sys/id"].fetch();
  assert.match(Deno.inspect(run), /ReadOnlyRun BIR-1\n {2}experiment "gulls"/);
  assert.match(Deno.inspect(run["metrics/loss"]), /Attribute "metrics\/loss" of run BIR-1/);
  assert.match(
    Deno.inspect(await run.attribute("notes").fetch()),
    /RunFile gull-1\/notes\.txt \(text\/plain, 10 bytes\)/,
  );
});

Deno.test("a fork that logs a config under the name of a series that it inherits has both", async () => {
  await using fixture = await Fixture.make();
  const rows = {
    "owl-1": [floatPoint("wings", 0, T, 0.5), floatPoint("wings", 1, T, 1.5)],
    "owl-2": [string("sys/forking/parent", "owl-1"), float("sys/forking/step", 5), string("wings", "two")],
  };
  for (const [runId, batch] of Object.entries(rows)) {
    await writeRun({ dataRoot: fixture.data, projectId: PROJECT, runId, batches: [batch] });
  }
  const { project, reads } = fixture.project();
  const run = new ReadOnlyRun(project, { customId: "owl-2" });
  const wings = run.attribute("wings");
  assert.equal(await wings.fetch(), "two");
  assert.equal(await wings.fetch({ type: "string" }), "two");
  assert.equal(await wings.fetch({ type: "float_series" }), 1.5);
  assert.equal(await wings.fetchLast(), 1.5);
  assert.deepEqual((await wings.fetchValues()).getColumn("value").toArray(), [0.5, 1.5]);
  await assert.rejects(() => wings.fetch({ type: "int" }), AttributeTypeError);
  await run.prefetchSeriesValues(["wings"]);
  const before = reads();
  assert.equal((await wings.fetchValues({ stepRange: [1, null] })).height, 1);
  assert.equal((await wings.fetchValues({ type: "float_series" })).height, 2);
  assert.equal(reads(), before);
  await assert.rejects(() => wings.fetchValues({ type: "string_series" }), AttributeTypeError);
});

Deno.test("a notebook shows of file sets and artifacts what is there of them", async () => {
  await using fixture = await Fixture.make();
  const rows = ["file_set", "file_set", "artifact"].map((type, i) => ({
    ...file(`set/${i}`, `OLD-1/${i}`),
    attribute_type: type,
  }));
  await writeRun({ dataRoot: fixture.data, projectId: "team/old", runId: "OLD-1", batches: [rows] });
  const folder = `${fixture.files}/${sanitized("team/old")}/OLD-1`;
  await Deno.mkdir(`${folder}/0`, { recursive: true });
  await Deno.writeTextFile(`${folder}/2`, '[{"filePath":"a.csv"}]');
  const run = new ReadOnlyRun(fixture.project({ project: "team/old" }).project, { withId: "OLD-1" });
  const texts = await Promise.all(
    [0, 1, 2].map(async (i) => (await run[`set/${i}`][jupyterDisplay]())["text/plain"]),
  );
  assert.match(String(texts[0]), /A set of files: downloadFiles\(\) writes them to a folder\.$/);
  assert.match(String(texts[1]), /The file itself is missing/);
  assert.match(String(texts[2]), /a\.csv/);
});

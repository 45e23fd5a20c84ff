import assert from "node:assert/strict";
import { OptionError, ProjectNotFoundError, ReadOnlyProject, ReadOnlyRun } from "../../mod.ts";
import { writeRun } from "../../samples/writer.ts";
import { Fixture, PROJECT } from "./fixture.ts";

Deno.test("lists give ids and names, newest first, awaited or looped over", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const runs = await project.listRuns();
  assert.deepEqual(runs.map((run) => run["sys/id"]), ["BIR-3", "BIR-2", "BIR-1"]);
  assert.deepEqual(runs[2], { "sys/id": "BIR-1", "sys/custom_run_id": "gull-1", "sys/name": "gulls" });
  assert.deepEqual(await Array.fromAsync(project.listRuns()), runs);
  assert.deepEqual((await project.listExperiments()).map((run) => run["sys/id"]), ["BIR-3", "BIR-2"]);
});

Deno.test("fetches give a frame when awaited and runs when looped over", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const frame = await project.fetchRuns();
  assert.deepEqual(frame.columns, ["sys/id", "sys/custom_run_id", "sys/name"]);
  assert.equal(frame.height, 3);
  assert.equal((await project.fetchExperiments()).height, 2);
  const losses: unknown[] = [];
  for await (const run of project.fetchExperiments()) {
    assert.ok(run instanceof ReadOnlyRun);
    losses.push(await run["metrics/loss"].fetchLast());
  }
  assert.deepEqual(losses, [8, 2.25]);
});

Deno.test("what a listing already knows of a run is not read again", async () => {
  await using fixture = await Fixture.make();
  const { project, reads } = fixture.project();
  const [run] = await project.fetchRuns().toArray();
  const before = reads();
  assert.equal(await run["sys/id"].fetch(), "BIR-3");
  assert.equal(await run["sys/name"].fetch(), "terns");
  assert.equal(reads(), before);
});

Deno.test("runs are chosen by ids of either kind, each once; none given means all, an empty list none", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const ids = async (runs: PromiseLike<ReadOnlyRun[]>) =>
    await Promise.all((await runs).map((run) => run["sys/id"].fetch()));
  assert.deepEqual(
    await ids(project.fetchReadOnlyRuns({ withIds: ["BIR-1"], customIds: ["gull-1", "tern-1", "nobody"] })),
    [
      "BIR-3",
      "BIR-1",
    ],
  );
  assert.equal((await ids(project.fetchReadOnlyRuns())).length, 3);
  assert.deepEqual(await ids(project.fetchReadOnlyRuns({ withIds: [] })), []);
  assert.deepEqual(await ids(project.fetchReadOnlyExperiments({ names: ["gulls"] })), ["BIR-2"]);
  assert.equal((await ids(project.fetchReadOnlyExperiments())).length, 2);
  assert.throws(() => project.fetchReadOnlyRuns({ withIds: "BIR-1" as unknown as string[] }), OptionError);
});

Deno.test("a project that is not there is an error that names what is", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project({ project: "team/bird" });
  await assert.rejects(async () => await project.listRuns(), (error: ProjectNotFoundError) => {
    assert.ok(error instanceof ProjectNotFoundError);
    assert.match(error.message, /team\/birds/);
    return true;
  });
});

Deno.test("with several projects and none named, the error lists them", async () => {
  await using fixture = await Fixture.make();
  await writeRun({
    dataRoot: fixture.data,
    projectId: "team/fish",
    runId: "cod-1",
    batches: [[{
      attribute_path: "sys/id",
      attribute_type: "string",
      string_value: "FIS-1",
    }]],
  });
  const { project } = fixture.project();
  await assert.rejects(async () => await project.listRuns(), /holds 2: pass `project`.*team\/birds.*team\/fish/);
  // A file without a row names no project.
  const data = `${fixture.folder}/none/data`;
  await writeRun({ dataRoot: data, projectId: "team/none", runId: "a", batches: [[]] });
  await assert.rejects(async () => await new ReadOnlyProject({ archive: data, cacheFolder: null }).listRuns(), {
    name: "ProjectNotFoundError",
    message: /^No project is named, and archive .* holds none: see that it is the right place\.$/,
  });
  assert.equal((await fixture.project({ project: PROJECT }).project.listRuns()).length, 3);
});

Deno.test("options that do not say what to read are refused when the project is made", () => {
  assert.throws(() => new ReadOnlyProject({ archive: "a", apiToken: "b" }), OptionError);
  assert.throws(() => new ReadOnlyProject(), /nothing to read from/);
  const folder = /"exports\/data" was taken for the name of a project; a folder is passed as `archive`\./;
  assert.throws(() => new ReadOnlyProject("exports/data"), folder);
});

Deno.test("environment variables stand in for options", async () => {
  await using fixture = await Fixture.make();
  const script = `import { ReadOnlyProject } from "${new URL("../../mod.ts", import.meta.url)}";
    console.log((await new ReadOnlyProject().listRuns()).length);`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", `--config=${new URL("../../deno.json", import.meta.url).pathname}`, script],
    env: {
      NEPTUNE_PROJECT: PROJECT,
      NEPTUNE_ARCHIVE: fixture.data,
      NEPTUNE_ARCHIVE_FILES: fixture.files,
      NO_COLOR: "1",
    },
  }).output();
  assert.equal(new TextDecoder().decode(stdout).trim(), "3", new TextDecoder().decode(stderr));
});

Deno.test("console.log says what a project and a listing are", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  assert.match(Deno.inspect(project), /^ReadOnlyProject \(the only project\)\n {2}in archive /);
  assert.match(Deno.inspect(project.fetchRuns()), /^Listing of runs/);
});

Deno.test("a call that is aborted while the only project is looked for does not end another that waits", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const abort = new AbortController();
  const first = project.listAttributes({ signal: abort.signal, progressBar: false });
  const second = project.listAttributes({ progressBar: false });
  abort.abort(new Error("changed my mind"));
  await assert.rejects(first, /changed my mind/);
  assert.ok((await second).height > 0);
});

Deno.test("a healthy archive has an empty report with all its columns", async () => {
  await using fixture = await Fixture.make();
  const report = await fixture.project().project.archiveReport();
  assert.deepEqual(report.columns, ["severity", "kind", "run", "attribute", "file", "count", "message"]);
  const kinds = report.getColumn("kind").toArray();
  assert.deepEqual(
    kinds,
    ["missing_file", "not_decoded", "no_hashes"],
    "the fixture has one lost file, the exporter writes no hashes, and not everything was decoded",
  );
});

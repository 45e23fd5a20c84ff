/** What was once answered with something else, in silence or with an error that was none of ours. */

import assert from "node:assert/strict";
import { isNeptuneError, type NeptuneErrors, plot, ReadOnlyProject, ReadOnlyRun } from "../../mod.ts";
import { createHandler } from "../../src/server/handler.ts";
import { Fixture, PROJECT } from "../api/fixture.ts";

// deno-lint-ignore no-explicit-any
type Untyped = any;

/** That a call refuses what it was asked, with an error of ours that says why. */
async function refused(call: () => unknown, message: RegExp, name: keyof NeptuneErrors = "OptionError"): Promise<void> {
  await assert.rejects(async () => await call(), (error) => {
    assert.ok(isNeptuneError(error, name), `${error}`);
    assert.match(error.message, message);
    return true;
  });
}

Deno.test("a call that once took every run for those that were asked for asks what was meant, or answers it", async () => {
  await using fixture = await Fixture.make();
  const project = fixture.project().project as Untyped;
  const ids = async (listing: Untyped) => (await listing).map((run: ReadOnlyRun) => run.customId).sort();
  const column = (frame: Untyped, name: string) => [...new Set(frame.getColumn(name).toArray())].sort();

  await refused(() => project.fetchReadOnlyRuns({ query: "garbage" }), /query/, "NqlSyntaxError");
  assert.deepEqual(await ids(project.fetchReadOnlyRuns({ query: "`parameters/epochs`:int = 7" })), ["gull-1"]);
  await refused(
    () => project.fetchReadOnlyRuns({ customId: ["gull-1"] }),
    /no option "customId"\. Did you mean "customIds"\?/,
  );
  assert.deepEqual(await ids(project.fetchReadOnlyRuns({ tags: ["sea"] })), ["gull-1", "gull-2", "tern-1"]);
  assert.deepEqual(await ids(project.fetchReadOnlyRuns({ tags: ["land"] })), []);
  assert.deepEqual(column(await project.fetchRunsDf({ experiments: ["gulls"] }), "sys/custom_run_id"), ["gull-2"]);
  await refused(() => project.fetchRunsDf({ limt: 3 }), /no option "limt"\. Did you mean "limit"\?/);
  assert.deepEqual(
    column(await project.fetchMetrics({ customIds: ["tern-1"], attributes: ["metrics/loss"] }), "run"),
    ["tern-1"],
  );
});

Deno.test("a series that once gave all points gives those that were asked for, or says which option was meant", async () => {
  await using fixture = await Fixture.make();
  const run = new ReadOnlyRun(fixture.project().project, { customId: "gull-1" });
  const values = (options: Untyped) => run["metrics/loss"].fetchValues(options);
  await refused(() => values({ step_range: [0, 5] }), /What is step_range in Python is stepRange here/);
  await refused(() => values({ stepRange: 400 }), /stepRange is 400, but must be two steps/);
  await refused(() => values({ stepRange: [0] }), /stepRange is \[0\]/);
  await refused(() => values({ stepRange: ["0", "5"] }), /stepRange is \["0", "5"\]/);
  await refused(() => values({ stepRange: [NaN, null] }), /stepRange is \[NaN, null\]/);
  await refused(() => values({ progressBar: "yes" }), /progressBar is "yes", but must be true, false, null or a class/);
  await refused(() => values(AbortSignal.timeout(9999)), /takes its options as an object.*got an AbortSignal/);
});

Deno.test("a plot shows what was asked for, or says why not", async () => {
  await using fixture = await Fixture.make();
  const run = new ReadOnlyRun(fixture.project().project, { customId: "gull-1" });
  const draw = (options: Untyped) => plot([run], { attributes: ["metrics/loss"], ...options });
  await refused(() => draw({ x: "timestamp" }), /x is "timestamp"(: did you mean "time"\?|, but must be)/);
  await refused(() => draw({ logscale: true }), /no option "logscale"\. Did you mean "logScale"\?/);
  await refused(() => draw({ marks: [{ x: 1, title: "here" }] }), /marks\[0\] has no option "title"/);
  await refused(() => plot(["metrics/loss"] as Untyped), /data\[0\] is "metrics\/loss"/);
  // Nothing is read before the chart is shown.
  await refused(
    () => draw({ attributes: ["metrics/los"] }).svg(),
    /"metrics\/los"\. Did you mean "metrics\/loss"/,
    "AttributeNotFoundError",
  );
  assert.match(await draw({ attributes: /LOSS$/i }).svg(), /^<svg/);
});

Deno.test("values that no option takes are refused with what it takes", async () => {
  await using fixture = await Fixture.make();
  const project = fixture.project().project as Untyped;
  const metrics = (options: Untyped) => project.fetchMetrics({ attributes: ["metrics/loss"], ...options });
  await refused(() => metrics({ format: "tall" }), /format is "tall", but must be "long" or "wide"/);
  await refused(() => metrics({ progressBar: "yes" }), /progressBar/);
  await refused(() => metrics({ tailLimit: 0 }), /tailLimit is 0, but must be a whole number greater than 0/);
  await refused(() => project.fetchMetrics(), /fetchMetrics needs the option attributes/);
  const files = { attributes: ".*", destination: `${fixture.folder}/out` };
  await refused(() => project.downloadFiles({ ...files, concurrency: NaN }), /concurrency is NaN/);
  await refused(() => project.downloadFiles({ ...files, types: ["image"] }), /types\[0\] is "image"/);
  await refused(() => project.listAttributes({ types: ["floats"] }), /types\[0\] is "floats": did you mean "float"/);
  await refused(() => project.fetchSeries({ attributes: ".*", types: ["float"] }), /types\[0\] is "float"/);
  await refused(() => project.fetchRunsDf({ aggregates: ["std"] }), /aggregates\[0\] is "std"/);
  await refused(() => project.fetchRunsDf({ sortBy: { path: "a", order: "asc" } }), /sortBy has no option "order"/);
  await refused(() => project.fetchRunsDf({ columns: ["a", 5] }), /columns\[1\] is 5/);
  await refused(() => project.fetchRunsDf({ query: { op: "and" } }), /query\.terms is undefined/);
  await refused(() => project.fetchRunsDf({ namesRegex: "(" }), /RE2/, "RegexError");
  await refused(() => project.fetchRunsDf({ runs: /(?<=a)b/ }), /RE2/, "RegexError");
  await refused(() => metrics({ attributes: "loss & " }), /on both sides of each & and \|/);
  await refused(() => metrics({ attributes: "" }), /a pattern that is not empty/);
  // A RegExp is a pattern like others, where it once was a raw error.
  assert.equal((await project.fetchMetrics({ attributes: /LOSS$/i, runs: /^TERN/i })).height, 2);
});

Deno.test("a project of another name is not opened because the environment names an archive", async () => {
  await using fixture = await Fixture.make();
  const before = Deno.env.get("NEPTUNE_ARCHIVE");
  Deno.env.set("NEPTUNE_ARCHIVE", fixture.data);
  try {
    await refused(() => new ReadOnlyProject("team/x").fetchInfo(), /team\/x/, "ProjectNotFoundError");
    assert.equal((await new ReadOnlyProject(PROJECT).fetchInfo()).name, PROJECT);
    // Python's second argument is the token, which is nobody's business.
    await assert.rejects(
      async () => await new ReadOnlyProject(PROJECT, "s3cret" as Untyped).fetchInfo(),
      (error: Error) => {
        assert.match(error.message, /takes its options as an object/);
        assert.doesNotMatch(JSON.stringify(error), /s3cret/);
        return !error.message.includes("s3cret");
      },
    );
  } finally {
    if (before === undefined) Deno.env.delete("NEPTUNE_ARCHIVE");
    else Deno.env.set("NEPTUNE_ARCHIVE", before);
  }
});

Deno.test("options that contradict each other are refused before anything is read", async () => {
  const project = new ReadOnlyProject({ archive: "/nowhere/at/all", cacheFolder: null }) as Untyped;
  const both = { runs: ["a"], experiments: ["b"] };
  for (const call of ["listRuns", "fetchRuns", "fetchReadOnlyRuns", "fetchReadOnlyExperiments"]) {
    assert.throws(() => project[call](both), { name: "OptionError", message: /Both runs and experiments/ }, call);
  }
  const more = { attributes: ".*", destination: "/nowhere/x.csv", ...both };
  const attributes = { ...both, attributes: ".*" };
  await refused(() => project.fetchRunsDf(both), /Both runs and experiments/);
  await refused(() => project.fetchMetrics(attributes), /Both runs and experiments/);
  await refused(() => project.saveMetrics(more), /Both runs and experiments/);
  await refused(() => project.downloadFiles(more), /Both runs and experiments/);
  await refused(() => project.exportArchive({ ...both, destination: "/nowhere" }), /Both runs and experiments/);
  await refused(() => project.listAttributes(both), /Both runs and experiments/);
  await refused(
    () => project.fetchMetrics({ attributes: ".*", format: "wide", includePointPreviews: true }),
    /includePointPreviews needs the long format/,
  );
  await refused(
    () => new ReadOnlyProject({ archive: "a", apiToken: "s3cret" }),
    /Both an archive and an API token are given/,
  );
});

Deno.test("a listing that is not awaited has no length that could be taken for an answer", async () => {
  const project = new ReadOnlyProject({ archive: "/nowhere/at/all", cacheFolder: null }) as Untyped;
  await refused(() => project.listRuns().length, /await it first, as in `\(await listing\)\.length`\./);
  await refused(() => project.fetchRuns().height, /`\(await listing\)\.height`/);
  await refused(() => project.listRuns()[0], /`\(await listing\)\[0\]`/);
  await refused(() => project.listRuns().map(String), /`\(await listing\)\.map`/);
  assert.match(Deno.inspect(project.listRuns()), /^Listing of /);
});

Deno.test("Python's names of members say what they are here", async () => {
  await using fixture = await Fixture.make();
  const project = fixture.project().project as Untyped;
  const run = new ReadOnlyRun(project, { customId: "gull-1" }) as Untyped;
  await refused(() => project.fetch_runs_df(), /A project has no member "fetch_runs_df": it is fetchRunsDf here/);
  await refused(() => project.project_identifier, /it is projectIdentifier here/);
  await refused(
    () => run["metrics/loss"].fetch_values(),
    /An attribute has no member "fetch_values": it is fetchValues here/,
  );
  await refused(() => run.prefetch_series_values(["a/b"]), /it is prefetchSeriesValues here/);
  assert.equal(project.no_such_thing, undefined);
  assert.equal(await project, project);
});

Deno.test("attributes are prefetched by a pattern too", async () => {
  await using fixture = await Fixture.make();
  const { project, reads } = fixture.project();
  const run = new ReadOnlyRun(project, { customId: "gull-1" });
  await run.prefetch("^parameters/ & !when");
  await run.prefetchSeriesValues(/^METRICS/i);
  const before = reads();
  assert.equal(await run["parameters/epochs"].fetch(), 7);
  assert.equal((await run["metrics/accuracy"].fetchValues()).height, 4);
  assert.equal(reads(), before, "nothing more is read");
  await run["parameters/when"].fetch();
  assert.ok(reads() > before);
});

Deno.test("the handler of a server refuses options that it does not have", () => {
  const catalog = { label: "nothing" } as Untyped;
  const make = (options: Untyped) => () => createHandler(catalog, options);
  assert.throws(
    make({ secret: "x", acessTokenSeconds: 1 }),
    /no option "acessTokenSeconds"\. Did you mean "accessTokenSeconds"\?/,
  );
  assert.throws(make({ secret: "x", accessTokenSeconds: 0 }), /accessTokenSeconds is 0/);
  assert.throws(
    make({ secret: ["s3cret"] }),
    (error: Error) => !/s3cret/.test(error.message) && /an array/.test(error.message),
  );
  assert.throws(make({ secret: "x", onRequest: "log" }), /onRequest is "log", but must be a function/);
  assert.throws(make(undefined), /needs the option secret/);
});

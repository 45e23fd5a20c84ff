/**
 * Every statement and snippet of the documentation that this module was made from, in its order: on an archive, and through HTTP.
 *
 * `project.fetchExperiments()` is Python's `project.fetch_experiments()`, and so on; `RUN` is the run of the examples.
 */

import assert from "node:assert/strict";
import pl from "nodejs-polars";
import { Attribute, Listing, ProgressBarCallback, type ProgressUpdate, ReadOnlyProject, ReadOnlyRun } from "../mod.ts";
import { datetime, float, floatPoint, string, stringSet } from "../samples/rows.ts";
import { type ArchiveRow, writeRun } from "../samples/writer.ts";
import { serve } from "../serve.ts";

const PROJECT = "team-alpha/project-x";
const T = Date.UTC(2025, 0, 1);
const CUSTOM_ID = "seagull-156xc4f";

function sys(id: string, customId: string, name: string, created: number): ArchiveRow[] {
  return [
    string("sys/id", id),
    string("sys/custom_run_id", customId),
    string("sys/name", name),
    datetime("sys/creation_time", created),
    stringSet("sys/tags", "bird", "sea"),
  ];
}

const points = (path: string, from: number, to: number, value: (step: number) => number): ArchiveRow[] =>
  Array.from({ length: to - from + 1 }, (_, i) => floatPoint(path, from + i, T + 1000 * (from + i), value(from + i)));

async function writeArchive(folder: string): Promise<void> {
  const write = (runId: string, ...batches: ArchiveRow[][]) =>
    writeRun({ dataRoot: `${folder}/data`, projectId: PROJECT, runId, batches });
  await write(
    CUSTOM_ID,
    sys("TES-1", CUSTOM_ID, "seagull-flying-skills", T),
    [
      string("parameters/optimizer", "adam"),
      float("parameters/init_lr", 0.01),
      float("scores/f1", 0.93),
      string("note", "no slash"),
    ],
    points("metrics/accuracy", 1, 200, (step) => step / 400),
    points("metrics/loss", 1, 200, (step) => 1 / step),
  );
  await write(
    "seabird-2",
    [
      ...sys("TES-2", "seabird-2", "seabird-flying-skills", T + 1e6),
      string("sys/forking/parent", CUSTOM_ID),
      float("sys/forking/step", 150),
    ],
    points("metrics/loss", 151, 200, (step) => 2 / step),
  );
}

/** What tells one way to read from another: the environment. */
interface Way {
  name: string;
  /** How a project is opened when the environment names nothing. */
  open: () => ReadOnlyProject;
  environment: Record<string, string>;
}

interface Step {
  /** What the documentation says or shows. */
  title: string;
  /** The statements of its snippet; none where it only says something. */
  python?: string[];
  check: (way: Way) => Promise<void> | void;
}

const steps = (frame: { getColumn(name: string): { toArray(): unknown[] } }) => frame.getColumn("step").toArray();
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
/** `ReadOnlyRun(...)` of the documentation. */
const makeRun = () => new ReadOnlyRun({ experimentName: "seagull-flying-skills" });

/** Counts what a bar is told. */
class MyProgressBar extends ProgressBarCallback {
  static made: MyProgressBar[] = [];
  calls: string[] = [];
  points = 0;
  constructor(options?: { description?: string }) {
    super(options);
    MyProgressBar.made.push(this);
  }
  override enter() {
    this.calls.push("enter");
  }
  override update({ by }: ProgressUpdate) {
    this.points += by;
    if (this.calls.at(-1) !== "update") this.calls.push("update");
  }
  override exit(error?: unknown) {
    this.calls.push(error === undefined ? "exit" : "failed");
  }
}

const STEPS: Step[] = [
  {
    title: "a project of the environment",
    python: ["project = ReadOnlyProject()"],
    check: async () => {
      const project = new ReadOnlyProject();
      assert.equal(project.projectIdentifier, PROJECT);
      assert.equal((await project.fetchInfo()).name, PROJECT);
    },
  },
  {
    title: "a project by its name and a token",
    python: [
      "project = ReadOnlyProject(",
      'project="team-alpha/project-x",  # your full project name here',
      'api_token="h0dHBzOi8aHR0cHM6...Y2MifQ==",  # your API token here',
      ")",
    ],
    check: async ({ open }) => assert.equal((await open().fetchInfo()).name, PROJECT),
  },
  {
    title: "a project by its name alone, as Python's first argument",
    check: async () => {
      assert.equal((await new ReadOnlyProject(PROJECT).fetchInfo()).name, PROJECT);
      await assert.rejects(new ReadOnlyProject("team-alpha/project-y").fetchInfo(), { name: "ProjectNotFoundError" });
    },
  },
  {
    title: "a run by its experiment",
    python: ["project = ReadOnlyProject()", 'run = ReadOnlyRun(project, experiment_name="seagull-flying-skills")'],
    check: async () => {
      const project = new ReadOnlyProject();
      const run = new ReadOnlyRun(project, { experimentName: "seagull-flying-skills" });
      assert.equal(run.project, project);
      assert.equal(await run["sys/name"].fetch(), "seagull-flying-skills");
    },
  },
  {
    title: "a run by its custom id",
    python: ["project = ReadOnlyProject()", 'run = ReadOnlyRun(project, custom_id="seagull-156xc4f")'],
    check: async () => {
      const run = new ReadOnlyRun(new ReadOnlyProject(), { customId: CUSTOM_ID });
      assert.equal(await run["sys/custom_run_id"].fetch(), CUSTOM_ID);
    },
  },
  {
    title: "a run by the id that Neptune made",
    python: ["project = ReadOnlyProject()", 'run = ReadOnlyRun(project, with_id="TES-1")'],
    check: async () => {
      const run = new ReadOnlyRun(new ReadOnlyProject(), { withId: "TES-1" });
      assert.equal(await run["sys/id"].fetch(), "TES-1");
    },
  },
  {
    title: "experiments in a loop",
    python: ["project = ReadOnlyProject()", "for experiment in project.fetch_experiments():", "print(experiment)"],
    check: async () => {
      const project = new ReadOnlyProject();
      const printed: string[] = [];
      for await (const experiment of project.fetchExperiments()) {
        assert.ok(experiment instanceof ReadOnlyRun);
        printed.push(Deno.inspect(experiment));
      }
      assert.deepEqual(printed.map((text) => text.split("\n")[0]), ["ReadOnlyRun TES-2", "ReadOnlyRun TES-1"]);
      assert.match(printed[1], /experiment "seagull-flying-skills"/);
    },
  },
  {
    title: "runs in a loop",
    python: ["project = ReadOnlyProject()", "for run in project.fetch_runs():", "print(run)"],
    check: async () => {
      const project = new ReadOnlyProject();
      const ids: (string | null)[] = [];
      for await (const run of project.fetchRuns()) ids.push(run.sysId);
      assert.deepEqual(ids, ["TES-2", "TES-1"]);
      // The same as a table, in the words of neptune-fetcher 0.23.
      assert.deepEqual((await project.fetchRuns()).columns, ["sys/id", "sys/custom_run_id", "sys/name"]);
    },
  },
  {
    title: "a loop without await says what to write instead",
    check: () => {
      const listing = new ReadOnlyProject().fetchRuns() as unknown as Iterable<unknown>;
      assert.throws(() => [...listing], { name: "OptionError", message: /for await \(const one of listing\)/ });
      assert.throws(() => {
        for (const one of listing) console.log(one);
      }, { name: "OptionError" });
    },
  },
  {
    title: "a run without a project, and the value of an attribute",
    python: [
      'run = ReadOnlyRun(experiment_name="seabird-flying-skills")',
      'run_id = run["sys/custom_run_id"].fetch()',
    ],
    check: async () => {
      const run = new ReadOnlyRun({ experimentName: "seabird-flying-skills" });
      const id = await run["sys/custom_run_id"].fetch();
      assert.equal(id, "seabird-2");
      assert.equal(run.project.projectIdentifier, PROJECT);
    },
  },
  {
    title: "a run of a project that is named",
    check: async () => {
      const run = new ReadOnlyRun(PROJECT, { customId: CUSTOM_ID });
      assert.equal(await run["sys/id"].fetch(), "TES-1");
    },
  },
  {
    title: "the ids of a run, without reading",
    check: async () => {
      const run = new ReadOnlyRun({ customId: CUSTOM_ID });
      assert.deepEqual([run.sysId, run.customId, run.name], [null, CUSTOM_ID, null]);
      await run["sys/id"].fetch();
      assert.deepEqual([run.sysId, run.customId, run.name], ["TES-1", CUSTOM_ID, "seagull-flying-skills"]);
      assert.equal(new ReadOnlyRun({ withId: "TES-9" }).sysId, "TES-9");
      assert.equal(makeRun().name, "seagull-flying-skills");
    },
  },
  {
    title: "an attribute without a slash in its name",
    check: async () => {
      // deno-lint-ignore no-explicit-any
      const run = makeRun() as any;
      assert.ok(run["note"] instanceof Attribute);
      assert.equal(await run.note.fetch(), "no slash");
      assert.throws(() => run.attribute_names, { name: "OptionError", message: /it is attributeNames here/ });
      assert.throws(() => run.with_id, { name: "OptionError", message: /it is sysId here/ });
      // A run is not taken for a promise.
      assert.equal(await run, run);
    },
  },
  {
    title: "the names of all attributes",
    python: ["run = ReadOnlyRun(...)", "print(list(run.attribute_names))"],
    check: async () => {
      const run = makeRun();
      assert.ok(run.attributeNames instanceof Listing);
      const names = await run.attributeNames;
      for (const name of ["metrics/loss", "note", "parameters/optimizer", "sys/tags"]) assert.ok(names.includes(name));
      assert.deepEqual(names, [...names].sort());
      assert.deepEqual(await Array.fromAsync(run.attributeNames), names);
    },
  },
  {
    title: "metrics are prefetched, and no more calls are made",
    python: [
      "run = ReadOnlyRun(...)",
      'run.prefetch_series_values(["metrics/loss", "metrics/accuracy"])',
      "# No more calls to the API",
    ],
    check: async () => {
      const run = makeRun();
      await run.prefetchSeriesValues(["metrics/loss", "metrics/accuracy"]);
      // Whoever reads now is aborted.
      const read = { signal: AbortSignal.abort() };
      await assert.rejects(makeRun()["metrics/loss"].fetchValues(read), { name: "AbortError" });
      assert.equal((await run["metrics/loss"].fetchValues(read)).height, 200);
    },
  },
  {
    title: "the values that were prefetched",
    python: ['print(run["metrics/loss"].fetch_values())', 'print(run["metrics/accuracy"].fetch_values())'],
    check: async () => {
      const run = makeRun();
      await run.prefetchSeriesValues(["metrics/loss", "metrics/accuracy"]);
      assert.match((await run["metrics/loss"].fetchValues()).toString(), /step/);
      assert.equal((await run["metrics/accuracy"].fetchValues()).height, 200);
    },
  },
  {
    title: "a range of steps is prefetched",
    python: [
      "run.prefetch_series_values(",
      'paths=["metrics/loss", "metrics/accuracy"],',
      "step_range=(100.0, None),",
      ")",
    ],
    check: async () => {
      const run = makeRun();
      await run.prefetchSeriesValues(["metrics/loss", "metrics/accuracy"], { stepRange: [100.0, null] });
      const values = await run["metrics/loss"].fetchValues({ stepRange: [100, null], signal: AbortSignal.abort() });
      assert.deepEqual(steps(values), range(100, 200));
      // What was not prefetched is read.
      assert.equal((await run["metrics/loss"].fetchValues()).height, 200);
    },
  },
  {
    title: "a progress bar of your own, while prefetching",
    python: ["run.prefetch_series_values(", "...,", "progress_bar=MyProgressBar,", ")"],
    check: async () => {
      MyProgressBar.made = [];
      await makeRun().prefetchSeriesValues(["metrics/loss"], { progressBar: MyProgressBar });
      assert.deepEqual(MyProgressBar.made.map(({ calls }) => calls), [["enter", "update", "exit"]]);
      assert.equal(MyProgressBar.made[0].points, 200);
      await makeRun().prefetchSeriesValues(["metrics/loss"], { progressBar: null });
    },
  },
  {
    title: "several threads",
    python: [
      "run.prefetch_series_values(",
      'paths=["metrics/loss", "metrics/accuracy"],',
      "use_threads=True,",
      ")",
    ],
    check: async () => {
      const run = makeRun();
      await run.prefetchSeriesValues(["metrics/loss", "metrics/accuracy"], { useThreads: true });
      assert.equal((await run["metrics/loss"].fetchValues({ signal: AbortSignal.abort() })).height, 200);
      run.project.close();
    },
  },
  {
    title: "configs are prefetched",
    python: [
      "run = ReadOnlyRun(...)",
      'run.prefetch(["parameters/optimizer", "parameters/init_lr"])',
      "# No more calls to the API",
      'optimizer = run["parameters/optimizer"].fetch()',
      'lr = run["parameters/init_lr"].fetch()',
    ],
    check: async () => {
      const run = makeRun();
      await run.prefetch(["parameters/optimizer", "parameters/init_lr"]);
      const signal = AbortSignal.abort();
      assert.equal(await run["parameters/optimizer"].fetch({ signal }), "adam");
      assert.equal(await run["parameters/init_lr"].fetch({ signal }), 0.01);
    },
  },
  {
    title: "series are prefetched like configs: their last values",
    python: [
      "run = ReadOnlyRun(...)",
      "# for faster access, optionally pre-fetch attributes to cache",
      'run.prefetch(["metrics/accuracy", "metrics/loss"])',
    ],
    check: async () => {
      const run = makeRun();
      await run.prefetch(["metrics/accuracy", "metrics/loss"]);
      assert.equal(await run["metrics/accuracy"].fetchLast({ signal: AbortSignal.abort() }), 0.5);
    },
  },
  {
    title: "metrics as a frame, with timestamps and inherited points by default",
    python: ['acc_values = run["metrics/accuracy"].fetch_values()', 'loss_values = run["metrics/loss"].fetch_values()'],
    check: async () => {
      const run = new ReadOnlyRun({ experimentName: "seabird-flying-skills" });
      const accuracy = await run["metrics/accuracy"].fetchValues();
      assert.ok(pl.DataFrame.isDataFrame(accuracy));
      assert.deepEqual(steps(accuracy), range(1, 150));
      const loss = await run["metrics/loss"].fetchValues();
      assert.deepEqual(loss.columns, ["step", "value", "timestamp"]);
      assert.deepEqual(steps(loss), range(1, 200));
      assert.equal(loss.getColumn("value").toArray().at(-1), 0.01);
      assert.deepEqual(loss.getColumn("timestamp").get(0), new Date(T + 1000));
    },
  },
  {
    title: "without them",
    python: [
      'limited_loss_values = run["metrics/loss"].fetch_values(',
      "include_timestamp=False,",
      "include_inherited=False,",
      ")",
    ],
    check: async () => {
      const run = new ReadOnlyRun({ experimentName: "seabird-flying-skills" });
      const values = await run["metrics/loss"].fetchValues({ includeTimestamp: false, includeInherited: false });
      assert.deepEqual(values.columns, ["step", "value"]);
      assert.deepEqual(steps(values), range(151, 200));
    },
  },
  {
    title: "the last value",
    python: ['loss_final = run["metrics/loss"].fetch_last()'],
    check: async () => assert.equal(await makeRun()["metrics/loss"].fetchLast(), 0.005),
  },
  {
    title: "a range of steps; its right end too, which Python lacks",
    python: ['loss_values_from_step_100 = run["metrics/loss"].fetch_values(step_range=(100.0, None))'],
    check: async () => {
      const run = makeRun();
      assert.deepEqual(steps(await run["metrics/loss"].fetchValues({ stepRange: [100.0, null] })), range(100, 200));
      assert.deepEqual(steps(await run["metrics/loss"].fetchValues({ stepRange: [null, 3] })), [1, 2, 3]);
    },
  },
  {
    title: "previews add two columns",
    python: [
      'loss_including_preview_values = run["metrics/loss"].fetch_values(',
      "include_point_previews=True,",
      ")",
    ],
    check: async () => {
      const values = await makeRun()["metrics/loss"].fetchValues({ includePointPreviews: true });
      assert.deepEqual(values.columns, ["step", "value", "timestamp", "is_preview", "preview_completion"]);
      assert.equal(values.getColumn("is_preview").get(0), false);
    },
  },
  {
    title: "a progress bar of your own",
    python: ['acc_values = run["metrics/accuracy"].fetch_values(', "...,", "progress_bar=MyProgressBar,", ")"],
    check: async () => {
      MyProgressBar.made = [];
      await makeRun()["metrics/accuracy"].fetchValues({ progressBar: MyProgressBar });
      assert.deepEqual(MyProgressBar.made.map(({ calls }) => calls), [["enter", "update", "exit"]]);
    },
  },
  {
    title:
      "how such a bar is defined: made with a description, told what is done and how much there is, left at the end",
    python: [
      "class MyProgressBar(ProgressBarCallback):",
      "def __init__(self, *, description: Optional[str] = None, **_: Any) -> None:",
      "super().__init__()",
      "...",
      "self._progress_bar = progressbar(iterable=None, length=1, label=description)",
      "def update(self, *, by: int, total: Optional[int] = None) -> None:",
      "if total:",
      "self._progress_bar.length = total",
      "self._progress_bar.update(by)",
      'def __enter__(self) -> "MyProgressBar":',
      "self._progress_bar.__enter__()",
      "return self",
      "def __exit__(",
      "self,",
      "exc_type: Optional[Type[BaseException]],",
      "exc_val: Optional[BaseException],",
      "exc_tb: Optional[TracebackType],",
      ") -> None:",
      "self._progress_bar.__exit__(exc_type, exc_val, exc_tb)",
    ],
    check: async () => {
      MyProgressBar.made = [];
      const run = makeRun();
      await run["metrics/loss"].fetchValues({ progressBar: MyProgressBar });
      await assert.rejects(run["metrics/los"].fetchValues({ progressBar: MyProgressBar }), {
        name: "AttributeNotFoundError",
      });
      assert.deepEqual(MyProgressBar.made.map((bar) => [bar.description, bar.calls.at(-1)]), [
        ["metrics/loss", "exit"],
        ["metrics/los", "failed"],
      ]);
    },
  },
  {
    title: "the type is passed, not an instance",
    python: ["some_fetching_method(progress_bar=MyProgressBar)"],
    check: async () => {
      const progressBar = new MyProgressBar() as unknown as typeof MyProgressBar;
      await assert.rejects(makeRun()["metrics/loss"].fetchValues({ progressBar }), {
        name: "OptionError",
        message: /pass the class itself, not an instance/,
      });
    },
  },
  {
    title: "a config",
    python: ['f1 = run["scores/f1"].fetch()'],
    check: async () => assert.equal(await makeRun()["scores/f1"].fetch(), 0.93),
  },
  {
    title: "a time",
    python: ['created_at = run["sys/creation_time"].fetch()'],
    check: async () => assert.deepEqual(await makeRun()["sys/creation_time"].fetch(), new Date(T)),
  },
  {
    title: "tags",
    python: ['tagset = run["sys/tags"].fetch()'],
    check: async () => assert.deepEqual(await makeRun()["sys/tags"].fetch(), new Set(["bird", "sea"])),
  },
];

const VARIABLES = ["NEPTUNE_PROJECT", "NEPTUNE_API_TOKEN", "NEPTUNE_ARCHIVE", "NEPTUNE_ARCHIVE_FILES"];

/** Runs with these variables of the environment and no others of ours. */
async function within(environment: Record<string, string>, work: () => Promise<void>): Promise<void> {
  const before = new Map(VARIABLES.map((name) => [name, Deno.env.get(name)]));
  const set = (name: string, value: string | undefined) =>
    value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  for (const name of VARIABLES) set(name, environment[name]);
  try {
    await work();
  } finally {
    for (const [name, value] of before) set(name, value);
  }
}

Deno.test("every statement and snippet of the documentation, on an archive and through HTTP", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "neptune-seed-" });
  await writeArchive(folder);
  const server = await serve({ archive: `${folder}/data`, port: 0, cacheFolder: null });
  const ways: Way[] = [
    {
      name: "archive",
      open: () => new ReadOnlyProject({ project: PROJECT, archive: `${folder}/data`, cacheFolder: null }),
      environment: { NEPTUNE_PROJECT: PROJECT, NEPTUNE_ARCHIVE: `${folder}/data` },
    },
    {
      name: "HTTP",
      open: () => new ReadOnlyProject({ project: PROJECT, apiToken: server.apiToken }),
      environment: { NEPTUNE_PROJECT: PROJECT, NEPTUNE_API_TOKEN: server.apiToken },
    },
  ];
  try {
    for (const way of ways) {
      await within(way.environment, async () => {
        for (const { title, check } of STEPS) await t.step(`${way.name}: ${title}`, async () => await check(way));
      });
    }
  } finally {
    await server.close();
    await Deno.remove(folder, { recursive: true });
  }
});

const SEED = new URL("../../shared/seed.md", import.meta.url);
const hasSeed = await Deno.stat(SEED).then(() => true, () => false);

Deno.test({
  name: "the steps are those of the documentation, each line of each snippet in order",
  // A clone of the repository has no copy of Neptune's documentation.
  ignore: !hasSeed,
  fn: async () => {
    const text = (await Deno.readTextFile(SEED)).replace(/^> ?/gm, "");
    const fences = text.matchAll(/^ *```py\n([\s\S]*?)^ *```$/gm);
    const snippets = [...fences].map(([, code]) => code.split("\n").map((line) => line.trim()))
      .map((lines) => lines.filter((line) => line !== "" && !/^(from|import|pip install) /.test(line)))
      .filter((lines) => lines.length > 0);
    const told = STEPS.flatMap(({ python }) => python ? [python] : []);
    assert.deepEqual(snippets.map((lines) => [...new Set(lines)]), told);
  },
});

import assert from "node:assert/strict";
import { ProgressBarCallback, type ProgressBarOptions, type ProgressUpdate, ReadOnlyRun } from "../../mod.ts";
import { LineProgressBar, progressLine, progressSummary } from "../../src/progress/line.ts";
import { Fixture } from "./fixture.ts";

/** Bars that write down what happens to them. */
function recorder() {
  const log: string[] = [];
  const updates: ProgressUpdate[] = [];
  class Recorder extends ProgressBarCallback {
    constructor(options?: ProgressBarOptions) {
      super(options);
      log.push(`made for ${this.description}`);
    }
    override enter() {
      log.push("entered");
    }
    override update(update: ProgressUpdate) {
      updates.push(update);
    }
    override exit(error?: unknown) {
      log.push(error ? `left after ${(error as Error).name}` : "left");
    }
  }
  return { log, updates, Recorder };
}

Deno.test("a bar of one's own is made, entered, updated with every point, and left", async () => {
  await using fixture = await Fixture.make();
  const run = new ReadOnlyRun(fixture.project().project, { customId: "gull-1" });
  const { log, updates, Recorder } = recorder();
  await run["metrics/loss"].fetchValues({ progressBar: Recorder });
  assert.deepEqual(log, ["made for metrics/loss", "entered", "left"]);
  assert.equal(updates.reduce((sum, update) => sum + update.by, 0), 4);
});

Deno.test("a bar is left with the error when the work fails", async () => {
  await using fixture = await Fixture.make();
  const run = new ReadOnlyRun(fixture.project().project, { customId: "gull-1" });
  const { log, Recorder } = recorder();
  await assert.rejects(() => run["parameters/init_lr"].fetchValues({ progressBar: Recorder }));
  assert.deepEqual(log, ["made for parameters/init_lr", "entered", "left after AttributeTypeError"]);
});

Deno.test("nothing is written to stderr when it is no terminal, or when progress is off", async () => {
  await using fixture = await Fixture.make();
  const script = `import { ReadOnlyProject } from "${new URL("../../mod.ts", import.meta.url)}";
    const project = new ReadOnlyProject({ archive: ${JSON.stringify(fixture.data)} });
    for (const progressBar of [undefined, true, false, null]) {
      for await (const run of project.fetchRuns()) await run["metrics/loss"].fetchValues({ progressBar });
    }`;
  const { stderr, code } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", `--config=${new URL("../../deno.json", import.meta.url).pathname}`, script],
  }).output();
  assert.equal(new TextDecoder().decode(stderr), "");
  assert.equal(code, 0);
});

Deno.test("a line appears after half a second, lives on while the work says nothing, and ends", async () => {
  const shown: string[] = [];
  class Lines extends LineProgressBar {
    protected override show(line: string) {
      shown.push(line);
    }
    protected override end(_error: unknown, summary: string) {
      shown.push(`end: ${summary}`);
    }
  }
  const quick = new Lines({ description: "quick", unit: "point" });
  quick.enter();
  quick.exit();
  assert.match(shown.join(), /^end: quick done: 0 points, [\d.]+ s$/);
  const slow = new Lines({ description: "slow", unit: "point" });
  const begun = performance.now();
  slow.enter();
  const seen = async (line: RegExp) => {
    while (!shown.some((one) => line.test(one))) {
      assert.ok(performance.now() - begun < 30_000, String(shown));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await seen(/^slow 0 points, [\d.]+ s$/);
  assert.ok(performance.now() - begun >= 500);
  await seen(/^slow 0 points, [1-9](\.\d)? s$/);
  slow.update({ by: 5, total: 10 });
  await seen(/^slow █{15}░{15} {2}50% 5 of 10 points/);
  slow.exit();
  assert.match(shown.at(-1)!, /^end: slow done: 5 points, [1-9](\.\d)? s$/);
});

const loss = { description: "loss", unit: "point" };
const state = { done: 25, total: 100 as number | null, seconds: 1, silent: 0 };

Deno.test("the line shows part, count with its unit and time left, and takes control characters out of names", () => {
  assert.equal(progressLine(loss, state, 120), "loss ████████░░░░░░░░░░░░░░░░░░░░░░  25% 25 of 100 points, 3 s left");
  assert.equal(
    progressLine({ ...loss, description: "" }, { ...state, done: 1234, total: null }, 120),
    "1,234 points, 1 s",
  );
  const evil = { description: "a\x1b[2Jb", unit: "run" };
  assert.equal(progressLine(evil, { ...state, done: 1, total: null }, 120), "a?[2Jb 1 run, 1 s");
});

Deno.test("the time left does not grow while nothing comes, and a stall is called one", () => {
  const left = (silent: number) => progressLine(loss, { ...state, seconds: 60 + silent, silent, done: 50 }, 120);
  assert.match(left(0), /60 s left$/);
  assert.match(left(4), /56 s left$/);
  assert.match(left(30), /waiting for 30 s$/);
});

Deno.test("a line is no longer than its terminal is wide, whatever the name", () => {
  const long = { description: "metrics/" + "validation/".repeat(12) + "accuracy", unit: "point" };
  for (let columns = 20; columns <= 120; columns++) {
    for (const total of [null, 1_000_000]) {
      const line = progressLine(long, { ...state, done: 250_000, total }, columns);
      assert.ok(line.length <= columns, `${line.length} of ${columns}: ${line}`);
    }
    const narrow = progressLine(long, state, columns);
    if (columns >= 50) assert.match(narrow, /accuracy .*25 of 100 points/);
  }
});

Deno.test("the last line says what was done", () => {
  assert.equal(progressSummary({ description: "runs", unit: "run" }, 53, 1.23), "done: 53 runs, 1.2 s");
  assert.equal(progressSummary(loss, 1, 130), "loss done: 1 point, 2 min 10 s");
});

Deno.test("fetchRunsDf counts every run once, of as many as there are, whatever is asked for", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const runs = (await project.listRuns()).length;
  for (
    const options of [{}, { columns: ["parameters/init_lr"] }, { columnsRegex: "." }, {
      columns: "^par",
      columnsRegex: ".",
    }]
  ) {
    const { updates, Recorder } = recorder();
    await project.fetchRunsDf({ ...options, progressBar: Recorder });
    assert.equal(updates.reduce((sum, { by }) => sum + by, 0), runs, JSON.stringify(options));
    assert.deepEqual([...new Set(updates.map(({ total }) => total))], [runs]);
  }
});

import assert from "node:assert/strict";
import { ProgressBarCallback, type ProgressBarOptions, type ProgressUpdate, ReadOnlyRun } from "../../mod.ts";
import { LineProgressBar, progressLine } from "../../src/progress/line.ts";
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
  const quick = new Lines({ description: "quick" });
  quick.enter();
  quick.exit();
  assert.deepEqual(shown, ["end: quick 0, 0 s"]);
  const slow = new Lines({ description: "slow" });
  slow.enter();
  await new Promise((resolve) => setTimeout(resolve, 1400));
  slow.update({ by: 5, total: 10 });
  await new Promise((resolve) => setTimeout(resolve, 600));
  slow.exit();
  assert.ok(shown.includes("slow 0, 1 s"), String(shown));
  assert.match(shown.at(-2)!, /^slow █{15}░{15} {2}50% 5 of 10/);
  assert.match(shown.at(-1)!, /^end: slow 5, 2 s$/);
});

Deno.test("the terminal line shows part, count and time left, and takes control characters out of names", () => {
  assert.equal(progressLine("loss", 25, 100, 1), "loss ████████░░░░░░░░░░░░░░░░░░░░░░  25% 25 of 100, 3 s left");
  assert.equal(progressLine("", 1234, null, 2), "1,234, 2 s");
  assert.equal(progressLine("a\x1b[2Jb", 1, null, 0), "a?[2Jb 1, 0 s");
});

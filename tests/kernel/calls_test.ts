/**
 * Long calls in the real kernel: progress, interrupts, Web Workers.
 */

import assert from "node:assert/strict";
import { Kernel, type Message } from "./kernel.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A call that reports twenty times a second for this long. */
const work = (ms: number, options = "{}") => `
  await longCall(${options}, { description: "metrics/loss", unit: "point" }, async ({ onProgress }) => {
    for (let done = 0; done < ${ms}; done += 50) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      onProgress(50, ${ms});
    }
  });
`;

Deno.test("progress is one line that changes in place, a few times a second, and ends quietly", async () => {
  await using kernel = await Kernel.start({ cwd: "samples" });
  await kernel.run(
    `import { longCall } from "../src/progress/show.ts"; import { ProgressBarCallback } from "../mod.ts";`,
  );

  const { status, outputs, milliseconds } = await kernel.run(work(2000));
  assert.equal(status, "ok");
  assert.equal(outputs[0].type, "display_data");
  assert.deepEqual([...new Set(outputs.slice(1).map(({ type }) => type))], ["update_display_data"]);
  assert.equal(new Set(outputs.map(({ content }) => content.transient.display_id)).size, 1);
  const most = (milliseconds - 500) / 250 + 3;
  assert.ok(outputs.length >= 4 && outputs.length <= most, `${outputs.length} updates in ${milliseconds} ms`);
  const lines = outputs.map(({ content }) => content.data["text/plain"]);
  assert.match(lines[1], /^metrics\/loss █+░+ +\d+% [\d,]+ of 2,000/);
  assert.match(lines.at(-1), /^metrics\/loss done: 2,000 points, [\d.]+ s$/);

  // On a busy machine short work may take long.
  const timed = `{ const started = performance.now(); ${work(200)}; console.log(performance.now() - started < 500); }`;
  let short: Message[] = [];
  const isShort = () => short.some(({ content }) => content.text === "true\n");
  for (let attempt = 0; attempt < 20 && !isShort(); attempt++) short = (await kernel.run(timed)).outputs;
  assert.deepEqual(short.map(({ content }) => content.text), ["true\n"], "short work shows nothing");
  assert.deepEqual((await kernel.run(work(1000, "{ progressBar: null }"))).outputs, [], "nothing where none is wanted");

  const own = await kernel.run(`
    class Bar extends ProgressBarCallback { exit() { console.log("own bar of", this.description); } }
    ${work(1000, "{ progressBar: Bar }")}
  `);
  assert.deepEqual(
    own.outputs.map(({ content }) => content.text),
    ["own bar of metrics/loss\n"],
    "a bar of one's own wins",
  );

  const failed = await kernel.run(`
    await longCall({}, { description: "broken", unit: "point" }, async () => { await new Promise((resolve) => setTimeout(resolve, 900)); throw new RangeError("no"); });
  `);
  assert.equal(failed.ename, "RangeError");
  assert.match(
    failed.outputs.findLast(({ type }) => type === "update_display_data")!.content.data["text/plain"],
    /^broken stopped after 0 points, [\d.]+ s$/,
  );
});

Deno.test("an interrupt stops the running call, pressed once or twice, and the kernel keeps its variables", async () => {
  await using kernel = await Kernel.start({ cwd: "samples" });
  await kernel.run(`
    import { ReadOnlyProject, ReadOnlyRun } from "../mod.ts";
    import { serve } from "../serve.ts";
    const server = await serve({ archive: "archive/data", port: 0, cacheFolder: null });
    // Answers everything but values and points, on which it sleeps.
    const sleepy = async (input, init) => {
      if (!/values|search/.test(String(input?.url ?? input))) return await fetch(input, init);
      console.log("asleep");
      return await new Promise((_, reject) =>
        (init?.signal ?? input.signal).addEventListener("abort", () => reject(new Error("aborted"))));
    };
    const project = new ReadOnlyProject({ apiToken: server.apiToken, project: "nereid/digits", fetch: sleepy });
    const run = new ReadOnlyRun(project, { customId: "mlp-adam-2" });
    let kept = 41;
  `);
  for (const presses of [1, 2]) {
    const { promise: asleep, resolve } = Promise.withResolvers<unknown>();
    const running = kernel.run(`await run.prefetchSeriesValues(["train/loss"]);`, resolve);
    await Promise.race([asleep, running]);
    for (let i = 0; i < presses; i++) {
      await pause(200);
      kernel.interrupt();
    }
    const { status, ename, evalue } = await running;
    assert.deepEqual([status, ename], ["error", "AbortError"]);
    assert.match(evalue!, /interrupted.*variables live on/);
    const after = await kernel.run(`++kept`);
    assert.equal(after.outputs[0].content.data["text/plain"], String(41 + presses));
  }
});

Deno.test("a call that ended no longer listens: the signal of the caller still works", async () => {
  await using kernel = await Kernel.start({ cwd: "samples" });
  await kernel.run(`
    import { longCall } from "../src/progress/show.ts";
    const forever = (signal) => longCall({ signal }, { description: "x", unit: "point" }, (call) =>
      new Promise((_, reject) => call.signal.addEventListener("abort", () => reject(call.signal.reason))));
  `);
  const reply = await kernel.run(`await forever(AbortSignal.timeout(300))`);
  assert.equal(reply.ename, "TimeoutError");
});

Deno.test("Web Workers fetch the same points in the kernel as the main thread", async () => {
  await using kernel = await Kernel.start({ cwd: "samples" });
  const reply = await kernel.run(`
    import { ReadOnlyProject, ReadOnlyRun } from "../mod.ts";
    import { serve } from "../serve.ts";
    const server = await serve({ archive: "archive/data", port: 0, cacheFolder: null });
    const Real = Worker;
    let started = 0;
    globalThis.Worker = class extends Real { constructor(...args) { super(...args); started++; } };
    const paths = ["train/loss", "train/accuracy", "train/gradient_norm"];
    const read = async (useThreads) => {
      const project = new ReadOnlyProject({ apiToken: server.apiToken, project: "nereid/digits", pointsPerWorker: 0 });
      const run = new ReadOnlyRun(project, { customId: "mlp-adam-2-cool" });
      await run.prefetchSeriesValues(paths, { useThreads, progressBar: null });
      return Promise.all(paths.map(async (path) => (await run.attribute(path).fetchValues()).toString()));
    };
    const [threads, main] = [await read(true), await read(false)];
    console.log(started > 0, threads.length, threads.every((text, i) => text === main[i]), threads[0].includes("shape: ("));
    await server.close();
  `);
  assert.equal(reply.status, "ok", reply.evalue);
  assert.equal(reply.outputs[0].content.text, "true 3 true true\n");
});

Deno.test("workers read the archive in a kernel as the main thread does", async () => {
  await using kernel = await Kernel.start({ cwd: "samples" });
  const reply = await kernel.run(`
    import { ReadOnlyProject } from "../mod.ts";
    const Real = Worker;
    let started = 0;
    globalThis.Worker = class extends Real { constructor(...args) { super(...args); started++; } };
    const read = async (more) => {
      const project = new ReadOnlyProject({ archive: "archive/data", cacheFolder: null, ...more });
      return (await project.fetchMetrics({ attributes: ["train/loss"], progressBar: false })).toString();
    };
    const inWorkers = await read({ maxWorkers: 2, pointsPerWorker: 0 });
    const count = started;
    console.log(count > 0, inWorkers === await read({}), started === count, inWorkers.includes("shape: ("));
  `);
  assert.equal(reply.status, "ok", reply.evalue);
  assert.equal(reply.outputs[0].content.text, "true true true true\n");
});

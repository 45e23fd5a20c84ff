/**
 * The memory of the real kernel over hundreds of calls.
 */

import assert from "node:assert/strict";
import { Kernel } from "./kernel.ts";

/** MB by which memory may change without any call having kept some: heaps grow in steps. */
const NOISE = 60;
/** Dead frames are looked for when so many MB of them may have been made. */
const FRAMES = 128;

/** What is called how often, and whether it gives frames. */
const CALLS = [
  {
    what: "fetchMetrics",
    times: 400,
    frames: true,
    code: `await project.fetchMetrics({ attributes: ["train/loss"], ...quiet })`,
  },
  { what: "fetchValues", times: 300, frames: true, code: `await run["train/loss"].fetchValues(quiet)` },
  { what: "fetchLast", times: 300, frames: false, code: `await run["train/loss"].fetchLast()` },
  { what: "listRuns", times: 300, frames: false, code: `await project.listRuns()` },
  { what: "run pages", times: 100, frames: false, code: `await run[Symbol.for("Jupyter.display")]()` },
  {
    what: "charts",
    times: 100,
    frames: false,
    code: `await plot(run, { attributes: ["train/loss"] })[Symbol.for("Jupyter.display")]()`,
  },
];

Deno.test("the kernel's memory does not grow over 1,500 calls by more than the frames they give", async () => {
  await using kernel = await Kernel.start({ cwd: "samples" });
  const run = async (code: string) => {
    const { status, outputs, ename } = await kernel.run(code);
    assert.equal(status, "ok", `${ename}: ${code}`);
    return outputs.map(({ content }) => content.text ?? "").join("");
  };
  const memory = async () => Number(await run(`console.log(Deno.memoryUsage().rss / 1e6)`));
  await run(`
    import { plot, ReadOnlyProject } from "../mod.ts";
    const project = new ReadOnlyProject({ archive: "archive/data", cacheFolder: null });
    const [run] = await project.fetchReadOnlyRuns();
    const quiet = { progressBar: false };
    const frame = await project.fetchMetrics({ attributes: ["train/loss"], ...quiet });
  `);
  const told: string[] = [];
  for (const { what, times, frames, code } of CALLS) {
    // What is loaded and compiled with the first calls stays.
    await run(`for (let i = 0; i < ${times / 4}; i++) ${code};`);
    const before = await memory();
    await run(`for (let i = 0; i < ${times}; i++) ${code};`);
    const grown = await memory() - before;
    told.push(`${what} ${grown >= 0 ? "+" : ""}${grown.toFixed(0)} MB in ${times}`);
    assert.ok(grown < NOISE + (frames ? FRAMES : 0), told.at(-1));
  }
  console.log(told.join(", "));
});

/**
 * A server of an archive of 20,000 runs that is asked 20,000 times, one after the other: how long answers take, and whether its memory
 * grows. `deno run -A bench/serve_bench.ts [requests] [folder for generated archives]`. Linux.
 *
 * @module
 */

import { tmpdir } from "node:os";
import { ReadOnlyProject, ReadOnlyRun } from "../mod.ts";
import { smallRuns } from "./generate.ts";

const PROJECT = "bench/project", RUNS = 20_000;
const [requests = "20000", base = `${tmpdir()}/neptune-fetcher-bench`] = Deno.args;
const folder = `${base}/small-runs`;

if (!await Deno.stat(`${folder}/complete`).catch(() => null)) {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await smallRuns(`${folder}/data`, PROJECT, RUNS);
  await Deno.writeTextFile(`${folder}/complete`, "");
}
const server = new Deno.Command(Deno.execPath(), {
  args: [
    "run",
    "-A",
    new URL("../serve.ts", import.meta.url).pathname,
    "--archive",
    `${folder}/data`,
    "--port",
    "0",
    "--json",
  ],
  env: { XDG_CACHE_HOME: `${folder}/served` },
  stdout: "piped",
  stderr: "null",
}).spawn();
const { value } = await server.stdout.pipeThrough(new TextDecoderStream()).getReader().read();
const project = new ReadOnlyProject({ project: PROJECT, apiToken: JSON.parse(value!).apiToken });

// The requests of the client are counted, and how long each waits for its answer.
let times: number[] = [], sent = 0;
const ask = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const started = performance.now();
  sent++;
  const answer = await ask(input, init);
  times.push(performance.now() - started);
  return answer;
};

async function memory(): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${server.pid}/status`);
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
}

await project.listRuns();
console.log(`the runs listed: server ${(await memory()).toFixed(0)} MB`);
const all = Number(requests), tenth = all / 10;
times = [];
sent = 0;
for (let n = 0, next = tenth; sent < all; n++) {
  const run = new ReadOnlyRun(project, { customId: `run-${n % RUNS}` });
  await run["config/value-1"].fetch();
  await run.attribute("loss").fetchValues();
  if (n % 100 === 0) await project.fetchRunsDf({ runs: [`run-${n % RUNS}`], columns: ["loss"], progressBar: false });
  if (sent < next) continue;
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)].toFixed(1);
  console.log(
    `${String(sent).padStart(6)} requests: median ${at(0.5)} ms, 99 of 100 within ${at(0.99)} ms, ` +
      `slowest ${times.at(-1)!.toFixed(0)} ms; server ${(await memory()).toFixed(0)} MB`,
  );
  times = [];
  next += tenth;
}
server.kill("SIGTERM");
await server.status;

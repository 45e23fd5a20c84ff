/**
 * One scenario of `bulk_bench.ts`, in a process of its own: `deno run -A bench/bulk_client.ts SCENARIO ROUNDS SERVER`, where SERVER
 * is the line that `bulk_server.ts` printed. Prints one line of JSON: seconds of each round, by the clock and of the
 * processor; processor time and peak memory of the process up to the end of the first call; points (or names).
 */

import process from "node:process";

import { ReadOnlyProject } from "../mod.ts";

const [scenario, rounds, line] = Deno.args;
const { apiToken } = JSON.parse(line) as { apiToken: string };
const project = new ReadOnlyProject({ apiToken, project: `bench/${scenario}` });

/** Gives how many points, or names, there were. */
async function work(): Promise<number> {
  if (scenario.startsWith("le")) return (await project.listExperiments({ trashed: null })).length;
  const frame = await project.fetchMetrics({
    experiments: ".*",
    attributes: ".*",
    includeTimestamp: false,
    progressBar: false,
  });
  return frame.height;
}

let count = await work();
// What one call takes; later ones start with what the garbage collector has not taken yet.
const peak = peakMemory();
/** Processor time of a process that makes one call. */
const whole = processorSeconds();
const seconds: number[] = [], processor: number[] = [];
for (let round = 0; round < Number(rounds); round++) {
  const started = performance.now(), used = processorSeconds();
  count = await work();
  seconds.push((performance.now() - started) / 1000);
  processor.push(processorSeconds() - used);
}
console.log(JSON.stringify({ seconds, processor, whole, count, peak }));
Deno.exit();

/** Of all threads since the start. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** MB. */
function peakMemory(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024;
}

/** One archive of `bulk_bench.ts`, in a process of its own: `deno run -A bench/bulk_archive.ts NAME ROUNDS DATA`. */

import { ReadOnlyProject } from "../mod.ts";

const [name, rounds, archive] = Deno.args;
const project = new ReadOnlyProject({ archive, cacheFolder: `${archive}.cache` });

const WORK: Record<string, (round: number) => Promise<number>> = {
  wide: async () => (await project.fetchRunsDf({ columnsRegex: "^config/", progressBar: false })).width,
  long: async () => (await project.fetchMetrics({ attributes: "^metrics/", progressBar: false })).height,
  // A new query each time over attributes that were looked at before.
  many: async (round) => {
    const query = `\`config/value-1\`:float > ${50_000 + round} AND \`sys/custom_run_id\`:string MATCHES "7$"`;
    return (await project.fetchRunsDf({ query, limit: 100, progressBar: false })).height;
  },
};

let count = await WORK[name](0);
const peak = peakMemory();
const seconds: number[] = [];
for (let round = 1; round <= Number(rounds); round++) {
  const started = performance.now();
  count = await WORK[name](round);
  seconds.push((performance.now() - started) / 1000);
}
console.log(JSON.stringify({ seconds, count, peak }));
Deno.exit();

/** MB, of the first call. */
function peakMemory(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024;
}

/**
 * One scenario of `http_bench.ts`, in a process of its own: `deno run -A bench/http_client.ts SCENARIO ROUNDS SERVER`, where
 * SERVER is the line that `http_server.ts` printed. Prints one line of JSON: seconds of each round, by the clock and of the processor,
 * and peak memory.
 */

import process from "node:process";

import { ReadOnlyProject, ReadOnlyRun } from "../mod.ts";

const [scenario, rounds, line] = Deno.args;
const server = JSON.parse(line) as { url: string; apiToken: string; project: string; run: string };
const MANY = Array.from({ length: 300 }, (_, i) => `many/${String(i).padStart(3, "0")}`);
const WIDE = Array.from({ length: 100 }, (_, i) => `wide/${String(i).padStart(2, "0")}`);
const LONG = Array.from({ length: 10 }, (_, i) => `long/${i}`);

/** The same requests as the client's, their answers thrown away, or kept until all have come: new memory, as that of a frame is. */
async function raw(groups: string[][], keeps = false): Promise<() => Promise<void>> {
  const exchange = await fetch(`${server.url}/api/backend/v1/authorization/oauth-token`, {
    headers: { "x-neptune-api-token": server.apiToken },
  });
  const { accessToken } = await exchange.json();
  return async () => {
    await Promise.all(groups.map(async (paths) => {
      const response = await fetch(`${server.url}/api/leaderboard/v1/proto/attributes/series/float`, {
        method: "POST",
        headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
        body: JSON.stringify({
          perSeriesPointsLimit: Math.floor(1_000_000 / paths.length),
          order: "ascending",
          requests: paths.map((attribute, i) => ({
            requestId: String(i),
            series: { attribute, lineage: "FULL", holder: { identifier: "bench/bench/BEN-1", type: "experiment" } },
          })),
        }),
      });
      if (keeps) await response.bytes();
      else for await (const _ of response.body!);
    }));
  };
}

const open = (workers?: { maxWorkers?: number; pointsPerWorker?: number }) =>
  new ReadOnlyProject({ apiToken: server.apiToken, project: server.project, ...workers });

/** One series to a frame, of a run that the first round finds. */
function one(): () => Promise<void> {
  const run = new ReadOnlyRun(open(), { customId: server.run });
  return async () => {
    await run.attribute("one").fetchValues({ progressBar: false });
  };
}

/** Many series, with as many workers as the work justifies, with so many from the start, or with none. */
function prefetch(paths: string[], workers: "justified" | number): () => Promise<void> {
  const project = open(typeof workers === "number" && workers > 0 ? { maxWorkers: workers, pointsPerWorker: 0 } : {});
  return async () => {
    // What a run has prefetched it keeps.
    const run = new ReadOnlyRun(project, { customId: server.run });
    await run.prefetchSeriesValues(paths, { useThreads: workers !== 0, progressBar: false });
  };
}

const SCENARIOS: Record<string, () => Promise<() => Promise<void>> | (() => Promise<void>)> = {
  "raw one": () => raw([["one"]]),
  "raw one, kept": () => raw([["one"]], true),
  "raw many": () => raw([0, 75, 150, 225].map((start) => MANY.slice(start, start + 75))),
  one,
  ...Object.fromEntries(([0, 1, 2, 4, "justified"] as const).flatMap((workers) => [
    [`many ${workers}`, () => prefetch(MANY, workers)],
    [`wide ${workers}`, () => prefetch(WIDE, workers)],
    [`long ${workers}`, () => prefetch(LONG, workers)],
  ])),
};

const work = await SCENARIOS[scenario]();
const seconds: number[] = [], processor: number[] = [];
await work();
for (let round = 0; round < Number(rounds); round++) {
  const started = performance.now(), used = processorSeconds();
  await work();
  seconds.push((performance.now() - started) / 1000);
  processor.push(processorSeconds() - used);
}
const status = await Deno.readTextFile("/proc/self/status").catch(() => "");
const peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024;
console.log(JSON.stringify({ seconds, processor, peak }));
Deno.exit();

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

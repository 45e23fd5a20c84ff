/**
 * The peak of memory where there are many points: `deno run -A bench/memory_bench.ts [millions of points] [folder] [--only=save,fetch]`.
 *
 * Three fifths of the points are one series, the others four series of another run. Polars writes the archive, as it is fast; later
 * runs find it again. Each step is a process of its own.
 *
 * @module
 */

import { tmpdir } from "node:os";
import process from "node:process";
import { compactArchive, ReadOnlyProject } from "../mod.ts";
import { partName } from "../samples/writer.ts";
import { writeLongSeries } from "./long_series.ts";

const PROJECT = "bench/project";
const START = Date.UTC(2025, 0, 1);
const PART_ROWS = 5_000_000;
const STEPS = ["idle", "save", "csv", "export", "compact", "fetch"] as const;
type Step = typeof STEPS[number];

/** Points of a run step by step, in parts of five million rows. */
async function write(data: string, run: string, paths: string[], steps: number): Promise<void> {
  const partSteps = PART_ROWS / paths.length;
  for (let from = 0, part = 0; from < steps; from += partSteps, part++) {
    const length = Math.min(partSteps, steps - from) * paths.length;
    const step = new Float64Array(length), time = new Float64Array(length), value = new Float64Array(length);
    const path = new Uint32Array(length);
    for (let row = 0; row < length; row++) {
      path[row] = row % paths.length;
      step[row] = from + Math.floor(row / paths.length);
      time[row] = START + step[row] * 1000;
      value[row] = Math.sin(step[row] * (path[row] + 1) * 1e-3);
    }
    const where = { project: PROJECT, run, part: partName(run, part), rowGroupSize: 1_000_000 };
    await writeLongSeries(data, where, { paths, path, step, time, value });
  }
}

async function generate(folder: string, points: number): Promise<void> {
  const done = `${folder}/complete`;
  if (await Deno.stat(done).catch(() => null)) return;
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await write(`${folder}/data`, "long", ["loss"], points * 3 / 5);
  await write(`${folder}/data`, "wide", ["a", "b", "c", "d"], points / 10);
  await Deno.writeTextFile(done, "");
}

async function work(step: Step, folder: string): Promise<number> {
  const project = new ReadOnlyProject({ archive: `${folder}/data`, cacheFolder: `${folder}/cache` });
  const quiet = { progressBar: false };
  switch (step) {
    case "idle":
      await project.listRuns();
      return 0;
    case "save":
      return await project.saveMetrics({ attributes: /./, destination: `${folder}/made/points.parquet`, ...quiet });
    case "csv":
      return await project.saveMetrics({ attributes: /./, destination: `${folder}/made/points.csv`, ...quiet });
    case "export": {
      const frame = await project.exportArchive({ destination: `${folder}/made`, ...quiet });
      return Number(frame.getColumn("points").sum());
    }
    case "compact": {
      const { projects } = await compactArchive({
        archive: `${folder}/data`,
        destination: `${folder}/made`,
        cacheFolder: `${folder}/cache`,
        ...quiet,
      });
      return projects[0].points;
    }
    case "fetch":
      return (await project.fetchMetrics({ runs: ["long"], attributes: /./, ...quiet })).height;
  }
}

async function measure(step: Step, folder: string): Promise<void> {
  const started = performance.now();
  const points = await work(step, folder);
  const { user, system } = process.cpuUsage();
  const status = await Deno.readTextFile("/proc/self/status").catch(() => "");
  const peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024;
  console.log(
    `${step.padEnd(8)} ${(points / 1e6).toFixed(0).padStart(4)}M points   peak ${peak.toFixed(0).padStart(5)} MB   ` +
      `${((performance.now() - started) / 1000).toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s processor`,
  );
}

if (import.meta.main) {
  const step = Deno.args.find((arg) => arg.startsWith("--step="))?.slice("--step=".length) as Step | undefined;
  const only = Deno.args.find((arg) => arg.startsWith("--only="))?.slice("--only=".length).split(",") ?? STEPS;
  const [first, second] = Deno.args.filter((arg) => !arg.startsWith("--"));
  if (step) await measure(step, first);
  else {
    const points = Number(first ?? 10) * 1e6;
    const folder = `${second ?? `${tmpdir()}/neptune-fetcher-bench`}/points-${points / 1e6}M`;
    await generate(folder, points);
    for (const step of only) {
      await Deno.mkdir(`${folder}/made`);
      const args = ["run", "-A", import.meta.filename!, `--step=${step}`, folder];
      try {
        await new Deno.Command(Deno.execPath(), { args, stdout: "inherit", stderr: "inherit" }).output();
      } finally {
        await Deno.remove(`${folder}/made`, { recursive: true });
      }
    }
  }
}

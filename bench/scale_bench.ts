/**
 * Archives of many runs: `deno run -A bench/scale_bench.ts [runs] [folder for generated archives]`.
 *
 * The first run generates the archive (8 kB a run), which later runs find again. Polars reads the same
 * files by hand in the same run; each step is a process of its own, whose peak of memory is given. `runs` may be a list: `1000,5000`.
 *
 * @module
 */

import { tmpdir } from "node:os";
import process from "node:process";
import pl from "nodejs-polars";
import { ReadOnlyProject } from "../mod.ts";
import { sanitized } from "../src/archive/disk/layout.ts";
import { manyRuns } from "./generate.ts";

const PROJECT = "bench/project";
const STEPS = ["first", "second", "new", "sort", "config", "columns", "wide", "hand"] as const;
type Step = typeof STEPS[number];

interface Figures {
  seconds: number;
  /** Seconds of processor time: what a busy machine does not change much. */
  processor: number;
  count: number;
  peak: number;
  /** The longest time for which a timer had to wait, in milliseconds. */
  pause: number;
}

const WHAT: Record<Step, string> = {
  first: "first opening, listRuns()",
  second: "second opening, listRuns()",
  new: "opening with 100 new runs",
  sort: "fetchRunsDf, sorted by a last value, limit 10",
  config: "fetchRunsDf, a condition on a config, limit 10",
  columns: "fetchRunsDf, two columns of all runs",
  wide: "fetchRunsDf, all configs and series of all runs",
  hand: "Polars by hand, one system value of all runs",
};

function open(folder: string): ReadOnlyProject {
  return new ReadOnlyProject({ archive: `${folder}/data`, cacheFolder: `${folder}/cache` });
}

async function work(step: Step, project: ReadOnlyProject, folder: string): Promise<number> {
  const quiet = { progressBar: false };
  switch (step) {
    case "first":
    case "second":
    case "new":
      return (await project.listRuns()).length;
    case "sort":
      return (await project.fetchRunsDf({ sortBy: "train/loss", limit: 10, ...quiet })).height;
    case "config":
      return (await project.fetchRunsDf({ query: "`config/p3`:float > 0.5", limit: 10, ...quiet })).height;
    case "columns":
      return (await project.fetchRunsDf({ columns: ["config/p3", "train/loss"], ...quiet })).height;
    case "wide":
      return (await project.fetchRunsDf({ columnsRegex: ".", ...quiet })).height;
    case "hand":
      return await byHand(folder);
  }
}

/** Processor time of this process, in seconds. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

const OPENINGS: readonly Step[] = ["first", "second", "new", "hand"];

/** One step in this process. Tables are asked for when the archive is open, as in a notebook. */
async function measure(step: Step, folder: string): Promise<Figures> {
  let pause = 0, last = performance.now();
  const timer = setInterval(() => {
    pause = Math.max(pause, performance.now() - last - 10);
    last = performance.now();
  }, 10);
  const project = open(folder);
  if (!OPENINGS.includes(step)) await project.listRuns();
  const started = performance.now(), startedProcessor = processorTime();
  const count = await work(step, project, folder);
  const seconds = (performance.now() - started) / 1000, processor = processorTime() - startedProcessor;
  clearInterval(timer);
  const status = await Deno.readTextFile("/proc/self/status").catch(() => "");
  const peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024;
  return { seconds, processor, count, peak, pause };
}

async function inProcess(step: Step, folder: string): Promise<Figures> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.filename!, `--step=${step}`, folder],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${step} failed`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Polars reads one system value of each run. */
async function byHand(folder: string): Promise<number> {
  const scan = pl.scanParquet(`${folder}/data/${sanitized(PROJECT)}/*_part_0.parquet`, { hivePartitioning: false });
  const frame = await scan.filter(pl.col("attribute_path").eq(pl.lit("sys/creation_time")))
    .select("run_id", "datetime_value").collect();
  return frame.height;
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    bytes += entry.isDirectory ? await sizeOf(path) : (await Deno.stat(path)).size;
  }
  return bytes;
}

async function compare(runs: number, base: string): Promise<Record<Step, Figures>> {
  const all = {} as Record<Step, Figures>;
  const folder = `${base}/many-${runs}`;
  await manyRuns(`${folder}/data`, PROJECT, 0, runs);
  await Deno.remove(`${folder}/cache`, { recursive: true }).catch(() => {});
  await manyRuns(`${folder}/data`, PROJECT, runs, 0);
  console.log(`${runs} runs, ${((await sizeOf(`${folder}/data`)) / 1e6).toFixed(0)} MB`);
  for (const step of STEPS) {
    if (step === "new") await manyRuns(`${folder}/data`, PROJECT, runs, 100);
    const { seconds, processor, count, peak, pause } = all[step] = await inProcess(step, folder);
    console.log(
      `  ${WHAT[step].padEnd(48)} ${seconds.toFixed(2).padStart(7)} s, ${
        processor.toFixed(2).padStart(6)
      } s processor   peak ${peak.toFixed(0).padStart(5)} MB   ` +
        `longest pause ${pause.toFixed(0)} ms   ${count} rows`,
    );
    if (step === "first") {
      const bytes = await sizeOf(`${folder}/cache`);
      console.log(
        `  ${"the index takes".padEnd(48)} ${(bytes / 1e6).toFixed(1)} MB, ${(bytes / runs).toFixed(0)} B a run`,
      );
    }
  }
  await manyRuns(`${folder}/data`, PROJECT, runs, 0);
  return all;
}

/** The openings of several sizes, as a table of Markdown: processor time, and for the second the clock and the peak of memory. */
function tell(sizes: ReadonlyMap<number, Record<Step, Figures>>): void {
  console.log("\n| runs | first opening | Polars by hand | second opening |\n| --- | --- | --- | --- |");
  for (const [runs, { first, hand, second }] of sizes) {
    const seconds = [first.processor, hand.processor, second.seconds].map((one) => `${one.toFixed(2)} s`);
    console.log(`| ${runs.toLocaleString("en-US")} | ${seconds.join(" | ")}, ${second.peak.toFixed(0)} MB |`);
  }
}

if (import.meta.main) {
  const step = Deno.args.find((arg) => arg.startsWith("--step="))?.slice("--step=".length) as Step | undefined;
  const [first, second] = Deno.args.filter((arg) => !arg.startsWith("--"));
  if (step) console.log(JSON.stringify(await measure(step, first)));
  else {
    const base = second ?? `${tmpdir()}/neptune-fetcher-bench`;
    const sizes = new Map<number, Record<Step, Figures>>();
    for (const runs of (first ?? "1000").split(",")) sizes.set(Number(runs), await compare(Number(runs), base));
    if (sizes.size > 1) tell(sizes);
  }
}

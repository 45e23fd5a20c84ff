/**
 * Archives of many runs, raw and compacted: `deno run -A bench/compact_bench.ts [runs] [folder for generated archives]`.
 *
 * The first run generates the archive and compacts it. Every figure is that of a process of its own: processor time (user and
 * system), as other work may share the machine, and peak memory.
 *
 * @module
 */

import { tmpdir } from "node:os";
import { compactArchive, ReadOnlyProject } from "../mod.ts";
import { manyRuns } from "./generate.ts";

const PROJECT = "bench/project";

const WHAT = {
  first: "first opening, listRuns()",
  second: "second opening, listRuns()",
  one: "one series of one run, project open",
  run: "all values of one run, project open",
  last: "last values of one metric of all runs",
  wide: "all configs and last values of all runs",
  metric: "one metric of all runs",
  filter: "a condition on a config, limit 10",
  sort: "sorted by a last value, limit 10",
} as const;
type Step = keyof typeof WHAT;

async function ask(project: ReadOnlyProject, step: Step): Promise<number> {
  const quiet = { progressBar: false };
  switch (step) {
    case "first":
    case "second":
      return (await project.listRuns()).length;
    case "one":
      return (await project.fetchMetrics({ runs: ["run-777"], attributes: ["train/loss"], ...quiet })).height;
    case "run":
      return (await project.fetchRunsDf({ runs: ["run-777"], columnsRegex: ".", ...quiet })).width;
    case "last":
      return (await project.fetchRunsDf({ columns: ["train/loss"], ...quiet })).height;
    case "wide":
      return (await project.fetchRunsDf({ columnsRegex: ".", ...quiet })).height;
    case "metric":
      return (await project.fetchMetrics({ attributes: ["train/loss"], ...quiet })).height;
    case "filter":
      return (await project.fetchRunsDf({ query: "`config/p3`:float > 0.5", limit: 10, ...quiet })).height;
    case "sort":
      return (await project.fetchRunsDf({ sortBy: "train/loss", limit: 10, ...quiet })).height;
  }
}

/** Processor seconds of this process so far. */
function processor(): number {
  const [user, system] = /\) (.*)$/s.exec(Deno.readTextFileSync("/proc/self/stat"))![1].split(" ").slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}

interface Figures {
  seconds: number;
  count: number;
  peak: number;
}

async function measure(step: Step, data: string, cache: string): Promise<Figures> {
  const project = new ReadOnlyProject({ archive: data, cacheFolder: cache });
  const isOpening = step === "first" || step === "second";
  if (!isOpening) await project.listRuns();
  const started = processor();
  const count = await ask(project, step);
  const seconds = processor() - started;
  const peak = Number(/VmHWM:\s+(\d+)/.exec(await Deno.readTextFile("/proc/self/status"))![1]) / 1024;
  return { seconds, count, peak };
}

async function inProcess(step: Step, data: string, cache: string): Promise<Figures> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.filename!, `--step=${step}`, data, cache],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${step} failed`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function compare(runs: number, base: string): Promise<void> {
  const folder = `${base}/many-${runs}`;
  await manyRuns(`${folder}/data`, PROJECT, 0, runs);
  await Deno.remove(`${folder}/cache`, { recursive: true }).catch(() => {});
  const table: Record<string, Figures> = {};
  const raw = async (step: Step) => table[`raw ${step}`] = await inProcess(step, `${folder}/data`, `${folder}/cache`);
  await raw("first");
  const started = processor();
  const made = await compactArchive({
    archive: `${folder}/data`,
    destination: `${folder}/compacted`,
    cacheFolder: `${folder}/cache`,
  });
  const [{ status, sourceBytes, bytes, files }] = made.projects;
  if (status === "written") {
    console.log(
      `compacted in ${(processor() - started).toFixed(1)} s of processor time, ` +
        `${(sourceBytes / 1e6).toFixed(0)} MB in ${runs} files to ${(bytes / 1e6).toFixed(1)} MB in ${files.length}`,
    );
  }
  for (const step of Object.keys(WHAT) as Step[]) {
    if (step !== "first") await raw(step);
    table[`compacted ${step}`] = await inProcess(step, made.data, `${folder}/cache-compacted`);
    const show = (kind: string) => {
      const { seconds, peak } = table[`${kind} ${step}`];
      return `${kind} ${seconds.toFixed(2).padStart(6)} s, peak ${peak.toFixed(0).padStart(4)} MB   `;
    };
    const ratio = table[`raw ${step}`].seconds / Math.max(0.01, table[`compacted ${step}`].seconds);
    if (table[`raw ${step}`].count !== table[`compacted ${step}`].count) throw new Error(`${step}: other answers`);
    console.log(`${WHAT[step].padEnd(42)} ${show("raw")}${show("compacted")}${ratio.toFixed(1)} times`);
  }
}

if (import.meta.main) {
  const step = Deno.args.find((arg) => arg.startsWith("--step="))?.slice("--step=".length) as Step | undefined;
  const [first, second] = Deno.args.filter((arg) => !arg.startsWith("--"));
  if (step) {
    const [data, cache] = Deno.args.filter((arg) => !arg.startsWith("--"));
    console.log(JSON.stringify(await measure(step, data, cache)));
  } else await compare(Number(first ?? 1000), second ?? `${tmpdir()}/neptune-fetcher-bench`);
}

/**
 * Archives in object storage: `deno run -A bench/storage_bench.ts [--runs=20000] [--long=10] [--latency=0] [--folder=F] [--only=P]`.
 *
 * Two archives, one of many small runs and one of few with a million points each, are generated and compacted (later runs find them
 * again), put into SeaweedFS on this machine, and asked the same questions where they lie on the disk and where they lie in the store.
 * Each question is asked in a process of its own; it prints seconds, CPU time, the peak of memory, and how many requests were made for
 * how many bytes. `--latency` adds so many milliseconds to every request, as a store that is far away has them; `--only` asks at places
 * whose name begins like this: disk, s3, compacted disk, compacted s3.
 *
 * @module
 */

import { tmpdir } from "node:os";
import { compactArchive, ReadOnlyProject, ReadOnlyRun } from "../mod.ts";
import { startSeaweed } from "../tests/engines/seaweed.ts";
import { longRuns, manyRuns } from "./generate.ts";

const PROJECT = "bench/project";
const METRIC = { many: "train/loss", long: "metrics/group-0/metric-0" } as const;
type Shape = keyof typeof METRIC;

/** What is asked, in this order: the first ones fill the cache. */
const QUESTIONS = {
  first: "first opening, listRuns()",
  second: "second opening, listRuns()",
  series: "one series of one run",
  last: "last values of all runs",
  metric: "one metric of all runs",
  filter: "a filter on a config or a last value, limit 10",
} as const;
type Question = keyof typeof QUESTIONS;

/** Where to ask, for the process that does. */
interface Job {
  shape: Shape;
  question: Question;
  archive: string;
  cache: string;
  storage: { endpoint: string; accessKeyId: string; secretAccessKey: string } | null;
  latency: number;
}

interface Figures {
  seconds: number;
  cpu: number;
  peak: number;
  rows: number;
  requests: number;
  bytes: number;
}

async function ask(project: ReadOnlyProject, shape: Shape, question: Question): Promise<number> {
  const quiet = { progressBar: false };
  const metric = METRIC[shape];
  switch (question) {
    case "first":
    case "second":
      return (await project.listRuns()).length;
    case "series":
      return (await new ReadOnlyRun(project, { customId: "run-1" }).attribute(metric).fetchValues(quiet)).height;
    case "last":
      return (await project.fetchRunsDf({ columns: [metric], ...quiet })).height;
    case "metric":
      return (await project.fetchMetrics({ attributes: [metric], ...quiet })).height;
    case "filter":
      return (await project.fetchRunsDf({ query: `\`${metric}\`:float_series > 0.5`, limit: 10, ...quiet })).height;
  }
}

async function measure({ shape, question, archive, cache, storage, latency }: Job): Promise<Figures> {
  let requests = 0, bytes = 0;
  const counted: typeof fetch = async (input, init) => {
    requests++;
    if (latency > 0) await new Promise((resolve) => setTimeout(resolve, latency));
    const response = await fetch(input, init);
    bytes += Number(response.headers.get("content-length") ?? 0);
    return response;
  };
  const project = new ReadOnlyProject({
    archive,
    cacheFolder: cache,
    ...(storage ? { storageOptions: { ...storage, allowHttp: true }, fetch: counted } : {}),
  });
  const before = cpuSeconds(), started = performance.now();
  const rows = await ask(project, shape, question);
  const seconds = (performance.now() - started) / 1000;
  const status = await Deno.readTextFile("/proc/self/status").catch(() => "");
  const peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024;
  project.close();
  return { seconds, cpu: cpuSeconds() - before, peak, rows, requests, bytes };
}

/** Seconds of the processor that this process took, on Linux. */
function cpuSeconds(): number {
  const fields = Deno.readTextFileSync("/proc/self/stat").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function inProcess(job: Job): Promise<Figures> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.filename!, `--job=${JSON.stringify(job)}`],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${job.question} failed`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function compare(counts: Record<Shape, number>, latency: number, base: string, only: string): Promise<void> {
  const storage = await startSeaweed();
  try {
    await storage.put("bench");
    for (const shape of ["many", "long"] as const) {
      if (counts[shape] === 0) continue;
      const folder = `${base}/${shape}-${counts[shape]}`;
      if (shape === "many") await manyRuns(`${folder}/data`, PROJECT, 0, counts.many);
      else if (!await Deno.stat(`${folder}/complete`).catch(() => null)) {
        await longRuns(`${folder}/data`, PROJECT, { runs: counts.long, series: 10, steps: 100_000 });
        await Deno.writeTextFile(`${folder}/complete`, "");
      }
      if (!await Deno.stat(`${folder}/compacted`).catch(() => null)) {
        await compactArchive({ archive: `${folder}/data`, destination: `${folder}/compacted`, cacheFolder: null });
      }
      console.log(`\n${counts[shape]} runs${shape === "long" ? " of 1M points" : ""}`);
      const { endpoint, accessKeyId, secretAccessKey } = storage;
      const keys = { endpoint, accessKeyId, secretAccessKey };
      const places = {
        "disk": { archive: `${folder}/data`, storage: null },
        "s3": { archive: `s3://bench/${shape}/data`, storage: keys },
        "compacted disk": { archive: `${folder}/compacted/data`, storage: null },
        "compacted s3": { archive: `s3://bench/${shape}/compacted/data`, storage: keys },
      };
      const chosen = Object.entries(places).filter(([name]) => name.startsWith(only));
      for (const [, { archive, storage: keys }] of chosen) {
        if (keys === null) continue;
        const place = archive.slice("s3://".length);
        const from = `${folder}/${place.split("/").slice(2).join("/")}`;
        console.log(`  ${await storage.upload(from, place)} objects in ${archive}`);
      }
      const caches: Record<string, string> = {};
      for (const question of Object.keys(QUESTIONS) as Question[]) {
        for (const [name, place] of chosen) {
          const cache = caches[name] ??= await Deno.makeTempDir();
          const figures = await inProcess({ shape, question, cache, latency, ...place });
          const { seconds, cpu, peak, rows, requests, bytes } = figures;
          console.log(
            `  ${QUESTIONS[question].padEnd(46)} ${name.padEnd(14)} ${seconds.toFixed(2).padStart(7)} s   ` +
              `CPU ${cpu.toFixed(2).padStart(6)} s   peak ${peak.toFixed(0).padStart(5)} MB   ${
                requests.toString().padStart(6)
              } requests ${(bytes / 1e6).toFixed(1).padStart(7)} MB   ${rows} rows`,
          );
        }
      }
      for (const cache of Object.values(caches)) await Deno.remove(cache, { recursive: true });
    }
  } finally {
    storage.stop();
  }
}

if (import.meta.main) {
  const option = (name: string) => Deno.args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const job = option("job");
  if (job) console.log(JSON.stringify(await measure(JSON.parse(job))));
  else {
    const counts = { many: Number(option("runs") ?? 20_000), long: Number(option("long") ?? 10) };
    const base = option("folder") ?? `${tmpdir()}/neptune-fetcher-bench`;
    await compare(counts, Number(option("latency") ?? 0), base, option("only") ?? "");
  }
}

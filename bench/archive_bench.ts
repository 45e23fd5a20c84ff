/**
 * Archives against Polars queries written by hand: `deno run -A bench/archive_bench.ts [folder for generated archives] [--only=words]`.
 *
 * Each pair reads the same files into the same kind of frame; medians of several rounds, taken in turn, of time and of processor time. The first run
 * generates some 250 MB of archives, which later runs find again. `--only` takes what has these words in its name.
 *
 * @module
 */

import { tmpdir } from "node:os";
import process from "node:process";
import pl, { type DataFrame } from "nodejs-polars";
import { openArchive } from "../src/archive/catalog.ts";
import { concat, seriesList } from "../src/columns.ts";
import { codedNames, floats, instants } from "../src/frame/frame.ts";
import type { Source } from "../src/source.ts";
import { longRuns, smallRuns, wideRuns } from "./generate.ts";

const PROJECT = "bench/project";
const ROUNDS = 7;

interface Scenario {
  name: string;
  archive: string;
  generate: (data: string) => Promise<void>;
  ours: (source: Source) => Promise<DataFrame>;
  byHand: (pattern: string) => Promise<DataFrame>;
  /** What is aimed at: a ratio to the query by hand, or seconds. */
  goal: string;
  /** Peak resident memory that must not be passed, in MB. */
  memory?: number;
}

const PATH = "metrics/group-3/metric-3";

const SCENARIOS: Scenario[] = [
  {
    name: "one series (10k points) of a run of 1M rows",
    goal: "x1.30",
    archive: "one-run",
    generate: (data) => longRuns(data, PROJECT, { runs: 1, series: 100, steps: 10_000 }),
    ours: (source) => oneSeries(source),
    byHand: (pattern) =>
      pl.scanParquet(pattern)
        .filter(pl.col("attribute_type").eq(pl.lit("float_series")).and(pl.col("attribute_path").eq(pl.lit(PATH))))
        .select(pl.col("step").cast(pl.Float64), "float_value", "timestamp").sort("step").collect(),
  },
  {
    name: "all 100 series of a run of 1M rows",
    goal: "x1.30",
    archive: "one-run",
    generate: (data) => longRuns(data, PROJECT, { runs: 1, series: 100, steps: 10_000 }),
    ours: async (source) => seriesFrame(source, ["run-0"], await seriesPaths(source, "run-0")),
    byHand: (pattern) => seriesByHand(pattern, pl.lit(true)),
  },
  {
    name: "all 25 series of a run of 1M rows",
    goal: "x1.30",
    archive: "few-series",
    generate: (data) => longRuns(data, PROJECT, { runs: 1, series: 25, steps: 40_000 }),
    ours: async (source) => seriesFrame(source, ["run-0"], await seriesPaths(source, "run-0")),
    byHand: (pattern) => seriesByHand(pattern, pl.lit(true)),
  },
  {
    name: "one series of each of 20 runs, 20M rows",
    archive: "twenty-runs",
    generate: (data) => longRuns(data, PROJECT, { runs: 20, series: 100, steps: 10_000 }),
    ours: (source) => seriesFrame(source, Array.from({ length: 20 }, (_, n) => `run-${n}`), [PATH]),
    byHand: (pattern) => seriesByHand(pattern, pl.col("attribute_path").eq(pl.lit(PATH))),
    goal: "x1.30",
    memory: 300,
  },
  {
    name: "table of last values, 20 runs x 100 series",
    goal: "x1.30",
    archive: "twenty-runs",
    generate: (data) => longRuns(data, PROJECT, { runs: 20, series: 100, steps: 10_000 }),
    ours: (source) => lastValues(source),
    byHand: (pattern) =>
      pl.scanParquet(pattern).filter(pl.col("attribute_type").eq(pl.lit("float_series")))
        .select("run_id", "attribute_path", pl.col("step").cast(pl.Float64), "float_value")
        .groupBy(["run_id", "attribute_path"]).agg(pl.col("float_value").sortBy("step").last()).collect(),
  },
  {
    name: "table of 800 runs x 18,000 configs",
    archive: "wide-runs",
    generate: (data) => wideRuns(data, PROJECT, 800, 18_000),
    ours: (source) => configs(source),
    byHand: (pattern) =>
      pl.scanParquet(pattern)
        .filter(pl.col("attribute_type").eq(pl.lit("float")).and(pl.col("float_value").isNotNull()))
        .select(pl.col("run_id").cast(pl.Categorical), pl.col("attribute_path").cast(pl.Categorical), "float_value")
        .collect(),
    goal: "5 s",
    memory: 1000,
  },
];

async function oneSeries(source: Source): Promise<DataFrame> {
  const series = seriesList([{ run: "run-0", path: PATH }]);
  const query = {
    kind: "float",
    series,
    lineage: "full",
  } as const;
  const [block] = await Array.fromAsync(source.series({ ...query }));
  return pl.DataFrame([
    floats("step", block.step),
    floats("value", block.values.data as Float64Array),
    instants("timestamp", block.timestamp),
  ]);
}

async function seriesFrame(source: Source, runs: string[], paths: string[]): Promise<DataFrame> {
  const series = seriesList(runs.flatMap((run) => paths.map((path) => ({ run, path }))));
  const query = {
    kind: "float",
    series,
    lineage: "full",
  } as const;
  const blocks = await Array.fromAsync(source.series({ ...query }));
  const code = new Uint32Array(blocks.reduce((rows, { step }) => rows + step.length, 0));
  let row = 0;
  for (const { step, spans } of blocks) {
    for (const { series, start, end } of spans) code.fill(series % paths.length, row + start, row + end);
    row += step.length;
  }
  // One frame, as every call of the module gives one.
  return pl.DataFrame([
    codedNames("attribute", code, paths, false),
    floats("step", concat(Float64Array, blocks.map(({ step }) => step))),
    floats("value", concat(Float64Array, blocks.map(({ values }) => values.data as Float64Array))),
    instants("timestamp", concat(Float64Array, blocks.map(({ timestamp }) => timestamp))),
  ]);
}

function seriesByHand(pattern: string, condition: pl.Expr): Promise<DataFrame> {
  return pl.scanParquet(pattern)
    .filter(pl.col("attribute_type").eq(pl.lit("float_series")).and(condition))
    .select("run_id", "attribute_path", pl.col("step").cast(pl.Float64), "float_value", "timestamp")
    .sort(["run_id", "attribute_path", "step"])
    .collect();
}

async function seriesPaths(source: Source, run: string): Promise<string[]> {
  const paths: string[] = [];
  const query = { runs: [run], types: ["float_series" as const] };
  for await (const page of source.attributes(query)) paths.push(...page.map(({ path }) => path));
  return paths;
}

async function lastValues(source: Source): Promise<DataFrame> {
  const frames: DataFrame[] = [];
  for await (const block of source.values({ types: ["float_series"] })) {
    for (const column of block.columns) {
      if (column.type !== "float_series") continue;
      frames.push(pl.DataFrame([
        codedNames("run", column.run, block.runs, false),
        codedNames("attribute", column.path, block.paths, false),
        floats("value", column.data.last),
      ]));
    }
  }
  return pl.concat(frames);
}

async function configs(source: Source): Promise<DataFrame> {
  const frames: DataFrame[] = [];
  for await (const block of source.values({ types: ["float"] })) {
    for (const column of block.columns) {
      if (column.type !== "float") continue;
      frames.push(pl.DataFrame([
        codedNames("run", column.run, block.runs, true),
        codedNames("attribute", column.path, block.paths, true),
        floats("value", column.data),
      ]));
    }
  }
  return pl.concat(frames);
}

async function archiveOf(folder: string, name: string, generate: (data: string) => Promise<void>): Promise<string> {
  const done = `${folder}/${name}/complete`;
  const data = `${folder}/${name}/data`;
  if (!(await Deno.stat(done).catch(() => null))) {
    console.error(`generating ${data}`);
    await Deno.remove(`${folder}/${name}`, { recursive: true }).catch(() => {});
    await generate(data);
    await Deno.writeTextFile(done, "");
  }
  return data;
}

/** Milliseconds that work takes, and those of the processor. */
interface Times {
  wall: number;
  processor: number;
}

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function time(work: () => Promise<unknown>): Promise<Times> {
  const start = performance.now(), startProcessor = processorTime();
  await work();
  return { wall: performance.now() - start, processor: processorTime() - startProcessor };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

async function compare(scenario: Scenario, folder: string): Promise<void> {
  const data = await archiveOf(folder, scenario.archive, scenario.generate);
  const pattern = `${data}/*/*.parquet`;
  const catalog = openArchive({ data });
  const source = catalog.open(PROJECT);
  const rows = (await scenario.ours(source)).height;
  const expected = (await scenario.byHand(pattern)).height;
  if (rows !== expected) throw new Error(`${scenario.name}: ${rows} rows, by hand ${expected}`);
  const ours: Times[] = [], byHand: Times[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await time(() => scenario.ours(source)));
    byHand.push(await time(() => scenario.byHand(pattern)));
  }
  const peak = await peakMemory(scenario, folder);
  const told = (["wall", "processor"] as const).map((kind) => {
    const [a, b] = [ours, byHand].map((times) => median(times.map((one) => one[kind])));
    return `${a.toFixed(0).padStart(6)} ms ${b.toFixed(0).padStart(6)} ms  x${(a / b).toFixed(2)}`;
  });
  console.log(
    `${scenario.name.padEnd(46)} ${told.join("   processor ")}   goal ${scenario.goal.padEnd(5)}   peak ${
      peak.toFixed(0)
    } MB${scenario.memory ? ` of ${scenario.memory}` : ""}`,
  );
}

/** Peak resident memory of a process that only opens the archive and reads, in MB. */
async function peakMemory(scenario: Scenario, folder: string): Promise<number> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.filename!, folder, `--measure=${SCENARIOS.indexOf(scenario)}`],
    stderr: "inherit",
  }).output();
  return Number(new TextDecoder().decode(stdout));
}

async function measure(scenario: Scenario, folder: string): Promise<void> {
  const data = await archiveOf(folder, scenario.archive, scenario.generate);
  await scenario.ours(openArchive({ data }).open(PROJECT));
  const status = await Deno.readTextFile("/proc/self/status").catch(() => "");
  console.log(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) / 1024);
}

async function listing(folder: string): Promise<void> {
  const data = await archiveOf(folder, "small-runs", (data) => smallRuns(data, PROJECT, 20_000));
  const cache = await Deno.makeTempDir();
  try {
    for (const [name, goal] of [["first listing of 20,000 runs", 15], ["second opening, summary cached", 1]] as const) {
      let runs = 0;
      const { wall, processor } = await time(async () => {
        const source = openArchive({ data, cache }).open(PROJECT);
        for await (const page of source.runs({})) runs += page.runs.length;
      });
      if (runs !== 20_000) throw new Error(`${name}: ${runs} runs`);
      console.log(
        `${name.padEnd(46)} ${(wall / 1000).toFixed(2).padStart(6)} s, ${
          (processor / 1000).toFixed(2)
        } s processor   goal ${goal} s`,
      );
    }
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

/** The longest time a timer had to wait during 2,000 short calls in a row. */
async function pauses(folder: string): Promise<void> {
  const data = await archiveOf(folder, "small-runs", (data) => smallRuns(data, PROJECT, 20_000));
  const source = openArchive({ data, cache: `${folder}/small-runs/cache` }).open(PROJECT);
  await Array.fromAsync(source.runs({ where: null, heads: false, sort: null }));
  let longest = 0, last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last - 5);
    last = performance.now();
  }, 5);
  const { wall, processor } = await time(async () => {
    for (let n = 0; n < 2000; n++) {
      const run = `run-${n}`;
      if (n % 2 === 0) await Array.fromAsync(source.values({ runs: [run], paths: ["config/value-1"] }));
      else await seriesFrame(source, [run], ["loss"]);
    }
  });
  clearInterval(timer);
  console.log(
    `${"2,000 short calls".padEnd(46)} ${(wall / 1000).toFixed(2).padStart(6)} s, ${
      (processor / 1000).toFixed(2)
    } s processor   longest pause ${longest.toFixed(0)} ms`,
  );
}

if (import.meta.main) {
  const folder = Deno.args.find((arg) => !arg.startsWith("--")) ?? `${tmpdir()}/neptune-fetcher-bench`;
  const measured = Deno.args.find((arg) => arg.startsWith("--measure="));
  if (measured) {
    await measure(SCENARIOS[Number(measured.slice("--measure=".length))], folder);
  } else {
    const only = Deno.args.find((arg) => arg.startsWith("--only="))?.slice("--only=".length) ?? "";
    console.log(`${"".padEnd(46)}      ours   by hand  ratio`);
    for (const scenario of SCENARIOS) if (scenario.name.includes(only)) await compare(scenario, folder);
    if ("first listing of 20,000 runs".includes(only)) await listing(folder);
    if ("2,000 short calls".includes(only)) await pauses(folder);
  }
}

/**
 * Unsynced data against the least that has to be done: `deno run -A bench/offline_bench.ts`.
 *
 * Two million points of one database to a frame, and the opening of a thousand databases. The floor reads the same files in the
 * same process: all bytes of all operations, and the metadata of every database. Times are medians of several rounds, taken in
 * turn; on a busy machine, that of the processor says more than that of the clock. Memory is the peak of a process of its own.
 *
 * @module
 */

import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { ReadOnlyProject } from "../mod.ts";
import { type Update, writeDatabase } from "../tests/offline/writer.ts";

const PROJECT = "bench/project";
const ROUNDS = 5;
const SERIES = 100;
const STEPS = 20_000;
const DATABASES = 1000;
const T = Date.UTC(2026, 0, 1);

async function twoMillionPoints(folder: string): Promise<void> {
  const paths = Array.from({ length: SERIES }, (_, i) => `m/${String(i).padStart(2, "0")}`);
  const operations: Update[] = Array.from({ length: STEPS }, (_, step) => ({
    step,
    timestamp: T + 1000 * step,
    append: Object.fromEntries(paths.map((path, i) => [path, { float: Math.sin(step / 100 + i) }])),
  }));
  await writeDatabase(folder, { project: PROJECT, run: "long", operations: [{ run: { created: T } }, ...operations] });
}

async function manyDatabases(folder: string): Promise<void> {
  for (let n = 0; n < DATABASES; n++) {
    const points: Update[] = Array.from({ length: 20 }, (_, step) => ({
      step,
      timestamp: T + 1000 * step,
      append: { "train/loss": { float: 1 / (step + 1) } },
    }));
    await writeDatabase(folder, {
      project: PROJECT,
      run: `run-${n}`,
      made: T + n,
      operations: [
        { run: { created: T + n, experiment: `exp-${n % 100}` } },
        { timestamp: T, assign: { "config/lr": { float: n / 1000 } }, sets: { "sys/tags": { add: ["bench"] } } },
        ...points,
      ],
    });
  }
}

function databasesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}/run_operations.sqlite3`);
}

/** Opens as we do, and looks at nothing. */
function opened(path: string): DatabaseSync {
  return new DatabaseSync(new URL(`file://${encodeURI(path)}?immutable=1`), { readOnly: true });
}

/** All bytes of all operations, summed up, so that they are really there. */
function readBytes(folder: string): number {
  let bytes = 0;
  for (const path of databasesBelow(folder)) {
    const database = opened(path);
    for (const row of database.prepare("SELECT operation FROM run_operations").iterate()) {
      bytes += (row.operation as Uint8Array).length;
    }
    database.close();
  }
  return bytes;
}

function readMetadata(folder: string): number {
  let found = 0;
  for (const path of databasesBelow(folder)) {
    const database = opened(path);
    found += database.prepare("SELECT * FROM metadata").all().length;
    database.close();
  }
  return found;
}

async function metricsFrame(folder: string): Promise<number> {
  const project = new ReadOnlyProject({ offline: folder, project: PROJECT });
  const frame = await project.fetchMetrics({ attributes: "^m/", progressBar: null });
  return frame.height;
}

async function listed(folder: string): Promise<number> {
  return (await new ReadOnlyProject({ offline: folder, project: PROJECT }).listRuns()).length;
}

async function table(folder: string): Promise<number> {
  const project = new ReadOnlyProject({ offline: folder, project: PROJECT });
  return (await project.fetchRunsDf({ progressBar: null, limit: DATABASES })).height;
}

interface Scenario {
  name: string;
  goal: string;
  ours: () => number | Promise<number>;
  floor: () => number | Promise<number>;
}

async function compare({ name, goal, ours, floor }: Scenario): Promise<void> {
  const times: [number[], number[]] = [[], []], processor: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [i, work] of [ours, floor].entries()) {
      const started = performance.now(), used = processorTime();
      await work();
      // The first round warms up.
      if (round === 0) continue;
      times[i].push(performance.now() - started);
      processor[i].push(processorTime() - used);
    }
  }
  const said = (all: [number[], number[]]) => {
    const [mine, least] = all.map((one) => one.sort((a, b) => a - b)[ROUNDS >> 1]);
    return `${mine.toFixed(0)} ms, floor ${least.toFixed(0)} ms, x${(mine / least).toFixed(1)}`;
  };
  console.log(`${name} (${goal})`);
  console.log(`  by the clock ${said(times)}; of the processor ${said(processor)}`);
}

/** Milliseconds of all threads. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The first time in a process that does nothing else, and its peak of memory. */
async function alone(work: string, folder: string): Promise<void> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL(import.meta.url).pathname, work, folder],
    stderr: "inherit",
  }).output();
  console.log(new TextDecoder().decode(stdout).trim());
}

const WORKS: Record<string, (folder: string) => Promise<number>> = { metricsFrame, listed, table };

if (Deno.args.length === 2) {
  const [work, folder] = Deno.args;
  const started = performance.now(), used = processorTime();
  const found = await WORKS[work](folder);
  const milliseconds = performance.now() - started;
  const processor = processorTime() - used;
  const [peak] = /VmHWM:\s*(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))!.slice(1);
  console.log(
    `  ${work} in a process of its own: ${found} rows in ${milliseconds.toFixed(0)} ms, ${
      processor.toFixed(0)
    } ms of the processor, peak ${(Number(peak) / 1024).toFixed(0)} MB`,
  );
} else {
  const folder = await Deno.makeTempDir();
  try {
    const [long, many] = [`${folder}/long/.neptune`, `${folder}/many/.neptune`];
    await twoMillionPoints(long);
    await manyDatabases(many);
    await compare({
      name: "2,000,000 points to a frame, beside reading the bytes",
      goal: "goal: 1,500 ms, 400 MB",
      ours: () => metricsFrame(long),
      floor: () => readBytes(long),
    });
    await alone("metricsFrame", long);
    await compare({
      name: "listing the runs of 1,000 databases, beside reading their metadata",
      goal: "goal: 2,000 ms",
      ours: () => listed(many),
      floor: () => readMetadata(many),
    });
    await alone("listed", many);
    await compare({
      name: "the table of these runs, beside reading the bytes",
      goal: "no goal",
      ours: () => table(many),
      floor: () => readBytes(many),
    });
    await alone("table", many);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

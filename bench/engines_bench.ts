/**
 * Archives through engines: `deno run -A bench/engines_bench.ts <engine> <data folder> [project]`; the engine is sail, sail-cluster or spark.
 *
 * Each question is asked in turn through this module and as SQL that a person would write for it, a few times; what counts is the
 * processor time of the engine, as machines that run benchmarks are seldom idle.
 *
 * @module
 */

import { seriesList } from "../src/columns.ts";
import type { Source } from "../src/source.ts";
import { parseAddress } from "../src/spark/address.ts";
import { openSpark } from "../src/spark/catalog.ts";
import { SparkSession } from "../src/spark/connect/session.ts";
import { Statement } from "../src/spark/connect/statement.ts";
import { type Engine, SAIL, SAIL_CLUSTER, SPARK, startEngine } from "../tests/engines/engines.ts";
import { engineSeconds } from "../tests/engines/faults.ts";

/** Clocks of processor time tick a hundred times a second: short answers are asked for often. */
const TIMES = Number(Deno.env.get("BENCH_TIMES") ?? 3);
const ENGINES: Record<string, Engine> = { sail: SAIL, "sail-cluster": SAIL_CLUSTER, spark: SPARK };

const [name = "sail", data, project = "bench/project"] = Deno.args;
const engine = ENGINES[name];
if (!engine || !data) {
  throw new Error("deno run -A bench/engines_bench.ts <sail, sail-cluster or spark> <data folder> [project]");
}
const folder = [...Deno.readDirSync(data)].find(({ isDirectory }) => isDirectory)!.name;
const isCompacted = await Deno.stat(`${data}/${folder}/compacted.json`).then(() => true, () => false);

const running = await startEngine(engine);
addEventListener("unload", () => running.kill());
const session = new SparkSession(parseAddress(running.address));
const catalog = openSpark({ address: running.address, data });
const source = catalog.open(project);

/** What is measured: through the module, and by hand. */
interface Question {
  what: string;
  ask(source: Source): AsyncIterable<unknown>;
  sql: string;
}

const points = isCompacted ? "points" : "parts", singles = isCompacted ? "latest" : "parts";
const loss = "attribute_path = 'train/loss' AND attribute_type = 'float_series'";
const runKeys: string[] = [];
const questions: Question[] = [
  {
    what: "list all runs, newest first",
    ask: (source) => source.runs({}),
    sql: `SELECT run_id, max(CASE WHEN attribute_path = 'sys/id' THEN string_value END) AS id, ` +
      `max(CASE WHEN attribute_path = 'sys/custom_run_id' THEN string_value END) AS custom_id, ` +
      `max(CASE WHEN attribute_path = 'sys/name' THEN string_value END) AS name, ` +
      `max(CASE WHEN attribute_path = 'sys/creation_time' THEN datetime_value END) AS created FROM ${singles} ` +
      `WHERE attribute_path IN ('sys/id', 'sys/custom_run_id', 'sys/name', 'sys/creation_time') ` +
      `GROUP BY run_id ORDER BY created DESC, run_id`,
  },
  {
    what: "ten runs by a config",
    ask: (source) =>
      source.runs({
        where: { op: ">", operand: { name: "config/p3", type: "float", aggregation: null }, value: "0.5" },
        limit: 10,
      }),
    sql: `SELECT run_id, max(CASE WHEN attribute_path = 'sys/creation_time' THEN datetime_value END) AS created, ` +
      `max(CASE WHEN attribute_path = 'config/p3' THEN float_value END) AS p3 FROM ${singles} ` +
      `WHERE attribute_path IN ('sys/creation_time', 'config/p3') GROUP BY run_id HAVING p3 > 0.5 ` +
      `ORDER BY created DESC, run_id LIMIT 10`,
  },
  {
    what: "last value of a metric of all runs",
    ask: (source) => source.values({ paths: ["train/loss"], types: ["float_series"] }),
    sql: isCompacted
      ? `SELECT run_id, step, float_value, min_value, max_value, average_value, variance_value FROM latest WHERE ${loss}`
      : `SELECT run_id, max(step) AS step, max_by(float_value, step) AS value, min(float_value) AS least, ` +
        `max(float_value) AS greatest, avg(float_value) AS average, var_pop(float_value) AS variance ` +
        `FROM parts WHERE ${loss} GROUP BY run_id`,
  },
  {
    what: "one series of one run",
    ask: (source) =>
      source.series({
        kind: "float",
        lineage: "full",
        series: seriesList([{ run: "run-4711", path: "train/loss" }]),
      }),
    sql: `SELECT step, timestamp, float_value FROM ${points} WHERE ${loss} AND run_id = 'run-4711' ORDER BY step`,
  },
  {
    what: "all points of a metric of all runs",
    ask: (source) =>
      source.series({
        kind: "float",
        lineage: "full",
        series: seriesList(runKeys.map((run) => ({ run, path: "train/loss" }))),
      }),
    sql: `SELECT run_id, step, timestamp, float_value FROM ${points} WHERE ${loss} ORDER BY run_id, step`,
  },
];

function byHand(sql: string): AsyncGenerator<Uint8Array> {
  const statement = new Statement();
  if (isCompacted) {
    for (const [name, table] of [["latest", "values"], ["points", "series"]]) {
      statement.files(name, [`${data}/${folder}/${table}/*.parquet`], "parquet");
    }
  } else statement.files("parts", [`${data}/*/*.parquet`], "parquet");
  return session.run(statement.plan(sql));
}

interface Figures {
  wall: number;
  engine: number;
  own: number;
  count: number;
}

async function measure(stream: AsyncIterable<unknown>): Promise<Figures> {
  const start = performance.now(), engine = engineSeconds(running.pid), own = ownSeconds();
  let count = 0;
  for await (const _ of stream) count++;
  return {
    wall: (performance.now() - start) / 1000,
    engine: engineSeconds(running.pid) - engine,
    own: ownSeconds() - own,
    count,
  };
}

function ownSeconds(): number {
  const fields = Deno.readTextFileSync("/proc/self/stat").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const least = (all: Figures[], field: keyof Figures) =>
  TIMES <= 3 ? Math.min(...all.map((one) => one[field])) : all.reduce((sum, one) => sum + one[field], 0) / all.length;
const seconds = (number: number) => `${number.toFixed(3)} s`.padStart(9);

const opening = await measure((async function* () {
  yield await source.project();
  for await (const page of source.runs({ limit: 1 })) yield page;
})());
console.log(`${name}, ${data}${isCompacted ? ", compacted" : ""}`);
console.log(`opening, with the first question: ${seconds(opening.wall)}, processor time ${seconds(opening.engine)}`);
for await (const { runs } of source.runs({})) for (const { key } of runs) runKeys.push(key);
console.log(`${runKeys.length} runs`);
for (const { what, ask, sql } of questions) {
  const ours: Figures[] = [], theirs: Figures[] = [];
  try {
    for (let i = 0; i < TIMES; i++) {
      ours.push(await measure(ask(source)));
      theirs.push(await measure(byHand(sql)));
    }
  } catch (error) {
    console.log(`${what}: ${(error as Error).message.slice(0, 200)}`);
    continue;
  }
  const [engineOurs, engineTheirs] = [least(ours, "engine"), least(theirs, "engine")];
  console.log(
    `${what.padEnd(36)} wall ${seconds(least(ours, "wall"))} by hand ${seconds(least(theirs, "wall"))}  engine ` +
      `${seconds(engineOurs)} by hand ${seconds(engineTheirs)} ratio ${(engineOurs / engineTheirs).toFixed(2)}  ` +
      `own ${seconds(least(ours, "own"))}`,
  );
}
console.log(`memory of this process: ${(Deno.memoryUsage().rss / 1e6).toFixed(0)} MB`);
await session.close();
catalog.close();
await running.stop();

/**
 * Archives through engines: `deno run -A bench/engines_bench.ts <engine> <data folder> [disk or s3] [project]`; the engine is sail,
 * sail-cluster or spark, and `s3` puts the folder into SeaweedFS on this machine first.
 *
 * Each question is asked in turn through this module and as SQL that a person who knows the archive would write for the same answer, a
 * few times; what counts is the processor time of the engine, as machines that run benchmarks are seldom idle.
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
import { startSeaweed, variablesOf } from "../tests/engines/seaweed.ts";
import { openStorage } from "../src/s3/store.ts";

/** Clocks of processor time tick a hundred times a second: short answers are asked for often. */
const TIMES = Number(Deno.env.get("BENCH_TIMES") ?? 3);
const ENGINES: Record<string, Engine> = { sail: SAIL, "sail-cluster": SAIL_CLUSTER, spark: SPARK };

const [name = "sail", folder, where = "disk", project = "bench/project"] = Deno.args;
const engine = ENGINES[name];
if (!engine || !folder) {
  throw new Error(
    "deno run -A bench/engines_bench.ts <sail, sail-cluster or spark> <data folder> [disk or s3] [project]",
  );
}
const inside = [...Deno.readDirSync(folder)].find(({ isDirectory }) => isDirectory)!.name;
const isCompacted = await Deno.stat(`${folder}/${inside}/compacted.json`).then(() => true, () => false);

const storage = where === "s3" ? await startSeaweed() : null;
if (storage) {
  await storage.put("archives");
  await storage.upload(folder, "archives/data");
}
const data = storage ? "s3://archives/data" : folder;
const running = await startEngine(engine, storage ? variablesOf(storage) : {});
addEventListener("unload", () => {
  running.kill();
  storage?.stop();
});
const session = new SparkSession(parseAddress(running.address));
const keys = storage &&
  { endpoint: storage.endpoint, accessKeyId: storage.accessKeyId, secretAccessKey: storage.secretAccessKey };
const catalog = openSpark({
  address: running.address,
  data,
  store: keys && openStorage({ ...keys, region: "us-east-1" }),
});
const source = catalog.open(project);

/** What is measured: through the module, and by hand. */
interface Question {
  what: string;
  ask(source: Source): AsyncIterable<unknown>;
  sql: string;
}

/** What every run is called and when it began, and something else of it. */
function gathered(column?: string, path?: string): string {
  const names = { id: "sys/id", custom_id: "sys/custom_run_id", name: "sys/name" };
  const columns = Object.entries(names).map(([name, path]) =>
    `max(CASE WHEN attribute_path = '${path}' THEN string_value END) AS ${name}`
  );
  columns.push("max(CASE WHEN attribute_path = 'sys/creation_time' THEN datetime_value END) AS created");
  const paths = [...Object.values(names), "sys/creation_time"].map((path) => `'${path}'`);
  return `SELECT ${["run_id", ...columns, ...column ? [column] : []].join(", ")} FROM parts ` +
    `WHERE attribute_path IN (${[...paths, ...path ? [path] : []].join(", ")}) GROUP BY run_id`;
}
const NAMED = isCompacted
  ? "SELECT run_id, sys_id, custom_run_id, experiment_name, creation_time AS created FROM runs"
  : gathered();
const points = isCompacted ? "points" : "parts";
const runKeys: string[] = [];

function questionsOf(metric: string, one: string): Question[] {
  const isMetric = `attribute_path = '${metric}' AND attribute_type = 'float_series'`;
  const float = (path: string, type: "float" | "float_series") => ({ name: path, type, aggregation: null });
  return [
    {
      what: "list all runs, newest first",
      ask: (source) => source.runs({}),
      sql: `${NAMED} ORDER BY created DESC, run_id`,
    },
    {
      what: "ten runs by a config",
      ask: (source) =>
        source.runs({ where: { op: ">", operand: float("config/p3", "float"), value: "0.5" }, limit: 10 }),
      sql: isCompacted
        ? `SELECT named.* FROM (${NAMED}) AS named JOIN latest AS config ON config.run_id = named.run_id ` +
          `WHERE config.attribute_path = 'config/p3' AND config.attribute_type = 'float' AND config.float_value > 0.5 ` +
          `ORDER BY created DESC, run_id LIMIT 10`
        : `SELECT * FROM (${
          gathered("max(CASE WHEN attribute_path = 'config/p3' THEN float_value END) AS p3", "'config/p3'")
        }) ` +
          `WHERE p3 > 0.5 ORDER BY created DESC, run_id LIMIT 10`,
    },
    {
      what: "ten runs by a last value",
      ask: (source) =>
        source.runs({ where: { op: ">", operand: float(metric, "float_series"), value: "0.5" }, limit: 10 }),
      sql: isCompacted
        ? `SELECT named.* FROM (${NAMED}) AS named JOIN latest ON latest.run_id = named.run_id ` +
          `WHERE ${isMetric} AND float_value > 0.5 ORDER BY created DESC, run_id LIMIT 10`
        : `SELECT named.* FROM (${NAMED}) AS named JOIN (SELECT run_id, max_by(float_value, step) AS last FROM parts ` +
          `WHERE ${isMetric} GROUP BY run_id) AS lasts ON lasts.run_id = named.run_id WHERE last > 0.5 ` +
          `ORDER BY created DESC, named.run_id LIMIT 10`,
    },
    {
      what: "last value of a metric of all runs",
      ask: (source) => source.values({ paths: [metric], types: ["float_series"] }),
      sql: isCompacted
        ? `SELECT run_id, step, float_value, min_value, max_value, average_value, variance_value FROM latest WHERE ${isMetric}`
        : `SELECT run_id, max(step) AS step, max_by(float_value, step) AS value, min(float_value) AS least, ` +
          `max(float_value) AS greatest, avg(float_value) AS average, var_pop(float_value) AS variance ` +
          `FROM parts WHERE ${isMetric} GROUP BY run_id`,
    },
    {
      what: "one series of one run",
      ask: (source) =>
        source.series({ kind: "float", lineage: "full", series: seriesList([{ run: one, path: metric }]) }),
      sql: `SELECT step, timestamp, float_value FROM ${points} WHERE ${isMetric} AND run_id = '${one}' ORDER BY step`,
    },
    {
      what: "all points of a metric of all runs",
      ask: (source) =>
        source.series({
          kind: "float",
          lineage: "full",
          series: seriesList(runKeys.map((run) => ({ run, path: metric }))),
        }),
      sql: `SELECT run_id, step, timestamp, float_value FROM ${points} WHERE ${isMetric} ORDER BY run_id, step`,
    },
  ];
}

function byHand(sql: string): AsyncGenerator<Uint8Array> {
  const statement = new Statement();
  if (isCompacted) {
    for (const [name, table] of [["latest", "values"], ["points", "series"], ["runs", "runs"]]) {
      statement.files(name, [`${data}/${inside}/${table}/*.parquet`], "parquet");
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
console.log(`${name}, ${folder} on ${where}${isCompacted ? ", compacted" : ""}`);
console.log(`opening, with the first question: ${seconds(opening.wall)}, processor time ${seconds(opening.engine)}`);
for await (const { runs } of source.runs({})) for (const { key } of runs) runKeys.push(key);
console.log(`${runKeys.length} runs`);
// The first attributes of generated archives.
const metric = runKeys.length > 1000 ? "train/loss" : "metrics/group-0/metric-0";
for (const { what, ask, sql } of questionsOf(metric, runKeys[runKeys.length >> 1])) {
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
// The store ends with this process.
Deno.exit(0);

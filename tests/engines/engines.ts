/**
 * Engines that speak Spark Connect, and how each is started on this machine. They come from PyPI, into `.engines/`.
 *
 * @module
 */

import { pythonEnvironment } from "../python.ts";

/** One engine. */
export interface Engine {
  name: string;
  /** Where its Python environment is, and the file that says what is in it: Sail does not go together with Spark's package. */
  environment: readonly [folder: string, requirements: string];
  /** What starts it; `bin` has the programs of its package, `folder` is for what it writes. */
  command(bin: string, folder: string, port: number): { path: string; args: string[]; env: Record<string, string> };
}

/** An engine that runs. */
export interface RunningEngine {
  /** `sc://127.0.0.1:port`. */
  address: string;
  /** The process, which may have started others. */
  pid: number;
  /** Ends it at once. */
  kill(): void;
  /** Ends it at once, and waits until it has gone. */
  stop(): Promise<void>;
}

/** Sail in one process. */
export const SAIL: Engine = {
  name: "sail",
  environment: [".engines", "requirements.txt"],
  command: (bin, _folder, port) => ({
    path: `${bin}/sail`,
    args: ["spark", "server", "--port", String(port)],
    env: {},
  }),
};

/** Sail as a driver with workers of its own. */
export const SAIL_CLUSTER: Engine = {
  ...SAIL,
  name: "sail-cluster",
  command: (...given) => ({ ...SAIL.command(...given), env: { SAIL_MODE: "local-cluster" } }),
};

/** Apache Spark with its Connect server, which its package holds. */
export const SPARK: Engine = {
  name: "spark",
  environment: [".engines/spark", "requirements_spark.txt"],
  command(bin, folder, port) {
    const [python] = [...Deno.readDirSync(`${bin}/../lib`)].map(({ name }) => name);
    const home = `${bin}/../lib/${python}/site-packages/pyspark`;
    const settings = {
      "spark.connect.grpc.binding.address": "127.0.0.1",
      "spark.connect.grpc.binding.port": port,
      "spark.ui.enabled": false,
      "spark.log.level": "ERROR",
      // Made for terabytes: two hundred tasks for every grouping of a few rows.
      "spark.sql.shuffle.partitions": 1,
      "spark.default.parallelism": 1,
      // Compiling a query takes longer than a few rows.
      "spark.sql.codegen.wholeStage": false,
      "spark.sql.codegen.factoryMode": "NO_CODEGEN",
      "spark.sql.adaptive.enabled": false,
      // Lists few folders by itself rather than as a job.
      "spark.sql.sources.parallelPartitionDiscovery.threshold": 10000,
      "spark.sql.catalogImplementation": "in-memory",
      "spark.sql.ui.retainedExecutions": 1,
      // What runs for minutes is not worth compiling twice.
      "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
      "spark.local.dir": folder,
      "spark.sql.warehouse.dir": folder,
    };
    const conf = Object.entries(settings).flatMap(([name, value]) => ["--conf", `${name}=${value}`]);
    const main = "org.apache.spark.sql.connect.service.SparkConnectServer";
    return {
      path: `${home}/bin/spark-submit`,
      args: ["--class", main, "--master", "local[2]", "--driver-memory", "2g", ...conf, "spark-internal"],
      env: { SPARK_HOME: home, SPARK_NO_DAEMONIZE: "1" },
    };
  },
};

/** Installs an engine unless it is there, and starts it. */
export async function startEngine(engine: Engine, more: Record<string, string> = {}): Promise<RunningEngine> {
  const [place, requirements] = engine.environment;
  const bin = await pythonEnvironment(place, new URL(requirements, import.meta.url));
  const folder = await Deno.makeTempDir({ prefix: "engine-" });
  const port = freePort();
  const { path, args, env } = engine.command(bin, folder, port);
  const log = await Deno.open(`${folder}/engine.log`, { write: true, create: true });
  const process = new Deno.Command(path, {
    args,
    env: { ...env, ...more },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  process.stderr.pipeTo(log.writable).catch(() => {});
  let hasEnded = false;
  process.status.then(() => hasEnded = true);
  const kill = () => {
    if (!hasEnded) process.kill("SIGKILL");
  };
  const deadline = Date.now() + 300_000;
  while (!await listens(port)) {
    if (!hasEnded && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      continue;
    }
    kill();
    throw new Error(
      `${engine.name} does not listen: ${(await Deno.readTextFile(`${folder}/engine.log`)).slice(-2000)}`,
    );
  }
  return {
    address: `sc://127.0.0.1:${port}`,
    pid: process.pid,
    kill,
    async stop() {
      kill();
      await process.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** A port that nobody listened on a moment ago. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

async function listens(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}

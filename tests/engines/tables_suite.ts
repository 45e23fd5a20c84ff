/** The tables of compacted archives in DuckDB, Spark, Polars, pyarrow and hyparquet: the statements of docs/compacted.md, word for word. */

import assert from "node:assert/strict";
import { zstdDecompressSync } from "node:zlib";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import pl from "nodejs-polars";
import { compactArchive, type CompactedArchive, ReadOnlyProject } from "../../mod.ts";
import { sanitized } from "../../samples/writer.ts";
import { readPage } from "../documents/blocks.ts";
import { pythonEnvironment } from "../python.ts";

const page = await readPage("docs/compacted.md");
const blocks = [...page.matchAll(/^```(\w+)(?: (\w+))?\n([\s\S]*?)^```$/gm)].map(([, language, engine, text]) => ({
  language,
  engine,
  text,
}));
const setup = (engine: string) => blocks.find((block) => block.engine === engine)!.text;
const statements = blocks.filter(({ language, engine }) => language === "sql" && engine === undefined)
  .map(({ text }) => text);

const folder = await Deno.makeTempDir();
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const archive = new URL("../../samples/archive/data", import.meta.url);
const made: CompactedArchive = await compactArchive({ archive, destination: `${folder}/compacted`, cacheFolder: null });
const [{ project: name, files }] = made.projects;
const paths = files.map((file) => `${made.data}/${sanitized(name)}/${file.name}`);

const requirements = (file: string) => new URL(file, import.meta.url);
const environments: Record<string, () => Promise<string>> = {
  spark: () => pythonEnvironment(".engines/spark", requirements("requirements_spark.txt")),
};
const tables = () => pythonEnvironment(".engines/tables", requirements("requirements_tables.txt"));

type Rows = unknown[][];

async function ask(engine: string, question: Record<string, unknown>): Promise<Rows[]> {
  const bin = await (environments[engine] ?? tables)();
  const process = new Deno.Command(`${bin}/python`, {
    args: [requirements("tables.py").pathname, engine],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { TZ: "UTC" },
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify({ folder, ...question })));
  await writer.close();
  const { success, stdout, stderr } = await process.output();
  assert.ok(success, `${engine}: ${new TextDecoder().decode(stderr).slice(-3000)}`);
  const line = new TextDecoder().decode(stdout).split("\n").find((line) => line.startsWith("ANSWERS "))!;
  return JSON.parse(line.slice("ANSWERS ".length));
}

const options = { sanitizeResources: false, sanitizeOps: false };

Deno.test({
  ...options,
  name: "DuckDB and Spark give the same rows to the statements of the page, and they are those of our calls",
  async fn() {
    const duckdb = await ask("duckdb", { setup: setup("duckdb"), statements: statements.map(inDuckdb) });
    const spark = await ask("spark", { setup: setup("spark"), statements });
    assert.equal(statements.length, 7);
    statements.forEach((statement, i) => {
      assert.ok(duckdb[i].length > 0, statement);
      assert.deepEqual(spark[i], duckdb[i], statement);
    });
    const [newest, metric, best, , forked, heads, tagged] = duckdb;
    const project = new ReadOnlyProject({ archive, cacheFolder: null });
    const runs = await project.fetchRunsDf({ columns: ["sys/custom_run_id"], limit: 5 });
    assert.deepEqual(newest.map(([run]) => run), runs.getColumn("sys/custom_run_id").toArray());
    const points = await project.fetchMetrics({ attributes: ["validation/accuracy"], includeInherited: false });
    assert.equal(metric.length, points.height);
    const values = (frame: typeof points) => [...frame.getColumn("value").toArray()].map(Number).sort();
    assert.deepEqual(metric.map(([, , value]) => Number(value)).sort(), values(points));
    const chosen = { runs: ["mlp-adam-2-cool-large"], attributes: ["train/loss"] };
    const inherited = await project.fetchMetrics(chosen);
    assert.deepEqual(forked.map(([, , value]) => Number(value)).sort(), values(inherited));
    const query = "`config/learning_rate`:float > 0.01";
    const table = await project.fetchRunsDf({
      query,
      sortBy: "validation/accuracy",
      limit: 3,
      columns: ["sys/custom_run_id"],
    });
    assert.deepEqual(best.map(([run]) => run), table.getColumn("sys/custom_run_id").toArray());
    const experiments = await project.fetchExperimentsDf({ columns: ["sys/custom_run_id"], trashed: null });
    assert.deepEqual(heads.map(([, run]) => run).sort(), experiments.getColumn("sys/custom_run_id").toArray().sort());
    assert.deepEqual(
      tagged.map(([run]) => run),
      (await project.listRuns({ tags: ["wide"] })).map((run) => run["sys/custom_run_id"]).sort(),
    );
  },
});

/** DuckDB calls the function otherwise. */
function inDuckdb(statement: string): string {
  return statement.replaceAll("array_contains(", "list_contains(");
}

Deno.test({
  ...options,
  name: "Polars reads them, in Python and here; pyarrow finds the checksum of every page right",
  async fn() {
    const [rows] = await ask("polars", { setup: setup("polars") });
    assert.equal(rows.length, 12);
    const read = await ask("pyarrow", { files: paths });
    assert.deepEqual(read.map(([[, count]]) => count), files.map((file) => file.rows));
    for (const [i, path] of paths.entries()) assert.equal(pl.readParquet(path).height, files[i].rows);
  },
});

Deno.test("hyparquet reads them", async () => {
  for (const [i, path] of paths.entries()) {
    const compressors = { ZSTD: (input: Uint8Array) => new Uint8Array(zstdDecompressSync(input)) };
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path), compressors });
    assert.equal(rows.length, files[i].rows, path);
  }
});

import assert from "node:assert/strict";
import pl, { type DataFrame } from "nodejs-polars";
import { ReadOnlyProject, type ReadOnlyProjectOptions, UnsupportedError } from "../../mod.ts";
import { file, filePoint, float, floatPoint, phantom, stringSet } from "../../samples/rows.ts";
import { sanitized, writeRun } from "../../samples/writer.ts";
import { connectionOf } from "../../src/api/project.ts";
import { Fixture, PROJECT } from "../api/fixture.ts";

Deno.test("scan() gives all rows of an archive lazily, steps as floats and the exporter's other columns as they are", async () => {
  await using fixture = await Fixture.make();
  const rows = await fixture.project().project.scan();
  const loss = await rows.filter(pl.col("attribute_path").eq(pl.lit("metrics/loss"))).select(
    pl.col("run_id"),
    pl.col("step"),
    pl.col("float_value"),
    pl.col("timestamp").cast(pl.Int64).alias("time"),
  ).collect();
  assert.equal(String(loss.schema.step), "DataType(Float64)");
  assert.deepEqual(loss.filter(pl.col("run_id").eq(pl.lit("gull-2"))).select("step", "float_value").rows(), [
    [2, 2.5],
    [3, 2.25],
  ], "a fork has its own points");
  assert.equal(loss.height, 8);
  const all = await rows.collect();
  const column = (type: string, name: string) => all.filter(pl.col("attribute_type").eq(pl.lit(type))).getColumn(name);
  assert.deepEqual(column("string_series", "string_value").toArray(), ["line 0", "line 1"]);
  assert.deepEqual(column("file", "file_value").toArray().sort(), ["gull-1/lost.txt", "gull-1/notes.txt"]);
  assert.deepEqual(column("histogram_series", "histogram_value").toArray(), [
    { type: "COUNTING", edges: [0, 1, 2], values: [3, 4] },
  ]);
  assert.deepEqual(column("string_set", "string_set_value").list.join(" ").toArray(), new Array(3).fill("sea bird"));
});

Deno.test("scan() leaves out the cells of the exporter's grid and keeps NaN, in copies of a run once", async () => {
  await using fixture = await Fixture.make();
  const batches = [
    [
      float("lr", 1),
      phantom("lr", "int"),
      phantom("seed", "int"),
      phantom("only/nan", "float"),
      phantom("tags", "string_set"),
    ],
    [floatPoint("loss", 0, 5, NaN), floatPoint("loss", 1.5, 5, 2)],
    [file("kept", "a"), phantom("gone", "file"), filePoint("images", 0, 7, null), filePoint("images", 1, null, null)],
  ];
  await writeRun({ dataRoot: fixture.data, projectId: "team/grid", runId: "one", batches });
  const more = [[phantom("lr", "float"), stringSet("tags"), phantom("gone", "file")]];
  await writeRun({ dataRoot: fixture.data, projectId: "team/grid", runId: "two", batches: more });
  const project = new ReadOnlyProject({ archive: fixture.data, project: "team/grid", cacheFolder: null });
  const rows = (await (await project.scan()).collect()).sort(["run_id", "attribute_path", "step"]);
  assert.deepEqual(names(rows), [
    "one images:file_series 0 null",
    "one kept:file null null",
    "one loss:float_series 0 NaN",
    "one loss:float_series 1.5 2",
    "one lr:float null 1",
    "one only/nan:float null NaN",
    "two tags:string_set null null",
  ]);
  const folder = `${fixture.data}/copy`;
  await Deno.mkdir(folder);
  for await (const { name } of Deno.readDir(`${fixture.data}/${await folderOf(fixture.data, "team_grid")}`)) {
    await Deno.copyFile(`${fixture.data}/${await folderOf(fixture.data, "team_grid")}/${name}`, `${folder}/${name}`);
  }
  const again = new ReadOnlyProject({ archive: fixture.data, project: "team/grid", cacheFolder: null });
  const twice = (await (await again.scan()).collect()).sort(["run_id", "attribute_path", "step"]);
  assert.deepEqual(
    names(twice).filter((name) => name !== "one only/nan:float null NaN"),
    names(rows).filter((name) => name !== "one only/nan:float null NaN"),
  );
});

Deno.test("scan() of what is not an archive is an UnsupportedError", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const connection = connectionOf(project);
  const source = await connection.source();
  connection.source = () =>
    Promise.resolve(
      new Proxy(source, { get: (target, name) => name === "scan" ? undefined : Reflect.get(target, name) }),
    );
  await assert.rejects(() => project.scan(), UnsupportedError);
});

function names(rows: DataFrame): string[] {
  return rows.select("run_id", "attribute_path", "attribute_type", "step", "float_value").rows()
    .map(([run, path, type, step, value]) => `${run} ${path}:${type} ${step} ${value}`);
}

async function folderOf(data: string, start: string): Promise<string> {
  return (await Array.fromAsync(Deno.readDir(data))).map(({ name }) => name).find((name) => name.startsWith(start))!;
}

Deno.test("scan() of a project without runs that can be read is an empty table of the same columns", async () => {
  await using fixture = await Fixture.make();
  const schema = async (options: ReadOnlyProjectOptions) => {
    const frame = await (await fixture.project({ project: PROJECT, ...options }).project.scan()).collect();
    return { height: frame.height, columns: frame.getColumns().map(({ name, dtype }) => [name, String(dtype)]) };
  };
  const { columns, height } = await schema({});
  assert.ok(height > 0);
  const folder = `${fixture.data}/${sanitized(PROJECT)}`;
  for await (const { name } of Deno.readDir(folder)) await Deno.rename(`${folder}/${name}`, `${folder}/${name}.tmp`);
  assert.deepEqual(await schema({}), { columns, height: 0 });
});

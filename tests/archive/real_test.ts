import assert from "node:assert/strict";
import pl from "nodejs-polars";
import { openArchive } from "../../src/archive/catalog.ts";
import type { PointKind } from "../../src/types.ts";
import { isSeriesType } from "../../src/types.ts";
import { attributes, bytes, findings, pointsOf, runs, valuesByKey } from "../ask.ts";

const REAL = new URL("../../../shared/archives/neptune2-real/", import.meta.url).pathname;
const present = await Deno.stat(REAL).then(() => true, () => false);
const PROJECT = "byyoung3/testing2";

/** A test on a real archive of Neptune 2.x, which does not come with the repository. */
function onReal(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: present ? name : `${name} (skipped: there is no ${REAL})`, ignore: !present, fn });
}

const source = () => openArchive({ data: `${REAL}data`, files: `${REAL}files` }).open(PROJECT);
const table = () => pl.scanParquet(`${REAL}data/*/*.parquet`);

/** How many rows each (run, path, type) has, by a plain query. */
async function counted(): Promise<Map<string, number>> {
  const frame = await table().groupBy(["run_id", "attribute_path", "attribute_type"]).agg(pl.len().alias("count"))
    .collect();
  return new Map(frame.rows().map(([run, path, type, count]) => [`${run} ${path}:${type}`, Number(count)]));
}

onReal("real archive: four runs by their short ids, newest first", async () => {
  const found = await runs(source());
  assert.deepEqual(found.map(({ sysId }) => sysId), ["TES-5", "TES-4", "TES-3", "TES-2"]);
  assert.ok(found.every(({ key, customId, sysId }) => key === sysId && customId === sysId));
});

onReal("real archive: the attributes of each run are those a plain query finds, and the derived ones", async () => {
  const derived = ["custom_run_id:string", "archived:bool", "experiment/name:string", "experiment/is_head:bool"];
  const plain = await counted();
  for (const run of ["TES-2", "TES-3", "TES-4", "TES-5"]) {
    const stored = [...plain.keys()].filter((key) => key.startsWith(`${run} `)).map((key) => key.slice(run.length + 1));
    const expected = new Set([...stored, ...derived.map((name) => `sys/${name}`)]);
    assert.deepEqual(new Set(await attributes(source(), { runs: [run] })), expected);
    const values = (await valuesByKey(source(), { runs: [run] })).get(run)!;
    assert.deepEqual(new Set(Object.keys(values)), expected, "each has a value");
  }
});

onReal("real archive: every series of every run has exactly the points a plain query counts", async () => {
  const series = [...await counted()].filter(([key]) => key.endsWith("_series"));
  assert.ok(series.length > 20);
  for (const kind of ["float", "string", "file"] satisfies PointKind[]) {
    const some = series.filter(([key]) => key.endsWith(`:${kind}_series`));
    const refs = some.map(([key]) => {
      const [run, path] = [key.slice(0, key.indexOf(" ")), key.slice(key.indexOf(" ") + 1, key.lastIndexOf(":"))];
      return { run, path };
    });
    const found = await pointsOf(source(), { kind, series: refs });
    assert.deepEqual(found.map((points) => points.length), some.map(([, count]) => count));
  }
});

onReal("real archive: steps, values and times of all float series are those of a plain query", async () => {
  const frame = await table().filter(pl.col("attribute_type").eq(pl.lit("float_series")))
    .select(
      pl.col("run_id"),
      pl.col("attribute_path"),
      pl.col("step").cast(pl.Float64),
      pl.col("float_value"),
      pl.col("timestamp").cast(pl.Int64).cast(pl.Float64),
    ).sort(["run_id", "attribute_path", "step"]).collect();
  const plain = Map.groupBy(frame.rows(), ([run, path]) => JSON.stringify({ run, path }));
  const refs = [...plain.keys()].map((key) => JSON.parse(key));
  const found = await pointsOf(source(), { kind: "float", series: refs });
  found.forEach((points, i) =>
    assert.deepEqual(
      points.map(({ step, value, timestamp }) => [step, value, timestamp]),
      plain.get(JSON.stringify(refs[i]))!.map(([, , step, value, time]) => [step, value, time]),
    )
  );
});

onReal("real archive: all types occur, and a picture of a file series is a PNG of the size on disk", async () => {
  const types = new Set((await attributes(source())).map((name) => name.slice(name.lastIndexOf(":") + 1)));
  for (const type of ["int", "float", "string", "bool", "datetime", "string_set", "file", "file_set"]) {
    assert.ok(types.has(type));
  }
  assert.ok([...types].some((type) => isSeriesType(type as never)));
  const [points] = await pointsOf(source(), { kind: "file", series: [{ run: "TES-3", path: "images/samples" }] });
  assert.deepEqual(points.map(({ step }) => step), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const picture = points[3].value as { path: string; size: number; mimeType: string };
  assert.equal(picture.mimeType, "image/png");
  const data = await bytes(source(), picture);
  assert.equal(data.length, picture.size);
  assert.deepEqual([...data.subarray(1, 4)], [..."PNG"].map((char) => char.charCodeAt(0)));
});

onReal("real archive: the report finds the local times of the exporting machine, six hours behind", async () => {
  const [found] = (await findings(source(), "local_times"))!;
  assert.equal(found.count, 4);
  assert.match(found.message, /UTC-06:00/);
});

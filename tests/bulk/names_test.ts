/**
 * Attributes and runs with the names that break frames: of columns made for something else, of methods of frames, of what
 * JavaScript objects have, of what Polars takes for a pattern.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import pl from "nodejs-polars";
import { fetchRunsDfGlobal, type Frame, ReadOnlyProject, ReadOnlyRun, saveFrame } from "../../mod.ts";
import {
  datetime,
  file,
  filePoint,
  float,
  floatPoint,
  int,
  string,
  stringPoint,
  stringSet,
} from "../../samples/rows.ts";
import { sanitized, writeRun } from "../../samples/writer.ts";
import { withDisplay } from "../../src/display/frame.ts";
import { T } from "../api/fixture.ts";
import { eachWay, type Way } from "./ways.ts";

const HOSTILE = [
  "",
  " ",
  "0",
  "*",
  "^.*$",
  "^loss$",
  "run",
  "step",
  "value",
  "attribute",
  "timestamp",
  "is_preview",
  "loss",
  "loss:timestamp",
  "loss:float_series",
  "loss:min",
  "step:float_series",
  "sys/project",
  "lazy",
  "schema",
  "columns",
  "height",
  "select",
  "filter",
  "head",
  "getColumn",
  "getColumns",
  "inner",
  "_df",
  "then",
  "length",
  "name",
  "toString",
  "toJSON",
  "constructor",
  "hasOwnProperty",
  "__proto__",
  "literal",
  "column_0",
  "a\nb",
  'quote"d, and',
  "\u202Eevil",
  "\u{1F3F4}\u200D",
];

/** Some of the names, and what else people may think of. */
const someNames = fc.uniqueArray(
  fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...HOSTILE) }, {
    weight: 1,
    arbitrary: fc.string({ unit: "grapheme" }),
  }),
  { minLength: 1, maxLength: 12 },
).map((names) =>
  names.filter((name) =>
    name.isWellFormed() && !name.includes("\0") && !name.startsWith("sys/") || name === "sys/project"
  )
);

const PROJECT = "team/names";

/** Two runs that have an attribute of each kind under each name; which kind, the place in the list says. */
async function write(data: string, names: string[]): Promise<void> {
  const kinds = [
    (name: string) => [0, 1, 2].map((step) => floatPoint(name, step, T + step, step + 0.5)),
    (name: string) => [int(name, 7)],
    (name: string) => [string(name, `text of ${name}`)],
    (name: string) => [0, 1].map((step) => stringPoint(name, step, T + step, `line ${step}`)),
    (name: string) => [datetime(name, T)],
    (name: string) => [stringSet(name, "a", "b")],
    (name: string) => [file(name, "some/file.txt")],
    (name: string) => [filePoint(name, 0, T, "some/file.txt")],
    (name: string) => [float(name, 0.25)],
  ];
  for (const [i, runId] of ["__proto__", "toString"].entries()) {
    const sys = [
      string("sys/id", `NAM-${i}`),
      string("sys/custom_run_id", runId),
      datetime("sys/creation_time", T + i),
    ];
    const rows = names.flatMap((name, at) => kinds[(at + i * 3) % kinds.length](name));
    await writeRun({ dataRoot: data, projectId: PROJECT, runId, batches: [sys, ...rows.map((row) => [row])] });
  }
  const files = `${data}/../files/${sanitized(PROJECT)}/some`;
  await Deno.mkdir(files, { recursive: true });
  await Deno.writeTextFile(`${files}/file.txt`, "file");
}

const CALLS: Record<string, (way: Way, folder: string) => Promise<Frame>> = {
  "table": ({ project }) =>
    project.fetchRunsDf({ columnsRegex: ".*", aggregates: ["min", "last_step"], sortBy: "sys/id", ascending: true }),
  "long": ({ project }) => project.fetchMetrics({ attributes: ".*" }),
  "wide": ({ project }) => project.fetchMetrics({ attributes: ".*", format: "wide" }),
  "wide, times": ({ project }) => project.fetchMetrics({ attributes: ".*", format: "wide", includeTimestamp: true }),
  "categorical": ({ project }) => project.fetchMetrics({ attributes: ".*", categorical: true }),
  "buckets": ({ project }) => project.fetchMetricBuckets({ attributes: ".*", buckets: 2 }),
  "series": ({ project }) => project.fetchSeries({ attributes: ".*" }),
  "attributes": ({ project }) => project.listAttributes(),
  "runs": ({ project }) => project.fetchRuns().then((frame) => frame),
  "downloads": async ({ project, name }, folder) =>
    (await project.downloadFiles({ attributes: ".*", destination: `${folder}/files of ${name}` })).drop("path"),
  "exported": async ({ project, name }, folder) =>
    (await project.exportArchive({ destination: `${folder}/${name}` })).drop("missing_files"),
  "all projects": ({ options }) => fetchRunsDfGlobal({ ...options, columnsRegex: ".*" }),
};

/** All of a frame, read in every way there is; all ways say the same. */
async function whole(frame: Frame, folder: string): Promise<unknown> {
  const names = frame.columns;
  assert.equal(new Set(names).size, names.length);
  const columns = names.map((name) => frame.getColumn(name).toArray());
  const rows = Array.from({ length: frame.height }, (_, row) => columns.map((column) => column[row]));
  assert.deepEqual(frame.rows(), rows);
  assert.deepEqual(frame.map((row: unknown) => row), rows);
  assert.deepEqual(rows.map((_, row) => names.map((name) => frame.getColumn(name).get(row))), rows);
  assert.deepEqual(frame.getColumns().map((column) => Array.from(column)), columns);
  assert.deepEqual(
    frame.toRecords(),
    rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]]))),
  );
  assert.deepEqual(frame.toObject(), Object.fromEntries(names.map((name, i) => [name, columns[i]])));
  assert.deepEqual(Object.keys(frame.schema).sort(), names.toSorted());
  assert.deepEqual(JSON.parse(JSON.stringify(frame)), JSON.parse(JSON.stringify(frame.toRecords())));
  assert.equal(String(frame), frame.toString());
  const [first, ...rest] = rows;
  if (first) {
    assert.deepEqual(frame.head(1).rows(), [first]);
    assert.deepEqual(frame.tail(rest.length).rows(), rest);
    assert.deepEqual(frame.filter(pl.lit(true)).clone().rows(), rows);
    assert.deepEqual(frame.lazy().limit(1).collectSync().rows(), [first]);
  }
  const hook = Reflect.get(frame.head(1), Symbol.for("Jupyter.display")) as () => Record<string, string>;
  assert.match(hook()["text/html"], new RegExp(`${names.length.toLocaleString("en")} columns?`));
  for (const name of ["frame.parquet", "frame.arrow", "frame.csv"]) {
    const path = `${folder}/${name}`;
    await saveFrame(frame, path);
    if (name.endsWith("csv")) continue;
    const back = withDisplay(name.endsWith("arrow") ? pl.scanIPC(path).collectSync() : pl.readParquet(path));
    assert.deepEqual(back.getColumns().map(({ name }) => name), names);
    assert.deepEqual(back.rows(), frame.rows());
  }
  return { names, types: frame.dtypes.map((dtype) => JSON.stringify(dtype)), columns };
}

async function check(names: string[]): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "neptune-names-" });
  try {
    const data = `${folder}/data`;
    await write(data, names);
    const expected = new Map<string, unknown>();
    await eachWay(data, PROJECT, async (way) => {
      if (way.name === "socket") return;
      for (const [call, make] of Object.entries(CALLS)) {
        const frame = await make(way, folder).catch((cause) => {
          throw new Error(`${call} (${way.name})`, { cause });
        });
        const found = await whole(frame, folder).catch((cause) => {
          throw new Error(`${call} (${way.name})`, { cause });
        });
        if (way.name === "archive") expected.set(call, found);
        else assert.deepEqual(found, expected.get(call), `${call} (${way.name})`);
      }
      await checkRun(way.project, names);
    });
    const { columns: [, paths] } = expected.get("long") as { columns: unknown[][] };
    assert.deepEqual(new Set(paths), new Set(names.filter((_, at) => at % 9 === 0 || at % 9 === 6)));
    const wide = expected.get("wide") as { names: string[]; columns: unknown[][] };
    for (const path of new Set(paths)) {
      const name = ["run", "step"].includes(path as string) ? `${path}:float_series` : path as string;
      const values = wide.columns[wide.names.findIndex((one) => one === name || one === `${name}:float_series`)];
      assert.ok(values.some((value) => value === 0.5) && values.some((value) => value === 2.5), name);
    }
    const copy = new ReadOnlyProject({ archive: `${folder}/archive/data`, cacheFolder: null });
    assert.deepEqual(
      (await copy.listAttributes()).rows(),
      (await new ReadOnlyProject({ archive: data, cacheFolder: null }).listAttributes()).rows(),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Each attribute is what was written, one by one. */
async function checkRun(project: ReadOnlyProject, names: string[]): Promise<void> {
  const run = new ReadOnlyRun(project, { customId: "__proto__" });
  const found = await run.attributeNames;
  assert.deepEqual(found.filter((name) => !name.startsWith("sys/") || names.includes(name)), names.toSorted());
  for (const [at, name] of names.entries()) {
    if (at % 9 === 0) {
      assert.deepEqual((await run.attribute(name).fetchValues()).getColumn("value").toArray(), [0.5, 1.5, 2.5]);
    }
    if (at % 9 === 1) assert.equal(await run.attribute(name).fetch(), 7);
  }
}

Deno.test("names of attributes and runs that are names of other things break no call that makes a frame", async (t) => {
  const seed = Number(Deno.env.get("SEED") ?? Math.floor(Math.random() * 2 ** 31));
  for (const [i, names] of fc.sample(someNames, { seed, numRuns: Number(Deno.env.get("CASES") ?? 3) }).entries()) {
    await t.step(`SEED=${seed}, case ${i}`, () => check(names));
  }
  for (let at = 0; at < 2; at++) {
    await t.step(`every second name, from ${at}`, () => check(HOSTILE.filter((_, i) => i % 2 === at)));
  }
});

import assert from "node:assert/strict";
import pl from "nodejs-polars";
import { parquetMetadata } from "hyparquet";
import { datetime, float, floatPoint, phantom, string } from "../../samples/rows.ts";
import { type ArchiveRow, partName, sanitized, writeRun } from "../../samples/writer.ts";
import { openArchive } from "../../src/archive/catalog.ts";
import type { Source } from "../../src/source.ts";
import { attributes, pointsOf, runIds, runOf, runs, valuesByKey } from "../ask.ts";

const PROJECT = "org/many";
const RUNS = 520;
const folder = (data: string) => `${data}/${sanitized(PROJECT)}`;

/** Many runs, so many that files are read by patterns; every seventh is a fork of the run before it. */
async function write(data: string): Promise<void> {
  for (let n = 0; n < RUNS; n++) {
    const fork = n % 7 === 6;
    const sys: ArchiveRow[] = [
      datetime("sys/creation_time", n * 1000),
      string("sys/custom_run_id", `run-${n}`),
      ...fork ? [string("sys/forking/parent", `run-${n - 1}`), float("sys/forking/step", 1)] : [],
      string("sys/id", `MANY-${n}`),
    ];
    const points = (fork ? [2, 3] : [0, 1, 2]).map((step) => floatPoint("loss", step, n, n + step / 10));
    const config = [float("lr", n / 8), n % 2 ? string("note", `n${n}`) : phantom("note", "string")];
    await writeRun({ dataRoot: data, projectId: PROJECT, runId: `run-${n}`, batches: [[...config, ...sys], points] });
  }
}

const steps = (n: number) => n % 7 === 6 ? [0, 1, 2, 3] : [0, 1, 2];
const last = (n: number) => n % 7 === 6 ? n + 0.3 : n + 0.2;

async function assertWhole(source: Source, numbers: number[]): Promise<void> {
  const keys = numbers.map((n) => `run-${n}`);
  const asked = numbers.length === RUNS ? null : keys;
  const found = await valuesByKey(source, { runs: asked, paths: ["lr", "note", "loss"] });
  assert.equal(found.size, numbers.length);
  for (const n of numbers) {
    const { "lr:float": lr, "note:string": note, "loss:float_series": loss } = found.get(`run-${n}`)!;
    assert.deepEqual([lr, note, (loss as { last: number }).last], [n / 8, n % 2 ? `n${n}` : undefined, last(n)]);
  }
  const series = await pointsOf(source, { kind: "float", series: keys.map((run) => ({ run, path: "loss" })) });
  numbers.forEach((n, i) => assert.deepEqual(series[i].map(({ step }) => step), steps(n), `run-${n}`));
}

Deno.test("hundreds of runs read by file patterns are read as each by itself, one damaged or unlike among them", async (t) => {
  const data = await Deno.makeTempDir(), cache = await Deno.makeTempDir();
  const open = (options = {}) => openArchive({ data, cache, ...options }).open(PROJECT);
  const all = Array.from({ length: RUNS }, (_, n) => n);
  try {
    await write(data);
    await t.step("all of them", async () => {
      const source = open();
      assert.deepEqual(await runIds(source), all.map((n) => `run-${n}`).reverse());
      await assertWhole(source, all);
      assert.deepEqual((await attributes(source)).filter((name) => !name.startsWith("sys/")), [
        "loss:float_series",
        "lr:float",
        "note:string",
      ]);
    });
    await t.step(
      "most of them, so that patterns match others too",
      () => assertWhole(open(), all.filter((n) => n % 5 > 0)),
    );
    await t.step("a few of them", () => assertWhole(open(), [3, 6, 13, 519, 0]));
    await t.step("a condition on a config", async () => {
      const operand = { name: "lr", type: "float", aggregation: null } as const;
      const where = { op: ">=", operand, value: `${510 / 8}` } as const;
      assert.equal((await runIds(open(), { where })).length, 10);
    });
    await t.step("a run whose file has fewer columns", async () => {
      const path = `${folder(data)}/${partName("run-5")}`;
      // deno-lint-ignore no-explicit-any
      const frame = (await pl.scanParquet(path).collect()).drop("histogram_value", "bool_value") as any;
      frame.writeParquet(path);
      await assertWhole(open(), all);
    });
    await t.step("a run whose file is cut off", async () => {
      const path = `${folder(data)}/${partName("run-11")}`;
      await Deno.truncate(path, 1000);
      const others = all.filter((n) => n !== 11);
      const isDamaged = { name: "DamagedFileError", message: /run-11-[0-9a-f]{16}_part_0\.parquet of run run-11 / };
      const source = open();
      await assert.rejects(runs(source), isDamaged, "nothing tells what the list would lack");
      await assert.rejects(runs(source, { heads: true, limit: 1 }), isDamaged);
      assert.equal((await runs(open({ damagedRuns: "skip" }))).length, RUNS - 1);
      await assertWhole(open({ damagedRuns: "skip" }), others);
      await assert.rejects(valuesByKey(source, { runs: ["run-11"] }), isDamaged);
      await assert.rejects(valuesByKey(source), isDamaged, "all runs: the damaged one is among them");
      await assert.rejects(pointsOf(source, { kind: "float", series: [{ run: "run-11", path: "loss" }] }), isDamaged);
      await assert.rejects(attributes(source, { runs: ["run-11"] }), isDamaged);
      const operand = { name: "sys/custom_run_id", type: "string", aggregation: null } as const;
      const isIt = { op: "=", operand, value: "run-11" } as const, isOther = { ...isIt, value: "run-12" };
      await assert.rejects(runs(source, { where: isIt }), isDamaged);
      await assert.rejects(runs(source, { where: { op: "or", terms: [isOther, isIt] } }), isDamaged);
      const others12 = { op: "and", terms: [isOther, { op: "not", term: isIt }] } as const;
      assert.deepEqual(await runIds(source, { where: others12 }), ["run-12"]);
      assert.equal((await valuesByKey(open({ damagedRuns: "skip" }), { paths: ["lr"] })).size, RUNS - 1);
    });
  } finally {
    for (const dir of [data, cache]) await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("characters that mean something in file patterns mean nothing in the name of a folder", async () => {
  const dir = await Deno.makeTempDir();
  const data = `${dir}/a [b] *?{c,d} 50%20=x/data`;
  try {
    const numbers = Array.from({ length: 30 }, (_, n) => n);
    for (const n of numbers) {
      const batches = [[float("lr", n)], [floatPoint("loss", 1, n, n)]];
      await writeRun({ dataRoot: data, projectId: PROJECT, runId: `run-${n}`, batches });
    }
    const found = await valuesByKey(openArchive({ data }).open(PROJECT), { paths: ["lr", "loss"] });
    for (const n of numbers) {
      assert.deepEqual(Object.keys(found.get(`run-${n}`)!).sort(), ["loss:float_series", "lr:float"]);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a file whose footer is whole and whose pages are not spoils its run when that is used", async () => {
  const data = await Deno.makeTempDir();
  try {
    for (const runId of ["A", "B"]) {
      const points = Array.from({ length: 2000 }, (_, step) => floatPoint("loss", step, step, Math.sin(step)));
      const sys = [string("sys/custom_run_id", runId), string("sys/id", runId)];
      await writeRun({ dataRoot: data, projectId: PROJECT, runId, batches: [sys, points] });
    }
    const path = `${folder(data)}/${partName("A")}`;
    const bytes = await Deno.readFile(path);
    const group = parquetMetadata(bytes.buffer as ArrayBuffer).row_groups[1];
    const chunk = group.columns.find(({ meta_data }) => meta_data!.path_in_schema[0] === "float_value")!.meta_data!;
    const start = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset);
    bytes.fill(0xff, start, start + 64);
    await Deno.writeFile(path, bytes);
    const source = openArchive({ data }).open(PROJECT);
    assert.deepEqual((await runIds(source)).sort(), ["A", "B"]);
    const ref = (run: string) => ({ kind: "float" as const, series: [{ run, path: "loss" }] });
    await assert.rejects(pointsOf(source, ref("A")), {
      name: "DamagedFileError",
      fields: { run: "A", file: `${sanitized(PROJECT)}/${partName("A")}` },
    });
    const [points] = await pointsOf(source, ref("B"));
    assert.equal(points.length, 2000);
    assert.equal((await runOf(source, "A")).sysId, "A");
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("many short calls in a row let others have their turn", async () => {
  const data = await Deno.makeTempDir();
  try {
    await writeRun({
      dataRoot: data,
      projectId: PROJECT,
      runId: "run",
      batches: [[float("lr", 1)], [floatPoint("m", 1, 1, 1)]],
    });
    const source = openArchive({ data }).open(PROJECT);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const started = performance.now();
    let calls = 0;
    // A third of a second will do, on a busy machine some more.
    const enough = () => calls > 20 && turns >= 3 && performance.now() - started > 300;
    while (!enough() && performance.now() - started < 20_000) {
      await pointsOf(source, { kind: "float", series: [{ run: "run", path: "m" }] });
      calls++;
    }
    clearInterval(timer);
    assert.ok(enough(), `${turns} turns in ${calls} calls`);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

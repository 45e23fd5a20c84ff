/**
 * Traps in which project and run a file belongs to.
 *
 * @module
 */

import assert from "node:assert/strict";
import { float, floatPoint, int, string } from "../../samples/rows.ts";
import { type ArchiveRow, encodePart, partName, sanitized } from "../../samples/writer.ts";
import { assertFound, pairs, runIds, runs, values } from "../ask.ts";
import { type AwkwardCase, PROJECT, roots, sys, T, writeRuns } from "./case.ts";

const folder = sanitized(PROJECT);
const batch = (n: number): ArchiveRow[] => [floatPoint("m", n, T + n, n)];

export const projectCases: AwkwardCase[] = [
  {
    name: "two folders of one project",
    rule: "The project of a run is what its rows say; folders that hold the same project are one.",
    async write(dir) {
      const archive = await writeRuns(dir, { A: [sys("A", 1), batch(0)] });
      await writeRuns(`${dir}/second`, { B: [sys("B", 2), batch(1)] });
      await Deno.rename(`${dir}/second/data/${folder}`, `${archive.data}/moved`);
      return archive;
    },
    async check(open) {
      const catalog = await open();
      assert.deepEqual((await catalog.projects()).map(({ name }) => name), [PROJECT]);
      const source = catalog.open(PROJECT);
      assert.deepEqual(await runIds(source), ["B", "A"]);
      assert.deepEqual(await pairs(source, "B", "m"), [[1, 1]]);
    },
  },
  {
    name: "one run in two files",
    rule: "A run that lies there twice is one run; rows that are exactly equal count once, and that is reported.",
    async write(dir) {
      const batches = [sys("A", 1, int("seed", 7)), [...batch(0), ...batch(1)]];
      const archive = await writeRuns(dir, { A: batches });
      await writeRuns(`${dir}/second`, { A: batches });
      await Deno.rename(`${dir}/second/data/${folder}`, `${archive.data}/copy`);
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await runIds(source), ["A"]);
      assert.deepEqual(await pairs(source, "A", "m"), [[0, 0], [1, 1]]);
      const found = await values(source, "A", { paths: ["seed", "m"] });
      assert.equal(found["seed:int"], 7n);
      assert.equal((found["m:float_series"] as { average: number }).average, 0.5);
      await assertFound(source, "same_run_twice", 1);
    },
  },
  {
    name: "exported by both exporters",
    rule: "A run exported under its custom id and under its short id is two runs with one short id.",
    write: (dir) =>
      writeRuns(dir, {
        mine: [sys("mine", 1), batch(0)],
        "AWK-1": [[string("sys/id", "AWK-1"), float("sys/size", 1)], batch(1)],
      }),
    async check(open) {
      const source = (await open()).open(PROJECT);
      const found = await runs(source);
      assert.deepEqual(found.map(({ sysId, customId }) => [sysId, customId]).sort(), [
        ["AWK-1", "AWK-1"],
        ["AWK-1", "mine"],
      ]);
      assert.equal(new Set(found.map(({ key }) => key)).size, 2);
      assert.deepEqual(await pairs(source, "AWK-1", "m"), [[1, 1]]);
    },
  },
  {
    name: "many runs in one file",
    rule: "Early exporters wrote part_<n>.parquet with many runs each: rows belong to the run their column names.",
    async write(dir) {
      const archive = await roots(dir);
      const rows = ["A", "B"].flatMap((run_id, n) =>
        [...sys(run_id, n), ...batch(n)].map((row) => ({ ...row, run_id }))
      );
      await Deno.mkdir(`${archive.data}/org_awkward`);
      const bytes = encodePart({ projectId: PROJECT, runId: "", batches: [rows] });
      await Deno.writeFile(`${archive.data}/org_awkward/part_0.parquet`, bytes);
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await runIds(source), ["B", "A"]);
      assert.deepEqual(await pairs(source, "A", "m"), [[0, 0]]);
      assert.deepEqual(await pairs(source, "B", "m"), [[1, 1]]);
    },
  },
  {
    name: "model registry beside runs",
    rule: "Models and model versions in the same root are no runs; they are reported.",
    async write(dir) {
      const archive = await writeRuns(dir, { A: [sys("A", 1)] });
      for (const sub of ["models", "model_versions"]) {
        await Deno.mkdir(`${archive.data}/${folder}/${sub}`);
        const runId = sub === "models" ? "AWK-MOD" : "AWK-MOD-1";
        const bytes = encodePart({ projectId: PROJECT, runId, batches: [[string("sys/id", runId)]] });
        await Deno.writeFile(`${archive.data}/${folder}/${sub}/${partName(runId)}`, bytes);
      }
      return archive;
    },
    async check(open) {
      const source = (await open()).open(PROJECT);
      assert.deepEqual(await runIds(source), ["A"]);
      await assertFound(source, "model_registry");
    },
  },
  {
    name: "several projects",
    rule: "Each project has its own runs; the project column tells its name, an empty folder is none.",
    async write(dir) {
      const archive = await writeRuns(dir, { A: [sys("A", 1), batch(0)] }, "org/b");
      await writeRuns(dir, { A: [sys("A", 1), batch(1)], B: [sys("B", 2)] }, "żółć/実験");
      await Deno.mkdir(`${archive.data}/empty-0000000000000000`);
      return archive;
    },
    async check(open) {
      const catalog = await open();
      const projects = await catalog.projects();
      assert.deepEqual(projects.map(({ name }) => name).sort(), ["org/b", "żółć/実験"]);
      assert.equal(new Set(projects.map(({ id }) => id)).size, 2);
      assert.deepEqual(await pairs(catalog.open("org/b"), "A", "m"), [[0, 0]]);
      const second = projects.find(({ name }) => name === "żółć/実験")!;
      assert.deepEqual(await pairs(catalog.open(second.name), "A", "m"), [[1, 1]]);
      assert.deepEqual(await runIds(catalog.open(second.id)), ["B", "A"]);
      await assert.rejects(() => runs(catalog.open("org/none")), { name: "ProjectNotFoundError" });
    },
  },
];

import assert from "node:assert/strict";
import type { DataFrame } from "nodejs-polars";
import { OptionError, ReadOnlyProject } from "../../mod.ts";
import { floatPoint } from "../../samples/rows.ts";
import { writeRun } from "../../samples/writer.ts";
import { Fixture } from "../api/fixture.ts";

function rows(frame: DataFrame, ...columns: string[]): unknown[][] {
  return frame.select(...columns).rows();
}

Deno.test("buckets are of equal width from the first to the last step, and hold what is finite", async () => {
  await using fixture = await Fixture.make();
  const values = [5, NaN, 1, 2, Infinity, -Infinity, NaN, 7, 8, 3, 4];
  const points = values.map((value, step) => floatPoint("odd", step * 10, 0, value));
  await writeRun({ dataRoot: fixture.data, projectId: "team/odd", runId: "one", batches: [points] });
  const project = new ReadOnlyProject({
    archive: fixture.data,
    project: "team/odd",
    cacheFolder: null,
  });
  const frame = await project.fetchMetricBuckets({ attributes: ["odd"], buckets: 5 });
  // Infinite values are counted, NaN was stored as null and is NaN again.
  assert.deepEqual(rows(frame, "from_step", "to_step", "first_step", "first", "last_step", "last", "min", "max"), [
    [0, 20, 0, 5, 20, 1, 1, 5],
    [20, 40, 30, 2, 30, 2, 2, 2],
    [40, 60, null, null, null, null, null, null],
    [60, 80, 70, 7, 80, 8, 7, 8],
    [80, 100, 90, 3, 100, 4, 3, 4],
  ]);
  assert.deepEqual(rows(frame, "finite", "nan", "positive_infinity", "negative_infinity"), [
    [2, 1, 0, 0],
    [1, 0, 1, 0],
    [0, 1, 0, 1],
    [2, 0, 0, 0],
    [2, 0, 0, 0],
  ]);
  const one = await project.fetchMetricBuckets({ attributes: ["odd"], buckets: 1 });
  assert.deepEqual(rows(one, "from_step", "to_step", "first", "last", "min", "max", "finite"), [[
    0,
    100,
    5,
    4,
    1,
    8,
    7,
  ]]);
});

Deno.test("all series share one grid of buckets, which a step range fixes", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const all = await project.fetchMetricBuckets({ attributes: ["metrics/loss"], buckets: 2 });
  assert.deepEqual(rows(all, "run", "from_step", "to_step", "first", "last"), [
    ["gull-1", 0, 2.5, 4, 2],
    ["gull-1", 2.5, 5, 1, 1],
    ["gull-2", 0, 2.5, 4, 2.5],
    ["gull-2", 2.5, 5, 2.25, 2.25],
    ["tern-1", 0, 2.5, 9, 9],
    ["tern-1", 2.5, 5, 8, 8],
  ]);
  const some = await project.fetchMetricBuckets({
    runs: ["gull-1", "tern-1"],
    attributes: ["metrics/loss"],
    stepRange: [0, 2],
    buckets: 2,
  });
  assert.deepEqual(rows(some, "run", "from_step", "to_step", "finite"), [
    ["gull-1", 0, 1, 2],
    ["gull-1", 1, 2, 1],
    ["tern-1", 0, 1, 1],
  ]);
  const own = await project.fetchMetricBuckets({
    runs: ["gull-2"],
    attributes: ["metrics/loss"],
    includeInherited: false,
    buckets: 4,
  });
  assert.deepEqual(rows(own, "from_step", "to_step", "first"), [[2, 2.25, 2.5], [2.75, 3, 2.25]]);
});

Deno.test("a single step is one bucket, and no series is no row", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const which = { runs: ["gull-1"], attributes: ["metrics/loss"] };
  const frame = await project.fetchMetricBuckets({ ...which, stepRange: [2, 2] });
  assert.deepEqual(rows(frame, "from_step", "to_step", "first", "last", "finite"), [[2, 2, 2, 2, 1]]);
  assert.equal((await project.fetchMetricBuckets({ attributes: "nothing" })).height, 0);
  await assert.rejects(() => project.fetchMetricBuckets({ ...which, buckets: 0 }), OptionError);
  await assert.rejects(() => project.fetchMetricBuckets({ ...which, buckets: 2 ** 40 }), /from 1 to 1,000,000/);
});

Deno.test("an infinite end of a step range is an open one", async () => {
  await using fixture = await Fixture.make();
  const { project } = fixture.project();
  const which = { runs: ["gull-1"], attributes: ["metrics/loss"], buckets: 3 };
  const open = await project.fetchMetricBuckets({ ...which, stepRange: [1, null] });
  const infinite = await project.fetchMetricBuckets({ ...which, stepRange: [1, Infinity] });
  assert.deepEqual(rows(infinite, "from_step", "to_step", "finite"), rows(open, "from_step", "to_step", "finite"));
  const all = await project.fetchMetricBuckets({ ...which, stepRange: [-Infinity, Infinity] });
  assert.deepEqual(all.getColumn("finite").sum(), 4);
});

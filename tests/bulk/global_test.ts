import assert from "node:assert/strict";
import { fetchExperimentsDfGlobal, fetchRunsDfGlobal, listProjects, OptionError } from "../../mod.ts";
import { datetime, float, floatPoint, int, string } from "../../samples/rows.ts";
import { writeRun } from "../../samples/writer.ts";
import { Fixture, PROJECT, T } from "../api/fixture.ts";

/** Besides the birds, a project whose runs have the same ids, and other types. */
async function twoProjects(): Promise<{ fixture: Fixture; options: { archive: string; cacheFolder: null } }> {
  const fixture = await Fixture.make();
  for (const [runId, created, loss] of [["gull-1", 5_000, 2], ["gull-9", 30_000, NaN]] as const) {
    const rows = [
      string("sys/custom_run_id", runId),
      string("sys/name", runId),
      datetime("sys/creation_time", T + created),
      float("size", loss),
      int("project", 1),
    ];
    const batches = [rows, [floatPoint("metrics/loss", 0, T, 10), floatPoint("metrics/loss", 1, T, loss)]];
    await writeRun({ dataRoot: fixture.data, projectId: "team/more", runId, batches });
  }
  return { fixture, options: { archive: fixture.data, cacheFolder: null } };
}

Deno.test("a table over all projects says whose each run is, and keeps runs of the same id apart", async () => {
  const { fixture, options } = await twoProjects();
  await using _ = fixture;
  assert.deepEqual((await listProjects(options)).getColumn("name").toArray(), [PROJECT, "team/more"]);
  const frame = await fetchRunsDfGlobal({ ...options, columns: ["size", "project", "metrics/loss"] });
  assert.deepEqual(frame.columns, [
    "sys/project",
    "sys/creation_time",
    "sys/custom_run_id",
    "sys/name",
    "metrics/loss",
    "project",
    "size:float",
    "size:int",
    "size:string",
  ]);
  const column = (name: string) => frame.getColumn(name).toArray();
  assert.deepEqual(column("sys/project"), ["team/more", PROJECT, PROJECT, "team/more", PROJECT]);
  assert.deepEqual(column("sys/custom_run_id"), ["gull-9", "tern-1", "gull-2", "gull-1", "gull-1"]);
  assert.deepEqual(column("metrics/loss"), [NaN, 8, 2.25, 2, 1]);
  assert.deepEqual(column("size:int"), [null, null, null, null, 3]);
});

Deno.test("order and limit are those of all projects together", async () => {
  const { fixture, options } = await twoProjects();
  await using _ = fixture;
  const order = async (more: Parameters<typeof fetchRunsDfGlobal>[0]) => {
    const frame = await fetchRunsDfGlobal({ ...options, ...more });
    return frame.select("sys/project", "sys/custom_run_id").rows().map((row) => row.join(" ").replace("team/", ""));
  };
  assert.deepEqual(await order({ sortBy: "metrics/loss", ascending: true }), [
    "birds gull-1",
    "more gull-1",
    "birds gull-2",
    "birds tern-1",
    "more gull-9",
  ]);
  assert.deepEqual(await order({ limit: 2 }), ["more gull-9", "birds tern-1"]);
  const byMax = { path: "metrics/loss", aggregation: "max" } as const;
  assert.deepEqual(await order({ sortBy: byMax, limit: 2 }), ["more gull-1", "birds tern-1"]);
  assert.equal((await fetchRunsDfGlobal({ ...options, sortBy: byMax })).columns.includes("metrics/loss:max"), false);
  assert.deepEqual(await order({ namesRegex: "^gull-9" }), ["more gull-9"]);
  assert.equal((await fetchRunsDfGlobal({ ...options, customIds: [] })).columns[0], "sys/project");
  await assert.rejects(() => order({ sortBy: "size" }), OptionError);
  // The order is what the frame says that it is.
  const unsorted = await fetchRunsDfGlobal({ ...options, sortBy: "siz", limit: 3 });
  assert.match(
    Deno.inspect(unsorted),
    /No run has an attribute "siz" to sort by; runs stand by project, the newest first\./,
  );
  assert.deepEqual(await order({ sortBy: "siz", limit: 3 }), ["birds tern-1", "birds gull-2", "birds gull-1"]);
  // Of a query that finds no run in any project; `project` is an attribute of one of them.
  const none = Deno.inspect(await fetchRunsDfGlobal({ ...options, query: "`siz` > 1 OR `project`:int > 1" }));
  assert.match(none, /None of the runs has an attribute "siz"\. Did you mean "size"\?/);
  assert.doesNotMatch(none, /"project"/);
});

Deno.test("experiments of all projects are their newest runs", async () => {
  const { fixture, options } = await twoProjects();
  await using _ = fixture;
  const frame = await fetchExperimentsDfGlobal(options);
  assert.deepEqual(frame.getColumn("sys/name").toArray(), ["gull-9", "terns", "gulls", "gull-1"]);
});

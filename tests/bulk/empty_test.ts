import assert from "node:assert/strict";
import { fetchRunsDfGlobal, type Frame } from "../../mod.ts";
import { Fixture, PROJECT } from "../api/fixture.ts";
import { eachWay, type Way } from "./ways.ts";

/** The same call with something and with nothing to find. */
const CALLS: Record<string, (way: Way, nothing: boolean) => Promise<Frame>> = {
  "table": ({ project }, nothing) =>
    project.fetchRunsDf({ columns: ["sys/creation_time"], sortBy: "sys/id", customIds: nothing ? [] : null }),
  "runs": ({ project }, nothing) => project.fetchRuns({ customIds: nothing ? [] : null }).then((frame) => frame),
  "all projects": ({ options }, nothing) => fetchRunsDfGlobal({ ...options, customIds: nothing ? [] : null }),
  "metrics": ({ project }, nothing) =>
    project.fetchMetrics({ attributes: nothing ? [] : ".*", includePointPreviews: true }),
  "categorical": ({ project }, nothing) => project.fetchMetrics({ attributes: nothing ? [] : ".*", categorical: true }),
  "buckets": ({ project }, nothing) => project.fetchMetricBuckets({ attributes: nothing ? [] : ".*" }),
  "string series": ({ project }, nothing) =>
    project.fetchSeries({ attributes: nothing ? [] : ".*", types: ["string_series"] }),
  "histogram series": ({ project }, nothing) =>
    project.fetchSeries({ attributes: nothing ? [] : ".*", types: ["histogram_series"] }),
  "string and histogram series": ({ project }, nothing) =>
    project.fetchSeries({ attributes: nothing ? [] : ".*", types: ["string_series", "histogram_series"] }),
  "attributes": ({ project }, nothing) => project.listAttributes({ attributes: nothing ? [] : ".*" }),
  "downloads": ({ project }, nothing) =>
    project.downloadFiles({ attributes: nothing ? [] : ".*", destination: Deno.makeTempDirSync() }),
  "exported": ({ project }, nothing) =>
    project.exportArchive({ customIds: nothing ? [] : null, destination: Deno.makeTempDirSync() }),
};

/** The columns and their types. */
function columns(frame: Frame): string[] {
  return frame.getColumns().map(({ name, dtype }) => `${name} ${JSON.stringify(dtype)}`);
}

Deno.test("a frame without rows has the columns and types of one with rows", async () => {
  await using fixture = await Fixture.make();
  await eachWay(fixture.data, PROJECT, async (way) => {
    if (way.name === "socket") return;
    for (const [name, call] of Object.entries(CALLS)) {
      const [full, empty] = [await call(way, false), await call(way, true)];
      assert.ok(full.height > 0, name);
      assert.equal(empty.height, 0, name);
      assert.deepEqual(columns(empty), columns(full), `${name} (${way.name})`);
      assert.deepEqual(empty.toRecords(), [], name);
    }
  });
});

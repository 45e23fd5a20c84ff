import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import pl from "nodejs-polars";
import { fetchExperimentsDfGlobal, fetchRunsDfGlobal, listProjects } from "../../mod.ts";
import { Fixture, PROJECT } from "../api/fixture.ts";
import { PROJECT as SAMPLE } from "../../samples/make.ts";
import { eachWay, type Way } from "./ways.ts";

import type { Frame } from "../../mod.ts";

/** Every call, and every option that decides what is read. */
const CALLS: Record<string, (way: Way, folder: string) => Promise<Frame>> = {
  "all columns": ({ project }) => project.fetchRunsDf({ columnsRegex: ".*", sortBy: "sys/id" }),
  "columns by name and pattern": ({ project }) =>
    project.fetchRunsDf({ columns: ["metrics/loss", "train/loss", "none"], columnsRegex: "^(parameters|config)/" }),
  "aggregates": ({ project }) =>
    project.fetchRunsDf({
      columnsRegex: "loss$",
      aggregates: ["min", "max", "average", "variance", "last_step"],
      sortBy: "sys/id",
      ascending: true,
    }),
  "sorted by an aggregate": ({ project }) =>
    project.fetchRunsDf({ sortBy: { path: "train/loss", type: "float_series", aggregation: "min" }, ascending: true }),
  "sorted, limited": ({ project }) =>
    project.fetchRunsDf({ sortBy: "sys/custom_run_id", ascending: true, limit: 2, columns: ["sys/tags"] }),
  "experiments": ({ project }) => project.fetchExperimentsDf({ columnsRegex: "^sys/" }),
  "by names": ({ project }) => project.fetchExperimentsDf({ namesRegex: ["l", "^[^x]"], namesExcludeRegex: "sgd" }),
  "by ids": ({ project }) => project.fetchRunsDf({ withIds: ["DIG-2", "BIR-2", "NO-1"], trashed: null }),
  "by custom ids": ({ project }) => project.fetchRunsDf({ customIds: ["gull-1", "linear-1"], customIdRegex: "1$" }),
  "by owner, state and tags": ({ project }) => project.fetchRunsDf({ states: ["inactive"], tags: ["relu"] }),
  "by owners": ({ project }) => project.fetchRunsDf({ owners: ["ada", "nobody"], sortBy: "sys/id" }),
  "in the trash": ({ project }) => project.fetchRunsDf({ trashed: true, columns: ["sys/trashed"] }),
  "experiments by names": ({ project }) => project.fetchExperimentsDf({ namesRegex: "^mlp", limit: 1, trashed: null }),
  "runs": ({ project }) => project.fetchRuns({ trashed: null }).then((frame) => frame),
  "newest runs": ({ project }) => project.fetchExperiments().then((frame) => frame),
  "by query": ({ project }) =>
    project.fetchRunsDf({ query: "last(`train/loss`:floatSeries) < 0.5 OR `parameters/init_lr`:float > 0.05" }),
  "nothing": ({ project }) => project.fetchRunsDf({ customIds: [], columns: ["sys/tags"] }),
  "metrics": ({ project }) => project.fetchMetrics({ attributes: "loss$ & !^validation | accuracy" }),
  "metrics of runs": ({ project }) =>
    project.fetchMetrics({ runs: ["gull-2", "mlp-adam-2-cool"], attributes: ".*", includeInherited: false }),
  "metrics of experiments": ({ project }) =>
    project.fetchMetrics({ experiments: ".*", attributes: ".*", includeInherited: false, includeTimestamp: false }),
  "metrics in steps": ({ project }) => project.fetchMetrics({ attributes: ".*", stepRange: [1, 2.5] }),
  "the end of metrics": ({ project }) => project.fetchMetrics({ attributes: ".*", tailLimit: 3, useThreads: true }),
  "previews": ({ project }) => project.fetchMetrics({ runs: ["gull-1"], attributes: ".*", includePointPreviews: true }),
  "wide metrics": ({ project }) =>
    project.fetchMetrics({
      attributes: "loss",
      format: "wide",
      includeTimestamp: true,
      query: "`sys/name`:string EXISTS",
    }),
  "wide metrics without times": ({ project }) =>
    project.fetchMetrics({ runs: ".*1$", attributes: ".*", format: "wide", tailLimit: 4, stepRange: [null, 60] }),
  "saved metrics": async ({ project, name }, folder) => {
    const destination = `${folder}/${name}.parquet`;
    const options = { attributes: "loss | accuracy", includePointPreviews: true, stepRange: [2, null] } as const;
    const points = await project.saveMetrics({ ...options, destination });
    const frame = pl.readParquet(destination);
    assert.equal(frame.height, points);
    return frame;
  },
  "saved metrics as text": async ({ project, name }, folder) => {
    const destination = `${folder}/${name}.txt`;
    await project.saveMetrics({
      attributes: "loss",
      destination,
      fileFormat: "csv",
      bom: true,
      includeTimestamp: false,
    });
    return pl.DataFrame({ text: [await Deno.readTextFile(destination)] });
  },
  "no metrics": ({ project }) => project.fetchMetrics({ attributes: ["none"] }),
  "buckets": ({ project }) => project.fetchMetricBuckets({ attributes: ".*", buckets: 7 }),
  "buckets of steps": ({ project }) =>
    project.fetchMetricBuckets({ experiments: ".*", attributes: "loss", stepRange: [1, 30], includeInherited: false }),
  "string series": ({ project }) => project.fetchSeries({ attributes: ".*", types: ["string_series"], tailLimit: 2 }),
  "histogram series": ({ project }) => project.fetchSeries({ attributes: ".*", types: ["histogram_series"] }),
  "file series": ({ project }) => project.fetchSeries({ attributes: ".*", types: ["file_series"], stepRange: [0, 99] }),
  "string series without times": ({ project }) =>
    project.fetchSeries({ experiments: ".*", attributes: ".*", types: ["string_series"], includeTimestamp: false }),
  "all other series": ({ project }) => project.fetchSeries({ runs: ".*1$", attributes: ".*", includeInherited: false }),
  "attributes": ({ project }) => project.listAttributes(),
  "attributes of runs": ({ project }) =>
    project.listAttributes({ runs: "1$", attributes: "s", types: ["int", "file"] }),
  "files": async ({ project }, folder) => {
    const frame = await project.downloadFiles({ attributes: ".*", destination: folder });
    return frame.drop("path");
  },
  "files in steps": async ({ project }, folder) => {
    const options = { experiments: ".*", attributes: ".*", stepRange: [0, 120], concurrency: 1 } as const;
    return (await project.downloadFiles({ ...options, destination: `${folder}/some` })).drop("path");
  },
  "projects": ({ options }) => listProjects(options).then((frame) => frame.drop("id")),
  "all projects": ({ options }) => fetchRunsDfGlobal({ ...options, columnsRegex: "^sys/", limit: 5 }),
  "experiments of all projects": ({ options }) => fetchExperimentsDfGlobal({ ...options, sortBy: "sys/name" }),
  "exported": async ({ project, name }, folder) => {
    const frame = await project.exportArchive({ runs: "1$", destination: `${folder}/${name}` });
    return frame.drop("missing_files");
  },
};

/** All of a frame: its columns with their types and values. */
function whole(frame: Frame): unknown[] {
  return frame.getColumns().map((column) => [column.name, JSON.stringify(column.dtype), column.toArray()]);
}

async function compare(data: string, project: string, atLeast: number): Promise<void> {
  const expected = new Map<string, unknown>();
  let filled = 0;
  await eachWay(data, project, async (way) => {
    const folder = await Deno.makeTempDir({ prefix: "neptune-ways-" });
    try {
      for (const [call, make] of Object.entries(CALLS)) {
        const frame = await make(way, folder);
        if (way.name === "archive") {
          expected.set(call, whole(frame));
          if (frame.height > 0) filled++;
        } else assert.deepEqual(whole(frame), expected.get(call), `${call} (${way.name})`);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
  assert.ok(filled >= atLeast, `${filled} calls give rows`);
}

Deno.test("every call gives the same frame from an archive as through Neptune's API: forks and mixed types", async () => {
  await using fixture = await Fixture.make();
  await compare(fixture.data, PROJECT, 25);
});

Deno.test("every call gives the same frame from an archive as through Neptune's API: the sample archive", async () => {
  await compare(fileURLToPath(new URL("../../samples/archive/data", import.meta.url)), SAMPLE, 25);
});

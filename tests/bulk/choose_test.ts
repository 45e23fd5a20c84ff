/** The same options choose the same runs in every call that reads several, on an archive and through HTTP. */

import assert from "node:assert/strict";
import pl from "nodejs-polars";
import {
  fetchExperimentsDfGlobal,
  fetchRunsDfGlobal,
  type ListOptions,
  ReadOnlyProject,
  type RunSelection,
} from "../../mod.ts";
import { and, attribute, compare, contains, exists, not } from "../../src/nql/mod.ts";
import { bool, datetime, file, float, floatPoint, string, stringPoint, stringSet } from "../../samples/rows.ts";
import { sanitized, writeRun } from "../../samples/writer.ts";
import { eachWay, type Way } from "./ways.ts";

const PROJECT = "team/choices";
const T = Date.UTC(2025, 0, 1);

interface Run {
  id: string;
  name?: string;
  tags?: string[];
  owner?: string;
  lr: number;
  trashed?: boolean;
}

/** Oldest first. */
const RUNS: Run[] = [
  { id: "a-1", name: "alpha", tags: ["x"], owner: "ada", lr: 0.1 },
  { id: "b-1", name: "beta", tags: ["x", "y"], owner: "bob", lr: 0.01 },
  { id: "a-2", name: "alpha", tags: ["y"], owner: "bob", lr: 0.2 },
  { id: "c-1", lr: 0.3 },
  { id: "t-1", name: "gone", tags: ["x", "y"], owner: "ada", lr: 0.4, trashed: true },
];
const HEADS = ["b-1", "a-2", "t-1"];

async function writeChoices(folder: string): Promise<void> {
  for (const [i, { id, name, tags, owner, lr, trashed }] of RUNS.entries()) {
    await writeRun({
      dataRoot: `${folder}/data`,
      projectId: PROJECT,
      runId: id,
      batches: [
        [
          string("sys/id", `CHO-${i + 1}`),
          string("sys/custom_run_id", id),
          datetime("sys/creation_time", T + i * 1000),
          float("lr", lr),
          ...name === undefined ? [] : [string("sys/name", name)],
          ...tags === undefined ? [] : [stringSet("sys/tags", ...tags)],
          ...owner === undefined ? [] : [string("sys/owner", owner)],
          ...trashed ? [bool("sys/trashed", true)] : [],
        ],
        // Each run has attributes that tell it from all others, however it is called in a frame.
        [floatPoint(`only/${id}`, 1, T, i)],
        [stringPoint(`text/${id}`, 1, T, id)],
        [file(`file/${id}`, `${id}/file.txt`)],
      ],
    });
    const files = `${folder}/files/${sanitized(PROJECT)}/${id}`;
    await Deno.mkdir(files, { recursive: true });
    await Deno.writeTextFile(`${files}/file.txt`, id);
  }
}

/** Every way to say which runs, and which they are. */
const SELECTIONS: [selection: RunSelection, chosen: string[]][] = [
  [{}, ["a-1", "b-1", "a-2", "c-1"]],
  [{ trashed: null }, ["a-1", "b-1", "a-2", "c-1", "t-1"]],
  [{ trashed: true }, ["t-1"]],
  [{ runs: ["a-1", "c-1", "t-1", "none"] }, ["a-1", "c-1"]],
  [{ runs: ["t-1"], trashed: null }, ["t-1"]],
  [{ runs: "1$ & !^b" }, ["a-1", "c-1"]],
  [{ runs: "^a-1$ | ^c" }, ["a-1", "c-1"]],
  [{ runs: /^A-/i }, ["a-1", "a-2"]],
  [{ runs: [] }, []],
  [{ experiments: ["alpha", "gone", "none"] }, ["a-2"]],
  [{ experiments: "a$" }, ["b-1", "a-2"]],
  [{ experiments: /^BETA$/i }, ["b-1"]],
  [{ experiments: ".*", trashed: null }, ["b-1", "a-2", "t-1"]],
  [{ withIds: ["CHO-1", "CHO-5", "CHO-9"] }, ["a-1"]],
  [{ customIds: ["b-1", "a-2"] }, ["b-1", "a-2"]],
  [{ customIds: [] }, []],
  [{ names: ["alpha"] }, ["a-1", "a-2"]],
  [{ namesRegex: /^AL/i }, ["a-1", "a-2"]],
  [{ namesRegex: ["a", "^b"] }, ["b-1"]],
  [{ namesExcludeRegex: "alpha" }, ["b-1", "c-1"]],
  [{ customIdRegex: "^[bc]" }, ["b-1", "c-1"]],
  [{ tags: ["x"] }, ["a-1", "b-1"]],
  [{ tags: ["x", "y"] }, ["b-1"]],
  [{ tags: ["x", "y"], trashed: null }, ["b-1", "t-1"]],
  [{ owners: ["bob", "nobody"] }, ["b-1", "a-2"]],
  [{ states: ["inactive"] }, ["a-1", "b-1", "a-2", "c-1"]],
  [{ states: ["active"] }, []],
  [{ query: "`lr`:float > 0.05 AND `sys/tags`:stringSet CONTAINS y" }, ["a-2"]],
  [{ query: and(compare(attribute("lr", "float"), ">", 0.05), contains(attribute("sys/tags", "string_set"), "y")) }, [
    "a-2",
  ]],
  [{ query: not(exists(attribute("sys/name", "string"))) }, ["c-1"]],
  [{ experiments: "a", tags: ["y"], owners: ["bob"], query: "lr < 0.1" }, ["b-1"]],
];

const tail = (paths: unknown[]) => paths.map((path) => String(path).split("/").at(-1)!);
const column = (frame: { getColumn(name: string): { toArray(): unknown[] } }, name: string) =>
  tail(frame.getColumn(name).toArray());

/** Calls over runs; each gives the custom ids of the runs that it read. */
const CALLS: Record<string, (way: Way, chosen: RunSelection, folder: string) => Promise<(string | null)[]>> = {
  listRuns: async ({ project }, chosen) => (await project.listRuns(chosen)).map((run) => run["sys/custom_run_id"]),
  fetchRuns: async ({ project }, chosen) => column(await project.fetchRuns(chosen), "sys/custom_run_id"),
  "fetchRuns in a loop": async ({ project }, chosen) =>
    (await Array.fromAsync(project.fetchRuns(chosen))).map((run) => run.customId),
  fetchReadOnlyRuns: async ({ project }, chosen) =>
    (await project.fetchReadOnlyRuns(chosen)).map((run) => run.customId),
  fetchRunsDf: async ({ project }, chosen) => column(await project.fetchRunsDf(chosen), "sys/custom_run_id"),
  fetchRunsDfGlobal: async ({ options }, chosen) =>
    column(await fetchRunsDfGlobal({ ...options, ...chosen }), "sys/custom_run_id"),
  fetchMetrics: async ({ project }, chosen) =>
    column(await project.fetchMetrics({ ...chosen, attributes: "^only/" }), "attribute"),
  fetchMetricBuckets: async ({ project }, chosen) =>
    column(await project.fetchMetricBuckets({ ...chosen, attributes: "^only/", buckets: 1 }), "attribute"),
  fetchSeries: async ({ project }, chosen) =>
    column(await project.fetchSeries({ ...chosen, attributes: "^text/" }), "attribute"),
  saveMetrics: async ({ project }, chosen, folder) => {
    await project.saveMetrics({ ...chosen, attributes: /^only/, destination: `${folder}/saved.parquet` });
    return column(pl.readParquet(`${folder}/saved.parquet`), "attribute");
  },
  listAttributes: async ({ project }, chosen) =>
    column(await project.listAttributes({ ...chosen, attributes: "^only/" }), "attribute"),
  downloadFiles: async ({ project }, chosen, folder) =>
    column(await project.downloadFiles({ ...chosen, attributes: "^file/", destination: `${folder}/got` }), "attribute"),
  exportArchive: async ({ project }, chosen, folder) => {
    const destination = await Deno.makeTempDir({ dir: folder });
    return column(await project.exportArchive({ ...chosen, destination, files: false }), "run");
  },
};

const WRITING = new Set(["saveMetrics", "downloadFiles", "exportArchive"]);

/** Calls over experiments: the newest run of each, whatever else is asked. */
const EXPERIMENT_CALLS: typeof CALLS = {
  listExperiments: async ({ project }, chosen) =>
    (await project.listExperiments(chosen)).map((run) => run["sys/custom_run_id"]),
  fetchExperiments: async ({ project }, chosen) => column(await project.fetchExperiments(chosen), "sys/custom_run_id"),
  fetchReadOnlyExperiments: async ({ project }, chosen) =>
    (await project.fetchReadOnlyExperiments(chosen)).map((run) => run.customId),
  fetchExperimentsDf: async ({ project }, chosen) =>
    column(await project.fetchExperimentsDf(chosen), "sys/custom_run_id"),
  fetchExperimentsDfGlobal: async ({ options }, chosen) =>
    column(await fetchExperimentsDfGlobal({ ...options, ...chosen }), "sys/custom_run_id"),
};

Deno.test("the same selection means the same runs in every call", async () => {
  const folder = await Deno.makeTempDir({ prefix: "neptune-choices-" });
  let cases = 0;
  try {
    await writeChoices(folder);
    await eachWay(`${folder}/data`, PROJECT, async (way) => {
      if (way.name === "socket") return;
      for (const [at, [selection, chosen]] of SELECTIONS.entries()) {
        const title = `${way.name}, ${Deno.inspect(selection)}`;
        for (const [call, ask] of Object.entries(CALLS)) {
          // What writes files takes long, and reads runs as all others do.
          if (WRITING.has(call) && (way.name !== "archive" || at % 4 !== 0)) continue;
          assert.deepEqual((await ask(way, selection, folder)).sort(), [...chosen].sort(), `${call}, ${title}`);
          cases++;
        }
        const heads = chosen.filter((id) => HEADS.includes(id));
        for (const [call, ask] of Object.entries(EXPERIMENT_CALLS)) {
          assert.deepEqual((await ask(way, selection, folder)).sort(), heads.sort(), `${call}, ${title}`);
          cases++;
        }
      }
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  console.log(`${cases} calls with a selection`);
});

Deno.test("withIds and customIds name runs together where runs are fetched by ids, as in Python, and narrow elsewhere", async () => {
  const folder = await Deno.makeTempDir({ prefix: "neptune-choices-" });
  try {
    await writeChoices(folder);
    const project = new ReadOnlyProject({ archive: `${folder}/data`, cacheFolder: null });
    const both: ListOptions = { withIds: ["CHO-1", "CHO-2"], customIds: ["b-1", "c-1"] };
    const ids = (await project.fetchReadOnlyRuns(both)).map((run) => run.customId);
    assert.deepEqual(ids, ["c-1", "b-1", "a-1"]);
    assert.deepEqual((await project.fetchReadOnlyRuns({ ...both, tags: ["x"] })).map((run) => run.customId), [
      "b-1",
      "a-1",
    ]);
    assert.deepEqual((await project.fetchRuns(both)).getColumn("sys/custom_run_id").toArray(), ["b-1"]);
    await assert.rejects(project.fetchRunsDf({ runs: ["a-1"], experiments: ["alpha"] }), {
      name: "OptionError",
      message: /Both runs and experiments/,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("columns of tables are chosen like attributes everywhere: by paths, patterns, a RegExp, and by type", async () => {
  const folder = await Deno.makeTempDir({ prefix: "neptune-choices-" });
  try {
    await writeChoices(folder);
    await eachWay(`${folder}/data`, PROJECT, async ({ name, project }) => {
      if (name === "socket") return;
      const columns = async (options: Parameters<typeof project.fetchRunsDf>[0]) =>
        (await project.fetchRunsDf({ runs: ["a-1"], ...options })).columns.filter((one) => !one.startsWith("sys/"));
      assert.deepEqual(await columns({ columns: ["lr", "only/a-1"] }), ["lr", "only/a-1"], name);
      assert.deepEqual(await columns({ columns: "^only/ | ^text & !b" }), ["only/a-1", "text/a-1"], name);
      assert.deepEqual(await columns({ columns: /^(LR|ONLY)/i }), ["lr", "only/a-1"], name);
      assert.deepEqual(await columns({ columns: ".*", types: ["float_series"] }), ["only/a-1"], name);
      assert.deepEqual(await columns({ columns: ["lr"], columnsRegex: /^TEXT/i }), ["lr", "text/a-1"], name);
      assert.deepEqual(
        await columns({ columnsRegex: ".*", types: ["float", "string_series"] }),
        ["lr", "text/a-1"],
        name,
      );
      assert.deepEqual(
        (await project.listAttributes({ runs: ["a-1"], attributes: /^(text|only)/, types: ["string_series"] })).rows(),
        [
          ["text/a-1", "string_series"],
        ],
        name,
      );
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

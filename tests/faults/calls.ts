/** Every public call that reads, on the sample archive; each gives plain data that can be compared. */

import {
  type Attribute,
  fetchExperimentsDfGlobal,
  fetchRunsDfGlobal,
  listProjects,
  plot,
  ReadOnlyProject,
  ReadOnlyRun,
  RunFile,
  type SourceOptions,
} from "../../mod.ts";

/** Where a call reads from, and where it may write to. */
export interface Place {
  project: ReadOnlyProject;
  /** To open other projects, or none, the same way. */
  options: SourceOptions;
  /** An empty folder for what the call writes. */
  folder: string;
}

/** One call. */
export interface Call {
  name: string;
  run(place: Place): Promise<unknown>;
  /** How many times as often as others it is made. Default: 1. */
  weight?: number;
  /** What it says of a run depends on which other runs there are: it stops after some rows, or is about the newest of each kind. */
  chooses?: boolean;
  /** It looks at the archive itself, whatever was opened before. */
  opens?: boolean;
  /** Its answer is what is wrong. */
  reports?: boolean;
}

const run = ({ project }: Place, customId = "mlp-adam-2-cool") => new ReadOnlyRun(project, { customId });
const attribute = (place: Place, path: string, customId?: string) => run(place, customId).attribute(path);
const file = async (place: Place, path: string) => {
  const value = await attribute(place, path, "linear-1").fetch();
  if (!(value instanceof RunFile)) throw new Error(`${path} is no file but ${value}`);
  return value;
};
/** What runs are, without their project. */
const ids = async (runs: AsyncIterable<ReadOnlyRun>) => {
  const found: unknown[] = [];
  for await (const one of runs) found.push(await one.attribute("sys/id").fetch());
  return found;
};

export const CALLS: readonly Call[] = [
  { name: "fetchInfo", run: ({ project }) => project.fetchInfo() },
  { name: "listProjects", opens: true, run: async ({ options }) => await listProjects(options) },
  { name: "a project by its only name", opens: true, run: ({ options }) => new ReadOnlyProject(options).fetchInfo() },
  { name: "listRuns", run: async ({ project }) => await project.listRuns() },
  { name: "listRuns, none", run: async ({ project }) => await project.listRuns({ tags: ["no such tag"] }) },
  { name: "listExperiments", chooses: true, run: async ({ project }) => await project.listExperiments() },
  { name: "fetchRuns", run: async ({ project }) => await project.fetchRuns() },
  { name: "fetchExperiments, one by one", run: ({ project }) => ids(project.fetchExperiments()) },
  {
    name: "fetchReadOnlyRuns",
    run: ({ project }) => ids(project.fetchReadOnlyRuns({ runs: ["linear-1", "mlp-sgd-2"] })),
  },
  { name: "fetchReadOnlyExperiments", chooses: true, run: ({ project }) => ids(project.fetchReadOnlyExperiments()) },
  { name: "fetchRunsDf", run: ({ project }) => project.fetchRunsDf({ columns: ["config/optimizer", "train/loss"] }) },
  {
    name: "fetchRunsDf by a pattern",
    run: ({ project }) => project.fetchRunsDf({ columns: "^config/ | ^sys/" }),
  },
  {
    name: "fetchExperimentsDf, sorted",
    chooses: true,
    run: ({ project }) => project.fetchExperimentsDf({ sortBy: "validation/accuracy", limit: 4 }),
  },
  {
    name: "fetchRunsDfGlobal",
    opens: true,
    chooses: true,
    run: ({ options }) => fetchRunsDfGlobal({ ...options, limit: 5 }),
  },
  {
    name: "fetchExperimentsDfGlobal",
    opens: true,
    chooses: true,
    run: ({ options }) => fetchExperimentsDfGlobal(options),
  },
  { name: "listAttributes", run: ({ project }) => project.listAttributes() },
  { name: "listAttributes of a run", run: ({ project }) => project.listAttributes({ runs: ["linear-2"] }) },
  {
    name: "fetchMetrics",
    run: ({ project }) => project.fetchMetrics({ attributes: ["train/loss", "validation/loss"] }),
  },
  {
    name: "fetchMetrics, the last points",
    run: ({ project }) => project.fetchMetrics({ attributes: "^train/", runs: /^mlp/, tailLimit: 5 }),
  },
  {
    name: "fetchMetrics in workers",
    weight: 0.1,
    run: ({ project }) => project.fetchMetrics({ attributes: ["train/loss"], useThreads: true }),
  },
  {
    name: "saveMetrics",
    run: ({ project, folder }) =>
      project.saveMetrics({ attributes: ["validation/loss"], destination: `${folder}/metrics.parquet` }),
  },
  {
    name: "fetchMetricBuckets",
    // All runs have the same edges.
    chooses: true,
    run: ({ project }) => project.fetchMetricBuckets({ attributes: ["train/loss"], buckets: 10 }),
  },
  { name: "fetchSeries", run: ({ project }) => project.fetchSeries({ attributes: "^logs/" }) },
  { name: "fetchSeries, histograms", run: ({ project }) => project.fetchSeries({ attributes: ["weights/layer_1"] }) },
  {
    name: "downloadFiles",
    run: async ({ project, folder }) => {
      const frame = await project.downloadFiles({
        attributes: ".*",
        runs: ["linear-1"],
        destination: `${folder}/files`,
      });
      return frame.drop("path");
    },
  },
  {
    name: "exportArchive",
    // With a run it also takes its ancestors.
    chooses: true,
    run: ({ project, folder }) => project.exportArchive({ destination: folder, runs: ["linear-1", "mlp-adam-2-cool"] }),
  },
  { name: "attributeNames", run: async (place) => await run(place).attributeNames },
  {
    name: "prefetch",
    run: async (place) => {
      const one = run(place);
      await one.prefetch(["config/optimizer", "data/classes", "data/published"]);
      return await one.attribute("data/classes").fetch();
    },
  },
  {
    name: "prefetchSeriesValues",
    run: async (place) => {
      const one = run(place);
      await one.prefetchSeriesValues(["train/loss", "logs/train"]);
      return await one.attribute("logs/train").fetchValues();
    },
  },
  { name: "fetch", run: (place) => attribute(place, "config/optimizer").fetch() },
  { name: "fetch an int", run: (place) => attribute(place, "data/fingerprint").fetch() },
  { name: "fetchType", run: (place) => attribute(place, "data/fingerprint").fetchType() },
  { name: "fetch a series", run: (place) => attribute(place, "validation/loss").fetch() },
  { name: "fetchLast", run: (place) => (attribute(place, "validation/loss") as Attribute).fetchLast() },
  { name: "fetchValues", run: (place) => attribute(place, "train/loss").fetchValues() },
  {
    name: "fetchValues of a range",
    run: (place) => attribute(place, "train/loss").fetchValues({ stepRange: [50, 350] }),
  },
  { name: "fetchValues of texts", run: (place) => attribute(place, "logs/train").fetchValues() },
  { name: "fetchValues of histograms", run: (place) => attribute(place, "weights/layer_2").fetchValues() },
  { name: "an attribute that is not there", run: (place) => attribute(place, "no/such").fetch() },
  { name: "a run that is not there", run: (place) => attribute(place, "sys/id", "no such run").fetch() },
  { name: "file bytes", run: async (place) => await (await file(place, "config.json")).bytes() },
  { name: "file text", run: async (place) => await (await file(place, "report/mistakes.csv")).text() },
  {
    name: "file save",
    run: async (place) => await (await file(place, "config.json")).save(`${place.folder}/saved.json`),
  },
  {
    name: "plot",
    run: async (place) => await plot(attribute(place, "validation/loss") as Attribute).svg(),
  },
];

/** What only archives can be asked. */
export const ARCHIVE_CALLS: readonly Call[] = [
  ...CALLS,
  {
    name: "scan",
    run: async ({ project }) =>
      (await (await project.scan()).collect()).sort(["run_id", "attribute_path", "attribute_type", "step"]),
  },
  { name: "archiveReport", reports: true, run: ({ project }) => project.archiveReport() },
  { name: "archiveReport, thorough", reports: true, run: ({ project }) => project.archiveReport({ thorough: true }) },
];

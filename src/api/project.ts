/**
 * One project, and its runs: they stand together, as each gives the other.
 *
 * @module
 */

import { fetchMetricBucketsFrame, type FetchMetricBucketsOptions } from "../bulk/buckets.ts";
import { downloadFilesFrame, type DownloadFilesOptions } from "../bulk/download.ts";
import { fetchMetricsFrame, type FetchMetricsOptions } from "../bulk/metrics.ts";
import { fetchRunsTable, type RunsTableOptions } from "../bulk/runs_table.ts";
import { saveMetricsFile, type SaveMetricsOptions } from "../bulk/save_metrics.ts";
import { type AttributeSelection, type RunSelection, selectPaths, selectRuns } from "../bulk/select.ts";
import { fetchSeriesFrame, type FetchSeriesOptions } from "../bulk/series.ts";
import { jupyterDisplay, type MediaBundle } from "../display/bundle.ts";
import { withDisplay } from "../display/frame.ts";
import { OptionError, UnsupportedError } from "../errors.ts";
import { type ExportArchiveOptions, writeArchive } from "../export/archive.ts";
import { recordsFrame } from "../frame/frame.ts";
import type { Frame, LazyFrame } from "../frame/typed.ts";
import { Attribute } from "./attribute.ts";
import { type FileValue, RunFile } from "./file.ts";
import { reportFrame } from "./report_frame.ts";
import { criterionOf, findRun, type RunSelector } from "./find_run.ts";
import { Listing } from "./listing.ts";
import { or } from "../nql/build.ts";
import { type Located, RunReader } from "./reader.ts";
import { anyOf, type ListOptions, type RunIds, RunListings } from "./run_listing.ts";
import { showRun } from "./page/run.ts";
import { checkStepRange } from "../frame/points.ts";
import { connect, type Connection, type ReadOnlyProjectOptions } from "./open.ts";
import { showProject } from "./page/project.ts";
import { interruptible } from "../progress/interrupt.ts";
import { type LongCall, longCall, type LongCallOptions } from "../progress/show.ts";
import type { Source } from "../source.ts";
import type { AttributeType, FileRef, ProjectInfo, RunInfo, StepRange } from "../types.ts";

const inspect = Symbol.for("Deno.customInspect");

/** Options of {@linkcode ReadOnlyRun.prefetchSeriesValues}. */
export interface PrefetchSeriesOptions extends LongCallOptions {
  /** Only steps in this range, both ends inclusive; null leaves an end open. Default: all steps. */
  stepRange?: StepRange | null;
  /** Include the points that a forked run inherits from its ancestors. Default: true. */
  includeInherited?: boolean;
  /**
   * Fetch and decode in Web Workers, where the data comes from a server. An archive is always read by several threads.
   * Default: false.
   */
  useThreads?: boolean;
}

/** Options of {@linkcode ReadOnlyProject.listAttributes}. */
export interface ListAttributesOptions extends RunSelection, LongCallOptions {
  /** Which attributes. Default: all. */
  attributes?: AttributeSelection;
  /** Which types. Default: all. */
  types?: AttributeType[];
}

/** Where a project is read from. Set by the class, which alone can reach into a project. */
export let connectionOf: (project: ReadOnlyProject) => Connection;

/** Makes a run that was already found. Set by the class, which alone can reach into a run. */
let runFrom: (project: ReadOnlyProject, located: Located) => ReadOnlyRun;

/**
 * One project, read only: of an archive that neptune-exporter wrote, or of a Neptune server. Making one reads nothing.
 *
 * @example
 * ```ts
 * import { ReadOnlyProject } from "@nereid/neptune-fetcher";
 *
 * const project = new ReadOnlyProject({ archive: "exports/data" });
 * for await (const run of project.fetchRuns()) console.log(run);
 * ```
 */
export class ReadOnlyProject {
  readonly #connection: Connection;
  readonly #listings: RunListings<ReadOnlyRun>;

  /** Throws `OptionError` where the options do not say what to read. */
  constructor(options: ReadOnlyProjectOptions = {}) {
    this.#connection = connect(options);
    this.#listings = new RunListings(this.#connection, (located) => runFrom(this, located));
  }

  static {
    connectionOf = (project) => project.#connection;
  }

  /** The name and id of the project. Throws `ProjectNotFoundError` where there is none of this name. */
  async fetchInfo(options: { signal?: AbortSignal } = {}): Promise<ProjectInfo> {
    using call = interruptible(options.signal);
    return await (await this.#connection.source(call.signal)).project({ signal: call.signal });
  }

  /** The ids and names of all runs, newest first: await it for an array, or loop over it. */
  listRuns(options: ListOptions = {}): Listing<RunIds, RunIds[]> {
    return this.#listings.ids("runs", options, false);
  }

  /** The ids and names of all experiments (their newest runs), newest first: await it for an array, or loop over it. */
  listExperiments(options: ListOptions = {}): Listing<RunIds, RunIds[]> {
    return this.#listings.ids("experiments", options, true);
  }

  /**
   * All runs, newest first: await it for a frame with the columns `sys/id`, `sys/custom_run_id` and `sys/name`, or loop over it
   * to get {@linkcode ReadOnlyRun}s.
   */
  fetchRuns(options: ListOptions = {}): Listing<ReadOnlyRun, Frame> {
    return this.#listings.frames("runs", options, false);
  }

  /**
   * All experiments (their newest runs), newest first: await it for a frame with the columns `sys/id`, `sys/custom_run_id` and
   * `sys/name`, or loop over it to get {@linkcode ReadOnlyRun}s.
   */
  fetchExperiments(options: ListOptions = {}): Listing<ReadOnlyRun, Frame> {
    return this.#listings.frames("experiments", options, true);
  }

  /**
   * The runs with any of these ids, each once, newest first; without ids, all runs. An empty list names no run. Ids that do not
   * exist are passed over.
   */
  fetchReadOnlyRuns(
    options: ListOptions & { withIds?: string[]; customIds?: string[] } = {},
  ): Listing<ReadOnlyRun, ReadOnlyRun[]> {
    const { withIds, customIds } = options;
    const terms = [
      ...anyOf("withIds", "sys/id", withIds),
      ...anyOf("customIds", "sys/custom_run_id", customIds),
    ];
    return this.#listings.runs("runs", options, false, withIds || customIds ? or(...terms) : null);
  }

  /**
   * The experiments with any of these names (their newest runs), newest first; without names, all experiments. An empty list
   * names no experiment. Names that do not exist are passed over.
   */
  fetchReadOnlyExperiments(
    options: ListOptions & { names?: string[] } = {},
  ): Listing<ReadOnlyRun, ReadOnlyRun[]> {
    const where = options.names ? or(...anyOf("names", "sys/name", options.names)) : null;
    return this.#listings.runs("experiments", options, true, where);
  }

  /**
   * Runs as a wide frame: one row per run, one column per attribute, with the latest values; a series shows its last value.
   *
   * The columns `sys/custom_run_id`, `sys/name` and the one sorted by are always there; `sys/` comes first, `monitoring/` last. A
   * path that has several types among the runs gives one column for each, named `path:int`, `path:string`. Absent cells are null.
   *
   * @example
   * ```ts
   * const frame = await project.fetchRunsDf({ columnsRegex: "^parameters/", sortBy: "metrics/loss", ascending: true, limit: 10 });
   * ```
   */
  async fetchRunsDf(options: RunsTableOptions = {}): Promise<Frame> {
    return await this.#bulk("runs", options, (source, call) => fetchRunsTable(source, { ...options, ...call }, false));
  }

  /** Like {@linkcode ReadOnlyProject.fetchRunsDf}, with the newest run of each experiment. */
  async fetchExperimentsDf(options: RunsTableOptions = {}): Promise<Frame> {
    return await this.#bulk(
      "experiments",
      options,
      (source, call) => fetchRunsTable(source, { ...options, ...call }, true),
    );
  }

  /**
   * Float series of many runs in one frame. Only series that exist are asked for.
   *
   * Long format: `run` (experiment name or custom id) and `attribute` (both strings), `step` (f64), `value` (f64), `timestamp`
   * (datetime in ms, UTC), sorted by run, attribute, step. Wide format: `run`, `step`, and one column per attribute.
   *
   * @example
   * ```ts
   * const loss = await project.fetchMetrics({ experiments: "^digits-", attributes: ["metrics/train/loss"] });
   * ```
   */
  async fetchMetrics(options: FetchMetricsOptions): Promise<Frame> {
    return await this.#bulk("metrics", options, (source, call) => fetchMetricsFrame(source, { ...options, ...call }));
  }

  /**
   * Float series of many runs to a CSV, Parquet or Arrow file, also when they are larger than memory: the long format of
   * {@linkcode ReadOnlyProject.fetchMetrics}, with the same rows in the same order. Gives the number of points.
   *
   * @example
   * ```ts
   * const points = await project.saveMetrics({ attributes: "^metrics/", destination: "metrics.parquet" });
   * ```
   */
  async saveMetrics(options: SaveMetricsOptions): Promise<number> {
    return await longCall(
      options,
      "metrics",
      async (call) => saveMetricsFile(await this.#connection.source(call.signal), { ...options, ...call }),
    );
  }

  /**
   * Float series of many runs, summarised in buckets of steps, for charts of series with millions of points. One row per series
   * and bucket that holds points: `run`, `attribute`, `from_step` (excluded, but for the first bucket), `to_step` (included),
   * the first and last finite point (`first_step`, `first`, `last_step`, `last`), `min` and `max` of the finite values, and how
   * many values are `finite`, `nan`, `positive_infinity` and `negative_infinity`. Where a bucket has no finite value, the
   * columns about them are null. Archives and servers are summarised the same way, from all points.
   *
   * @example
   * ```ts
   * const curve = await project.fetchMetricBuckets({ experiments: "^mlp", attributes: ["train/loss"], buckets: 200 });
   * ```
   */
  async fetchMetricBuckets(options: FetchMetricBucketsOptions): Promise<Frame> {
    return await this.#bulk(
      "metrics",
      options,
      (source, call) => fetchMetricBucketsFrame(source, { ...options, ...call }),
    );
  }

  /**
   * String, histogram and file series of many runs in one frame: `run`, `attribute`, `step`, `value`, `timestamp`. Where the
   * series found are of several types, there is one value column for each, named `value:string_series` and so on.
   */
  async fetchSeries(options: FetchSeriesOptions): Promise<Frame> {
    return await this.#bulk("series", options, (source, call) => fetchSeriesFrame(source, { ...options, ...call }));
  }

  /**
   * Fetches the files of many runs to a folder, as `<destination>/<run>/<attribute>`, and returns a frame that tells what went
   * where: `run`, `attribute`, `step`, `path`, `size` (bytes), `status` (`downloaded`, `present`, `missing`). Called again, it
   * fetches only what is not there yet.
   */
  async downloadFiles(options: DownloadFilesOptions): Promise<Frame> {
    return await this.#bulk("files", options, (source, call) => downloadFilesFrame(source, { ...options, ...call }));
  }

  /**
   * Writes runs to an archive in the format of neptune-exporter, so that data of a server can be kept: Parquet files below
   * `<destination>/data`, copies of files below `<destination>/files`. Forks keep their own points and their parents come
   * along; unlike with the exporter, NaN stays NaN. A run appears only when it is whole and has been read back; called again, the call goes on with the
   * runs that are not there yet.
   *
   * Returns a frame that tells what became of each run: `run`, `status` (`written`, `present`), and how many `attributes`,
   * `points`, `files` and `missing_files` were written.
   *
   * @example
   * ```ts
   * await project.exportArchive({ experiments: "^final-", destination: "kept" });
   * const kept = new ReadOnlyProject({ archive: "kept/data" });
   * ```
   */
  async exportArchive(options: ExportArchiveOptions): Promise<Frame> {
    return await this.#bulk("export", options, (source, call) => writeArchive(source, { ...options, ...call }));
  }

  /**
   * Which attributes the runs have, as a frame with the columns `attribute` and `type`, sorted. One row for each type a path has.
   */
  async listAttributes(options: ListAttributesOptions = {}): Promise<Frame> {
    return await this.#bulk("attributes", options, async (source, { signal }) => {
      const all = options.runs === undefined && options.experiments === undefined && options.query === undefined;
      const runs = all ? null : (await selectRuns(source, options, signal)).runs.map((run) => run.key);
      const which = options.attributes === undefined ? { paths: null, filter: null } : selectPaths(options.attributes);
      const pages = source.attributes({ runs, ...which, types: options.types ?? null, signal });
      const found = (await Array.fromAsync(pages)).flat();
      return recordsFrame({ attribute: found.map((one) => one.path), type: found.map((one) => one.type) });
    });
  }

  /**
   * The long table of an archive as a lazy Polars frame, for those who go on in Polars: one row per attribute and point, with
   * the exporter's columns (`run_id`, `attribute_path`, `attribute_type`, `step`, `timestamp`, `float_value` and so on), steps as
   * f64, NaN as NaN, `file_value` as the path of the file, and without the rows that the exporter wrote for attributes a run
   * does not have. Points are each run's own, times are as they are stored. Throws `UnsupportedError` for a server.
   *
   * @example
   * ```ts
   * const rows = await project.scan();
   * const last = await rows.filter(pl.col("attribute_path").eq(pl.lit("train/loss"))).groupBy("run_id").agg(pl.col("step").max())
   *   .collect();
   * ```
   */
  async scan(options: { signal?: AbortSignal } = {}): Promise<LazyFrame> {
    const source = await this.#connection.source(options.signal);
    if (!source.scan) {
      throw new UnsupportedError(
        `${source.label} is no archive, and only archives have a table to scan: use fetchMetrics or fetchRunsDf.`,
        { source: source.label, feature: "scan" },
      );
    }
    return await source.scan(options);
  }

  /**
   * What is wrong or doubtful in an archive, as a frame with the columns `severity` (`error`, `warning`, `info`), `kind`, `run`,
   * `attribute`, `file`, `count` and `message`; empty where all is well. Throws `UnsupportedError` for a server.
   */
  async archiveReport(options: LongCallOptions = {}): Promise<Frame> {
    return await this.#bulk("archive report", options, reportFrame);
  }

  /** Ends what the project keeps open: connections and Web Workers. Optional; nothing of it keeps a program from ending. */
  close(): void {
    this.#connection.catalog.close();
  }

  async #bulk(
    what: string,
    options: LongCallOptions,
    work: (source: Source, call: LongCall) => Promise<Frame>,
  ): Promise<Frame> {
    return await longCall(options, what, async (call) => {
      return withDisplay(await work(await this.#connection.source(call.signal), call));
    });
  }

  /** What a notebook shows: what the project holds, its newest runs, the health of an archive. */
  [jupyterDisplay](): Promise<MediaBundle> {
    return showProject((signal) => this.#connection.source(signal));
  }

  /** What `console.log` shows: what is known without reading. */
  [inspect](): string {
    const name = this.#connection.projectName ?? "(the only project)";
    return `ReadOnlyProject ${name}\n  in ${this.#connection.catalog.label}\n  fetchRuns(), fetchExperiments() list what it holds`;
  }
}

/**
 * One run, read only. Making one reads nothing; the first call finds the run, and throws `RunNotFoundError` where there is
 * none. What was read is kept for the life of the object.
 *
 * @example
 * ```ts
 * import { ReadOnlyProject, ReadOnlyRun } from "@nereid/neptune-fetcher";
 *
 * const project = new ReadOnlyProject({ archive: "exports/data" });
 * const run = new ReadOnlyRun(project, { experimentName: "seagull-flying-skills" });
 * const id = await run["sys/custom_run_id"].fetch();
 * const loss = await run["metrics/loss"].fetchValues();
 * ```
 */
export class ReadOnlyRun {
  /** `run["metrics/loss"]`: the attribute with this path, for every path with a slash. Reads nothing. */
  [path: `${string}/${string}`]: Attribute;

  /** The project the run belongs to. */
  readonly project: ReadOnlyProject;
  readonly #wanted: string;
  #reader: RunReader;

  /**
   * Names a run; finds it when something is first read of it.
   *
   * @param project The project that holds the run.
   * @param selector Exactly one of `experimentName`, `customId` and `withId`; else `OptionError`.
   */
  constructor(project: ReadOnlyProject, selector: RunSelector) {
    const criterion = criterionOf(selector);
    this.project = project;
    this.#wanted = `${criterion.path} = "${criterion.value}"`;
    this.#reader = new RunReader(async (signal) =>
      findRun(await connectionOf(project).source(signal), criterion, signal)
    );
  }

  static {
    runFrom = (project, located) => {
      const run = new ReadOnlyRun(project, { withId: located.info.sysId });
      run.#reader = new RunReader(() => Promise.resolve(located), located);
      return run;
    };
  }

  /** The attribute with this path. Reads nothing; whether it exists shows when it is fetched. */
  attribute(path: string): Attribute {
    return new Attribute(path, this.#reader);
  }

  /** The paths of all attributes of the run, sorted: await it for an array, or loop over it. */
  get attributeNames(): Listing<string, string[]> {
    const names = async () => {
      using call = interruptible();
      return (await this.#reader.definitions(call.signal)).map((one) => one.path);
    };
    return new Listing(
      `the attribute names of run ${this.#label()}`,
      async function* () {
        yield* await names();
      },
      names,
      async function* () {
        for (const attribute of await names()) yield { attribute };
      },
    );
  }

  /**
   * Reads the values of these attributes at once, so that `fetch()` and `fetchLast()` on them read nothing more. Paths that do
   * not exist are passed over: fetching them is an error.
   */
  async prefetch(paths: string[], options: { signal?: AbortSignal } = {}): Promise<void> {
    using call = interruptible(options.signal);
    await this.#reader.load(checkPaths(paths), call.signal);
  }

  /**
   * Reads the points of these series at once, so that `fetchValues()`, `fetch()` and `fetchLast()` on them read nothing more,
   * as long as they ask for steps within `stepRange` and for the same `includeInherited`. Series of every type may be given;
   * paths that do not exist, or are no series, are passed over.
   */
  async prefetchSeriesValues(paths: string[], options: PrefetchSeriesOptions = {}): Promise<void> {
    const { includeInherited = true, useThreads = false } = options;
    const stepRange = checkStepRange(options.stepRange);
    const what = checkPaths(paths).length === 1 ? paths[0] : `${paths.length} series`;
    await longCall(
      options,
      what,
      (call) => this.#reader.prefetchPoints(paths, { stepRange, inherited: includeInherited, useThreads, ...call }),
    );
  }

  /** Opens a file from a row of a frame: the value of a file series, a struct `{ path, size, mime_type }`. */
  file(value: FileValue): RunFile {
    const ref: FileRef = {
      path: value.path,
      size: value.size ?? null,
      mimeType: value.mime_type ?? "application/octet-stream",
    };
    return new RunFile(ref, async (signal) => (await this.#reader.locate(signal)).source);
  }

  /** Forgets what was read of one attribute, or of all, so that it is read anew. */
  refresh(path?: string): void {
    this.#reader.forget(path);
  }

  #label(): string {
    return this.#reader.known?.info.sysId ?? this.#wanted;
  }

  /** What a notebook shows: a page with its configs, series and files. */
  [jupyterDisplay](): Promise<MediaBundle> {
    return showRun(this.#reader);
  }

  /** What `console.log` shows: what is known without reading. */
  [inspect](): string {
    const known = this.#reader.known;
    const lines = [`ReadOnlyRun ${this.#label()}`];
    if (known) lines.push(...describe(known.info));
    else lines.push("  not read yet");
    return lines.join("\n");
  }
}

// A property that a run itself lacks and whose name holds a slash is an attribute.
Object.setPrototypeOf(
  ReadOnlyRun.prototype,
  new Proxy(Object.prototype, {
    get: (target, key, run) =>
      typeof key === "string" && key.includes("/")
        ? (run as ReadOnlyRun).attribute(key)
        : Reflect.get(target, key, run),
  }),
);

function describe(info: RunInfo): string[] {
  return [
    ...(info.name === null ? [] : [`  experiment ${JSON.stringify(info.name)}`]),
    ...(info.customId === null ? [] : [`  custom id ${JSON.stringify(info.customId)}`]),
  ];
}

function checkPaths(paths: string[]): string[] {
  if (!Array.isArray(paths) || paths.some((path) => typeof path !== "string")) {
    throw new OptionError(`paths must be an array of attribute paths, for example ["metrics/loss"].`, {
      option: "paths",
      value: String(paths),
    });
  }
  return paths;
}

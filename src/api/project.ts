/**
 * One project, and its runs: they stand together, as each gives the other.
 *
 * @module
 */

import { FETCH_METRIC_BUCKETS, fetchMetricBucketsFrame, type FetchMetricBucketsOptions } from "../bulk/buckets.ts";
import { DOWNLOAD_FILES, downloadFilesFrame, type DownloadFilesOptions } from "../bulk/download.ts";
import { FETCH_METRICS, fetchMetricsFrame, type FetchMetricsOptions } from "../bulk/metrics.ts";
import { fetchRunsTable, RUNS_TABLE, type RunsTableOptions } from "../bulk/runs_table.ts";
import { SAVE_METRICS, saveMetricsFile, type SaveMetricsOptions } from "../bulk/save_metrics.ts";
import { LIST_ATTRIBUTES, listAttributesFrame, type ListAttributesOptions } from "../bulk/attributes.ts";
import { ATTRIBUTES, type AttributeSelection, isList } from "../bulk/names.ts";
import { type BulkCall, Notes } from "../bulk/notes.ts";
import { chooseRuns } from "../bulk/select.ts";
import { FETCH_SERIES, fetchSeriesFrame, type FetchSeriesOptions, type OtherSeriesType } from "../bulk/series.ts";
import { type Displayable, jupyterDisplay, type MediaBundle } from "../display/bundle.ts";
import { type FrameDisplayOptions, withDisplay } from "../display/frame.ts";
import { printable, UnsupportedError } from "../errors.ts";
import { EXPORT_ARCHIVE, type ExportArchiveOptions } from "../export/options.ts";
import type {
  AttributeTypeRow,
  BucketRow,
  DownloadRow,
  ExportRow,
  FindingRow,
  MetricsRow,
  RunRow,
  SeriesRow,
} from "../frame/rows.ts";
import type { Frame, LazyFrame } from "../frame/typed.ts";
import { Attribute } from "./attribute.ts";
import { FILE_VALUE, type FileValue, RunFile } from "./file.ts";
import { ARCHIVE_REPORT, type ArchiveReportOptions, reportFrame, unsyncedFrame } from "./report_frame.ts";
import { criterionOf, findRun, type RunCriterion, type RunSelector } from "./find_run.ts";
import { Listing } from "./listing.ts";
import { FLAG, type Kind, kind, NONEMPTY, orNull, STEP_RANGE, STRING } from "../options/kinds.ts";
import { and, or } from "../nql/build.ts";
import { runsFilter } from "../nql/filter.ts";
import { checkArgument, checkOptions, declare, optional } from "../options/options.ts";
import { type Located, RunReader } from "./reader.ts";
import { LIST, listedRuns, type ListOptions, RunListings } from "./run_listing.ts";
import { type PageOptions, RUN_PAGE } from "./page/options.ts";
import { type AttributeTree, attributeTree } from "./tree.ts";
import { attributesBeside, pythonNamesBeside } from "./run_members.ts";
import { connect, type Connection } from "./open.ts";
import { PROJECT, type ReadOnlyProjectOptions, SOURCE, type SourceOptions } from "./source_options.ts";
import { publicCall } from "../progress/call.ts";
import { CALL, LONG_CALL, longCall, type LongCallOptions } from "../progress/show.ts";
import type { ProgressBarOptions } from "../progress/callback.ts";
import type { Source } from "../source.ts";
import { type FileRef, type ProjectInfo, type RunIds, type RunInfo, SERIES_TYPES, type StepRange } from "../types.ts";

const inspect = Symbol.for("Deno.customInspect");

/** What a report advises is shown in full. */
const REPORT_DISPLAY: FrameDisplayOptions = { textLength: 1000 };

/** Options of {@linkcode ReadOnlyRun.prefetchSeriesValues}. */
export interface PrefetchSeriesOptions extends LongCallOptions {
  /** Only steps in this range, both ends inclusive; null leaves an end open. Default: all steps. */
  stepRange?: StepRange | null;
  /** Include the points that a forked run inherits from its ancestors. Default: true. */
  includeInherited?: boolean;
  /**
   * Fetch and decode in Web Workers, where the data comes from a server and there are enough points and free cores. Archives on a
   * disk use workers where several runs with long series are read, whatever is said here. Default: false.
   */
  useThreads?: boolean;
}

const PREFETCH_SERIES = declare<PrefetchSeriesOptions>()({
  ...LONG_CALL,
  stepRange: optional(orNull(STEP_RANGE), null),
  includeInherited: optional(FLAG, true),
  useThreads: optional(FLAG, false),
});

/** Where a project is read from. Set by the class, which alone can reach into a project. */
export let connectionOf: (project: ReadOnlyProject) => Connection;

/** Makes a run that was already found. Set by the class, which alone can reach into a run. */
let runFrom: (project: ReadOnlyProject, located: Located) => ReadOnlyRun;

/**
 * One project, read only: of an archive that neptune-exporter wrote, of a folder of runs that never reached the server, or of a
 * Neptune server. Making one reads nothing.
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

  /**
   * Opens the project of this name.
   *
   * @param project The full name of the project, `workspace/project`.
   * @param options Where to read.
   */
  constructor(project: string, options?: SourceOptions);
  /**
   * Opens the project that the options and the environment name. Throws `OptionError` where they do not say what to read.
   *
   * @param options The project and where to read, for example `{ archive: "exports/data" }`.
   */
  constructor(options?: ReadOnlyProjectOptions);
  constructor(first: ReadOnlyProjectOptions | string = {}, rest?: SourceOptions) {
    const asked = typeof first === "string" || rest !== undefined
      ? {
        project: checkArgument("ReadOnlyProject", "project", NONEMPTY, first as string),
        ...checkOptions("ReadOnlyProject", SOURCE, rest),
      }
      : checkOptions("ReadOnlyProject", PROJECT, first);
    this.#connection = connect(asked);
    this.#listings = new RunListings(this.#connection, (located) => runFrom(this, located));
  }

  static {
    connectionOf = (project) => project.#connection;
  }

  /** The name of the project as it was given, or from the environment; null where the only project of an archive is meant. */
  get projectIdentifier(): string | null {
    return this.#connection.projectName;
  }

  /** The name and id of the project. Throws `ProjectNotFoundError` where there is none of this name. */
  async fetchInfo(options: { signal?: AbortSignal } = {}): Promise<ProjectInfo> {
    const { signal } = checkOptions("fetchInfo", CALL, options);
    return await publicCall(
      signal,
      async (signal) => await (await this.#connection.source(signal)).project({ signal }),
    );
  }

  /** The ids and names of all runs, newest first: await it for an array, or loop over it. */
  listRuns(options: ListOptions = {}): Listing<RunIds, RunIds[]> {
    return this.#listings.ids("runs", listedRuns("listRuns", options, false));
  }

  /** The ids and names of all experiments (their newest runs), newest first: await it for an array, or loop over it. */
  listExperiments(options: ListOptions = {}): Listing<RunIds, RunIds[]> {
    return this.#listings.ids("experiments", listedRuns("listExperiments", options, true));
  }

  /**
   * All runs, newest first: await it for a frame with the columns `sys/id`, `sys/custom_run_id` and `sys/name`, or loop over it
   * to get {@linkcode ReadOnlyRun}s.
   */
  fetchRuns(options: ListOptions = {}): Listing<ReadOnlyRun, Frame<RunIds>> {
    return this.#listings.frames("runs", listedRuns("fetchRuns", options, false));
  }

  /**
   * All experiments (their newest runs), newest first: await it for a frame with the columns `sys/id`, `sys/custom_run_id` and
   * `sys/name`, or loop over it to get {@linkcode ReadOnlyRun}s.
   */
  fetchExperiments(options: ListOptions = {}): Listing<ReadOnlyRun, Frame<RunIds>> {
    return this.#listings.frames("experiments", listedRuns("fetchExperiments", options, true));
  }

  /**
   * Runs, newest first, as {@linkcode ReadOnlyRun}s. `withIds` and `customIds` together name the runs with any of these ids, each
   * once; without ids, all runs. An empty list names no run. Ids that do not exist are passed over.
   */
  fetchReadOnlyRuns(options: ListOptions = {}): Listing<ReadOnlyRun, ReadOnlyRun[]> {
    const { withIds, customIds, signal, ...asked } = checkOptions("fetchReadOnlyRuns", LIST, options);
    const { where, heads } = chooseRuns({ ...asked, withIds: null, customIds: null });
    const named = [runsFilter({ withIds, trashed: null }), runsFilter({ customIds, trashed: null })]
      .filter((ids) => ids !== null);
    const terms = [...where ? [where] : [], ...named.length > 0 ? [or(...named)] : []];
    return this.#listings.runs("runs", { where: terms.length > 0 ? and(...terms) : null, heads, signal });
  }

  /**
   * Experiments (their newest runs), newest first, as {@linkcode ReadOnlyRun}s: those with any of these `names`; without names, all
   * experiments. An empty list names no experiment. Names that do not exist are passed over.
   */
  fetchReadOnlyExperiments(options: ListOptions = {}): Listing<ReadOnlyRun, ReadOnlyRun[]> {
    return this.#listings.runs("experiments", listedRuns("fetchReadOnlyExperiments", options, true));
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
  async fetchRunsDf(options: RunsTableOptions = {}): Promise<Frame<RunRow>> {
    const asked = checkOptions("fetchRunsDf", RUNS_TABLE, options);
    return await this.#bulk<RunRow>(
      { description: "runs", unit: "run" },
      asked,
      (source, call) => fetchRunsTable(source, { ...asked, ...call }, false),
    );
  }

  /** Like {@linkcode ReadOnlyProject.fetchRunsDf}, with the newest run of each experiment. */
  async fetchExperimentsDf(options: RunsTableOptions = {}): Promise<Frame<RunRow>> {
    const asked = checkOptions("fetchExperimentsDf", RUNS_TABLE, options);
    return await this.#bulk<RunRow>(
      { description: "experiments", unit: "experiment" },
      asked,
      (source, call) => fetchRunsTable(source, { ...asked, ...call }, true),
    );
  }

  /**
   * Float series of many runs in one frame. Only series that exist are asked for.
   *
   * Long format: `run` (experiment name or custom id, or `sys/id` where that would name another run, too) and `attribute` (both
   * strings), `step` (f64), `value` (f64), `timestamp` (datetime in ms, UTC), sorted by run, attribute, step. Wide format: `run`,
   * `step`, and one column per attribute.
   *
   * @example
   * ```ts
   * const loss = await project.fetchMetrics({ experiments: "^digits-", attributes: ["metrics/train/loss"] });
   * ```
   */
  async fetchMetrics<
    Format extends "long" | "wide" = "long",
    Timestamp extends boolean = true,
    Previews extends boolean = false,
  >(
    options: FetchMetricsOptions<Format, Timestamp, Previews>,
  ): Promise<Frame<MetricsRow<Format, Timestamp, Previews>>> {
    const asked = checkOptions("fetchMetrics", FETCH_METRICS, options);
    return await this.#bulk<MetricsRow<Format, Timestamp, Previews>>(
      { description: "metrics", unit: "point" },
      asked,
      (source, call) => fetchMetricsFrame(source, { ...asked, ...call }),
    );
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
    const asked = checkOptions("saveMetrics", SAVE_METRICS, options);
    return await longCall(
      asked,
      { description: "metrics", unit: "point" },
      async (call) =>
        saveMetricsFile(await this.#connection.source(call.signal), { ...asked, ...call, notes: new Notes() }),
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
  async fetchMetricBuckets(options: FetchMetricBucketsOptions): Promise<Frame<BucketRow>> {
    const asked = checkOptions("fetchMetricBuckets", FETCH_METRIC_BUCKETS, options);
    return await this.#bulk<BucketRow>(
      { description: "metrics", unit: "point" },
      asked,
      (source, call) => fetchMetricBucketsFrame(source, { ...asked, ...call }),
    );
  }

  /**
   * String, histogram and file series of many runs in one frame: `run`, `attribute`, `step`, `value`, `timestamp`. Where the
   * series found are of several types, there is one value column for each, named `value:string_series` and so on.
   */
  async fetchSeries<Type extends OtherSeriesType = OtherSeriesType, Timestamp extends boolean = true>(
    options: FetchSeriesOptions<Type, Timestamp>,
  ): Promise<Frame<SeriesRow<Type, Timestamp>>> {
    const asked = checkOptions("fetchSeries", FETCH_SERIES, options);
    return await this.#bulk<SeriesRow<Type, Timestamp>>(
      { description: "series", unit: "point" },
      asked,
      (source, call) => fetchSeriesFrame(source, { ...asked, ...call }),
    );
  }

  /**
   * Fetches the files of many runs to a folder, as `<destination>/<run>/<attribute>`, and returns a frame that tells what went
   * where: `run`, `attribute`, `step`, `path`, `size` (bytes), `status` (`downloaded`, `present`, `missing`, `failed`) and `message`, which
   * says why a file failed. One that fails does not end the call, unless all others would fail the same way: a full disk, a server that
   * is gone. Called again, it fetches only what is not there yet: `.downloaded.jsonl` in the folder keeps which file of which run each is.
   *
   * A run is called by its experiment name where experiments were chosen, else by its custom id, else by `sys/id`; where another run of
   * the project would be called the same, by the next of these. Names that are longer than file systems take are cut, and told apart by a
   * digest.
   *
   * @throws {WriteError} The disk is full or read-only.
   */
  async downloadFiles(options: DownloadFilesOptions): Promise<Frame<DownloadRow>> {
    const asked = checkOptions("downloadFiles", DOWNLOAD_FILES, options);
    return await this.#bulk<DownloadRow>(
      { description: "files", unit: "file" },
      asked,
      (source, call) => downloadFilesFrame(source, { ...asked, ...call }),
    );
  }

  /**
   * Writes runs to an archive in the format of neptune-exporter, so that data of a server can be kept: Parquet files below
   * `<destination>/data`, copies of files below `<destination>/files`. Forks keep their own points and their parents come
   * along; unlike with the exporter, NaN stays NaN. A run appears only when it is whole and has been read back; called again, the call goes on with the
   * runs that are not there yet, and says that it did not compare the others with what they are now.
   *
   * Returns a frame that tells what became of each run: `run`, `status` (`written`, `present`, `failed`), how many `attributes`,
   * `points`, `files` and `missing_files` were written, how many series and files were `refused`, and in `message` the first of these and
   * why. One that cannot be exported does not end the call: a series with a step beyond what the exporter's format holds (12 digits before the
   * decimal point, 6 behind it) is left out, never rounded. What was left out is noted in `neptune_exporter_errors.jsonl`, and the
   * hashes of all files in `SHA256SUMS` beside them; `archiveReport()` reads both.
   *
   * @throws {OptionError} The destination is the archive that is read, or lies in it.
   * @throws {ArchiveError} Another export writes to the same project of the destination.
   * @throws {WriteError} The disk is full or read-only, or the destination cannot be written to.
   *
   * @example
   * ```ts
   * await project.exportArchive({ experiments: "^final-", destination: "kept" });
   * const kept = new ReadOnlyProject({ archive: "kept/data" });
   * ```
   */
  async exportArchive(options: ExportArchiveOptions): Promise<Frame<ExportRow>> {
    const asked = checkOptions("exportArchive", EXPORT_ARCHIVE, options);
    return await this.#bulk<ExportRow>(
      { description: "export", unit: "run" },
      asked,
      async (source, call) => {
        const { writeArchive } = await import("../export/archive.ts");
        return await writeArchive(source, { ...asked, ...call });
      },
    );
  }

  /**
   * Which attributes the runs have, as a frame with the columns `attribute` and `type`, sorted. One row for each type a path has.
   */
  async listAttributes(options: ListAttributesOptions = {}): Promise<Frame<AttributeTypeRow>> {
    const asked = checkOptions("listAttributes", LIST_ATTRIBUTES, options);
    return await this.#bulk<AttributeTypeRow>(
      { description: "attributes", unit: "run" },
      asked,
      (source, call) => listAttributesFrame(source, { ...asked, ...call }),
    );
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
    const { signal } = checkOptions("scan", CALL, options);
    return await publicCall(signal, async (signal) => {
      const source = await this.#connection.source(signal);
      if (!source.scan) {
        throw new UnsupportedError(
          `${source.label} is not an archive, and only archives have a table to scan: use fetchMetrics or fetchRunsDf.`,
          { source: source.label, feature: "scan" },
        );
      }
      return await source.scan({ signal });
    });
  }

  /**
   * What is wrong or doubtful in an archive, as a frame with the columns `severity` (`error`, `warning`, `info`), `kind`, `run`,
   * `attribute`, `file`, `count` and `message`.
   *
   * Parquet files are compared with the hashes that {@linkcode ReadOnlyProject.exportArchive} wrote with them; with `thorough`, stored
   * files too. neptune-exporter wrote no hashes, which the report says. Without `thorough` not every value is decoded, and a
   * finding of the kind `not_decoded` says so. Throws `UnsupportedError` for a server.
   */
  async archiveReport(options: ArchiveReportOptions = {}): Promise<Frame<FindingRow>> {
    const checked = checkOptions("archiveReport", ARCHIVE_REPORT, options);
    const { thorough } = checked;
    return await this.#bulk<FindingRow>(
      { description: "archive report", unit: "file" },
      checked,
      (source, call) => reportFrame(source, { thorough, ...call }),
      REPORT_DISPLAY,
    );
  }

  /**
   * What lies in a folder of unsynced data, as a frame like that of {@linkcode ReadOnlyProject.archiveReport}: databases and logs
   * with how much of them the server has, files that are no longer there, points that the server refused, damaged and foreign
   * files, runs of the archive that a remainder may belong to. Throws `UnsupportedError` where `offline` is not given.
   */
  async offlineReport(options: LongCallOptions = {}): Promise<Frame> {
    return await this.#bulk<FindingRow>(
      { description: "offline report", unit: "file" },
      checkOptions("offlineReport", LONG_CALL, options),
      unsyncedFrame,
      REPORT_DISPLAY,
    );
  }

  /**
   * Looks at the folders of an archive or of unsynced data anew with the next call, so that runs that were added since the project
   * was opened are there; what has not changed is not read again. Runs made before keep what they know, see
   * {@linkcode ReadOnlyRun.refresh}. A server is asked anew by every call: there is nothing to refresh.
   *
   * @example
   * ```ts
   * project.refresh();
   * console.log((await project.listRuns()).length);
   * ```
   */
  refresh(): void {
    this.#connection.refresh();
  }

  /** Ends what the project keeps open: connections and Web Workers. Optional; nothing of it keeps a program from ending. */
  close(): void {
    this.#connection.catalog.close();
  }

  /** The same as {@linkcode ReadOnlyProject.close}, at the end of the block: `using project = new ReadOnlyProject(…)`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** The name of the project, and where it is read from. */
  toString(): string {
    const name = this.#connection.projectName ?? "(the only project)";
    return printable(`ReadOnlyProject ${name} in ${this.#connection.catalog.label}`);
  }

  /** What `JSON.stringify` writes: the name of the project, or null where the only project is meant. */
  toJSON(): { project: string | null } {
    return { project: this.#connection.projectName };
  }

  async #bulk<Row extends object>(
    what: Required<ProgressBarOptions>,
    options: LongCallOptions,
    work: (source: Source, call: BulkCall) => Promise<Frame>,
    display: FrameDisplayOptions = {},
  ): Promise<Frame<Row>> {
    const notes = new Notes();
    return await longCall(options, what, async (call) => {
      const source = await this.#connection.source(call.signal);
      const frame = await work(source, { ...call, notes });
      for (const text of source.leftOut?.() ?? []) notes.add(text);
      return withDisplay<Row>(frame, notes.texts, display);
    });
  }

  /** What a notebook shows: what the project holds, its newest runs, the health of an archive. */
  async [jupyterDisplay](): Promise<MediaBundle> {
    const { showProject } = await import("./page/project.ts");
    return await showProject((signal) => this.#connection.source(signal));
  }

  /** What `console.log` shows: what is known without reading. */
  [inspect](): string {
    const name = this.#connection.projectName ?? "(the only project)";
    return printable(
      `ReadOnlyProject ${name}\n  in ${this.#connection.catalog.label}\n  fetchRuns(), fetchExperiments() list what it holds`,
    );
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
  readonly #wanted: RunCriterion;
  #reader: RunReader;

  /**
   * Names a run of the project that the environment names (`NEPTUNE_PROJECT`, or the only one of an archive).
   *
   * @param selector Exactly one of `experimentName`, `customId` and `withId`; else `OptionError`.
   */
  constructor(selector: RunSelector);
  /**
   * Names a run; finds it when something is first read of it.
   *
   * @param project The project that holds the run, or its name.
   * @param selector Exactly one of `experimentName`, `customId` and `withId`; else `OptionError`.
   */
  constructor(project: ReadOnlyProject | string, selector: RunSelector);
  constructor(first: ReadOnlyProject | string | RunSelector, second?: RunSelector) {
    const alone = second === undefined && !(first instanceof ReadOnlyProject) && typeof first !== "string";
    const criterion = criterionOf(alone ? first : second);
    const project = alone ? new ReadOnlyProject() : projectOf(first);
    this.project = project;
    this.#wanted = criterion;
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

  /** `sys/id`, the id that Neptune made, for example `TES-1` (Python's `with_id`); null before it is known. Reads nothing. */
  get sysId(): string | null {
    return this.#reader.known?.info.sysId ?? this.#given("sys/id");
  }

  /** `sys/custom_run_id`, the id given when the run was created; null before it is known, or where there is none. Reads nothing. */
  get customId(): string | null {
    return this.#reader.known ? this.#reader.known.info.customId : this.#given("sys/custom_run_id");
  }

  /** `sys/name`, the experiment the run belongs to; null before it is known, or where there is none. Reads nothing. */
  get name(): string | null {
    return this.#reader.known ? this.#reader.known.info.name : this.#given("sys/name");
  }

  #given(path: RunCriterion["path"]): string | null {
    return this.#wanted.path === path ? this.#wanted.value : null;
  }

  /** The attribute with this path. Reads nothing; whether it exists shows when it is fetched. */
  attribute(path: string): Attribute {
    checkArgument("attribute", "path", STRING, path);
    return new Attribute(path, this.#reader);
  }

  /** The paths of all attributes of the run, sorted: await it for an array, or loop over it. */
  get attributeNames(): Listing<string, string[]> {
    const names = () =>
      publicCall(undefined, async (signal) => (await this.#reader.definitions(signal)).map((one) => one.path));
    return new Listing(
      `the attribute names of run ${this.#label()}`,
      async function* () {
        yield* await names();
      },
      names,
      (attribute) => ({ attribute }),
    );
  }

  /**
   * Reads the values of these attributes at once, so that `fetch()` and `fetchLast()` on them read nothing more. Paths that do
   * not exist are passed over: fetching them is an error.
   *
   * @param paths Which attributes: exact paths, or a pattern.
   */
  async prefetch(paths: AttributeSelection, options: { signal?: AbortSignal } = {}): Promise<void> {
    checkArgument("prefetch", "paths", ATTRIBUTES, paths);
    const { signal } = checkOptions("prefetch", CALL, options);
    await publicCall(
      signal,
      async (signal) => this.#reader.load(await this.#reader.paths(paths, null, signal), signal),
    );
  }

  /**
   * Reads the points of these series at once, so that `fetchValues()`, `fetch()` and `fetchLast()` on them read nothing more,
   * as long as they ask for steps within `stepRange` and for the same `includeInherited`. Series of every type may be given;
   * paths that do not exist, or are no series, are passed over.
   *
   * @param paths Which series: exact paths, or a pattern.
   */
  async prefetchSeriesValues(paths: AttributeSelection, options: PrefetchSeriesOptions = {}): Promise<void> {
    checkArgument("prefetchSeriesValues", "paths", ATTRIBUTES, paths);
    const asked = checkOptions("prefetchSeriesValues", PREFETCH_SERIES, options);
    const { includeInherited: inherited, useThreads } = asked;
    const stepRange = asked.stepRange ?? [null, null] as const;
    const what = !isList(paths) ? String(paths) : paths.length === 1 ? paths[0] : `${paths.length} series`;
    await longCall(asked, { description: what, unit: "point" }, async (call) => {
      const chosen = await this.#reader.paths(paths, SERIES_TYPES, call.signal);
      await this.#reader.prefetchPoints(chosen, { stepRange, inherited, useThreads, ...call });
    });
  }

  /** Opens a file from a row of a frame: the value of a file series, a struct `{ path, size, mime_type }`. */
  file(value: FileValue): RunFile {
    const { path, size, mime_type } = checkArgument("file", "value", FILE_VALUE, value);
    const ref: FileRef = {
      path,
      size: size === undefined || size === null ? null : Number(size),
      mimeType: mime_type ?? "application/octet-stream",
    };
    return new RunFile(ref, async (signal) => (await this.#reader.locate(signal)).source);
  }

  /** Forgets what was read of one attribute, or of all, so that it is read anew. */
  refresh(path?: string): void {
    if (path !== undefined) checkArgument("refresh", "path", STRING, path);
    this.#reader.forget(path);
  }

  #label(): string {
    return this.sysId ?? `${this.#wanted.path} = "${this.#wanted.value}"`;
  }

  /**
   * A page about a part of the run, for a notebook: those of its attributes that are named or match a pattern. Nothing is read before
   * it is shown.
   *
   * @example
   * ```ts
   * run.page({ attributes: "^validation/" });
   * ```
   */
  page(options: PageOptions = {}): Displayable {
    const checked = checkOptions("page", RUN_PAGE, options);
    return { [jupyterDisplay]: () => this.#page(checked) };
  }

  /**
   * All attributes as nested objects, so that the Tab key of a notebook completes their names. Throws `RunNotFoundError` where there
   * is no such run.
   *
   * @example
   * ```ts
   * const tree = await run.tree();
   * const loss = await tree.metrics.loss.fetchValues();
   * ```
   */
  async tree(options: { signal?: AbortSignal } = {}): Promise<AttributeTree> {
    const { signal } = checkOptions("tree", CALL, options);
    return await publicCall(signal, async (signal) => {
      const paths = (await this.#reader.definitions(signal)).map(({ path }) => path);
      return attributeTree(paths, (path) => this.attribute(path));
    });
  }

  /** What a notebook shows: a page with its configs, series and files. */
  [jupyterDisplay](): Promise<MediaBundle> {
    return this.#page();
  }

  async #page(options?: PageOptions): Promise<MediaBundle> {
    const { showRun } = await import("./page/run.ts");
    return await showRun(this.#reader, options);
  }

  /** What names the run, on one line. */
  toString(): string {
    const names = this.#reader.known ? describe(this.#reader.known.info) : [];
    return printable([`ReadOnlyRun ${this.#label()}`, ...names].join(", "));
  }

  /** What `JSON.stringify` writes: its ids and its experiment, as far as they are known. */
  toJSON(): RunIds {
    return { "sys/id": this.sysId, "sys/custom_run_id": this.customId, "sys/name": this.name } as RunIds;
  }

  /** What `console.log` shows: what is known without reading; on one line where it stands among other things. */
  [inspect](_: unknown, options?: { currentDepth?: number }): string {
    if (options?.currentDepth) return this.toString();
    const known = this.#reader.known;
    const names = known ? describe(known.info) : ["not read yet"];
    return printable([`ReadOnlyRun ${this.#label()}`, ...names].join("\n  "));
  }
}

// The compiler knows of names with a slash; at run time every name that is no member is an attribute.
Object.setPrototypeOf(ReadOnlyRun.prototype, attributesBeside(ReadOnlyRun.prototype));
Object.setPrototypeOf(ReadOnlyProject.prototype, pythonNamesBeside(ReadOnlyProject.prototype, "A project"));
Object.setPrototypeOf(Attribute.prototype, pythonNamesBeside(Attribute.prototype, "An attribute"));

function projectOf(value: unknown): ReadOnlyProject {
  if (value instanceof ReadOnlyProject) return value;
  return new ReadOnlyProject(checkArgument("ReadOnlyRun", "project", PROJECT_NAME, value));
}

const PROJECT_NAME: Kind<string> = kind(
  "a ReadOnlyProject, or the name of a project",
  (value) => typeof value === "string" && value !== "",
);

function describe(info: RunInfo): string[] {
  return [
    ...(info.name === null ? [] : [`experiment ${JSON.stringify(info.name)}`]),
    ...(info.customId === null ? [] : [`custom id ${JSON.stringify(info.customId)}`]),
  ];
}

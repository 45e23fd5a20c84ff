/**
 * One project: its runs and experiments.
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
import { type Frame, type LazyFrame, recordsFrame, runsFrame } from "../frame/frame.ts";
import { Listing } from "./listing.ts";
import type { Nql } from "../nql/ast.ts";
import { connect, type Connection, type ReadOnlyProjectOptions } from "./open.ts";
import { showProject } from "./page/project.ts";
import { type ReadOnlyRun, runFrom } from "./run.ts";
import { interruptible } from "../progress/interrupt.ts";
import { type LongCall, longCall, type LongCallOptions } from "../progress/show.ts";
import type { Source } from "../source.ts";
import type { AttributeType, ProjectInfo, RunInfo } from "../types.ts";

const inspect = Symbol.for("Deno.customInspect");

/** What identifies a run, under the names of its attributes. */
export interface RunIds {
  /** The id that Neptune made, for example `TES-1`. */
  "sys/id": string;
  /** The id given when the run was created, or null. */
  "sys/custom_run_id": string | null;
  /** The experiment it belongs to, or null. */
  "sys/name": string | null;
}

/** Options of the methods that list runs or experiments. */
export interface ListOptions {
  /** Only runs in the trash (true), only runs that are not (false), or both (null). Default: false. */
  trashed?: boolean | null;
  /** Ends the call when aborted. */
  signal?: AbortSignal;
}

/** Options of {@linkcode ReadOnlyProject.listAttributes}. */
export interface ListAttributesOptions extends RunSelection, LongCallOptions {
  /** Which attributes. Default: all. */
  attributes?: AttributeSelection;
  /** Which types. Default: all. */
  types?: AttributeType[];
}

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

  /** Throws `OptionError` where the options do not say what to read. */
  constructor(options: ReadOnlyProjectOptions = {}) {
    this.#connection = connect(this, options);
  }

  /** The name and id of the project. Throws `ProjectNotFoundError` where there is none of this name. */
  async fetchInfo(options: { signal?: AbortSignal } = {}): Promise<ProjectInfo> {
    using call = interruptible(options.signal);
    return await (await this.#connection.source(call.signal)).project({ signal: call.signal });
  }

  /** The ids and names of all runs, newest first: await it for an array, or loop over it. */
  listRuns(options: ListOptions = {}): Listing<RunIds, RunIds[]> {
    return this.#ids("runs", options, false);
  }

  /** The ids and names of all experiments (their newest runs), newest first: await it for an array, or loop over it. */
  listExperiments(options: ListOptions = {}): Listing<RunIds, RunIds[]> {
    return this.#ids("experiments", options, true);
  }

  /**
   * All runs, newest first: await it for a frame with the columns `sys/id`, `sys/custom_run_id` and `sys/name`, or loop over it
   * to get {@linkcode ReadOnlyRun}s.
   */
  fetchRuns(options: ListOptions = {}): Listing<ReadOnlyRun, Frame> {
    return this.#frames("runs", options, false);
  }

  /**
   * All experiments (their newest runs), newest first: await it for a frame with the columns `sys/id`, `sys/custom_run_id` and
   * `sys/name`, or loop over it to get {@linkcode ReadOnlyRun}s.
   */
  fetchExperiments(options: ListOptions = {}): Listing<ReadOnlyRun, Frame> {
    return this.#frames("experiments", options, true);
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
    return this.#runs("runs", options, false, withIds || customIds ? { op: "or", terms } : null);
  }

  /**
   * The experiments with any of these names (their newest runs), newest first; without names, all experiments. An empty list
   * names no experiment. Names that do not exist are passed over.
   */
  fetchReadOnlyExperiments(
    options: ListOptions & { names?: string[] } = {},
  ): Listing<ReadOnlyRun, ReadOnlyRun[]> {
    const where: Nql | null = options.names ? { op: "or", terms: anyOf("names", "sys/name", options.names) } : null;
    return this.#runs("experiments", options, true, where);
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
   * Long format: `run` (experiment name or custom id) and `attribute` (both categorical), `step` (f64), `value` (f64), `timestamp`
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

  #ids(what: string, options: ListOptions, heads: boolean): Listing<RunIds, RunIds[]> {
    const rows = this.#rows(options, heads, null);
    return new Listing(this.#of(what), rows, async () => (await this.#all(options, heads)).map(ids), rows);
  }

  #frames(what: string, options: ListOptions, heads: boolean): Listing<ReadOnlyRun, Frame> {
    const runs = this.#runs(what, options, heads, null);
    const all = async () => withDisplay(runsFrame(await this.#all(options, heads)));
    return new Listing(this.#of(what), () => runs, all, this.#rows(options, heads, null));
  }

  #runs(what: string, options: ListOptions, heads: boolean, where: Nql | null): Listing<ReadOnlyRun, ReadOnlyRun[]> {
    const found = () => this.#pages(options, heads, where);
    // deno-lint-ignore no-this-alias
    const project = this;
    const stream = async function* () {
      for await (const { source, runs } of found()) for (const info of runs) yield runFrom(project, { source, info });
    };
    return new Listing(this.#of(what), stream, () => Array.fromAsync(stream()), this.#rows(options, heads, where));
  }

  #rows(options: ListOptions, heads: boolean, where: Nql | null): () => AsyncIterable<RunIds> {
    const found = () => this.#pages(options, heads, where);
    return async function* () {
      for await (const { runs } of found()) for (const info of runs) yield ids(info);
    };
  }

  async #all(options: ListOptions, heads: boolean): Promise<RunInfo[]> {
    return (await Array.fromAsync(this.#pages(options, heads, null))).flatMap(({ runs }) => runs);
  }

  async *#pages(
    { trashed = false, signal }: ListOptions,
    heads: boolean,
    where: Nql | null,
  ): AsyncGenerator<{ source: Source; runs: RunInfo[] }> {
    using call = interruptible(signal);
    const source = await this.#connection.source(call.signal);
    const terms: Nql[] = where ? [where] : [];
    if (trashed !== null) {
      terms.push({
        op: "=",
        operand: { name: "sys/trashed", type: "bool", aggregation: null },
        value: String(trashed),
      });
    }
    const query = {
      where: terms.length ? { op: "and", terms } as const : null,
      heads,
      sort: null,
      signal: call.signal,
    };
    for await (const { runs } of source.runs(query)) yield { source, runs };
  }

  #of(what: string): string {
    return `${what} of ${this.#connection.projectName ?? "the only project"} in ${this.#connection.catalog.label}`;
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

async function reportFrame(source: Source, call: LongCall): Promise<Frame> {
  if (!source.report) {
    throw new UnsupportedError(`${source.label} is no archive, and only archives have a report of their health.`, {
      source: source.label,
      feature: "report",
    });
  }
  const findings = await source.report(call);
  return recordsFrame({
    severity: findings.map((one) => one.severity),
    kind: findings.map((one) => one.kind),
    run: findings.map((one) => one.run),
    attribute: findings.map((one) => one.attribute),
    file: findings.map((one) => one.file),
    count: findings.map((one) => one.count),
    message: findings.map((one) => one.message),
  }, ["count"]);
}

function ids(info: RunInfo): RunIds {
  return { "sys/id": info.sysId, "sys/custom_run_id": info.customId, "sys/name": info.name };
}

function anyOf(option: string, path: string, values: string[] | undefined): Nql[] {
  if (values === undefined) return [];
  if (!Array.isArray(values)) {
    throw new OptionError(`${option} is ${JSON.stringify(values)}, but must be an array of texts.`, {
      option,
      value: values,
    });
  }
  return values.map((value) => ({ op: "=", operand: { name: path, type: "string", aggregation: null }, value }));
}

/**
 * The contract in the middle: whatever reads data implements {@linkcode Source}, whatever shows or serves data asks one.
 *
 * Rules every source keeps, and the conformance suite checks:
 * - Pages arrive as async streams; a caller may stop early. Absent things are empty pages, errors are for failure.
 * - A source applies the whole query or throws `UnsupportedError`; nobody filters again after it.
 * - A condition that makes no sense is an error of `checkConditions`, whatever stands beside it and whatever runs hold.
 * - Every call ends at once with the signal's reason when its signal aborts.
 * - Nothing is read before the first call.
 *
 * @module
 */

import type { LazyDataFrame } from "nodejs-polars";
import type { BucketColumns, BucketCut, PairBlock, SeriesBlock, SeriesList, ValueBlock } from "./columns.ts";
import type { Aggregation, Nql } from "./nql/ast.ts";
import type {
  AttributeDefinition,
  AttributeType,
  FileRef,
  PointKind,
  ProjectInfo,
  RunIds,
  RunInfo,
  StepRange,
} from "./types.ts";

/** What every call takes. */
export interface CallOptions {
  /** Ends the call, and everything it started, when aborted. */
  signal?: AbortSignal;
  /** Called as work is done; `total` is the best estimate so far, in the same unit as `by`. */
  onProgress?: (by: number, total: number | null) => void;
}

/** Which runs, in which order. */
export interface RunsQuery extends CallOptions {
  /** Absent or null: all runs. */
  where?: Nql | null;
  /** Only the head run of every experiment. Absent: every run. */
  heads?: boolean;
  /** Runs that lack the attribute come last in both directions. Ties: newest first, then by key. Absent or null: newest first. */
  sort?: RunsSort | null;
  /** Runs to skip from the start. */
  offset?: number;
  /** At most this many runs; absent: all. */
  limit?: number;
}

/** The order of runs. */
export interface RunsSort {
  path: string;
  type: AttributeType;
  /** For float series; `last` when absent. */
  aggregation?: Aggregation;
  descending: boolean;
}

/** One page of runs. */
export interface RunsPage {
  runs: RunInfo[];
  /** The same by their ids alone, where these are there without `runs`, which would be an object and a key more for each. */
  ids?: RunIds[];
  /** How many runs match in all, offset and limit aside. */
  total: number;
}

/**
 * Which attribute paths. A path passes when any alternative holds: all of `must` and none of `mustNot` match it.
 * Patterns are RE2, searched (not anchored), case-sensitive. No alternatives: nothing passes.
 */
export interface PathFilter {
  any: { must: string[]; mustNot: string[] }[];
}

/** Which attributes exist. What is absent or null restricts nothing. */
export interface AttributesQuery extends CallOptions {
  /** Run keys. */
  runs?: string[] | null;
  /** Exact paths. */
  paths?: readonly string[] | null;
  /** Holds together with `paths`. */
  filter?: PathFilter | null;
  types?: readonly AttributeType[] | null;
}

/**
 * Latest values; the same restrictions as {@linkcode AttributesQuery}. The last value and the aggregates of a series cover
 * its whole lineage, and a series that exists only in an ancestor exists in the child too.
 */
export type ValuesQuery = AttributesQuery;

/**
 * Whose points belong to a series of a forked run: the whole chain up to the root (`full`), the run and those ancestors
 * next to it that belong to the same experiment (`experiment`), or the run alone (`own`).
 */
export type Lineage = "full" | "experiment" | "own";

/** Which points of which series. */
export interface SeriesQuery extends CallOptions {
  kind: PointKind;
  series: SeriesList;
  /** Both ends inclusive. Absent: all steps. */
  stepRange?: StepRange;
  lineage: Lineage;
  /** false: nobody looks at the times, and they may be NaN. Absent: they are read. */
  timestamps?: boolean;
  /** Preview points too (float series only). Absent: committed points alone. */
  previews?: boolean;
  /** At most this many points of each series, from its start or from its end. Absent or null: all. */
  limit?: { points: number; from: "start" | "end" } | null;
  /** Fetch and decode in Web Workers where the source can. */
  useThreads?: boolean;
}

/** Which bytes of a file. */
export interface FileOptions extends CallOptions {
  /** The first byte, from 0. Default: 0. */
  from?: number;
  /** The byte behind the last. Default: to the end. */
  to?: number;
}

/** Bytes of a file. */
export interface FileContent {
  bytes: ReadableStream<Uint8Array>;
  /** How many bytes the whole file has; null where that is not known beforehand. */
  size: number | null;
}

/** How much of the stored data a report looks at. */
export interface ReportOptions extends CallOptions {
  /** Whether to decode every value. Default: false. */
  thorough?: boolean;
  /** What to compare with the hashes beside it. `data`: what holds rows; `all`: stored files too. Absent: nothing. */
  hashes?: "data" | "all";
}

/** A file that cannot be read, and what an answer is without because of it. */
export interface Lack {
  file: string;
  /** In a sentence. */
  sentence: string;
}

/** A reader of one project. */
export interface Source {
  /** Says what this is in one line, without secrets: `archive /data/exports`, `https://app.example.org`. */
  readonly label: string;
  /** The data folder of the archive that is read, where one is and lies on this machine: nothing may be written there. */
  readonly folder?: string;
  /** Whether what nobody asked for may be read ahead: it is not where another program has to answer. Default: false. */
  readonly mayReadAhead?: boolean;
  /** Identity of the project. */
  project(options?: CallOptions): Promise<ProjectInfo>;
  /** Which runs match. */
  runs(query: RunsQuery): AsyncIterable<RunsPage>;
  /** Which attributes exist, each (path, type) once over all runs asked. Sorted by path, then type. */
  attributes(query: AttributesQuery): AsyncIterable<AttributeDefinition[]>;
  /** Which attributes exist on which run, each (run, path) once. */
  existing(query: AttributesQuery): AsyncIterable<PairBlock>;
  /** Latest values of attributes. */
  values(query: ValuesQuery): AsyncIterable<ValueBlock>;
  /** Points of series. Unknown runs and series have no points. */
  series(query: SeriesQuery): AsyncIterable<SeriesBlock>;
  /** Points of float series summarised in buckets of steps, for sources that do it where the points are. */
  buckets?(query: SeriesQuery, cut: BucketCut): Promise<BucketColumns>;
  /**
   * Float series, each in up to `maxBuckets` - 1 buckets from its own first to its own last step, for sources that read each but once
   * for that. The buckets of a series come together, series in any order.
   */
  overviews?(query: SeriesQuery, maxBuckets: number): AsyncIterable<BucketColumns>;
  /** The bytes of a stored file; `FileMissingError` where they are not there. */
  file(ref: FileRef, options?: FileOptions): Promise<FileContent>;
  /** What is wrong or doubtful with the stored data, for sources that can tell. */
  report?(options?: ReportOptions): Promise<Finding[]>;
  /** What lies on disk that never reached a server, and what of it is lost or doubtful; for sources that read such data. */
  unsyncedReport?(options?: CallOptions): Promise<Finding[]>;
  /**
   * What answers are without because it cannot be read, for sources that were told to go on: one sentence for each file. With the key
   * of a run, what answers about this run are without.
   */
  leftOut?(run?: string): string[];
  /** Why a run that was found cannot be read to the end, where that was left out so far: what was read of it is not all of it. */
  lacks?(run: string): Lack | null;
  /**
   * Which of the runs have times of points that are told as they are stored, though that may be the local time of a machine; for
   * sources in which that may be.
   */
  storedTimes?(runs: readonly string[], options?: CallOptions): Promise<string[]>;
  /** All rows as one lazy table, for sources that hold such a table. */
  scan?(options?: CallOptions): Promise<LazyDataFrame>;
  /** Ends what the source keeps open. */
  close(): void;
}

/** Several projects under one roof: all of an archive, or all that a token may see on a server. */
export interface Catalog {
  readonly label: string;
  projects(options?: CallOptions): Promise<ProjectInfo[]>;
  /** The reader of one project, by its name or id; nothing is read before its first call. */
  open(project: string): Source;
  /** Forgets what was read, so that the next call sees what is new; for catalogs that keep anything. */
  refresh?(): void;
  /** Told that calls come until it is closed: what takes time to start is kept in between; for catalogs that start anything. */
  stay?(): void;
  close(): void;
}

/** A {@linkcode Catalog} whose code may not be loaded yet. */
export type LazyCatalog = Omit<Catalog, "open"> & { open(project: string): Source | Promise<Source> };

/** One thing that is wrong or doubtful in stored data. */
export interface Finding {
  /** `error`: data cannot be read. `warning`: data is missing or doubtful. `info`: something was put right. */
  severity: "error" | "warning" | "info";
  /** What it is, for example `damaged_part`, `missing_file`, `unresolved_parent`. */
  kind: string;
  /** The run concerned (its `sys/id` or run id), where known. */
  run: string | null;
  /** The attribute concerned, where there is one. */
  attribute: string | null;
  /** The file concerned, relative to its root, where there is one. */
  file: string | null;
  /** How many things (rows, files, parts). */
  count: number;
  /** One sentence for a person. */
  message: string;
}

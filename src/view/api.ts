/**
 * What the page asks and what the server answers. Both sides import these types; all requests but those of files are `POST`s of JSON.
 *
 * Runs are named by their `sys/id`. Numbers that JSON has not travel as the words `NaN`, `Infinity`, `-Infinity`.
 *
 * @module
 */

import type { Aggregation } from "../nql/ast.ts";
import type { AttributeDefinition, AttributeType, PointKind } from "../types.ts";
import type { Finding } from "../source.ts";

/** A number, or the word for one that JSON has not. */
export type JsonNumber = number | "NaN" | "Infinity" | "-Infinity";

/** `POST /api/projects`. */
export interface ProjectsAnswer {
  /** Where the data are: `archive exports/data`. */
  label: string;
  projects: string[];
  /** The one that is shown where the address names none. */
  project: string | null;
}

/** `POST /api/progress`: how far the reading of runs is; null: nothing is read. */
export interface ProgressAnswer {
  progress: { done: number; total: number } | null;
}

/** What every request about a project says. */
export interface ProjectRequest {
  /** Its full name; null: the one that the command was started for. */
  project: string | null;
}

/** Which runs. */
export interface RunsRequest extends ProjectRequest {
  /** Neptune's query language; empty: all runs. */
  query: string;
  /** A part of the name, of an id or of a tag; letter case does not count. */
  search: string;
  /** Only these runs; null: all. */
  ids: string[] | null;
  /** Runs in the trash: not, only these, or all. */
  trashed: boolean | null;
}

/** A column of the table. */
export interface RunsColumn {
  path: string;
  type: AttributeType;
  /** For float series; null: the last value. */
  aggregation: Aggregation | null;
}

/** `POST /api/runs`: a stretch of the table. */
export interface TableSliceRequest extends RunsRequest {
  sort: (RunsColumn & { descending: boolean }) | null;
  group: AttributeDefinition | null;
  /** The labels of the groups that are folded. */
  closed: string[];
  /** null: those that the table has at first, which the answer names. */
  columns: RunsColumn[] | null;
  from: number;
  to: number;
}

/** A value in a table. `null`: the run has none. */
export type RunsCell = JsonNumber | string | boolean | string[] | { size: number | null; mimeType: string } | null;

/** A row of the table: a run, or the heading of a group. */
export type RunsRow =
  | { id: string; customId: string | null; name: string | null; unsynced?: "all" | "part"; cells: RunsCell[] }
  | { group: string | null; count: number; closed: boolean };

/** The answer: rows `from` and on. */
export interface TableSlice {
  /** How many runs match. */
  runs: number;
  /** How many rows the table has, headings counted and folded runs not. */
  rows: number;
  from: number;
  slice: RunsRow[];
  /** The columns of the cells, where the request named none. */
  columns: AttributeDefinition[] | null;
}

/** `POST /api/attributes`: which attributes there are. */
export interface AttributesRequest extends ProjectRequest {
  /** Words that the path must contain, in any letter case. */
  search: string;
  types: AttributeType[] | null;
  /** Only what these runs have; null: all runs. */
  runs: string[] | null;
  from: number;
  to: number;
}

/** The answer: attributes `from` and on, by path. */
export interface AttributesAnswer {
  total: number;
  attributes: AttributeDefinition[];
}

/** `POST /api/differ`: the configs that are not the same in all of these runs. */
export interface DifferAnswer {
  runs: number;
  /** Those that most runs have come first. */
  attributes: AttributeDefinition[];
}

/** `POST /api/distinct`: which values an attribute has, the most frequent first. */
export interface DistinctRequest extends ProjectRequest {
  path: string;
  /** A part of the value, in any letter case. */
  search: string;
  most: number;
}

/** The answer. */
export interface DistinctAnswer {
  values: { value: string; runs: number }[];
}

/** `POST /api/values`: latest values of some runs. */
export interface ValuesRequest extends ProjectRequest {
  runs: string[];
  /** Exact paths; null: all. */
  paths: string[] | null;
  types: AttributeType[] | null;
}

/** A latest value. */
export type LatestValue =
  | { type: "int"; value: number | string }
  | { type: "float" | "datetime"; value: JsonNumber }
  | { type: "string"; value: string }
  | { type: "bool"; value: boolean }
  | { type: "string_set"; value: string[] }
  | { type: "float_series"; value: FloatSummary | null }
  | { type: "string_series"; value: { lastStep: JsonNumber; last: string } | null }
  | { type: "histogram_series"; value: { lastStep: JsonNumber; last: JsonHistogram } | null }
  | { type: "file_series"; value: { lastStep: JsonNumber; last: JsonFile } | null }
  | { type: "file" | "file_set" | "artifact"; value: JsonFile | null }
  | { type: "experiment_state"; value: null };

/** What is known of a float series without reading its points. */
export interface FloatSummary {
  lastStep: JsonNumber;
  last: JsonNumber;
  min: JsonNumber;
  max: JsonNumber;
  average: JsonNumber;
  variance: JsonNumber;
}

/** A histogram. */
export interface JsonHistogram {
  type: string;
  edges: JsonNumber[];
  values: JsonNumber[];
}

/** A stored file; its bytes are at `/api/file`. */
export interface JsonFile {
  size: number | null;
  mimeType: string;
}

/** The answer: `run` is an index into the runs of the answer, in the order of the request; unknown ones are left out. */
export interface ValuesAnswer {
  runs: { id: string; customId: string | null; name: string | null; unsynced?: "all" | "part" }[];
  values: ({ run: number; path: string } & LatestValue)[];
}

/** Which series: every path of every run. */
export interface SeriesAsked extends ProjectRequest {
  runs: string[];
  paths: string[];
  /** Both ends inclusive; null: open. */
  steps: { from: number | null; to: number | null };
  /** Points of ancestors, too. */
  inherited: boolean;
}

/** What the x axis of a chart shows: steps, milliseconds since the epoch, or milliseconds since the first point of the series. */
export type BucketsAxis = "step" | "time" | "relative";

/** `POST /api/buckets`: float series summarised for a chart, each in at most so many buckets. */
export interface BucketsRequest extends Omit<SeriesAsked, "steps"> {
  x: BucketsAxis;
  /** The part of the axis to look at, both ends inclusive; null: all of it. */
  range: { from: number; to: number } | null;
  buckets: number;
}

/** One series in buckets that hold points, ascending along the axis. */
export interface BucketedSeries {
  run: string;
  path: string;
  /** Where the first and the last point of a bucket lie; the same where it is one point. */
  from: JsonNumber[];
  to: JsonNumber[];
  /** Over the finite values of a bucket; `NaN` where it has none. */
  mean: JsonNumber[];
  min: JsonNumber[];
  max: JsonNumber[];
  /** How many points of a bucket are finite. */
  finite: number[];
  /** Where on the axis the points end that the run has from those that it was forked from; null: all points are its own. */
  inheritedUntil: number | null;
  /** How many points are not finite, and how many have no place on the axis since no time was recorded. */
  other: number;
  unplaced: number;
}

/** The answer: series without points are left out. */
export interface BucketsAnswer {
  series: BucketedSeries[];
}

/** `POST /api/points`: points as they are. */
export interface PointsRequest extends SeriesAsked {
  kind: PointKind;
  /** At most so many of each series, from its start or its end; null: all. */
  limit: { points: number; from: "start" | "end" } | null;
}

/** Points of one series. `null`: the point was logged, its value is lost. */
export interface JsonPoints {
  run: string;
  path: string;
  step: JsonNumber[];
  /** Milliseconds since the epoch; `NaN` where no time was recorded. */
  time: JsonNumber[];
  values: (JsonNumber | string | JsonHistogram | JsonFile | null)[];
}

/** The answer: series without points are left out. */
export interface PointsAnswer {
  series: JsonPoints[];
}

/** `POST /api/lineage`: the tree of forks in which a run stands. */
export interface LineageRequest extends ProjectRequest {
  run: string;
}

/** A run of such a tree. */
export interface LineageRun {
  id: string;
  customId: string | null;
  name: string | null;
  /** How many forks lie between it and the root. */
  depth: number;
  /** What it was forked from, as it was logged, and at which step; null: from nothing, or not known. */
  forkedFrom: string | null;
  step: number | null;
}

/** The answer: from the root down, each run before its forks. A run alone is a tree, too. */
export interface LineageAnswer {
  runs: LineageRun[];
}

/** `POST /api/report`: what is wrong or doubtful; null where the source cannot tell. */
export interface ReportAnswer {
  findings: Finding[] | null;
}

/** Every route but those of files: what is asked and what is answered. */
export interface Routes {
  projects: { request: Record<never, never>; answer: ProjectsAnswer };
  progress: { request: Record<never, never>; answer: ProgressAnswer };
  runs: { request: TableSliceRequest; answer: TableSlice };
  attributes: { request: AttributesRequest; answer: AttributesAnswer };
  differ: { request: RunsRequest; answer: DifferAnswer };
  distinct: { request: DistinctRequest; answer: DistinctAnswer };
  /** Has the next requests look for what is new. */
  refresh: { request: ProjectRequest; answer: Record<never, never> };
  values: { request: ValuesRequest; answer: ValuesAnswer };
  buckets: { request: BucketsRequest; answer: BucketsAnswer };
  points: { request: PointsRequest; answer: PointsAnswer };
  lineage: { request: LineageRequest; answer: LineageAnswer };
  report: { request: ProjectRequest; answer: ReportAnswer };
}

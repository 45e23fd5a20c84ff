/**
 * The columns of the frames that calls return, as rows of JavaScript values.
 *
 * @module
 */

import type { AttributeType, SeriesType } from "../types.ts";

/** A histogram in a frame. */
export interface FrameHistogram {
  /** `COUNTING` or `DENSITY`. */
  type: string;
  /** One more than values. */
  edges: number[];
  /** How much is between an edge and the next. */
  values: number[];
}

/** A file in a frame; {@linkcode ReadOnlyRun.file} opens it. */
export interface FrameFile {
  /** The path in the storage of the source. */
  path: string;
  /** In bytes, where known. */
  size: number | null;
  /** For example `image/png`. */
  mime_type: string;
}

/** What the column `value` holds, by the type of the series. null: the point was logged, what it held is lost. */
export interface SeriesValues {
  /** NaN and infinities are values. */
  float_series: number;
  /** A line of text. */
  string_series: string | null;
  /** A struct. */
  histogram_series: FrameHistogram | null;
  /** A struct. */
  file_series: FrameFile | null;
}

/** The column that `includeTimestamp` adds. null: no time was recorded. */
export type TimestampColumn<Included extends boolean> = [Included] extends [false] ? unknown
  : { timestamp: Date | null };

/** The columns that `includePointPreviews` adds. */
export type PreviewColumnsRow<Included extends boolean> = [Included] extends [false] ? unknown
  : { is_preview: boolean; preview_completion: number };

/** A point of one series: what {@linkcode Attribute.fetchValues} gives. */
export type PointRow<Type extends SeriesType, Timestamp extends boolean, Previews extends boolean> =
  // deno-lint-ignore no-explicit-any
  & { step: number; value: unknown extends Type ? any : SeriesValues[Type] }
  & TimestampColumn<Timestamp>
  & PreviewColumnsRow<Previews>;

/** A point of a float series of some run: what {@linkcode ReadOnlyProject.fetchMetrics} gives in the long format. */
export type MetricRow<Timestamp extends boolean, Previews extends boolean> =
  & { run: string; attribute: string; step: number; value: number }
  & TimestampColumn<Timestamp>
  & PreviewColumnsRow<Previews>;

/** What {@linkcode ReadOnlyProject.fetchMetrics} gives: in the wide format, there is a column for each attribute. */
export type MetricsRow<Format extends "long" | "wide", Timestamp extends boolean, Previews extends boolean> =
  // deno-lint-ignore no-explicit-any
  [Format] extends ["long"] ? MetricRow<Timestamp, Previews> : { [attribute: string]: any; run: string; step: number };

/**
 * A point of a series of another type: what {@linkcode ReadOnlyProject.fetchSeries} gives. Where `types` names one type, the value is in
 * `value`; else it is there, or in one column for each type that is found.
 */
export type SeriesRow<Type extends Exclude<SeriesType, "float_series">, Timestamp extends boolean> =
  & { run: string; attribute: string; step: number }
  & (Exclude<SeriesType, "float_series"> extends Type ? {
      value?: SeriesValues[Type];
      "value:string_series"?: SeriesValues["string_series"];
      "value:histogram_series"?: SeriesValues["histogram_series"];
      "value:file_series"?: SeriesValues["file_series"];
    }
    : { value: SeriesValues[Type] })
  & TimestampColumn<Timestamp>;

/** A run in a table: its columns are the attributes that were asked for, with the values that their types have in JavaScript. */
export interface RunRow {
  /** The value of an attribute; null where the run lacks it. */
  // deno-lint-ignore no-explicit-any
  [attribute: string]: any;
  /** The id given to the run, or null. */
  "sys/custom_run_id": string | null;
  /** The experiment, or null. */
  "sys/name": string | null;
}

/** A run in a table of all projects. */
export interface ProjectRunRow extends RunRow {
  /** The name of the project. */
  "sys/project": string;
}

/** A bucket of a float series: what {@linkcode ReadOnlyProject.fetchMetricBuckets} gives. */
export interface BucketRow {
  /** The run: experiment name or custom id, or `sys/id` where that would name another run, too. */
  run: string;
  /** The path of the series. */
  attribute: string;
  /** Excluded, but for the first bucket. */
  from_step: number;
  /** Included. */
  to_step: number;
  /** The step of the first finite value. */
  first_step: number | null;
  /** The first finite value. */
  first: number | null;
  /** The step of the last finite value. */
  last_step: number | null;
  /** The last finite value. */
  last: number | null;
  /** The least finite value. */
  min: number | null;
  /** The greatest finite value. */
  max: number | null;
  /** How many values are finite. */
  finite: number;
  /** How many are NaN. */
  nan: number;
  /** How many are infinite. */
  positive_infinity: number;
  /** How many are minus infinity. */
  negative_infinity: number;
}

/** An attribute that runs have: what {@linkcode ReadOnlyProject.listAttributes} gives. */
export interface AttributeTypeRow {
  /** Its path. */
  attribute: string;
  /** Its type; a path with several has a row for each. */
  type: AttributeType;
}

/** What became of a file: what {@linkcode ReadOnlyProject.downloadFiles} gives. */
export interface DownloadRow {
  /** The run: experiment name or custom id, or `sys/id` where that would name another run, too. */
  run: string;
  /** The path of the attribute. */
  attribute: string;
  /** null: a single file. */
  step: number | null;
  /** Where the file is now; null where it is not. */
  path: string | null;
  /** In bytes. */
  size: number | null;
  /** `present`: a file of the same size was there already. */
  status: "downloaded" | "present" | "missing" | "failed";
  /** Why it failed. */
  message: string | null;
}

/** What became of a run: what {@linkcode ReadOnlyProject.exportArchive} gives. Counts are null where the run was there already. */
export interface ExportRow {
  /** The id of the run. */
  run: string;
  /** `present`: the run was there already. */
  status: "written" | "present" | "failed";
  /** Configs and files. */
  attributes: number | null;
  /** Points of series. */
  points: number | null;
  /** Files that are there now. */
  files: number | null;
  /** Files that the source has lost. */
  missing_files: number | null;
  /** Series and files that could not be exported. */
  refused: number;
  /** The first of these, and why. */
  message: string | null;
}

/** Something wrong or doubtful: what {@linkcode ReadOnlyProject.archiveReport} gives. */
export interface FindingRow {
  /** `error`: data cannot be read. `warning`: data is missing or doubtful. `info`: something was put right, or is good to know. */
  severity: "error" | "warning" | "info";
  /** For example `missing_file`. */
  kind: string;
  /** The run, where it is about one. */
  run: string | null;
  /** The attribute, where it is about one. */
  attribute: string | null;
  /** The file, where it is about one. */
  file: string | null;
  /** How many things it is about. */
  count: number;
  /** A sentence. */
  message: string;
}

/** A project: what {@linkcode listProjects} gives. */
export interface ProjectRow {
  /** `workspace/project`. */
  name: string;
  /** Its identifier. */
  id: string;
}

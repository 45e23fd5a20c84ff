/**
 * Read experiment metadata of Neptune: from archives that neptune-exporter wrote, and from any server that speaks Neptune's API.
 *
 * The API is that of the Python package `neptune_fetcher`, with names in camelCase. Metric series come back as Polars frames.
 *
 * @example
 * ```ts
 * import { ReadOnlyProject } from "@nereid/neptune-fetcher";
 *
 * const project = new ReadOnlyProject({ archive: "exports/data" });
 * for await (const run of project.fetchExperiments()) {
 *   console.log(run, await run["metrics/loss"].fetchValues());
 * }
 * ```
 *
 * @module
 */

import "./src/permissions/polars.ts";

export { ReadOnlyProject, ReadOnlyRun } from "./src/api/project.ts";
export type { PrefetchSeriesOptions } from "./src/api/project.ts";
export type { ListAttributesOptions } from "./src/bulk/attributes.ts";
export type { ListOptions } from "./src/api/run_listing.ts";
export { compactArchive } from "./src/api/compact.ts";
export type { CompactArchiveOptions } from "./src/api/compact.ts";
export type { CompactedArchive, CompactedProjectSummary } from "./src/compact/archive.ts";
export type { CompactOptions } from "./src/compact/options.ts";
export type { StoredFiles } from "./src/compact/files.ts";
export type { ArchiveSourceOptions } from "./src/api/source_options.ts";
export { fetchExperimentsDfGlobal, fetchRunsDfGlobal, listProjects } from "./src/api/global.ts";
export type { RunSelector } from "./src/api/find_run.ts";
export type { PageOptions } from "./src/api/page/options.ts";
export type { AttributeTree } from "./src/api/tree.ts";
export { Attribute } from "./src/api/attribute.ts";
export type { AttributeValue, AttributeValues, FetchOptions, FetchValuesOptions } from "./src/api/attribute.ts";
export type { RunsTableOptions, SortBy } from "./src/bulk/runs_table.ts";
export type { SeriesAggregate } from "./src/bulk/table.ts";
export type { AttributeSelection, NameSelection } from "./src/bulk/names.ts";
export type { RunSelection } from "./src/bulk/select.ts";
export type { FetchMetricsOptions } from "./src/bulk/metrics.ts";
export type { FetchMetricBucketsOptions } from "./src/bulk/buckets.ts";
export type { SaveMetricsOptions } from "./src/bulk/save_metrics.ts";
export type { FetchSeriesOptions, OtherSeriesType } from "./src/bulk/series.ts";
export type { DownloadFilesOptions } from "./src/bulk/download.ts";
export type { ExportArchiveOptions } from "./src/export/options.ts";
export { saveFrame } from "./src/frame/save.ts";
export type { FrameFormat, SaveOptions } from "./src/frame/save.ts";
export type { RunsFilter } from "./src/nql/filter.ts";
export type { Regexp } from "./src/nql/regex.ts";
export type { Aggregation, Comparison, Nql, Operand, Predicate } from "./src/nql/ast.ts";
export { plot } from "./src/api/many/plot.ts";
export type { Plot, PlotData, PlotOptions } from "./src/api/many/plot.ts";
export { compareRuns as compare, RunComparison } from "./src/api/many/compare.ts";
export type { CompareOptions } from "./src/api/many/compare.ts";
export type { ParallelOptions, ScatterOptions, SomeRuns } from "./src/api/many/points.ts";
export { displayFrame as show } from "./src/display/frame.ts";
export type { FrameDisplayOptions } from "./src/display/frame.ts";
export type { Chart } from "./src/display/chart.ts";
export type { PlotMark, PlotStyle, XAxis } from "./src/display/chart/style.ts";
export type { Frame, FrameColumn, LazyFrame, TypedColumn, TypedFrame } from "./src/frame/typed.ts";
export type {
  AttributeTypeRow,
  BucketRow,
  DownloadRow,
  ExportRow,
  FindingRow,
  FrameFile,
  FrameHistogram,
  MetricRow,
  MetricsRow,
  PointRow,
  PreviewColumnsRow,
  ProjectRow,
  ProjectRunRow,
  RunRow,
  SeriesRow,
  SeriesValues,
  TimestampColumn,
} from "./src/frame/rows.ts";
export { jupyterDisplay } from "./src/display/bundle.ts";
export type { Displayable, MediaBundle } from "./src/display/bundle.ts";
export type { ArchiveReportOptions } from "./src/api/report_frame.ts";
export { Listing } from "./src/api/listing.ts";
export { RunFile } from "./src/api/file.ts";
export type { FileValue } from "./src/api/file.ts";
export type { ReadOnlyProjectOptions, SourceOptions } from "./src/api/source_options.ts";
export type { StorageOptions } from "./src/s3/settings.ts";
export { ProgressBarCallback } from "./src/progress/callback.ts";
export type {
  ProgressBarOption,
  ProgressBarOptions,
  ProgressBarType,
  ProgressUpdate,
} from "./src/progress/callback.ts";
export type { LongCallOptions } from "./src/progress/show.ts";
export type { AttributeType, FileRef, Histogram, ProjectInfo, RunIds, SeriesType, StepRange } from "./src/types.ts";
export {
  ApiTokenError,
  ArchiveError,
  AttributeNotFoundError,
  AttributeTypeError,
  ConnectionError,
  CredentialsError,
  DamagedFileError,
  DecodeError,
  EngineError,
  FileMissingError,
  isNeptuneError,
  NeptuneError,
  NotNeptuneError,
  NqlSyntaxError,
  OfflineError,
  OptionError,
  PermissionError,
  ProjectNotFoundError,
  RegexError,
  RunNotFoundError,
  ServerError,
  StorageError,
  UnsupportedError,
  WorkerError,
  WriteError,
} from "./src/errors.ts";
export type { ErrorFields, NeptuneErrors, StorageErrorReason, WriteErrorReason } from "./src/errors.ts";
export type { PlotLine } from "./src/display/chart/line.ts";

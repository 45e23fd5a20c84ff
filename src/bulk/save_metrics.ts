/**
 * `saveMetrics`: float series of many runs to a file, also when they are larger than memory.
 *
 * @module
 */

import type { DataFrame } from "nodejs-polars";
import { noteFrame } from "../frame/memory.ts";
import { FRAME_FORMAT, type FrameFormat, saveFrames } from "../frame/save.ts";
import { FLAG, PATH, pathString } from "../options/kinds.ts";
import { type Checked, declare, needed, optional } from "../options/options.ts";
import type { Source } from "../source.ts";
import type { BulkCall } from "./notes.ts";
import { type FetchMetricsOptions, METRICS, type MetricsPlan, planMetrics } from "./metrics.ts";
import { longFrame, type MetricsColumns } from "./metrics_frame.ts";
import { PointTable } from "./point_table.ts";
import { sliceSeries } from "./select.ts";

/** Options of {@linkcode ReadOnlyProject.saveMetrics}. */
export interface SaveMetricsOptions extends Omit<FetchMetricsOptions, "format"> {
  /** The file to write. Its extension says what kind: `.csv`, `.parquet`, `.arrow`. A file of that name is replaced. */
  destination: string | URL;
  /** The kind of file, where the extension does not say it. */
  fileFormat?: FrameFormat;
  /** CSV: start with a byte-order mark. Default: false. */
  bom?: boolean;
  /** CSV: make texts harmless that a spreadsheet takes for formulas, as in {@linkcode SaveOptions}. Default: false. */
  spreadsheetSafe?: boolean;
}

/** The options of `saveMetrics`. */
export const SAVE_METRICS = declare<SaveMetricsOptions>()({
  ...METRICS,
  includeTimestamp: optional(FLAG, true),
  destination: needed(PATH),
  fileFormat: optional(FRAME_FORMAT),
  bom: optional(FLAG, false),
  spreadsheetSafe: optional(FLAG, false),
});

/** About as many points are in memory at once. */
const CHUNK_POINTS = 500_000;
const FIRST_CHUNK_SERIES = 16;

/** Writes the long frame chunk by chunk and gives the number of points. */
export async function saveMetricsFile(
  source: Source,
  options: Checked<typeof SAVE_METRICS> & BulkCall,
): Promise<number> {
  const { destination, fileFormat, bom, spreadsheetSafe } = options;
  const plan = await planMetrics(source, options);
  const columns = {
    timestamps: options.includeTimestamp ?? true,
    previews: plan.query.previews,
    categorical: options.categorical ?? false,
  };
  const frames = chunks(source, plan, columns);
  const none = await PointTable.of(ReadableStream.from([]), 0);
  const empty = longFrame(sliceSeries(plan.series, 0, 0), none, columns);
  return await saveFrames(frames, empty, pathString(destination), { format: fileFormat, bom, spreadsheetSafe });
}

/** Long frames of as many series at a time as fit; how many that is shows as they are read. */
async function* chunks(
  source: Source,
  { series, query }: MetricsPlan,
  columns: MetricsColumns,
): AsyncGenerator<DataFrame> {
  let size = FIRST_CHUNK_SERIES;
  for (let from = 0; from < series.run.length;) {
    const some = sliceSeries(series, from, from + size);
    const count = some.run.length;
    const points = await PointTable.of(source.series({ ...query, series: some }), count);
    const frame = longFrame(some, points, columns);
    yield frame;
    noteFrame(frame);
    from += count;
    const fitting = Math.ceil(CHUNK_POINTS * count / Math.max(1, points.length));
    size = Math.max(1, Math.min(fitting, size * 4));
  }
}

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
import type { SeriesBlock } from "../columns.ts";
import type { SeriesQuery, Source } from "../source.ts";
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
/** Series that turn out to have more are read again, fewer at a time. */
const MOST_POINTS = 2 * CHUNK_POINTS;
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

/** Long frames of as many series at a time as fit; how many that is shows as they are read. A long series comes in pieces. */
async function* chunks(source: Source, plan: MetricsPlan, columns: MetricsColumns): AsyncGenerator<DataFrame> {
  const { series, query } = plan;
  let size = FIRST_CHUNK_SERIES;
  for (let from = 0; from < series.run.length;) {
    const some = sliceSeries(series, from, from + size), count = some.run.length;
    const asked = { ...query, series: some };
    const pieces = count === 1 ? inPieces(source.series(asked)) : await readTogether(source, asked);
    if (pieces === null) {
      size = Math.ceil(count / 4);
      continue;
    }
    let points = 0;
    for await (const blocks of pieces) {
      const frame = longFrame(some, await PointTable.of(ReadableStream.from(blocks), count), columns);
      yield frame;
      noteFrame(frame);
      points += frame.height;
    }
    from += count;
    const fitting = Math.ceil(CHUNK_POINTS * count / Math.max(1, points));
    size = Math.max(1, Math.min(fitting, size * 4));
  }
}

/** The blocks of one series, which follow each other, some at a time. */
async function* inPieces(blocks: AsyncIterable<SeriesBlock>): AsyncGenerator<SeriesBlock[]> {
  let piece: SeriesBlock[] = [], points = 0;
  for await (const block of blocks) {
    piece.push(block);
    points += block.step.length;
    if (points < CHUNK_POINTS) continue;
    yield piece;
    [piece, points] = [[], 0];
  }
  if (piece.length > 0) yield piece;
}

/** The blocks of several series as one piece; null where they have too many points. */
async function readTogether(source: Source, query: SeriesQuery): Promise<SeriesBlock[][] | null> {
  const piece: SeriesBlock[] = [];
  let points = 0, told = 0;
  const onProgress: SeriesQuery["onProgress"] = (by, total) => {
    told += by;
    query.onProgress?.(by, total);
  };
  for await (const block of source.series({ ...query, onProgress })) {
    piece.push(block);
    points += block.step.length;
    if (points <= MOST_POINTS) continue;
    query.onProgress?.(-told, null);
    return null;
  }
  return [piece];
}

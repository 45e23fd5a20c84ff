/**
 * `saveMetrics`: float series of many runs to a file, also when they are larger than memory.
 *
 * @module
 */

import type { DataFrame } from "nodejs-polars";
import { noteFrame, tidyUp } from "../memory.ts";
import { formatOf, FRAME_FORMAT, type FrameFormat, saveFrames } from "../frame/save.ts";
import { FLAG, PATH, pathString } from "../options/kinds.ts";
import { type Checked, declare, needed, optional } from "../options/options.ts";
import type { SeriesBlock } from "../columns.ts";
import type { ColumnData } from "../parquet/leaves.ts";
import type { SeriesQuery, Source } from "../source.ts";
import { makeWhole } from "../write/whole.ts";
import type { BulkCall } from "./notes.ts";
import { type FetchMetricsOptions, METRICS, type MetricsPlan, planMetrics } from "./metrics.ts";
import { longFrame, type MetricsColumns } from "./metrics_frame.ts";
import { PointTable } from "./point_table.ts";
import { type ChosenSeries, sliceSeries } from "./select.ts";

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
  /** Names of runs and attributes as categoricals, in Arrow files; Parquet and CSV have texts. Default: false, texts. */
  categorical?: boolean;
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
  const path = pathString(destination);
  const pieces = chunks(source, plan);
  if (formatOf(path, { format: fileFormat }) === "parquet") return await writePoints(pieces, path, columns);
  const empty = longFrame(sliceSeries(plan.series, 0, 0), await PointTable.of(ReadableStream.from([]), 0), columns);
  return await saveFrames(framesOf(pieces, columns), empty, path, { format: fileFormat, bom, spreadsheetSafe });
}

async function* framesOf(pieces: AsyncIterable<SomePoints>, columns: MetricsColumns): AsyncGenerator<DataFrame> {
  for await (const { series, points } of pieces) {
    const frame = longFrame(series, points, columns);
    yield frame;
    noteFrame(frame);
  }
}

/** The points of as many series at a time as fit; how many that is shows as they are read. A long series comes in pieces. */
async function* chunks(source: Source, plan: MetricsPlan): AsyncGenerator<SomePoints> {
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
    let read = 0;
    for await (const blocks of pieces) {
      const points = await PointTable.of(ReadableStream.from(blocks), count);
      read += points.length;
      yield { series: some, points };
    }
    from += count;
    const fitting = Math.ceil(CHUNK_POINTS * count / Math.max(1, read));
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

/** Points of some of the series. */
interface SomePoints {
  series: ChosenSeries;
  points: PointTable;
}

/** As many rows as others write into a row group and a page. */
const GROUP_ROWS = 200_000, PAGE_ROWS = 20_000;

/** Writes the columns of the long frame; gives the number of points. */
async function writePoints(
  pieces: AsyncIterable<SomePoints>,
  path: string,
  { timestamps, previews }: MetricsColumns,
): Promise<number> {
  // Loaded when it is needed.
  const { columnOf, TableWriter } = await import("../parquet/table.ts");
  const columns = [
    columnOf("run", "string"),
    columnOf("attribute", "string"),
    columnOf("step", "float"),
    columnOf("value", "float"),
    ...timestamps ? [columnOf("timestamp", "time")] : [],
    ...previews ? [columnOf("is_preview", "bool"), columnOf("preview_completion", "float")] : [],
  ];
  return await makeWhole(path, async (part) => {
    using file = await Deno.open(part, { write: true, create: true, truncate: true });
    const writer = new TableWriter(columns, [], {
      write(bytes) {
        for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
      },
    });
    for await (const { series, points } of pieces) {
      const data = cellsOf(series, points, timestamps, previews);
      for (let from = 0; from < points.length; from += GROUP_ROWS) {
        const rows = Math.min(GROUP_ROWS, points.length - from);
        const some = Object.fromEntries(Object.entries(data).map(([name, cut]) => [name, cut(from, from + rows)]));
        writer.write(rows, some, Array.from({ length: Math.ceil(rows / PAGE_ROWS) }, (_, page) => page * PAGE_ROWS));
        tidyUp();
      }
    }
    writer.finish();
    return writer.rows;
  });
}

type Cut = (from: number, until: number) => ColumnData;

function cellsOf(
  series: ChosenSeries,
  points: PointTable,
  timestamps: boolean,
  previews: boolean,
): Record<string, Cut> {
  const { offsets } = points;
  const names = (names: string[], of: Uint32Array): Cut => {
    const all = new Int32Array(points.length);
    for (let i = 0; i < of.length; i++) all.fill(of[i], offsets[i], offsets[i + 1]);
    return (from, until) => ({ names, codes: all.subarray(from, until), sorted: false });
  };
  const floats = (all: Float64Array): Cut => (from, until) => ({ floats: all.subarray(from, until) });
  const cells: Record<string, Cut> = {
    run: names(series.labels, series.run),
    attribute: names(series.paths, series.path),
    step: floats(points.steps()),
    value: floats(points.values()),
  };
  if (timestamps) {
    const all = points.timestamps();
    const known = Uint8Array.from(all, (time) => time === time ? 1 : 0);
    cells.timestamp = (from, until) => ({ floats: all.subarray(from, until), present: known.subarray(from, until) });
  }
  if (previews) {
    const { isPreview, completion } = points.previews();
    cells.is_preview = (from, until) => ({ bools: isPreview.subarray(from, until) });
    cells.preview_completion = floats(completion);
  }
  return cells;
}

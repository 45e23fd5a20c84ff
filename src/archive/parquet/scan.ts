/**
 * The only place that reads Parquet: Polars scans over parts, with the exporter's columns under short names.
 *
 * @module
 */

import pl, { type DataFrame, type Expr, type LazyDataFrame } from "nodejs-polars";
import { adaptations, foreignTypes } from "./adapt.ts";
import type { Folder, Part } from "../disk/layout.ts";
import { abortable } from "../../async/shared.ts";

/** The columns of the long table, as expressions over the columns of the files. */
const COLUMNS = {
  project: pl.col("project_id"),
  run: pl.col("run_id"),
  path: pl.col("attribute_path"),
  type: pl.col("attribute_type"),
  // Decimals become floats here: an exact division by 10^6, and Polars hands no decimals to JavaScript.
  step: pl.col("step").cast(pl.Float64),
  timestamp: pl.col("timestamp").cast(pl.Int64),
  int: pl.col("int_value"),
  float: pl.col("float_value"),
  string: pl.col("string_value"),
  bool: pl.col("bool_value"),
  datetime: pl.col("datetime_value").cast(pl.Int64),
  set: pl.col("string_set_value"),
  file: pl.col("file_value").struct.field("path"),
  histogram: pl.col("histogram_value").struct.field("type"),
  edges: pl.col("histogram_value").struct.field("edges"),
  bins: pl.col("histogram_value").struct.field("values"),
  part: pl.col("part"),
} satisfies Record<string, Expr>;

/** The same under their short names. Made once: each Polars object costs the garbage collector of Deno more than the last. */
const NAMED = new Map(Object.entries(COLUMNS).map(([name, column]) => [name, column.alias(name)]));

/** The short name of a column of the long table. */
export type ColumnName = keyof typeof COLUMNS;

/** What to read. */
export interface ScanQuery {
  /** Over the columns of the files (`attribute_path`, `attribute_type` and so on). Absent or null: every row. */
  where?: Expr | null;
  columns: readonly ColumnName[];
  /** What to do with the rows of all parts together, under their short names. */
  then?: (rows: LazyDataFrame) => LazyDataFrame;
}

/** How a reading goes on when something happens. */
export interface ReadOptions {
  signal?: AbortSignal;
  /** Called for a part that cannot be read; throws, or returns to go on without it. */
  onDamaged: (part: Part, cause?: unknown) => void;
}

/** Rows of parts in one frame, or null where no part can be read. */
export async function readRows(
  parts: readonly Part[],
  query: ScanQuery,
  readOptions: ReadOptions,
): Promise<DataFrame | null> {
  const sound = parts.filter((part) => part.damage === null || readOptions.onDamaged(part));
  if (sound.length === 0) return null;
  try {
    return await readAlike(sound, query, readOptions.signal);
  } catch (cause) {
    readOptions.signal?.throwIfAborted();
    const readable: Part[] = [];
    for (const part of sound) {
      const broken = await collect(scanRows([part], query), readOptions.signal).then(
        () => null,
        (cause) => ({ cause }),
      );
      readOptions.signal?.throwIfAborted();
      if (broken) readOptions.onDamaged(part, broken.cause);
      else readable.push(part);
    }
    if (readable.length === sound.length) throw cause;
    return await readRows(readable, query, readOptions);
  }
}

/** Rows of parts that all can be read. */
export async function readAlike(parts: readonly Part[], query: ScanQuery, signal?: AbortSignal): Promise<DataFrame> {
  const frame = await collect(scanRows(parts, query), signal);
  const bytes = parts.length > 1 ? parts.reduce((sum, part) => sum + part.size, 0) : 0;
  return weighed(frame, KEPT_PER_BYTE * bytes);
}

/** The lazy rows of parts. */
export function scanRows(parts: readonly Part[], query: ScanQuery): LazyDataFrame {
  const columns = query.columns.map((name) => NAMED.get(name)!);
  const scans = sources(parts, query.columns.includes("part")).map((scan) =>
    (query.where ? scan.filter(query.where) : scan).select(...columns)
  );
  const rows = scans.length === 1 ? scans[0] : pl.concat(scans);
  return query.then ? query.then(rows) : rows;
}

/** Rows; smaller chunks are joined. */
const SMALL_CHUNK = 10_000;

/** Runs a query. The computation itself cannot be stopped, but the caller gets the signal's reason at once. */
export async function collect(frame: LazyDataFrame, signal?: AbortSignal): Promise<DataFrame> {
  signal?.throwIfAborted();
  const result = await abortable(frame.collect(), signal);
  if (result.width === 0) return result;
  // Every file is a chunk of its own, and many small chunks make every later step slow.
  const small = result.nChunks() > Math.max(1, result.height / SMALL_CHUNK);
  return small ? result.rechunk() : result;
}

const weights = new WeakMap<DataFrame, ArrayBuffer>();

/**
 * The garbage collector does not see the memory behind a frame and would let hundreds of dead ones pile up. A buffer of the
 * same size that dies with the frame tells it; as nobody writes to it, it takes up no memory itself.
 */
function weighed(frame: DataFrame, bytes: number): DataFrame {
  const size = Math.max(bytes, frame.height * frame.width * BYTES_PER_CELL);
  if (size > UNTOUCHED_FROM) weights.set(frame, new ArrayBuffer(size));
  return frame;
}

const BYTES_PER_CELL = 16;
/** Only large buffers get pages of their own, which stay empty. */
const UNTOUCHED_FROM = 1 << 20;
/** The texts of a few rows may keep the pages of whole files in memory. */
const KEPT_PER_BYTE = 6;

/** One pattern scan reads many files four times as fast as one scan for each. */
const PATTERN_FROM = 24;

const known = new WeakMap<Folder, Map<string, Part[]>>();

/** Groups of parts that one file pattern selects: the last digits of the digest in the file name. */
export function buckets(folder: Folder): Map<string, Part[]> {
  let groups = known.get(folder);
  if (!groups) {
    const digits = folder.parts.length > 65_536 ? 2 : folder.parts.length > 512 ? 1 : 0;
    groups = Map.groupBy(
      folder.parts,
      ({ stem }) => /-[0-9a-f]{16}$/.test(stem) ? stem.slice(stem.length - digits) : NO_PATTERN,
    );
    known.set(folder, groups);
  }
  return groups;
}

const NO_PATTERN = "none";

function sources(parts: readonly Part[], withPart: boolean): LazyDataFrame[] {
  const scans: LazyDataFrame[] = [];
  for (const [folder, wanted] of Map.groupBy(parts, (part) => part.folder)) {
    const rest = new Set(wanted);
    if (wanted.length >= PATTERN_FROM) {
      for (const [suffix, bucket] of buckets(folder)) {
        const inside = bucket.filter((part) => rest.has(part));
        if (!hasPattern(suffix, bucket, inside)) continue;
        for (const part of inside) rest.delete(part);
        scans.push(scanPattern(folder, suffix, inside.length < bucket.length ? inside : null, withPart));
      }
    }
    for (const part of rest) scans.push(scanPart(part, withPart));
  }
  return scans;
}

/** Tells whether these parts of a bucket are read by its pattern: when they are most of it and all of it is alike. */
export function hasPattern(suffix: string, bucket: readonly Part[], inside: readonly Part[]): boolean {
  return suffix !== NO_PATTERN && inside.length >= PATTERN_FROM && inside.length * 2 >= bucket.length &&
    bucket.every((part) => part.foreign === null && part.damage === null);
}

function scanPattern(folder: Folder, suffix: string, only: Part[] | null, withPart: boolean): LazyDataFrame {
  const pattern = `${folder.path.replace(/[[\]*?]/g, "[$&]")}/*${suffix}_part_[0-9]*.parquet`;
  const scan = pl.scanParquet(pattern, {
    hivePartitioning: false,
    ...(withPart || only) && { includeFilePaths: "part" },
  });
  return only ? scan.filter(pl.col("part").isIn(only.map((part) => part.path))) : scan;
}

function scanPart(part: Part, withPart: boolean): LazyDataFrame {
  const scan = pl.scanParquet(part.path, {
    glob: false,
    hivePartitioning: false,
    ...withPart && { includeFilePaths: "part" },
  });
  return part.foreign ? scan.withColumns(...adaptations(part.foreign)) : scan;
}

/** Reads the footer of one part: fills in `foreign` and `damage`. */
export async function probe(part: Part, signal?: AbortSignal): Promise<void> {
  part.foreign = part.damage = null;
  try {
    const frame = await collect(pl.scanParquet(part.path, { glob: false, hivePartitioning: false }).limit(0), signal);
    part.foreign = foreignTypes(frame);
    const lacking = ["run_id", "attribute_path", "attribute_type"].filter((name) => !frame.columns.includes(name));
    if (lacking.length > 0) part.damage = `it has no column ${lacking.join(", ")}`;
  } catch (cause) {
    signal?.throwIfAborted();
    part.damage = cause instanceof Error ? cause.message : String(cause);
  }
}

/**
 * Typed column blocks: the only shape in which values travel between the rooms.
 *
 * Nothing here is one object per point. Names are dictionary coded, numbers are typed arrays that can be transferred
 * between threads without copying.
 *
 * @module
 */

import type { AttributeType, FileRef, Histogram } from "./types.ts";

/** A contiguous stretch of one series inside a {@linkcode SeriesBlock}: rows `start` (included) to `end` (excluded). */
export interface Span {
  /** Index into the `series` list of the query that was asked. */
  series: number;
  start: number;
  end: number;
}

/**
 * Names of series: series `i` is path `paths[path[i]]` of run `runs[run[i]]`. A million of them take a few megabytes.
 */
export interface SeriesList {
  /** Run keys ({@linkcode RunInfo.key}). */
  runs: string[];
  paths: string[];
  run: Uint32Array;
  path: Uint32Array;
  /** Only points with a greater step; NaN: all. Absent: all of every series. */
  after?: Float64Array;
  /** Only points with a smaller step; NaN: all. Absent: all of every series. */
  before?: Float64Array;
}

/** One series of one run. */
export interface SeriesRef {
  /** Run key. */
  run: string;
  path: string;
  /** Only points with a greater step. */
  after?: number;
  /** Only points with a smaller step. */
  before?: number;
}

/** Columns of a few series, written one by one. */
export function seriesList(refs: readonly SeriesRef[]): SeriesList {
  const runs = coded(refs.map((ref) => ref.run)), paths = coded(refs.map((ref) => ref.path));
  const list: SeriesList = { runs: runs.names, paths: paths.names, run: runs.codes, path: paths.codes };
  for (const bound of ["after", "before"] as const) {
    if (refs.some((ref) => ref[bound] !== undefined)) list[bound] = Float64Array.from(refs, (ref) => ref[bound] ?? NaN);
  }
  return list;
}

function coded(all: string[]): { names: string[]; codes: Uint32Array } {
  const numbers = new Map<string, number>();
  for (const name of all) if (!numbers.has(name)) numbers.set(name, numbers.size);
  return { names: [...numbers.keys()], codes: Uint32Array.from(all, (name) => numbers.get(name)!) };
}

/** The series of a list one by one, for what does not read many. */
export function seriesRefs({ runs, paths, run, path, after, before }: SeriesList): SeriesRef[] {
  return Array.from(run, (code, i) => ({
    run: runs[code],
    path: paths[path[i]],
    ...(after && after[i] === after[i] ? { after: after[i] } : {}),
    ...(before && before[i] === before[i] ? { before: before[i] } : {}),
  }));
}

/** The values of a block of points, one array as long as the block. */
export type PointValues =
  /** NaN and infinities are values like others. */
  | { kind: "float"; data: Float64Array }
  /** null: a point was logged, its text is lost. */
  | { kind: "string"; data: (string | null)[] }
  /** null: a point was logged, its histogram is lost. */
  | { kind: "histogram"; data: (Histogram | null)[] }
  /** null: a point was logged, its file could not be found when it was exported. */
  | { kind: "file"; data: (FileRef | null)[] };

/**
 * Points of one or more series.
 *
 * Within a block the rows of one span ascend by step, and when a series goes on in a later block it goes on with a later
 * step. A series without points has no span.
 */
export interface SeriesBlock {
  spans: Span[];
  step: Float64Array;
  /** Milliseconds since the epoch, UTC; NaN where no time was recorded. */
  timestamp: Float64Array;
  values: PointValues;
  /** Present only when previews were asked for. */
  preview: PreviewColumns | null;
  /** Nobody else holds the memory of step, timestamp and value: who has copied them may give it back. Default: false. */
  owned?: boolean;
}

/** The same block with its rows from the last to the first. Its columns are reversed where they are. */
export function reversed(block: SeriesBlock): SeriesBlock {
  const rows = block.step.length;
  const { values, preview } = block;
  return {
    spans: block.spans.map(({ series, start, end }) => ({ series, start: rows - end, end: rows - start })).reverse(),
    step: block.step.reverse(),
    timestamp: block.timestamp.reverse(),
    values: { kind: values.kind, data: values.data.reverse() } as PointValues,
    preview: preview && { isPreview: preview.isPreview.reverse(), completion: preview.completion.reverse() },
    owned: block.owned,
  };
}

/** Arrays of numbers, one after the other. */
export function concat<T extends Uint8Array | Float64Array>(
  Kind: new (length: number) => T,
  arrays: readonly ArrayLike<number>[],
): T {
  const all = new Kind(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

/** The first of so many places that passes, where all behind one that passes do, too; their number: none does. */
export function firstPlace(count: number, passes: (place: number) => boolean): number {
  let low = 0, high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (passes(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Columns that nobody needs any more, for as long as the garbage collector leaves them: new memory costs as much as filling it. */
let spare: WeakRef<ArrayBuffer>[] = [];
const MOST_SPARE = 3;
/** Memory of a column may be used again for one that is so much smaller. */
const SPARE_SHARE = 0.9;

/** Memory for numbers, which may hold others from before. */
export function numbers(length: number): Float64Array<ArrayBuffer> {
  const bytes = 8 * length;
  for (const [at, one] of spare.entries()) {
    const buffer = one.deref();
    if (!buffer || buffer.byteLength < bytes || buffer.byteLength * SPARE_SHARE > bytes) continue;
    spare.splice(at, 1);
    return new Float64Array(buffer, 0, length);
  }
  return new Float64Array(length);
}

/** Gives up the memory of numbers that nobody else holds, to be used again. */
export function disposeOf(column: Float64Array): void {
  const kept = spare.filter((one) => (one.deref()?.byteLength ?? 0) > 0);
  // The memory is somebody else's now: whoever still looks at the column sees nothing in place of other numbers.
  spare = [...kept.slice(1 - MOST_SPARE), new WeakRef((column.buffer as ArrayBuffer).transfer())];
}

/** Which points are previews. */
export interface PreviewColumns {
  /** 1 for a preview point, 0 for a committed one. */
  isPreview: Uint8Array;
  /** Completion between 0 and 1; 1 for a committed point. */
  completion: Float64Array;
}

/** The aggregates of float series, one row per (run, path). NaN is a value; `present` tells whether there is a last point. */
export interface FloatAggregates {
  /** 1 where the series has at least one committed point. Where 0, the other columns mean nothing. */
  present: Uint8Array;
  lastStep: Float64Array;
  last: Float64Array;
  min: Float64Array;
  max: Float64Array;
  average: Float64Array;
  /** Population variance. */
  variance: Float64Array;
}

/** The last points of other series, one row per (run, path); null where there is none. */
export interface LastPoints<T> {
  lastStep: Float64Array;
  last: (T | null)[];
}

/** The values of one attribute type: row i belongs to run `run[i]` and path `path[i]`, indexes into the block's names. */
export type ValueColumn =
  & { run: Uint32Array; path: Uint32Array }
  & (
    | { type: "int"; data: BigInt64Array }
    | { type: "float"; data: Float64Array }
    | { type: "string"; data: string[] }
    | { type: "bool"; data: Uint8Array }
    /** Milliseconds since the epoch, UTC. */
    | { type: "datetime"; data: Float64Array }
    | { type: "string_set"; data: string[][] }
    | { type: "float_series"; data: FloatAggregates }
    | { type: "string_series"; data: LastPoints<string> }
    | { type: "histogram_series"; data: LastPoints<Histogram> }
    | { type: "file_series"; data: LastPoints<FileRef> }
    /** null: the attribute exists, its file was lost before or during the export. */
    | { type: "file" | "file_set" | "artifact"; data: (FileRef | null)[] }
    /** Transmitted without a value. */
    | { type: "experiment_state"; data: null }
  );

/** Which attributes exist on which run: row i says that run `run[i]` has path `path[i]` with type `type[i]`. */
export interface PairBlock {
  /** Run keys ({@linkcode RunInfo.key}). */
  runs: string[];
  /** Not only those of this block: several blocks may share a list, to which each adds its own. */
  paths: string[];
  types: AttributeType[];
  run: Uint32Array;
  path: Uint32Array;
  type: Uint8Array;
}

/** Latest values of attributes of runs. */
export interface ValueBlock {
  /** Run keys ({@linkcode RunInfo.key}). */
  runs: string[];
  paths: string[];
  /** At most one column of each type; types without rows are left out. */
  columns: ValueColumn[];
}

/** How to cut the steps. */
export interface BucketCut {
  /**
   * n, at least 2: there are n - 1 buckets of equal width, from the first step to the last, and one before and one after
   * them. A step belongs to the bucket whose upper edge it reaches.
   */
  maxBuckets: number;
  /** The first and the last step; null: those of the points, over all series together. */
  range: readonly [from: number, to: number] | null;
}

/** Buckets that hold points, sorted by series, then by index; one row each. */
export interface BucketColumns {
  series: Uint32Array;
  /** 0 for the bucket that ends at the first step, n for the one that begins at the last. */
  index: Uint32Array;
  /** The lower edge, excluded; -Infinity for the first bucket. */
  fromX: Float64Array;
  /** The upper edge, included; Infinity for the last bucket. */
  toX: Float64Array;
  /** The first and the last point that is finite; NaN where there is none. */
  firstX: Float64Array;
  firstY: Float64Array;
  lastX: Float64Array;
  lastY: Float64Array;
  /** Over finite values; NaN where there is none. */
  min: Float64Array;
  max: Float64Array;
  sum: Float64Array;
  finiteCount: Float64Array;
  nanCount: Float64Array;
  positiveInfinityCount: Float64Array;
  negativeInfinityCount: Float64Array;
}

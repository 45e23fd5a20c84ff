/**
 * Points of series of some runs, from where `values` says that they are.
 *
 * @module
 */

import type { SeriesType } from "../../types.ts";
import type { StoredPoints, StoredPointsQuery } from "../read/points.ts";
import { type AttributeColumn, HISTOGRAM, histogramsOf, type OnLost, type PassTables } from "./pass.ts";
import { withNaN } from "../parquet/decoded.ts";
import { joinStretches, type LeafRequest, type LeafRows, type Stretch } from "./table_file.ts";

/** Points of one pass that are read together. */
interface Piece {
  /** Which series, in the order of the rows: where it is among runs and paths, and how many points it has. */
  series: Uint32Array;
  points: Float64Array;
  step: Float64Array;
  timestamp: Float64Array | null;
  floats: Float64Array | null;
  values: unknown[];
}

/** Runs of a pass: their numbers in it, ascending, and where each is among the runs that are asked for. */
export interface AskedRuns {
  pass: PassTables;
  numbers: number[];
  positions: Uint32Array;
}

const STEP: LeafRequest = { path: ["step"], kind: "float" };
const TIME: LeafRequest = { path: ["timestamp"], kind: "float" };
const PAYLOAD: Record<SeriesType, LeafRequest[]> = {
  float_series: [{ path: ["float_value"], kind: "float" }],
  string_series: [{ path: ["string_value"], kind: "string" }],
  file_series: [{ path: ["file_value", "path"], kind: "string" }],
  histogram_series: HISTOGRAM,
};

/** Reads the points that runs logged themselves. */
export async function readSeriesRows(
  asked: readonly AskedRuns[],
  runs: readonly number[],
  query: StoredPointsQuery,
  onLost: OnLost,
  signal?: AbortSignal,
): Promise<StoredPoints> {
  const { type } = query;
  const isAsked = query.paths && new Set(query.paths);
  const paths: string[] = [];
  const codes = new Map<string, number>();
  const wanted = asked.flatMap((one) =>
    one.pass.columns.filter((column) => column.type === type && (isAsked === null || isAsked.has(column.path)))
      .map((column) => ({ ...one, column }))
  );
  for (const { column: { path } } of wanted) if (!codes.has(path)) codes.set(path, paths.push(path) - 1);
  const width = paths.length;
  const pieces: Piece[] = [];
  for (const [pass, some] of Map.groupBy(wanted, ({ pass }) => pass)) {
    const places: Found[] = [];
    for (const { column, numbers, positions } of some) {
      places.push(
        ...await locate(pass, column, numbers, positions, { width, code: codes.get(column.path)! }, onLost, signal),
      );
    }
    if (places.length > 0) pieces.push(await readPiece(pass, places, query, onLost, signal));
  }
  return join(runs, paths, type, pieces, query.timestamps);
}

/** One series, and where its points are. */
interface Found {
  column: AttributeColumn;
  /** The number of the run in the pass. */
  run: number;
  /** Where it is among runs and paths. */
  series: number;
  row: number;
  points: number;
}

async function locate(
  pass: PassTables,
  column: AttributeColumn,
  numbers: number[],
  positions: Uint32Array,
  { width, code }: { width: number; code: number },
  onLost: OnLost,
  signal?: AbortSignal,
): Promise<Found[]> {
  const isAll = numbers.length === pass.runs.length;
  const { run, points, row } = await pass.places(column, isAll ? null : numbers, onLost, signal);
  const found: Found[] = [];
  // Both ascend.
  for (let i = 0, at = 0; i < run.length; i++) {
    while (at < numbers.length && numbers[at] < run[i]) at++;
    if (numbers[at] !== run[i]) continue;
    found.push({ column, run: run[i], series: positions[at] * width + code, row: row[i], points: points[i] });
  }
  return found;
}

async function readPiece(
  pass: PassTables,
  places: Found[],
  { type, stepRange, timestamps, noted = false }: StoredPointsQuery,
  onLost: OnLost,
  signal?: AbortSignal,
): Promise<Piece> {
  // Attributes are sorted as their rows are, so these ascend.
  let stretches = joinStretches(places.map(({ row, points }) => ({ row, rows: points })));
  const isAll = stepRange[0] === null && stepRange[1] === null;
  if (!isAll) {
    places = withinNotes(pass, places, stepRange);
    places = await inRange(
      pass,
      places,
      joinStretches(places.map(({ row, points }) => ({ row, rows: points }))),
      stepRange,
      signal,
    );
    stretches = joinStretches(places.map(({ row, points }) => ({ row, rows: points })));
  }
  const leaves = [STEP, ...timestamps ? [TIME] : [], ...PAYLOAD[type]];
  const lost = new Set<Found>();
  const sound = await pass.series.readSound(leaves, stretches, ({ row, rows }, fault) => {
    const hit = places.filter((one) => one.row < row + rows && one.row + one.points > row);
    for (const one of hit) lost.add(one);
    for (const [column, some] of Map.groupBy(hit, ({ column }) => column)) {
      onLost(some.map(({ run }) => run), column, fault);
    }
  }, signal);
  if (lost.size > 0) {
    // A series of which a part cannot be read is not given in part.
    const rest = places.filter((one) => !lost.has(one));
    return await readPiece(pass, rest, { type, paths: null, stepRange, timestamps }, onLost, signal);
  }
  const [step, ...others] = sound.leaves;
  if (noted && isAll) takeNotes(pass, places, step.values as Float64Array);
  const time = timestamps ? others.shift()! : null;
  return {
    series: Uint32Array.from(places, ({ series }) => series),
    points: Float64Array.from(places, ({ points }) => points),
    step: step.values as Float64Array,
    timestamp: time && floatsOf(time),
    floats: type === "float_series" ? floatsOf(others[0]) : null,
    values: type === "float_series" ? [] : type === "histogram_series" ? histogramsOf(others) : others[0].texts!,
  };
}

/** Of each so many points of a long series the first step is noted. */
const STRETCH = 4096;
/** Of long series, by their first row, the first step of each stretch. */
const notes = new WeakMap<PassTables, Map<number, Float64Array>>();

/** Notes the steps of series all of whose points were read. */
function takeNotes(pass: PassTables, places: readonly Found[], step: Float64Array): void {
  let known = notes.get(pass);
  if (!known) notes.set(pass, known = new Map());
  let at = 0;
  for (const { row, points } of places) {
    const first = at;
    if (points > 8 * STRETCH) {
      known.set(row, Float64Array.from({ length: Math.ceil(points / STRETCH) }, (_, i) => step[first + i * STRETCH]));
    }
    at += points;
  }
}

/** Of each series the stretches that may have steps of a range, as far as it is noted. */
function withinNotes(pass: PassTables, places: Found[], [from, until]: StoredPointsQuery["stepRange"]): Found[] {
  const known = notes.get(pass);
  if (!known) return places;
  return places.map((one) => {
    const firsts = known.get(one.row);
    if (!firsts) return one;
    // A step that a stretch begins with may end the one before it, too.
    let start = 0, end = firsts.length;
    while (start + 1 < end && firsts[start + 1] < (from ?? -Infinity)) start++;
    while (end > start + 1 && firsts[end - 1] > (until ?? Infinity)) end--;
    const before = start * STRETCH;
    return { ...one, row: one.row + before, points: Math.min(one.points, end * STRETCH) - before };
  });
}

/** Of each series the points within a range of steps: they ascend. */
async function inRange(
  pass: PassTables,
  places: Found[],
  stretches: Stretch[],
  [from, until]: StoredPointsQuery["stepRange"],
  signal?: AbortSignal,
): Promise<Found[]> {
  const sound = await pass.series.readSound([STEP], stretches, () => {}, signal);
  // What is damaged is found, and told, when it is read.
  if (sound.stretches !== stretches) return places;
  const step = sound.leaves[0].values as Float64Array;
  const found: Found[] = [];
  let at = 0;
  for (const one of places) {
    let first = at, end = at + one.points;
    while (first < end && step[first] < (from ?? -Infinity)) first++;
    while (end > first && step[end - 1] > (until ?? Infinity)) end--;
    if (end > first) found.push({ ...one, row: one.row + first - at, points: end - first });
    at += one.points;
  }
  return found;
}

function floatsOf({ values, present }: LeafRows): Float64Array {
  return withNaN({ values: values as Float64Array, present });
}

function join(
  runs: readonly number[],
  paths: string[],
  type: SeriesType,
  pieces: Piece[],
  timestamps: boolean,
): StoredPoints {
  const length = pieces.reduce((sum, { step }) => sum + step.length, 0);
  const floats = (pick: (piece: Piece) => Float64Array | null, isWanted = true) => {
    if (!isWanted) return new Float64Array(0);
    if (pieces.length === 1) return pick(pieces[0])!;
    const all = new Float64Array(length);
    let at = 0;
    for (const piece of pieces) {
      all.set(pick(piece)!, at);
      at += piece.step.length;
    }
    return all;
  };
  const width = paths.length;
  const starts = new Float64Array(runs.length * width).fill(-1), counts = new Float64Array(runs.length * width);
  let at = 0;
  for (const { series, points } of pieces) {
    for (let i = 0; i < series.length; i++) {
      starts[series[i]] = at;
      counts[series[i]] = points[i];
      at += points[i];
    }
  }
  const positions = new Map(runs.map((run, position) => [run, position]));
  const placeOf = (run: number, path: number): [number, number] => {
    const position = positions.get(run);
    const series = position === undefined ? -1 : position * width + path;
    return series < 0 || starts[series] < 0 ? [0, 0] : [starts[series], starts[series] + counts[series]];
  };
  return {
    paths,
    step: floats(({ step }) => step),
    timestamp: floats(({ timestamp }) => timestamp, timestamps),
    floats: floats((piece) => piece.floats, type === "float_series"),
    values: type === "float_series" ? [] : pieces.flatMap(({ values }) => values),
    own(run, path) {
      const [start, end] = placeOf(run, path);
      return end > start ? Uint32Array.from({ length: end - start }, (_, i) => start + i) : undefined;
    },
    together: placeOf,
  };
}

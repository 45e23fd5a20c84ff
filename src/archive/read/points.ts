/**
 * Points of series of one type of some runs, as the files hold them.
 *
 * @module
 */

import { concat } from "../../columns.ts";
import type { SeriesType, StepRange } from "../../types.ts";
import type { Part } from "../disk/layout.ts";
import { partsOf } from "../index/batches.ts";
import type { ProjectIndex } from "../index/project_index.ts";
import { keepOwn, readGroups, type ReadOptions } from "../index/read_parts.ts";
import { withNaN } from "../parquet/decoded.ts";
import type { RowGroupReader } from "../parquet/row_group.ts";
import { isLogged, POINT_COLUMNS, pointKey, pointValues } from "../parquet/point_values.ts";
import { ParquetError } from "../parquet/format/thrift.ts";
import type { ColumnName } from "../parquet/schema.ts";
import { chooseSteps, takeNotes } from "./step_notes.ts";

/** Points in the order in which they were read; a series is a list of row numbers, or a stretch of rows. */
export interface StoredPoints {
  paths: string[];
  step: Float64Array;
  /** Milliseconds since the epoch, as it is stored; NaN where none is; empty where it was not asked for. */
  timestamp: Float64Array;
  /** Of float series; what was stored as null was NaN. Else empty. */
  floats: Float64Array;
  /** Of other series: strings, histograms, paths of files; null where the value was lost. Else empty. */
  values: unknown[];
  /** The rows that a run logged itself, ascending by step, file order on equal steps. */
  own(run: number, path: number): Uint32Array | undefined;
  /** The same where it is known that they lie one after the other, and is not known that some are copies of others: first and end. */
  together(run: number, path: number): readonly [start: number, end: number] | null;
}

type Columns = Omit<StoredPoints, "own" | "together">;

/** Which points to read. */
export interface StoredPointsQuery {
  type: SeriesType;
  /** null: all paths. */
  paths: readonly string[] | null;
  stepRange: StepRange;
  /** Whether times are needed. */
  timestamps: boolean;
  /** The steps of this turn, where points are read in several: row groups that say they have none of them are passed over. */
  window?: StepRange;
  /** Whether it is noted which steps are where, so that a range of them is read faster later. */
  noted?: boolean;
}

/** Points of one row group. */
interface Piece {
  /** The run of all rows, or of each. */
  run: number | Int32Array;
  path: number | Int32Array;
  step: Float64Array;
  timestamp: Float64Array | null;
  floats: Float64Array | null;
  values: unknown[];
}

/** What reading points needs to know of the runs. */
export type PointsIndex = Pick<ProjectIndex, "project" | "numbers" | "parts" | "mixed" | "repeated">;

/** Reads the points of these runs. */
export async function readPoints(
  index: PointsIndex,
  runs: readonly number[],
  query: StoredPointsQuery,
  readOptions: ReadOptions,
): Promise<StoredPoints> {
  const wanted = new Set(runs);
  const reader = new PointReader(index, query, runs.some((run) => index.repeated.has(run)));
  const owners = new Map<Part, number>();
  for (const run of runs) for (const part of index.parts[run]) owners.set(part, run);
  let part: Part | null = null, before = 0;
  const ownerOf = (part: Part) => index.mixed.has(part) ? null : owners.get(part)!;
  await readGroups(partsOf(index, runs), readOptions, {
    telling: ["type", "path", "project", "run"],
    choose: (group, from) => reader.choose(group, from, ownerOf(from), wanted),
    columns: reader.columns,
    read: (group, from) => {
      if (from !== part) [part, before] = [from, reader.pieces.length];
      reader.read(group, from, ownerOf(from));
    },
    forget: (broken) => {
      if (broken === part) reader.pieces.length = before;
    },
  });
  return reader.finish(runs);
}

class PointReader {
  readonly pieces: Piece[] = [];
  readonly #index: PointsIndex;
  readonly #query: StoredPointsQuery;
  readonly #repeated: boolean;
  readonly #paths: string[] = [];
  readonly #codes = new Map<string, number>();
  readonly #isAsked: ((path: string) => boolean) | null;

  constructor(index: PointsIndex, query: StoredPointsQuery, repeated: boolean) {
    this.#index = index;
    this.#query = query;
    this.#repeated = repeated;
    const asked = query.paths && new Set(query.paths);
    this.#isAsked = asked && ((path) => asked.has(path));
  }

  /** What {@linkcode read} looks at. */
  get columns(): ColumnName[] {
    const times: ColumnName[] = this.#query.timestamps || this.#repeated ? ["timestamp"] : [];
    return ["step", ...times, ...POINT_COLUMNS[this.#query.type]];
  }

  /** @param only The run that all rows belong to; null: the rows tell. */
  choose(group: RowGroupReader, part: Part, only: number | null, wanted: ReadonlySet<number>): void {
    const { type, window, paths, stepRange } = this.#query;
    if (window && isApart(group.extremes("step"), window)) return group.drop();
    if (only !== null && type === "float_series" && paths && chooseSteps(group, part, paths, stepRange)) return;
    group.where("type", (name) => name === type);
    if (only === null) {
      keepOwn(group, this.#index.project, part);
      group.where("run", (name) => wanted.has(this.#index.numbers.get(name) ?? -1));
    }
    if (this.#isAsked) group.where("path", this.#isAsked);
  }

  /** Takes in the rows that were chosen. */
  read(group: RowGroupReader, part: Part, only: number | null): void {
    const { type, timestamps, stepRange, window, paths, noted = false } = this.#query;
    if (group.length === 0) return;
    group.needColumnsOf(type);
    const note = noted && only !== null && paths ? takeNotes(group, part, paths) : null;
    // A row without a step is no point.
    const step = group.floats("step").present;
    if (step !== null) group.keep((row) => step[row] === 1);
    note?.();
    if (type === "file_series") group.keep(isLogged(group));
    if (window) {
      checkSteps(group);
      keepSteps(group, window);
    }
    keepSteps(group, stepRange);
    // Rows without a path are none that was asked for.
    const present = this.#isAsked ? null : group.strings("path").present;
    if (present !== null) group.keep((row) => present[row] === 1);
    if (group.length === 0) return;
    this.pieces.push({
      run: only ?? this.#runs(group),
      path: this.#pathCodes(group),
      step: group.floats("step").values,
      timestamp: timestamps || this.#repeated ? withNaN(group.floats("timestamp")) : null,
      floats: type === "float_series" ? withNaN(group.floats("float")) : null,
      values: type === "float_series" ? [] : pointValues(group, type),
    });
  }

  finish(runs: readonly number[]): StoredPoints {
    const { pieces } = this;
    const joined = (column: (piece: Piece) => Float64Array) =>
      pieces.length === 1 ? column(pieces[0]) : concat(Float64Array, pieces.map(column));
    const step = joined((piece) => piece.step);
    const times = pieces.length > 0 && pieces[0].timestamp !== null;
    const isFloat = this.#query.type === "float_series";
    const timestamp = times ? joined((piece) => piece.timestamp!) : new Float64Array(0);
    const floats = isFloat ? joined((piece) => piece.floats!) : new Float64Array(0);
    const values = isFloat ? [] : pieces.flatMap((piece) => piece.values);
    const points = { paths: this.#paths, step, timestamp, floats, values };
    const positions = new Map(runs.map((run, position) => [run, position]));
    const sources = this.pieces.splice(0).map(({ run, path, step: { length } }) => ({
      series: seriesOf(run, path, length, positions, this.#paths.length),
      length,
    }));
    const stretches = stretchesOf(sources);
    let own: StoredPoints["own"] | undefined;
    return {
      ...points,
      // Sorted when it is asked for: whose rows lie together need not be.
      own: (run, path) => (own ??= this.#series(runs, positions, sources, points))(run, path),
      together: (run, path) => {
        const position = positions.get(run);
        if (stretches === null || position === undefined || this.#index.repeated.has(run)) return null;
        const stretch = stretches.get(position * this.#paths.length + path);
        if (stretch === undefined) return [0, 0];
        return stretch !== null && ascends(step, ...stretch) ? stretch : null;
      },
    };
  }

  /** Sorts rows into series: a counting sort, which keeps file order. */
  #series(
    runs: readonly number[],
    positions: ReadonlyMap<number, number>,
    pieces: readonly SeriesPiece[],
    points: Columns,
  ): StoredPoints["own"] {
    const { step } = points;
    const width = this.#paths.length;
    const starts = new Uint32Array(width * runs.length + 1);
    for (const { series, length } of pieces) {
      if (typeof series === "number") starts[series + 1] += length;
      else for (let i = 0; i < length; i++) starts[series[i] + 1]++;
    }
    for (let one = 1; one < starts.length; one++) starts[one] += starts[one - 1];
    const next = starts.slice();
    const rows = new Uint32Array(step.length);
    let row = 0;
    for (const { series, length } of pieces) {
      const end = row + length;
      if (typeof series === "number") {
        let at = next[series];
        next[series] += length;
        while (row < end) rows[at++] = row++;
      } else for (let i = 0; row < end; i++) rows[next[series[i]]++] = row++;
    }
    for (let one = 0; one + 1 < starts.length; one++) ascend(rows.subarray(starts[one], starts[one + 1]), step);
    return (run, path) => {
      const position = positions.get(run);
      if (position === undefined) return undefined;
      const one = position * width + path;
      if (starts[one] === starts[one + 1]) return undefined;
      const own = rows.subarray(starts[one], starts[one + 1]);
      return this.#index.repeated.has(run) ? once(own, points) : own;
    };
  }

  #runs(group: RowGroupReader): Int32Array {
    const { values, strings } = group.strings("run");
    const numbers = Int32Array.from({ length: strings.length }, () => -1);
    return Int32Array.from(values, (code) => {
      if (numbers[code] < 0) numbers[code] = this.#index.numbers.get(strings.get(code))!;
      return numbers[code];
    });
  }

  #pathCodes(group: RowGroupReader): number | Int32Array {
    const { paths } = this.#query;
    if (paths?.length === 1) return this.#code(paths[0]);
    const { values, strings } = group.strings("path");
    if (strings.length === 1) return this.#code(strings.get(0));
    const codes = new Int32Array(strings.length).fill(-1);
    const out = new Int32Array(values.length);
    for (let i = 0; i < values.length; i++) {
      const text = values[i];
      let code = codes[text];
      if (code < 0) codes[text] = code = this.#code(strings.get(text));
      out[i] = code;
    }
    return out;
  }

  #code(path: string): number {
    let code = this.#codes.get(path);
    if (code === undefined) this.#codes.set(path, code = this.#paths.push(path) - 1);
    return code;
  }
}

/** Which series the rows of a piece belong to, all of them or each, and how many there are. */
interface SeriesPiece {
  series: number | Uint32Array;
  length: number;
}

/** Where each series lies; null for one whose pieces are apart. null: some pieces have rows of several series. */
function stretchesOf(pieces: readonly SeriesPiece[]): Map<number, readonly [start: number, end: number] | null> | null {
  const stretches = new Map<number, readonly [number, number] | null>();
  let row = 0;
  for (const { series, length } of pieces) {
    if (typeof series !== "number") return null;
    const known = stretches.get(series);
    if (known === undefined) stretches.set(series, [row, row + length]);
    else if (known !== null) stretches.set(series, known[1] === row ? [known[0], row + length] : null);
    row += length;
  }
  return stretches;
}

/** Which series the rows of a piece belong to: all of them, or each. */
function seriesOf(
  run: Piece["run"],
  path: Piece["path"],
  length: number,
  positions: ReadonlyMap<number, number>,
  width: number,
): number | Uint32Array {
  const first = typeof run === "number" ? positions.get(run)! * width : 0;
  if (typeof run === "number" && typeof path === "number") return first + path;
  const series = new Uint32Array(length);
  for (let i = 0; i < length; i++) {
    const start = typeof run === "number" ? first : positions.get(run[i])! * width;
    series[i] = start + (typeof path === "number" ? path : path[i]);
  }
  return series;
}

/** Tells whether all these steps lie outside a window. */
function isApart(steps: readonly [number, number] | null, [from, to]: StepRange): boolean {
  return steps !== null && (steps[1] < (from ?? -Infinity) || steps[0] > (to ?? Infinity));
}

/** Makes sure that steps are where the file says: each row group is read in the turn that it names, so that no step is lost. */
function checkSteps(group: RowGroupReader): void {
  const steps = group.extremes("step");
  if (steps === null) return;
  const { values } = group.floats("step");
  for (let row = 0; row < values.length; row++) {
    if (!(values[row] >= steps[0] && values[row] <= steps[1])) {
      throw new ParquetError(
        `it has a step ${values[row]} where its footer says that all are from ${steps.join(" to ")}`,
      );
    }
  }
}

function keepSteps(group: RowGroupReader, [from, to]: StepRange): void {
  if (from === null && to === null) return;
  const [least, greatest] = [from ?? -Infinity, to ?? Infinity];
  const { values } = group.floats("step"), { length } = values;
  let first = 0;
  while (first < length && !(values[first] >= least && values[first] <= greatest)) first++;
  let end = first;
  while (end < length && values[end] >= least && values[end] <= greatest) end++;
  let next = end;
  while (next < length && !(values[next] >= least && values[next] <= greatest)) next++;
  // Those of one series lie together.
  if (next === length) group.between(first, end);
  else group.keep((row) => values[row] >= least && values[row] <= greatest);
}

/** Copies of a run count once: of rows that are equal, the first. The rows ascend by step. */
function once(rows: Uint32Array, { step, timestamp, floats, values }: Columns): Uint32Array {
  let first = 1;
  while (first < rows.length && step[rows[first - 1]] !== step[rows[first]]) first++;
  if (first >= rows.length) return rows;
  /** Those of one step. */
  const seen = new Set<string>();
  return rows.filter((row, i) => {
    const isAgain = i > 0 && step[rows[i - 1]] === step[row];
    if (!isAgain) {
      seen.clear();
      if (i + 1 === rows.length || step[rows[i + 1]] !== step[row]) return true;
    }
    const key = pointKey(timestamp[row], floats.length > 0 ? floats[row] : values[row]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function ascends(step: Float64Array, start: number, end: number): boolean {
  for (let row = start + 1; row < end; row++) if (step[row - 1] > step[row]) return false;
  return true;
}

function ascend(rows: Uint32Array, step: Float64Array): void {
  for (let i = 1; i < rows.length; i++) {
    if (step[rows[i - 1]] > step[rows[i]]) {
      // Rows that come first in the file stay first on equal steps.
      rows.sort((a, b) => step[a] - step[b] || a - b);
      return;
    }
  }
}

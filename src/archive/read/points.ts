/**
 * Points of series of one type of some runs, as the files hold them.
 *
 * @module
 */

import type { DataFrame } from "nodejs-polars";
import type { SeriesType, StepRange } from "../../types.ts";
import { partsOf, runCondition } from "../index/batches.ts";
import { allOf, pathCondition, seriesCondition, stepCondition } from "../parquet/predicates.ts";
import { asFloats, coded, dictionary, floatValues } from "../parquet/decode.ts";
import type { ProjectIndex } from "../index/project_index.ts";
import { type ColumnName, type ReadOptions, readRows } from "../parquet/scan.ts";

/** Points in the order in which they were read; a series is a list of row numbers. */
export interface StoredPoints {
  paths: string[];
  step: Float64Array;
  /** The rows that a run logged itself, ascending by step, file order on equal steps. */
  own(run: number, path: number): Uint32Array | undefined;
  /** The rows themselves, with their payload under short column names. */
  frame: DataFrame;
}

/** Which points to read. */
export interface StoredPointsQuery {
  type: SeriesType;
  /** null: all paths. */
  paths: readonly string[] | null;
  stepRange: StepRange;
  /** Whether times are needed. */
  timestamps: boolean;
}

const PAYLOAD: Record<SeriesType, ColumnName[]> = {
  float_series: ["float"],
  string_series: ["string"],
  histogram_series: ["histogram", "edges", "bins"],
  file_series: ["file"],
};

/** Reads the points of these runs; null where nothing can be read. */
export async function readPoints(
  index: ProjectIndex,
  runs: readonly number[],
  query: StoredPointsQuery,
  readOptions: ReadOptions,
): Promise<StoredPoints | null> {
  const where = allOf([
    seriesCondition([query.type]),
    pathCondition(query.paths),
    runCondition(index, runs),
    stepCondition(query.stepRange),
  ]);
  const onlyRun = runs.length === 1;
  const onlyPath = query.paths?.length === 1 ? query.paths[0] : null;
  const repeated = runs.some((run) => index.repeated.has(run));
  const frame = await readRows(partsOf(index, runs), {
    where,
    columns: [
      ...onlyRun ? [] : ["run"] as const,
      ...onlyPath !== null ? [] : ["path"] as const,
      "step",
      ...query.timestamps || repeated ? ["timestamp"] as const : [],
      ...PAYLOAD[query.type],
    ],
    then: (rows) =>
      (repeated ? rows.unique({ keep: "first", maintainOrder: true }) : rows).withColumns(
        ...onlyRun ? [] : [coded("run")],
        ...onlyPath !== null ? [] : [coded("path")],
        asFloats("step"),
        ...query.timestamps || repeated ? [asFloats("timestamp")] : [],
        ...query.type === "float_series" ? [asFloats("float")] : [],
      ),
  }, readOptions);
  return frame && group(frame, index, onlyRun ? runs[0] : null, onlyPath);
}

/** Sorts rows into series: a counting sort, which keeps file order. */
function group(frame: DataFrame, index: ProjectIndex, onlyRun: number | null, onlyPath: string | null): StoredPoints {
  const step = floatValues(frame, "step");
  const path = onlyPath === null ? dictionary(frame, "path") : { names: [onlyPath], codes: null };
  const run = onlyRun === null ? dictionary(frame, "run") : { names: [index.keys[onlyRun]], codes: null };
  const width = path.names.length;
  const starts = new Uint32Array(width * run.names.length + 1);
  const groupOf = (row: number) => (run.codes ? run.codes[row] * width : 0) + (path.codes ? path.codes[row] : 0);
  // A row without a step is no point.
  for (let row = 0; row < step.length; row++) if (step[row] === step[row]) starts[groupOf(row) + 1]++;
  for (let group = 1; group < starts.length; group++) starts[group] += starts[group - 1];
  const next = starts.slice();
  const rows = new Uint32Array(starts[starts.length - 1]);
  for (let row = 0; row < step.length; row++) if (step[row] === step[row]) rows[next[groupOf(row)]++] = row;
  for (let group = 0; group + 1 < starts.length; group++) ascend(rows.subarray(starts[group], starts[group + 1]), step);
  const runCodes = new Map(run.names.map((name, code) => [index.numbers.get(name), code]));
  return {
    paths: path.names,
    step,
    frame,
    own(run, path) {
      const code = runCodes.get(run);
      if (code === undefined) return undefined;
      const group = code * width + path;
      return starts[group] === starts[group + 1] ? undefined : rows.subarray(starts[group], starts[group + 1]);
    },
  };
}

function ascend(rows: Uint32Array, step: Float64Array): void {
  for (let i = 1; i < rows.length; i++) {
    if (step[rows[i - 1]] > step[rows[i]]) {
      rows.sort((a, b) => step[a] - step[b]);
      return;
    }
  }
}

/**
 * Rows of parameters, by type, without the cells of the exporter's grid that no run logged.
 *
 * @module
 */

import pl, { type DataFrame } from "nodejs-polars";
import { partsOf, runCondition } from "../index/batches.ts";
import { allOf, parameterCondition, pathCondition } from "../parquet/predicates.ts";
import { coded, dictionary } from "../parquet/decode.ts";
import { type ParameterType, valueColumn, valueColumns, withValue } from "../parquet/parameters.ts";
import type { DoubtfulType } from "../index/phantoms.ts";
import { readRows } from "../parquet/scan.ts";
import type { ReadContext } from "./context.ts";
import { FILE_TYPES } from "../../types.ts";

/** The rows of one type, with the coded columns `run` and `path` and the column of the value. */
export interface ParameterRows {
  type: ParameterType;
  /** Rows with a value. */
  valued: DataFrame;
  /** Rows whose value was lost; null: there are none. */
  lost: DataFrame | null;
}

/** Reads the parameters of runs outside the `sys` namespace, which the index holds. Types without rows are left out. */
export async function readParameterRows(
  context: ReadContext,
  runs: readonly number[],
  types: readonly ParameterType[],
  paths: readonly string[] | null,
): Promise<ParameterRows[]> {
  const nested = types.filter(isNested);
  if (nested.length === 0 || nested.length === types.length) {
    return (await readTypes(context, runs, types, paths, types)).cells;
  }
  // Nested columns take as long to read as all others together, and few archives have them in every file.
  const flat = types.filter((type) => !isNested(type));
  const { cells, present } = await readTypes(context, runs, types, paths, flat);
  const there = nested.filter((type) => present.includes(type));
  return there.length === 0 ? cells : [...cells, ...(await readTypes(context, runs, there, paths, there)).cells];
}

/** Reads the values of types in `wanted`, and tells which of `types` there are. */
async function readTypes(
  context: ReadContext,
  runs: readonly number[],
  types: readonly ParameterType[],
  paths: readonly string[] | null,
  wanted: readonly ParameterType[],
): Promise<{ cells: ParameterRows[]; present: readonly ParameterType[] }> {
  if (types.length === 0) return { cells: [], present: [] };
  const { index, readOptions } = context;
  const typed = types.length > 1;
  const frame = await readRows(partsOf(index, runs), {
    where: allOf([parameterCondition(types), pathCondition(paths), runCondition(index, runs)]),
    columns: ["run", "path", ...typed ? ["type"] as const : [], ...valueColumns(wanted)],
    then: (rows) =>
      (typed ? rows.filter(valuedOrDoubtful(types, wanted)) : rows)
        .withColumns(coded("run"), coded("path"), ...typed ? [coded("type")] : []),
  }, readOptions);
  if (!frame) return { cells: [], present: [] };
  const present = typed ? dictionary(frame, "type").names as ParameterType[] : types;
  const repeated = runs.some((run) => index.repeated.has(run));
  const cells: ParameterRows[] = [];
  for (const type of present.filter((type) => wanted.includes(type))) {
    const rows = present.length > 1 ? frame.filter(pl.col("type").cast(pl.Utf8).eq(pl.lit(type))) : frame;
    const value = pl.col(valueColumn(type));
    const whole = rows.getColumn(valueColumn(type)).nullCount() === 0;
    const all = whole ? rows : rows.filter(value.isNotNull());
    const valued = repeated ? once(all) : all;
    const lost = whole || !isDoubtful(type) ? null : await lostRows(context, type, valued, rows.filter(value.isNull()));
    if (valued.height > 0 || lost !== null) cells.push({ type, valued, lost: lost && repeated ? once(lost) : lost });
  }
  return { cells, present };
}

/** Types whose values are lists or structs. */
function isNested(type: ParameterType): boolean {
  return type === "string_set" || (FILE_TYPES as readonly string[]).includes(type);
}

function isDoubtful(type: ParameterType): type is DoubtfulType {
  return type === "float" || type === "file";
}

/** Rows with a value, or whose value may be lost; of types that are not wanted, all rows. */
function valuedOrDoubtful(types: readonly ParameterType[], wanted: readonly ParameterType[]): pl.Expr {
  const whole = (type: ParameterType) => isDoubtful(type) || !wanted.includes(type);
  return types.map((type) => whole(type) ? pl.col("type").eq(pl.lit(type)) : withValue(type))
    .reduce((any, one) => any.or(one));
}

/** Copies of a run count once. */
function once(rows: DataFrame): DataFrame {
  return rows.unique({ subset: ["run", "path"], keep: "first", maintainOrder: true });
}

/** Of rows without a value, those that are real all the same. */
async function lostRows(
  context: ReadContext,
  type: DoubtfulType,
  valued: DataFrame,
  rows: DataFrame,
): Promise<DataFrame | null> {
  const known = new Set(dictionary(valued, "path").names);
  const open = new Set(dictionary(rows, "path").names.filter((path) => !known.has(path)));
  const real = await context.phantoms.real(type, open, context.readOptions);
  return real.size === 0 ? null : rows.filter(pl.col("path").cast(pl.Utf8).isIn([...real]));
}

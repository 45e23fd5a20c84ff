/**
 * Conditions on the rows of files, over the columns as the files spell them.
 *
 * @module
 */

import pl, { type Expr } from "nodejs-polars";
import type { AttributeType, SeriesType } from "../../types.ts";
import { partsOf } from "../parquet/batches.ts";
import type { ProjectIndex } from "./project_index.ts";
import { CONFIG_TYPES, FILE_TYPES, type ParameterType } from "../read/parameters.ts";

/** The types of series an archive may hold. */
export const SERIES_TYPES: readonly SeriesType[] = ["float_series", "string_series", "histogram_series", "file_series"];

/** A condition on the rows of files: parameters of these types outside the `sys` namespace, which the index holds. */
export function parameterCondition(types: readonly ParameterType[]): Expr {
  const path = pl.col("attribute_path");
  const type = pl.col("attribute_type");
  return (types.length === 1 ? type.eq(pl.lit(types[0])) : type.isIn([...types])).and(
    path.lt(pl.lit("sys/")).or(path.gtEq(pl.lit("sys0"))),
  );
}

/** The types of a query that are one value, or series. */
export function splitTypes(types: AttributeType[] | null): { parameters: ParameterType[]; series: SeriesType[] } {
  const wanted = (type: AttributeType) => types === null || types.includes(type);
  return { parameters: [...CONFIG_TYPES, ...FILE_TYPES].filter(wanted), series: SERIES_TYPES.filter(wanted) };
}

/** A condition on the rows of files: points of these types. The grid of file series is filled up with cells that no run logged. */
export function seriesCondition(types: readonly SeriesType[]): Expr {
  const type = pl.col("attribute_type");
  const plain = types.filter((type) => type !== "file_series");
  const conditions = plain.map((name) => type.eq(pl.lit(name)));
  if (types.includes("file_series")) {
    const logged = pl.col("file_value").struct.field("path").isNotNull().or(pl.col("timestamp").isNotNull());
    conditions.push(type.eq(pl.lit("file_series")).and(logged));
  }
  return conditions.reduce((any, one) => any.or(one));
}

/** A condition on the rows of files: only these paths. */
export function pathCondition(paths: readonly string[] | null): Expr | null {
  if (paths === null) return null;
  // Equality is four times as fast as membership in a list of one.
  const column = pl.col("attribute_path");
  return paths.length === 1 ? column.eq(pl.lit(paths[0])) : column.isIn([...paths]);
}

/** A condition on the rows of files: only these runs. Null where the files hold nothing else. */
export function runCondition(index: ProjectIndex, runs: readonly number[]): Expr | null {
  if (!partsOf(index, runs).some((part) => index.mixed.has(part))) return null;
  return pl.col("run_id").isIn(runs.map((run) => index.keys[run]))
    .and(pl.col("project_id").eq(pl.lit(index.project)));
}

/** All conditions together. */
export function allOf(conditions: (Expr | null)[]): Expr {
  return conditions.filter((condition) => condition !== null).reduce((all, one) => all.and(one));
}

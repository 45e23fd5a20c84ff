/**
 * Predicates of Parquet scans: conditions on the rows of files, over the columns as the files spell them.
 *
 * @module
 */

import pl, { type Expr } from "nodejs-polars";
import type { SeriesType, StepRange } from "../../types.ts";
import type { ParameterType } from "./parameters.ts";

/** A condition on the rows of files: parameters of these types outside the `sys` namespace, which the index holds. */
export function parameterCondition(types: readonly ParameterType[]): Expr {
  const path = pl.col("attribute_path");
  const type = pl.col("attribute_type");
  return (types.length === 1 ? type.eq(pl.lit(types[0])) : type.isIn([...types])).and(
    path.lt(pl.lit("sys/")).or(path.gtEq(pl.lit("sys0"))),
  );
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

/** A condition on the rows of files: only steps in this range, both ends inclusive. Null where both ends are open. */
export function stepCondition([from, to]: StepRange): Expr | null {
  if (from === null && to === null) return null;
  const step = pl.col("step").cast(pl.Float64);
  return allOf([from === null ? null : step.gtEq(pl.lit(from)), to === null ? null : step.ltEq(pl.lit(to))]);
}

/** All conditions together. */
export function allOf(conditions: (Expr | null)[]): Expr {
  return conditions.filter((condition) => condition !== null).reduce((all, one) => all.and(one));
}

/**
 * All rows of a project as one lazy table, for those who go on in Polars.
 *
 * @module
 */

import pl, { type Expr, type LazyDataFrame } from "nodejs-polars";
import { partsOf, runCondition } from "../index/batches.ts";
import { withValue } from "../parquet/parameters.ts";
import { type ColumnName, scanRows } from "../parquet/scan.ts";
import type { ReadContext } from "./context.ts";
import { CONFIG_TYPES, FILE_TYPES } from "../../types.ts";

/** The names of the exporter's columns, by the short ones. */
const NAMES = {
  project: "project_id",
  run: "run_id",
  path: "attribute_path",
  type: "attribute_type",
  step: "step",
  timestamp: "timestamp",
  int: "int_value",
  float: "float_value",
  string: "string_value",
  bool: "bool_value",
  datetime: "datetime_value",
  set: "string_set_value",
  file: "file_value",
} as const;
const HISTOGRAM = { histogram: "type", edges: "edges", bins: "values" } as const;

/** What tells the rows of a run from each other, where copies of it are in several files. */
const IDENTITY: ColumnName[] = ["run", "path", "type", "step", "timestamp", "int", "float", "string", "bool", "file"];

/** The rows that are attributes and points, not cells of the exporter's grid. Only cells that may be either are read. */
export async function longTable({ index, phantoms, readOptions }: ReadContext): Promise<LazyDataFrame> {
  const runs = index.keys.map((_, run) => run);
  const parts = partsOf(index, runs).filter((part) => part.damage === null || readOptions.onDamaged(part));
  const lost = async (type: "float" | "file") =>
    (await phantoms.all(type, readOptions)).flatMap(({ path, rows }) => rows === 1 ? [path] : []);
  const floats = await lost("float"), files = await lost("file");

  const type = pl.col("type"), isFloat = type.eq(pl.lit("float"));
  const none = pl.lit(false);
  const among = (paths: string[]): Expr => paths.length > 0 ? pl.col("path").isIn(paths) : none;
  const real = [...CONFIG_TYPES, ...FILE_TYPES].map(withValue).reduce((any, one) => any.or(one))
    .or(isFloat.and(among(floats)))
    .or(type.eq(pl.lit("file")).and(among(files)))
    .or(type.isIn(["float_series", "string_series", "histogram_series"]).and(pl.col("step").isNotNull()))
    .or(type.eq(pl.lit("file_series")).and(pl.col("file").isNotNull().or(pl.col("timestamp").isNotNull())));
  const time = (name: ColumnName) => pl.col(name).cast(pl.Datetime("ms", "UTC"));
  // NaN is stored as null.
  const number = pl.when(type.eq(pl.lit("float_series")).or(isFloat)).then(pl.col("float").fillNull(pl.lit(NaN)))
    .otherwise(pl.col("float"));

  return scanRows(parts, {
    where: runCondition(index, runs),
    columns: [...Object.keys(NAMES), ...Object.keys(HISTOGRAM)] as ColumnName[],
    then: (rows) =>
      (index.repeated.size > 0 ? rows.unique({ subset: IDENTITY, keep: "first", maintainOrder: true }) : rows)
        .filter(real)
        .withColumns(time("timestamp"), time("datetime"), number.alias("float"))
        .select(
          ...Object.entries(NAMES).map(([short, name]) => pl.col(short).alias(name)),
          histogram().alias("histogram_value"),
        ),
  });
}

function histogram(): Expr {
  const fields = Object.entries(HISTOGRAM).map(([short, name]) => pl.col(short).alias(name));
  return pl.struct(fields) as unknown as Expr;
}

/**
 * Files whose columns are not exactly the exporter's, because somebody wrote the archive again with another tool.
 *
 * @module
 */

import pl, { type DataFrame, type Expr } from "nodejs-polars";
import type { FileColumns } from "./row_group.ts";
import { Physical } from "./format/footer.ts";
import { COLUMN_LIST, POLARS_TYPES } from "./schema.ts";

/** The types of the columns of a frame where they differ from the exporter's; null where none does. */
export function foreignTypes(frame: DataFrame): Record<string, string> | null {
  const types: Record<string, string> = {};
  for (const [name, type] of Object.entries(frame.schema)) types[name] = spelling(type as NestedType);
  const same = COLUMN_LIST.every(([name, { holds }]) => types[name] === POLARS_TYPES[holds]) &&
    Object.keys(types).length === COLUMN_LIST.length;
  return same ? null : types;
}

/** What Polars makes of the values of each physical type. */
const FITTING: ReadonlyMap<number, RegExp> = new Map([
  [Physical.BOOLEAN, /^Bool/],
  [Physical.INT32, /^U?Int|^Date$|^Time$|^Decimal|^Datetime/],
  [Physical.INT64, /^U?Int|^Date$|^Time$|^Decimal|^Datetime/],
  [Physical.INT96, /^Datetime/],
  [Physical.FLOAT, /^Float/],
  [Physical.DOUBLE, /^Float/],
  [Physical.BYTE_ARRAY, /^String|^Utf8|^Binary|^Categorical|^Enum|^Decimal/],
  [Physical.FIXED_LEN_BYTE_ARRAY, /^Decimal|^Binary/],
]);
const UNITS = new Map([[1, /^Datetime\(ms/], [1000, /^Datetime\([uμ]s/], [1_000_000, /^Datetime\(ns/]]);

/** Tells whether Polars takes columns for what the file says they are. */
export function isAsSaid(frame: DataFrame, { leaves, isAlike }: FileColumns): boolean {
  if (frame.columns.join("\0") !== [...new Set(leaves.map(({ path }) => path[0]))].join("\0")) return false;
  if (isAlike) return foreignTypes(frame) === null;
  const types = Object.values(frame.schema).flatMap((type) => [...scalars(type as NestedType)]);
  return types.length === leaves.length && leaves.every(({ physical, scale, perMillisecond }, i) => {
    if (!FITTING.get(physical)!.test(types[i])) return false;
    const digits = /^Decimal\((\d+),(\d+)\)/.exec(types[i]);
    if (digits) {
      return Number(digits[2]) === scale && Number(digits[1]) >= Math.max(1, scale!) && Number(digits[1]) <= 38;
    }
    const unit = perMillisecond === null ? null : UNITS.get(perMillisecond);
    return scale === null && (!unit || unit.test(types[i]));
  });
}

function* scalars(type: NestedType): Generator<string> {
  if (type.variant === "List") yield* scalars(type.inner![0]);
  else if (type.variant === "Struct") { for (const { dtype } of type.inner!) yield* scalars(dtype); }
  else yield spelling(type);
}

/** What Polars' type objects hold. */
type NestedType = { variant: string; inner: (NestedType & { name: string; dtype: NestedType })[] | null };

function spelling(type: NestedType): string {
  if (type.variant === "List") return `List(${spelling(type.inner![0])})`;
  if (type.variant === "Struct") {
    return `Struct(${type.inner!.map((field) => `${field.name}:${spelling(field.dtype)}`).join(",")})`;
  }
  return type.toString().replace(/^DataType\((.*)\)$/, "$1");
}

/** Turns columns of other types into ones that can be read like the exporter's; missing ones are null. */
export function adaptations(foreign: Record<string, string>): Expr[] {
  const missing = (type: pl.DataType) => pl.lit(null).cast(type);
  const different = COLUMN_LIST.filter(([name, { holds }]) => foreign[name] !== POLARS_TYPES[holds]);
  return different.map(([name, { holds }]) => {
    const type = foreign[name];
    const column = pl.col(name);
    const as = (wanted: pl.DataType) => (type ? column.cast(wanted) : missing(wanted)).alias(name);
    switch (holds) {
      case "decimal":
      case "float":
        return as(pl.Float64);
      case "time":
        if (!type) return missing(pl.Int64).alias(name);
        return (type.startsWith("Datetime") ? column.cast(pl.Datetime("ms")) : column).cast(pl.Int64).alias(name);
      case "int":
        return as(pl.Int64);
      case "bool":
        return as(pl.Bool);
      case "strings":
        return as(pl.List(pl.Utf8));
      case "file":
        return structure(column, type, { path: pl.Utf8 }).alias(name);
      case "histogram":
        return structure(column, type, { type: pl.Utf8, edges: pl.List(pl.Float64), values: pl.List(pl.Float64) })
          .alias(name);
      case "string":
        return as(pl.Utf8);
    }
  });
}

function structure(column: Expr, type: string | undefined, fields: Record<string, pl.DataType>): Expr {
  const has = (field: string) => type !== undefined && new RegExp(`[(,]${field}:`).test(type);
  return pl.struct(
    Object.entries(fields).map(([field, dtype]) =>
      (has(field) ? column.struct.field(field) : pl.lit(null)).cast(dtype).alias(field)
    ),
  ) as unknown as Expr;
}

/**
 * Files whose columns are not exactly the exporter's, because somebody wrote the archive again with another tool.
 *
 * @module
 */

import pl, { type DataFrame, type Expr } from "nodejs-polars";

/** The exporter's schema, as Polars spells the types. */
const SCHEMA: Record<string, string> = {
  project_id: "String",
  run_id: "String",
  attribute_path: "String",
  attribute_type: "String",
  step: "Decimal(18,6)",
  timestamp: "Datetime(ms,UTC)",
  int_value: "Int64",
  float_value: "Float64",
  string_value: "String",
  bool_value: "Bool",
  datetime_value: "Datetime(ms,UTC)",
  string_set_value: "List(String)",
  file_value: "Struct(path:String)",
  histogram_value: "Struct(type:String,edges:List(Float64),values:List(Float64))",
};

/** The types of the columns of a frame where they differ from the exporter's; null where none does. */
export function foreignTypes(frame: DataFrame): Record<string, string> | null {
  const types: Record<string, string> = {};
  for (const [name, type] of Object.entries(frame.schema)) types[name] = spelling(type as NestedType);
  const same = Object.keys(SCHEMA).every((name) => types[name] === SCHEMA[name]) &&
    Object.keys(types).length === Object.keys(SCHEMA).length;
  return same ? null : types;
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
  return Object.keys(SCHEMA).filter((name) => foreign[name] !== SCHEMA[name]).map((name) => {
    const type = foreign[name];
    const column = pl.col(name);
    switch (name) {
      case "step":
        return (type ? column.cast(pl.Float64) : missing(pl.Float64)).alias(name);
      case "timestamp":
      case "datetime_value":
        if (!type) return missing(pl.Int64).alias(name);
        return (type.startsWith("Datetime") ? column.cast(pl.Datetime("ms")) : column).cast(pl.Int64).alias(name);
      case "int_value":
        return (type ? column.cast(pl.Int64) : missing(pl.Int64)).alias(name);
      case "float_value":
        return (type ? column.cast(pl.Float64) : missing(pl.Float64)).alias(name);
      case "bool_value":
        return (type ? column.cast(pl.Bool) : missing(pl.Bool)).alias(name);
      case "string_set_value":
        return (type ? column.cast(pl.List(pl.Utf8)) : missing(pl.List(pl.Utf8))).alias(name);
      case "file_value":
        return structure(column, type, { path: pl.Utf8 }).alias(name);
      case "histogram_value":
        return structure(column, type, { type: pl.Utf8, edges: pl.List(pl.Float64), values: pl.List(pl.Float64) })
          .alias(name);
      default:
        return (type ? column.cast(pl.Utf8) : missing(pl.Utf8)).alias(name);
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

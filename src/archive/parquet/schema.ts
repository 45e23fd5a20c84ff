/**
 * The exporter's 14 columns: the one place that knows their names and types, for those who read parts and for those who write them.
 *
 * @module
 */

import type { SchemaElement } from "hyparquet";
import type { ConfigType, FileType } from "../../types.ts";

/** The columns in their order: how queries here call each, and what it holds. */
export const COLUMNS = {
  project_id: { short: "project", holds: "string" },
  run_id: { short: "run", holds: "string" },
  attribute_path: { short: "path", holds: "string" },
  attribute_type: { short: "type", holds: "string" },
  step: { short: "step", holds: "decimal" },
  timestamp: { short: "timestamp", holds: "time" },
  int_value: { short: "int", holds: "int" },
  float_value: { short: "float", holds: "float" },
  string_value: { short: "string", holds: "string" },
  bool_value: { short: "bool", holds: "bool" },
  datetime_value: { short: "datetime", holds: "time" },
  string_set_value: { short: "set", holds: "strings" },
  file_value: { short: "file", holds: "file" },
  histogram_value: { short: "histogram", holds: "histogram" },
} as const satisfies Record<string, { short: string; holds: keyof CellTypes }>;

/** The name of a column. */
export type ArchiveColumn = keyof typeof COLUMNS;

/** How queries here call what holds values: a column, or a part of the histograms. */
export type ColumnName = typeof COLUMNS[ArchiveColumn]["short"] | "edges" | "bins";

/** The columns with their names, in their order. */
export const COLUMN_LIST = Object.entries(COLUMNS) as [ArchiveColumn, typeof COLUMNS[ArchiveColumn]][];

/** The column that holds the value of an attribute of each type. */
export const VALUE_COLUMN = {
  int: "int_value",
  float: "float_value",
  string: "string_value",
  bool: "bool_value",
  datetime: "datetime_value",
  string_set: "string_set_value",
  file: "file_value",
  file_set: "file_value",
  artifact: "file_value",
} as const satisfies Record<ConfigType | FileType, ArchiveColumn>;

/** Where in the schema the values are, from the column down. */
export const LEAF_PATHS: ReadonlyMap<ColumnName, readonly string[]> = new Map(
  COLUMN_LIST.flatMap(([name, { short, holds }]): [ColumnName, string[]][] => {
    if (holds === "file") return [[short, [name, "path"]]];
    if (holds !== "histogram") return [[short, [name]]];
    return [[short, [name, "type"]], ["edges", [name, "edges"]], ["bins", [name, "values"]]];
  }),
);

/** All columns, and parts of columns. */
export const EVERY_COLUMN: readonly ColumnName[] = [...LEAF_PATHS.keys()];

/** How queries here call the column that holds the values of a type. */
export function valueColumn(type: keyof typeof VALUE_COLUMN): ColumnName {
  return COLUMNS[VALUE_COLUMN[type]].short;
}

/** The columns that rows of each type have their values in: a file that has such rows has them, too. */
export const NEEDED_COLUMNS: ReadonlyMap<string, readonly ColumnName[]> = new Map<string, ColumnName[]>([
  ...(Object.keys(VALUE_COLUMN) as (keyof typeof VALUE_COLUMN)[]).map((type): [string, ColumnName[]] => [
    type,
    [valueColumn(type)],
  ]),
  ["float_series", ["step", "float"]],
  ["string_series", ["step", "string"]],
  ["file_series", ["step", "file"]],
  ["histogram_series", ["step", "histogram", "edges", "bins"]],
]);

/** A histogram as the file stores it: one edge more than values. */
export interface HistogramCell {
  type: string | null;
  edges: (number | null)[] | null;
  values: (number | null)[] | null;
}

/** What a cell of each kind of column is. */
export interface CellTypes {
  string: string;
  /** A bigint is taken as millionths, unrounded. */
  decimal: number | bigint;
  /** Milliseconds since the epoch. */
  time: number;
  int: number | bigint;
  float: number;
  bool: boolean;
  strings: string[];
  file: { path: string | null };
  histogram: HistogramCell;
}

/** The columns that every row has; those of project and run, where they are left out, are those of the part. */
type Named = "attribute_path" | "attribute_type";

/** One row of a part; absent columns are null. */
export type ArchiveRow =
  & { [name in Named]: string }
  & { [name in Exclude<ArchiveColumn, Named>]?: CellTypes[typeof COLUMNS[name]["holds"]] | null };

/** Rows by column, for large parts: all arrays are equally long, absent columns are null. Values as in {@linkcode ArchiveRow}. */
export type ArchiveColumns = { [name in ArchiveColumn]?: ArrayLike<ArchiveRow[name]> };

/** Rows that were exported together; each batch is one row group. */
export type RowBatch = ArchiveRow[] | ArchiveColumns;

/** What columns of each kind are to Polars, as it spells types. */
export const POLARS_TYPES: Readonly<Record<keyof CellTypes, string>> = {
  string: "String",
  decimal: "Decimal(18,6)",
  time: "Datetime(ms,UTC)",
  int: "Int64",
  float: "Float64",
  bool: "Bool",
  strings: "List(String)",
  file: "Struct(path:String)",
  histogram: "Struct(type:String,edges:List(Float64),values:List(Float64))",
};

const STRING = { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } } as const;

/** What columns of each kind are in Parquet. */
const PARQUET_TYPES: Record<keyof CellTypes, (name: string) => SchemaElement[]> = {
  string: (name) => [leaf(name, STRING)],
  decimal: (name) => [leaf(name, {
    type: "FIXED_LEN_BYTE_ARRAY",
    type_length: 8,
    converted_type: "DECIMAL",
    precision: 18,
    scale: 6,
    logical_type: { type: "DECIMAL", precision: 18, scale: 6 },
  })],
  time: (name) => [leaf(name, {
    type: "INT64",
    converted_type: "TIMESTAMP_MILLIS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
  })],
  int: (name) => [leaf(name, { type: "INT64" })],
  float: (name) => [leaf(name, { type: "DOUBLE" })],
  bool: (name) => [leaf(name, { type: "BOOLEAN" })],
  strings: (name) => list(name, STRING),
  file: (name) => [{ name, repetition_type: "OPTIONAL", num_children: 1 }, leaf("path", STRING)],
  histogram: (name) => [
    { name, repetition_type: "OPTIONAL", num_children: 3 },
    leaf("type", STRING),
    ...list("edges", { type: "DOUBLE" }),
    ...list("values", { type: "DOUBLE" }),
  ],
};

function leaf(name: string, type: Partial<SchemaElement>): SchemaElement {
  return { name, repetition_type: "OPTIONAL", ...type };
}

function list(name: string, element: Partial<SchemaElement>): SchemaElement[] {
  return [
    { name, repetition_type: "OPTIONAL", converted_type: "LIST", logical_type: { type: "LIST" }, num_children: 1 },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    leaf("element", element),
  ];
}

/** What a column is in Parquet, element by element. */
export function elementsOf(name: string, holds: keyof CellTypes): SchemaElement[] {
  return PARQUET_TYPES[holds](name);
}

/** The schema of every part, element by element. */
export const SCHEMA: readonly SchemaElement[] = [
  { name: "schema", repetition_type: "REQUIRED", num_children: COLUMN_LIST.length },
  ...COLUMN_LIST.flatMap(([name, { holds }]) => PARQUET_TYPES[holds](name)),
];

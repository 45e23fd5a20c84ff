/**
 * What the exporter's Parquet files hold: the schema, and rows in its terms.
 *
 * @module
 */

import type { SchemaElement } from "hyparquet";

/** One row of a Parquet part; absent columns are null. */
export interface ArchiveRow {
  attribute_path: string;
  attribute_type: string;
  /** A bigint is taken as millionths, unrounded. */
  step?: number | bigint | null;
  /** Milliseconds since the epoch. */
  timestamp?: number | null;
  int_value?: number | bigint | null;
  float_value?: number | null;
  string_value?: string | null;
  bool_value?: boolean | null;
  /** Milliseconds since the epoch. */
  datetime_value?: number | null;
  string_set_value?: string[] | null;
  file_value?: { path: string | null } | null;
  histogram_value?: HistogramCell | null;
  /** Only where a row belongs to another project than the file's name says. */
  project_id?: string | null;
  /** Only where a row belongs to another run than the file's name says. */
  run_id?: string | null;
}

/** A histogram as the file stores it: one edge more than values. */
export interface HistogramCell {
  type: string | null;
  edges: (number | null)[] | null;
  values: (number | null)[] | null;
}

/** Rows by column, for large parts: all arrays are equally long, absent columns are null. Values as in {@linkcode ArchiveRow}. */
export type ArchiveColumns = { [name in keyof ArchiveRow]-?: ArrayLike<ArchiveRow[name]> } extends infer C ? Partial<C>
  : never;

/** Rows that were exported together; each batch is one row group. */
export type RowBatch = ArchiveRow[] | ArchiveColumns;

const text = { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } } as const;
const time = {
  type: "INT64",
  converted_type: "TIMESTAMP_MILLIS",
  logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
} as const;

/** The schema of every part, element by element. */
export const SCHEMA: readonly SchemaElement[] = [
  { name: "schema", repetition_type: "REQUIRED", num_children: 14 },
  leaf("project_id", text),
  leaf("run_id", text),
  leaf("attribute_path", text),
  leaf("attribute_type", text),
  leaf("step", {
    type: "FIXED_LEN_BYTE_ARRAY",
    type_length: 8,
    converted_type: "DECIMAL",
    precision: 18,
    scale: 6,
    logical_type: { type: "DECIMAL", precision: 18, scale: 6 },
  }),
  leaf("timestamp", time),
  leaf("int_value", { type: "INT64" }),
  leaf("float_value", { type: "DOUBLE" }),
  leaf("string_value", text),
  leaf("bool_value", { type: "BOOLEAN" }),
  leaf("datetime_value", time),
  ...list("string_set_value", text),
  { name: "file_value", repetition_type: "OPTIONAL", num_children: 1 },
  leaf("path", text),
  { name: "histogram_value", repetition_type: "OPTIONAL", num_children: 3 },
  leaf("type", text),
  ...list("edges", { type: "DOUBLE" }),
  ...list("values", { type: "DOUBLE" }),
];

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

/**
 * The rows of an archive as a table of a query.
 *
 * @module
 */

import type { Statement } from "../connect/statement.ts";
import type { PartGroup } from "../contents.ts";

/** The columns of the exporter: engines find them by name, and what a file lacks is null. */
export const ROW_SCHEMA = [
  "project_id STRING",
  "run_id STRING",
  "attribute_path STRING",
  "attribute_type STRING",
  "step DECIMAL(18,6)",
  "timestamp TIMESTAMP",
  "int_value BIGINT",
  "float_value DOUBLE",
  "string_value STRING",
  "bool_value BOOLEAN",
  "datetime_value TIMESTAMP",
  "string_set_value ARRAY<STRING>",
  "file_value STRUCT<path: STRING>",
  "histogram_value STRUCT<type: STRING, edges: ARRAY<DOUBLE>, `values`: ARRAY<DOUBLE>>",
].join(", ");

/** Where the rows of one project are. */
export interface RowSource {
  groups: readonly PartGroup[];
  /** null: rows of all projects. */
  project: string | null;
  /** Whether the engine can tell the number of a row in its file. */
  rowNumbers: boolean;
}

/**
 * Makes the table `rows`: the exporter's columns, and `copy`, `part` and `place`, which order rows as the files do. Where an engine
 * does not know where in a file a row is, `place` is null.
 */
export function withRows(statement: Statement, { groups, project, rowNumbers }: RowSource): void {
  const tables = groups.map(({ copy, part, paths }, at) => {
    statement.files(`files${at}`, paths, "parquet", ROW_SCHEMA);
    const place = rowNumbers ? `files${at}._metadata.row_index` : "CAST(NULL AS BIGINT)";
    const where = project === null ? "" : ` WHERE project_id = ${statement.value(project)}`;
    return `SELECT files${at}.*, ${copy} AS copy, ${part} AS part, ${place} AS place FROM files${at}${where}`;
  });
  statement.with("rows", tables.join("\nUNION ALL\n"));
}

/** The order of rows within a series, as a struct or a list: by step, then as the files have them. */
export const ROW_ORDER = ["step", "copy", "part", "place", "timestamp"] as const;

/** Texts in the order of UTF-16, in which JavaScript compares them. */
export function utf16(expression: string): string {
  return `encode(${expression}, 'UTF-16BE')`;
}

/** A float that is not there was NaN. */
export const FLOAT = "coalesce(float_value, CAST('NaN' AS DOUBLE))";

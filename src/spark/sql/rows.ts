/**
 * The rows of an archive as a table of a query.
 *
 * @module
 */

import type { ColumnTypes, IsNeeded, Statement } from "../connect/statement.ts";
import type { CompactedTables, PartGroup } from "../contents.ts";
import { SERIES_TYPES } from "../../types.ts";

const COLUMNS = [
  ["project_id", "STRING"],
  ["run_id", "STRING"],
  ["attribute_path", "STRING"],
  ["attribute_type", "STRING"],
  ["step", "DECIMAL(18,6)"],
  ["timestamp", "TIMESTAMP"],
  ["int_value", "BIGINT"],
  ["float_value", "DOUBLE"],
  ["string_value", "STRING"],
  ["bool_value", "BOOLEAN"],
  ["datetime_value", "TIMESTAMP"],
  ["string_set_value", "ARRAY<STRING>"],
  ["file_value", "STRUCT<path: STRING>"],
  ["histogram_value", "STRUCT<type: STRING, edges: ARRAY<DOUBLE>, `values`: ARRAY<DOUBLE>>"],
] as const;

const AGGREGATES = ["min_value", "max_value", "average_value", "variance_value"];
const VALUE_COLUMNS: ColumnTypes = [...COLUMNS, ...AGGREGATES.map((name) => [name, "DOUBLE"] as const)];
const SERIES = SERIES_TYPES.map((type) => `'${type}'`).join(", ");

/** Where the rows of one project are. */
export interface RowSource {
  groups: readonly PartGroup[];
  compacted: readonly CompactedTables[];
  /** Runs that are not shown, though the compacted tables have them: their export was interrupted. */
  hidden: readonly string[];
  /** null: rows of all projects. */
  project: string | null;
  /** Whether the engine can tell the number of a row in its file. */
  rowNumbers: boolean;
}

/**
 * Makes the tables `rows` and `point_rows`: the exporter's columns, and `copy`, `part` and `place`, which order rows as the files do.
 * Where an engine does not know where in a file a row is, `place` is null. `rows` has all single values and names all runs,
 * `point_rows` has all points; in the exporter's files both are the same. Of compacted folders there is `value_rows`, too: the last
 * points of series, with what they come down to.
 */
export function withRows(statement: Statement, { groups, compacted, hidden, project, rowNumbers }: RowSource): void {
  const place = (table: string) => rowNumbers ? `${table}._metadata.row_index` : "CAST(NULL AS BIGINT)";
  const raw = groups.map(({ copy, part, paths, unnamed }, at) => {
    const table = `files${at}`;
    statement.files(table, paths, "parquet", COLUMNS);
    const isNamed = project === null ? null : `project_id = ${statement.value(project)}`;
    const where = isNamed === null ? "" : ` WHERE ${isNamed}${unnamed ? " OR project_id IS NULL" : ""}`;
    return (isNeeded: IsNeeded) =>
      `SELECT ${columnsOf(COLUMNS, isNeeded)}${copy} AS copy, ${part} AS part, ${
        place(table)
      } AS place FROM ${table}${where}`;
  });
  const united = (...tables: ((isNeeded: IsNeeded) => string)[]) => (isNeeded: IsNeeded) =>
    tables.map((text) => text(isNeeded)).join("\nUNION ALL\n");
  if (compacted.length === 0) {
    statement.with("rows", united(...raw));
    return statement.with(
      "point_rows",
      (isNeeded) => `SELECT ${columnsOf(COLUMNS, isNeeded)}copy, part, place FROM rows`,
    );
  }
  const shown = isShown(statement, hidden);
  const values = compacted.map(({ copy, values }, at) => {
    statement.files(`values${at}`, values, "parquet", VALUE_COLUMNS);
    return (isNeeded: IsNeeded) =>
      `SELECT ${columnsOf(VALUE_COLUMNS, isNeeded)}${copy} AS copy, 0 AS part, CAST(NULL AS BIGINT) AS place ` +
      `FROM values${at} WHERE ${shown}`;
  });
  statement.with("value_rows", united(...values));
  // Floats and files without a value have types of their own there.
  const singles = (isNeeded: IsNeeded) => {
    const columns = columnsOf(COLUMNS, isNeeded).replace(
      "attribute_type",
      "CASE attribute_type WHEN 'no_float' THEN 'float' WHEN 'no_file' THEN 'file' ELSE attribute_type END AS attribute_type",
    );
    return `SELECT ${columns}copy, part, place FROM value_rows WHERE attribute_type NOT IN (${SERIES})`;
  };
  statement.with("rows", united(...raw, singles));
  const points = compacted.filter(({ series }) => series.length > 0).map(({ copy, series }, at) => {
    statement.files(`series${at}`, series, "parquet", COLUMNS);
    return (isNeeded: IsNeeded) =>
      `SELECT ${columnsOf(COLUMNS, isNeeded)}${copy} AS copy, 0 AS part, ${place(`series${at}`)} AS place ` +
      `FROM series${at} WHERE ${shown}`;
  });
  const none = (isNeeded: IsNeeded) => `SELECT ${columnsOf(COLUMNS, isNeeded)}copy, part, place FROM rows WHERE false`;
  statement.with("point_rows", united(...raw, ...points.length > 0 ? points : [none]));
}

/** The columns that are needed, as the beginning of a list. */
function columnsOf(columns: ColumnTypes, isNeeded: IsNeeded): string {
  return columns.filter(([name]) => isNeeded(name)).map(([name]) => `${name}, `).join("");
}

/**
 * A query that reads these files of the exporter and finds nothing.
 *
 * @param thorough Reads every value. Otherwise what the files say of themselves.
 */
export function readingQuery(statement: Statement, paths: readonly string[], thorough: boolean): string {
  statement.files("files", paths, "parquet", COLUMNS.map((column) => column.join(" ")).join(", "));
  const count = thorough
    ? COLUMNS.map(([name]) => `sum(CASE WHEN ${name} IS NULL THEN 0 ELSE 1 END)`).join(" + ")
    : "count(*)";
  return `SELECT ${count} AS count FROM files`;
}

/** The condition that a run of compacted tables is shown. */
export function isShown(statement: Statement, hidden: readonly string[]): string {
  return hidden.length === 0 ? "true" : `run_id NOT IN (${statement.values(hidden)})`;
}

/** The type of one of the exporter's columns. */
export function typeOf(column: string): string {
  return COLUMNS.find(([name]) => name === column)![1];
}

/** Texts in the order of UTF-16, in which JavaScript compares them. */
export function utf16(expression: string): string {
  return `encode(${expression}, 'UTF-16BE')`;
}

/** A float that is not there was NaN. */
export const FLOAT = "coalesce(float_value, CAST('NaN' AS DOUBLE))";

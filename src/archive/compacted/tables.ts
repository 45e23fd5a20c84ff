/**
 * The tables of compacted archives: the one place that knows their columns, for those who read them and for those who write them.
 *
 * @module
 */

import type { SchemaElement } from "hyparquet";
import { type CellTypes, COLUMN_LIST, elementsOf } from "../parquet/schema.ts";

/** What columns hold: as in archives, and whole numbers of 32 bits. */
export type StoredColumnType = keyof CellTypes | "number";

/** A column of a table. */
export interface StoredColumn {
  name: string;
  holds: StoredColumnType;
  /** As Parquet describes it. */
  elements: readonly SchemaElement[];
}

/** The names of the tables, which are those of their folders. */
export type TableName = "runs" | "lineage" | "attributes" | "values" | "series";

/** A table. */
export interface Table {
  columns: readonly StoredColumn[];
  /** The columns by which its rows are sorted. */
  sorting: readonly string[];
}

const EXPORTED = COLUMN_LIST.map(([name, { holds }]) => column(name, holds));

/** The tables. */
export const TABLES: Readonly<Record<TableName, Table>> = {
  runs: {
    columns: columns({
      project_id: "string",
      run_id: "string",
      sys_id: "string",
      custom_run_id: "string",
      experiment_name: "string",
      is_head: "bool",
      creation_time: "time",
      trashed: "bool",
      complete: "bool",
      exporter: "string",
      parent_run_id: "string",
      fork_step: "float",
      points: "int",
      source_bytes: "int",
      source_checksum: "int",
    }),
    sorting: ["run_id"],
  },
  lineage: {
    columns: columns({
      run_id: "string",
      source_run_id: "string",
      depth: "number",
      last_step: "float",
      same_experiment: "bool",
    }),
    sorting: ["run_id", "depth"],
  },
  attributes: {
    columns: columns({
      attribute_path: "string",
      attribute_type: "string",
      runs: "int",
      points: "int",
      values_file: "number",
      values_row: "int",
    }),
    sorting: ["attribute_path", "attribute_type"],
  },
  values: {
    columns: [
      ...EXPORTED,
      ...columns({
        run_number: "number",
        points: "int",
        first_step: "decimal",
        min_value: "float",
        max_value: "float",
        average_value: "float",
        variance_value: "float",
        series_file: "number",
        series_row: "int",
      }),
    ],
    sorting: ["attribute_path", "attribute_type", "run_id"],
  },
  series: { columns: EXPORTED, sorting: ["attribute_path", "attribute_type", "run_id", "step"] },
};

function columns(types: Record<string, StoredColumnType>): StoredColumn[] {
  return Object.entries(types).map(([name, holds]) => column(name, holds));
}

function column(name: string, holds: StoredColumnType): StoredColumn {
  const optional = { name, repetition_type: "OPTIONAL" } as const;
  if (holds === "number") return { name, holds, elements: [{ ...optional, type: "INT32" }] };
  const elements = elementsOf(name, holds);
  if (holds !== "decimal") return { name, holds, elements };
  // Whole numbers can be written by their differences.
  return { name, holds, elements: elements.map(({ type_length: _, ...one }) => ({ ...one, type: "INT64" })) };
}

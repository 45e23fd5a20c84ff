/**
 * Latest values of attributes as one table: single values, what runs have by definition, and what series come down to.
 *
 * @module
 */

import {
  type AttributeType,
  CONFIG_TYPES,
  type ConfigType,
  FILE_TYPES,
  type FileType,
  isConfigType,
  SERIES_TYPES,
} from "../../types.ts";
import type { Statement } from "../connect/statement.ts";
import { portablePattern } from "./regex.ts";
import { DERIVED, withRuns } from "./runs.ts";
import { all, isOneOf, type Scope } from "./scope.ts";
import { seriesThere, withLatest } from "./points.ts";
import type { PathMatcher } from "../../archive/read/paths.ts";
import type { PathFilter } from "../../source.ts";

/** Which attributes of which runs. */
export interface CellScope {
  /** null: all. */
  runs: readonly string[] | null;
  /** null: all. */
  types: readonly AttributeType[] | null;
  paths: PathMatcher;
  /** What `paths` was made of. */
  filter: PathFilter | null;
}

const PARAMETERS = [...CONFIG_TYPES, ...FILE_TYPES] as const;

/** A column of values. */
interface CellColumn {
  name: string;
  type: string;
  /** Where single values have it, and where series do. */
  single: string | null;
  series: string | null;
  /** The types that have it. */
  of: readonly AttributeType[];
}

const HISTOGRAM = "STRUCT<type: STRING, edges: ARRAY<DOUBLE>, `values`: ARRAY<DOUBLE>>";
const aggregate = (name: string): CellColumn => ({
  name,
  type: "DOUBLE",
  single: null,
  series: name,
  of: ["float_series"],
});

const COLUMNS: readonly CellColumn[] = [
  { name: "int_value", type: "BIGINT", single: "int_value", series: null, of: ["int"] },
  { name: "float_value", type: "DOUBLE", single: "float_value", series: "value", of: ["float", "float_series"] },
  {
    name: "string_value",
    type: "STRING",
    single: "string_value",
    series: "string_value",
    of: ["string", "string_series"],
  },
  { name: "bool_value", type: "BOOLEAN", single: "bool_value", series: null, of: ["bool"] },
  { name: "datetime_value", type: "TIMESTAMP", single: "datetime_value", series: null, of: ["datetime"] },
  { name: "string_set_value", type: "ARRAY<STRING>", single: "string_set_value", series: null, of: ["string_set"] },
  { name: "file", type: "STRING", single: "file_value.path", series: "file", of: [...FILE_TYPES, "file_series"] },
  { name: "histogram_value", type: HISTOGRAM, single: null, series: "histogram_value", of: ["histogram_series"] },
  { name: "last_step", type: "DECIMAL(18,6)", single: null, series: "last_step", of: SERIES_TYPES },
  ...["min", "max", "average", "variance"].map(aggregate),
];

/**
 * The condition that a path may be wanted: a little too much may pass, never too little, as whoever takes the rows looks at their
 * paths again.
 */
function mayBeWanted(statement: Statement, column: string, { paths, filter }: CellScope): string | null {
  if (paths.list) return isOneOf(statement, column, paths.list);
  if (!filter) return null;
  return filter.any.map(({ must, mustNot }) =>
    `(${
      all([
        ...must.map(portablePattern).filter((one) => one !== null).map((one) =>
          `${column} RLIKE ${statement.value(one)}`
        ),
        ...mustNot.map(portablePattern).filter((one) => one !== null)
          .map((one) => `NOT (${column} RLIKE ${statement.value(one)})`),
      ])
    })`
  ).join(" OR ") || "false";
}

/** The rows that hold a single value of their type. */
function isThere(types: readonly (ConfigType | FileType)[]): string {
  return types.map((type) => {
    const value = isConfigType(type) ? `${type}_value` : "file_value.path";
    return `(attribute_type = '${type}' AND ${value} IS NOT NULL)`;
  }).join(" OR ");
}

/** Derived attributes that are wanted, as `path`, `type` and the column of `runs`. */
function derivedIn({ types, paths }: CellScope) {
  return [...DERIVED].map(([name, column]) => {
    const at = name.lastIndexOf(":");
    return { path: name.slice(0, at), type: name.slice(at + 1) as "string" | "bool", column };
  }).filter(({ path, type }) => (!types || types.includes(type)) && paths.test(path));
}

/** Which types of single values and of series are wanted. */
export function typesIn({ types }: Pick<CellScope, "types">) {
  return {
    parameters: PARAMETERS.filter((type) => !types || types.includes(type)),
    series: SERIES_TYPES.filter((type) => !types || types.includes(type)),
  };
}

/** What all rows have in common, and none says; null: each says its own. */
export function commonIn({ paths, types }: CellScope): { path: string | null; type: AttributeType | null } {
  return {
    path: paths.list?.length === 1 ? paths.list[0] : null,
    type: types?.length === 1 ? types[0] : null,
  };
}

/**
 * The query for latest values: `run`, `path` and `type` where they are not what all have in common, and a column for each kind of
 * value. Null: there can be none.
 */
export function valuesQuery(statement: Statement, scope: Scope, cells: CellScope): string | null {
  const columns = COLUMNS.filter(({ of }) => cells.types === null || of.some((type) => cells.types!.includes(type)));
  const tables = singles(statement, scope, cells, columns);
  const { series } = typesIn(cells);
  if (series.length > 0) {
    const where = mayBeWanted(statement, "attribute_path", cells);
    withLatest(statement, scope, { types: series, where, runs: cells.runs, inherited: true });
    const values = columns.map(({ name, type, series }) => `${series ?? `CAST(NULL AS ${type})`} AS ${name}`);
    tables.push(`SELECT ${["run, path, type", ...values].join(", ")} FROM latest`);
  }
  if (tables.length === 0) return null;
  const { path, type } = commonIn(cells);
  const said = ["run", ...path === null ? ["path"] : [], ...type === null ? ["type"] : []];
  return `SELECT ${[...said, ...columns.map(({ name }) => name)].join(", ")} FROM (${tables.join("\nUNION ALL\n")})`;
}

/**
 * The query for what exists: `run`, `path`, `type`, each once; without `run` where that is not asked. Null: nothing can.
 *
 * @param byRun Whether runs matter.
 */
export function existingQuery(statement: Statement, scope: Scope, cells: CellScope, byRun: boolean): string | null {
  const tables = singles(statement, scope, cells, []);
  const { series } = typesIn(cells);
  if (series.length > 0) {
    const where = mayBeWanted(statement, "attribute_path", cells);
    // What all runs together have does not depend on who inherits what.
    const inherited = byRun || cells.runs !== null;
    tables.push(seriesThere(statement, scope, { types: series, where, runs: cells.runs, inherited }));
  }
  if (tables.length === 0) return null;
  return `SELECT DISTINCT ${byRun ? "run, " : ""}path, type FROM (${tables.join("\nUNION ALL\n")})`;
}

/** Selections of single values. */
function singles(statement: Statement, scope: Scope, cells: CellScope, columns: readonly CellColumn[]): string[] {
  const tables: string[] = [];
  const { parameters } = typesIn(cells);
  const derived = derivedIn(cells);
  const isAsked = (column: string) => cells.runs && isOneOf(statement, column, cells.runs);
  const isOnlyDerived = cells.paths.list?.every((path) => derived.some((one) => one.path === path)) &&
    parameters.every((type) => cells.types !== null && derived.some((one) => one.type === type));
  if (parameters.length > 0 && !isOnlyDerived) {
    const where = all([
      isThere(parameters),
      "attribute_path IS NOT NULL AND run_id IS NOT NULL",
      isAsked("run_id"),
      mayBeWanted(statement, "attribute_path", cells),
      derived.length === 0
        ? null
        : `NOT (${
          derived.map(({ path, type }) => `(attribute_path = '${path}' AND attribute_type = '${type}')`).join(" OR ")
        })`,
    ]);
    const names = ["run_id AS run", "attribute_path AS path", "attribute_type AS type"];
    const values = columns.map(({ name, type, single }) => `${single ?? `CAST(NULL AS ${type})`} AS ${name}`);
    const found = `SELECT ${[...names, ...values].join(", ")}`;
    if (scope.facts.repeated.length === 0 || columns.length === 0) tables.push(`${found} FROM rows WHERE ${where}`);
    else {
      statement.with(
        "singles",
        `${found}, row_number() OVER (PARTITION BY run_id, attribute_path, attribute_type ORDER BY copy, part) AS again ` +
          `FROM rows WHERE ${where}`,
      );
      const names = ["run", "path", "type", ...columns.map(({ name }) => name)];
      tables.push(`SELECT ${names.join(", ")} FROM singles WHERE again = 1`);
    }
  }
  if (derived.length > 0) {
    withRuns(statement, scope, derived.map(({ column }) => column));
    const list = derived.map(({ path, type }) => `('${path}', '${type}')`).join(", ");
    const pick = (wanted: "string" | "bool", sqlType: string) => {
      const cases = derived.filter(({ type }) => type === wanted)
        .map(({ path, column }) => `WHEN derived.path = '${path}' THEN ${column}`);
      return cases.length === 0 ? `CAST(NULL AS ${sqlType})` : `CASE ${cases.join(" ")} END`;
    };
    // What a run has by definition is a text or yes and no; types that were not asked for have no column.
    statement.with(
      "given",
      `SELECT key AS run, derived.path AS path, derived.type AS type, ${pick("string", "STRING")} AS string_value, ` +
        `${pick("bool", "BOOLEAN")} AS bool_value FROM runs CROSS JOIN (VALUES ${list}) AS derived(path, type)`,
    );
    const values = columns.map(({ name, type }) =>
      name === "string_value" || name === "bool_value" ? name : `CAST(NULL AS ${type}) AS ${name}`
    );
    tables.push(
      `SELECT ${["run", "path", "type", ...values].join(", ")} FROM given ` +
        `WHERE ${all(["string_value IS NOT NULL OR bool_value IS NOT NULL", isAsked("run")])}`,
    );
  }
  return tables;
}

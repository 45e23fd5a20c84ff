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

/** The columns of values, each with its type and where single values and series have it. */
const COLUMNS: readonly [name: string, type: string, single: string | null, series: string | null][] = [
  ["int_value", "BIGINT", "int_value", null],
  ["float_value", "DOUBLE", "float_value", "last.value"],
  ["string_value", "STRING", "string_value", "last.string_value"],
  ["bool_value", "BOOLEAN", "bool_value", null],
  ["datetime_value", "TIMESTAMP", "datetime_value", null],
  ["string_set_value", "ARRAY<STRING>", "string_set_value", null],
  ["file", "STRING", "file_value.path", "last.file"],
  [
    "histogram_value",
    "STRUCT<type: STRING, edges: ARRAY<DOUBLE>, `values`: ARRAY<DOUBLE>>",
    null,
    "last.histogram_value",
  ],
  ["last_step", "DECIMAL(18,6)", null, "last_step"],
  ["min", "DOUBLE", null, "min"],
  ["max", "DOUBLE", null, "max"],
  ["average", "DOUBLE", null, "average"],
  ["variance", "DOUBLE", null, "variance"],
];

/**
 * The condition that a path may be wanted: a little too much may pass, never too little, as whoever takes the rows looks at their
 * paths again.
 */
export function mayBeWanted(statement: Statement, column: string, { paths, filter }: CellScope): string | null {
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

/** The query for latest values: `run`, `path`, `type`, and a column for each kind of value. Null: there can be none. */
export function valuesQuery(statement: Statement, scope: Scope, cells: CellScope): string | null {
  const tables = singles(statement, scope, cells, COLUMNS);
  const { series } = typesIn(cells);
  if (series.length > 0) {
    const where = mayBeWanted(statement, "attribute_path", cells);
    withLatest(statement, scope, { types: series, where, runs: cells.runs, inherited: true });
    tables.push(
      `SELECT run, path, type, ${
        COLUMNS.map(([name, type, , series]) => `${series ?? `CAST(NULL AS ${type})`} AS ${name}`).join(", ")
      } FROM latest`,
    );
  }
  return tables.length === 0 ? null : tables.join("\nUNION ALL\n");
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
function singles(statement: Statement, scope: Scope, cells: CellScope, columns: typeof COLUMNS): string[] {
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
    const values = columns.map(([name, type, single]) => `${single ?? `CAST(NULL AS ${type})`} AS ${name}`);
    const found = `SELECT ${[...names, ...values].join(", ")}`;
    if (scope.facts.repeated.length === 0 || columns.length === 0) tables.push(`${found} FROM rows WHERE ${where}`);
    else {
      statement.with(
        "singles",
        `${found}, row_number() OVER (PARTITION BY run_id, attribute_path, attribute_type ORDER BY copy, part) AS again ` +
          `FROM rows WHERE ${where}`,
      );
      const names = ["run", "path", "type", ...columns.map(([name]) => name)];
      tables.push(`SELECT ${names.join(", ")} FROM singles WHERE again = 1`);
    }
  }
  if (derived.length > 0) {
    withRuns(statement, scope);
    const list = derived.map(({ path, type }) => `('${path}', '${type}')`).join(", ");
    const pick = (wanted: "string" | "bool", sqlType: string) => {
      const cases = derived.filter(({ type }) => type === wanted)
        .map(({ path, column }) => `WHEN derived.path = '${path}' THEN ${column}`);
      return cases.length === 0 ? `CAST(NULL AS ${sqlType})` : `CASE ${cases.join(" ")} END`;
    };
    statement.with(
      "given",
      `SELECT key AS run, derived.path AS path, derived.type AS type, ${pick("string", "STRING")} AS string_value, ` +
        `${pick("bool", "BOOLEAN")} AS bool_value FROM runs CROSS JOIN (VALUES ${list}) AS derived(path, type)`,
    );
    const values = columns.map(([name, type]) =>
      name === "string_value" || name === "bool_value" ? name : `CAST(NULL AS ${type}) AS ${name}`
    );
    tables.push(
      `SELECT ${["run", "path", "type", ...values].join(", ")} FROM given ` +
        `WHERE ${all(["string_value IS NOT NULL OR bool_value IS NOT NULL", isAsked("run")])}`,
    );
  }
  return tables;
}

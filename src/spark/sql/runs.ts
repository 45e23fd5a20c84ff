/**
 * The runs of a project as a table: what every run has by definition, and the heads of experiments.
 *
 * @module
 */

import type { Statement } from "../connect/statement.ts";
import { utf16 } from "./rows.ts";
import type { Scope } from "./scope.ts";

/** What is read of every run. */
const SYSTEM = {
  sys_id: ["sys/id", "string"],
  custom_id: ["sys/custom_run_id", "string"],
  own_name: ["sys/name", "string"],
  own_experiment: ["sys/experiment/name", "string"],
  trashed: ["sys/trashed", "bool"],
  archived: ["sys/archived", "bool"],
  said: ["sys/experiment/is_head", "bool"],
  created: ["sys/creation_time", "datetime"],
} as const;

const COLUMNS = { string: "string_value", bool: "bool_value", datetime: "datetime_value" } as const;
const SQL_TYPES = { string: "STRING", bool: "BOOLEAN", datetime: "TIMESTAMP" } as const;

/** Attributes that runs have by definition, whatever is stored: `path:type`, and their columns in `runs`. */
export const DERIVED: ReadonlyMap<string, string> = new Map([
  ["sys/id:string", "sys_id"],
  ["sys/custom_run_id:string", "custom_id"],
  ["sys/name:string", "name"],
  ["sys/experiment/name:string", "experiment"],
  ["sys/trashed:bool", "trashed"],
  ["sys/archived:bool", "archived"],
  ["sys/experiment/is_head:bool", "is_head"],
]);

/** Newest first; ties by key. */
export const NEWEST_FIRST = `created DESC NULLS LAST, ${utf16("key")}`;

/**
 * Makes the table `system`, which needs `rows`: what is stored of runs. Runs without any of it are not there, unless they are
 * given.
 *
 * @param more Further attributes, and the columns made of them.
 */
export function withSystem(
  statement: Statement,
  bare: readonly string[],
  more?: { paths: readonly string[]; columns: string },
): void {
  const paths = [...new Set(Object.values(SYSTEM).map(([path]) => path)), ...more?.paths ?? []];
  const columns = Object.entries(SYSTEM).map(([name, [path, type]]) => {
    const value = `CASE WHEN attribute_path = '${path}' AND attribute_type = '${type}' THEN ${COLUMNS[type]} END`;
    return `${type === "bool" ? "bool_or" : "max"}(${value}) AS ${name}`;
  });
  if (more) columns.push(more.columns);
  const types = more ? "'string', 'bool', 'datetime', 'int', 'float'" : "'string', 'bool', 'datetime'";
  const stored = `SELECT run_id AS key, ${columns.join(", ")} FROM rows ` +
    `WHERE attribute_path IN (${paths.map((path) => `'${path}'`).join(", ")}) ` +
    `AND attribute_type IN (${types}) AND run_id IS NOT NULL GROUP BY run_id`;
  if (bare.length === 0) return statement.with("system", stored);
  statement.table("bare", { key: bare });
  const nothing = Object.entries(SYSTEM).map(([name, [, type]]) => `CAST(NULL AS ${SQL_TYPES[type]}) AS ${name}`);
  statement.with("system", `${stored}\nUNION ALL SELECT key, ${nothing.join(", ")} FROM bare`);
}

/** Makes the table `runs`, which needs `rows`: one row for each run, with the columns of {@linkcode DERIVED}, `created` and `head`. */
export function withRuns(statement: Statement, { facts }: Scope): void {
  withSystem(statement, facts.bare);
  statement.with(
    "named",
    "SELECT key, coalesce(sys_id, key) AS sys_id, coalesce(custom_id, key) AS custom_id, " +
      "coalesce(own_name, own_experiment) AS name, coalesce(own_experiment, own_name) AS experiment, " +
      "coalesce(trashed, false) AS trashed, coalesce(archived, false) AS archived, said, created FROM system",
  );
  // The head is the newest run that says it is, or else the newest.
  statement.with(
    "placed",
    `SELECT *, row_number() OVER (PARTITION BY name ORDER BY CASE WHEN said THEN 0 ELSE 1 END, ${NEWEST_FIRST}) AS place ` +
      "FROM named",
  );
  statement.with(
    "runs",
    "SELECT key, sys_id, custom_id, name, experiment, trashed, archived, created, " +
      "CASE WHEN name IS NULL THEN said ELSE place = 1 END AS is_head, name IS NOT NULL AND place = 1 AS head FROM placed",
  );
}

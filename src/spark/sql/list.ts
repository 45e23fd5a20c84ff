/**
 * Queries that list runs, and those that find out about a project.
 *
 * @module
 */

import { evaluate } from "../../archive/read/match.ts";
import type { RunsQuery } from "../../source.ts";
import { type AttributeType, isConfigType, isSeriesType, type SeriesType } from "../../types.ts";
import type { Statement } from "../connect/statement.ts";
import { withLatest } from "./points.ts";
import { type RowSource, utf16 } from "./rows.ts";
import { DERIVED, NEWEST_FIRST, withRuns, withSystem } from "./runs.ts";
import { isOneOf, type Scope } from "./scope.ts";
import { type MatchedTexts, type RunCondition, translate } from "./where.ts";

/**
 * The query for runs: `key`, `sys_id`, `custom_id`, `name`, and in every row `total`, how many match in all.
 *
 * @param counting Only `total`, whatever the offset and the limit are.
 */
export function runsQuery(
  statement: Statement,
  scope: Scope,
  query: RunsQuery,
  matched: MatchedTexts,
  counting: boolean,
): string {
  // A query that makes no sense is an error even where no run has the attribute.
  if (query.where) evaluate(query.where, 0, () => []);
  const condition = translate(statement, query.where ?? null, matched);
  withRuns(statement, scope);
  const sort = query.sort && !counting ? query.sort : null;
  const sorting = sort && sortColumn(statement, sort.path, sort.type, sort.aggregation ?? null);
  withTests(statement, scope, condition, sorting ?? null);
  const joins = [
    condition.tests.length > 0 ? "LEFT JOIN tests ON tests.run = runs.key" : "",
    condition.seriesTests.length > 0 ? "LEFT JOIN series_tests ON series_tests.run = runs.key" : "",
    sorting?.table ? `LEFT JOIN ${sorting.table} ON ${sorting.table}.run = runs.key` : "",
  ];
  const from = `FROM runs ${joins.filter((join) => join !== "").join(" ")} ` +
    `WHERE ${condition.where ?? "true"}${query.heads ? " AND head" : ""}`;
  if (counting) return `SELECT count(*) AS total ${from}`;
  const order = sorting && sort
    ? [
      `CASE WHEN ${sorting.value} IS NULL THEN 2${
        sorting.isFloat ? ` WHEN isnan(${sorting.value}) THEN 1` : ""
      } ELSE 0 END`,
      `${sorting.order} ${sort.descending ? "DESC" : "ASC"}`,
      NEWEST_FIRST,
    ]
    : [NEWEST_FIRST];
  const limit = query.limit === undefined ? "" : ` LIMIT ${whole(query.limit)}`;
  const offset = query.offset ? ` OFFSET ${whole(query.offset)}` : "";
  return `SELECT key, sys_id, custom_id, name, count(*) OVER () AS total ${from} ` +
    `ORDER BY ${order.join(", ")}${limit}${offset}`;
}

/** Numbers of rows are the one thing that engines do not take as parameters. */
function whole(number: number): string {
  return String(Math.min(Math.max(0, Math.trunc(number)), 2 ** 31 - 1));
}

/** The one sorted by: where its values are, and how they are ordered. */
interface Sorting {
  /** `sorted` for single values, `sorted_series` for series; null: a column of `runs`. */
  table: "sorted" | "sorted_series" | null;
  path: string;
  type: AttributeType;
  value: string;
  /** What is ordered by. */
  order: string;
  isFloat: boolean;
  /** The expression behind `sort_value`. */
  stored: string;
}

/** Null where nothing of this type has an order. */
function sortColumn(
  _statement: Statement,
  path: string,
  type: AttributeType,
  aggregation: string | null,
): Sorting | null {
  const derived = DERIVED.get(`${path}:${type}`);
  if (derived !== undefined) {
    const order = type === "string" ? utf16(derived) : derived;
    return { table: null, path, type, value: derived, order, isFloat: false, stored: derived };
  }
  const isFloat = type === "float" || type === "float_series";
  if (type === "string_set" || !(isConfigType(type) || type === "float_series" || type === "string_series")) {
    return null;
  }
  const series = isSeriesType(type);
  const stored = !series
    ? type === "datetime" ? "unix_millis(datetime_value)" : `${type}_value`
    : type === "string_series"
    ? "last.string_value"
    : aggregation === null || aggregation === "last"
    ? "last.value"
    : aggregation;
  const isText = type === "string" || type === "string_series";
  const value = series ? "series_sort_value" : "sort_value";
  const order = isText ? utf16(value) : isFloat ? `${value} + 0.0D` : value;
  return { table: series ? "sorted_series" : "sorted", path, type, value, order, isFloat, stored };
}

/** Makes the tables `tests`, `series_tests`, `sorted` and `sorted_series`, as far as they are needed. */
function withTests(statement: Statement, scope: Scope, { tests, seriesTests }: RunCondition, sorting: Sorting | null) {
  const named = (path: string) => statement.value(path);
  if (tests.length > 0) {
    const columns = tests.map(({ column, path, condition }) =>
      `bool_or(attribute_path = ${named(path)} AND (${condition})) AS ${column}`
    );
    const paths = [...new Set(tests.map(({ path }) => path))].map(named).join(", ");
    const types = [...new Set(tests.flatMap(({ types }) => types))].map((type) => `'${type}'`).join(", ");
    statement.with(
      "tests",
      `SELECT run_id AS run, ${columns.join(", ")} FROM rows ` +
        `WHERE attribute_path IN (${paths}) AND attribute_type IN (${types}) GROUP BY run_id`,
    );
  }
  if (sorting?.table === "sorted") {
    statement.with(
      "sorted",
      `SELECT run_id AS run, max(${sorting.stored}) AS sort_value FROM rows ` +
        `WHERE attribute_path = ${named(sorting.path)} AND attribute_type = '${sorting.type}' GROUP BY run_id`,
    );
  }
  const sortsSeries = sorting?.table === "sorted_series";
  if (seriesTests.length === 0 && !sortsSeries) return;
  const paths = new Set(seriesTests.map(({ path }) => path));
  const types = new Set(seriesTests.flatMap(({ types }) => types) as SeriesType[]);
  if (sortsSeries) {
    paths.add(sorting.path);
    types.add(sorting.type as SeriesType);
  }
  const where = `attribute_path IN (${[...paths].map(named).join(", ")})`;
  withLatest(statement, scope, { types: [...types], where, runs: null, inherited: true });
  if (seriesTests.length > 0) {
    const columns = seriesTests.map(({ column, path, condition }) =>
      `bool_or(path = ${named(path)} AND (${condition})) AS ${column}`
    );
    statement.with("series_tests", `SELECT run, ${columns.join(", ")} FROM latest GROUP BY run`);
  }
  if (sortsSeries) {
    statement.with(
      "sorted_series",
      `SELECT run, max(${sorting.stored}) AS series_sort_value FROM latest ` +
        `WHERE path = ${named(sorting.path)} AND type = '${sorting.type}' GROUP BY run`,
    );
  }
}

const FORK_PATHS = ["sys/forking/parent", "sys/forking/step"];
const forkColumn = (path: string, type: string) =>
  `max(CASE WHEN attribute_path = '${path}' AND attribute_type = '${type}' THEN ${type}_value END)`;
const FORK_COLUMNS = `${forkColumn(FORK_PATHS[0], "string")} AS parent, ` +
  `coalesce(CAST(${forkColumn(FORK_PATHS[1], "int")} AS DOUBLE), ${forkColumn(FORK_PATHS[1], "float")}) AS fork_step`;
const ODD_COLUMNS = "system.key IS NULL AS bare, system.created AS created, system.sys_id AS sys_id, " +
  "system.custom_id AS custom_id, coalesce(system.own_name, system.own_experiment) AS name, system.parent AS parent, " +
  "system.fork_step AS fork_step";

/** The query for runs out of the ordinary: those that inherit, that no system attribute tells of, that lie there twice. */
export function oddRunsQuery(statement: Statement, { compacted }: RowSource): string {
  withSystem(statement, [], { paths: FORK_PATHS, columns: FORK_COLUMNS });
  // Of compacted runs, only what is stored of their series may tell that they are there.
  const all = compacted.length === 0
    ? "rows"
    : "(SELECT run_id, copy FROM rows UNION ALL SELECT run_id, copy FROM value_rows)";
  statement.with(
    "keys",
    `SELECT run_id AS key, CAST(count(DISTINCT copy) AS INT) AS copies FROM ${all} ` +
      "WHERE run_id IS NOT NULL GROUP BY run_id",
  );
  return `SELECT keys.key AS key, keys.copies AS copies, ${ODD_COLUMNS} ` +
    "FROM keys LEFT JOIN system ON system.key = keys.key " +
    "WHERE system.key IS NULL OR keys.copies > 1 OR system.parent IS NOT NULL";
}

/** The query for the runs that others name as their parents, by any of their ids. */
export function parentsQuery(statement: Statement, names: readonly string[]): string {
  withSystem(statement, [], { paths: FORK_PATHS, columns: FORK_COLUMNS });
  const isNamed = ["system.key", "system.custom_id", "system.sys_id"].map((id) => `(${isOneOf(statement, id, names)})`);
  return `SELECT system.key AS key, CAST(1 AS INT) AS copies, ${ODD_COLUMNS} FROM system WHERE ${isNamed.join(" OR ")}`;
}

/** The query for rows without a value that are the only ones of their path: `path`, `type` and `run`. */
export function lostQuery(): string {
  return "SELECT attribute_path AS path, attribute_type AS type, min(run_id) AS run FROM rows " +
    "WHERE attribute_type IN ('float', 'file') AND attribute_path IS NOT NULL AND run_id IS NOT NULL " +
    "GROUP BY attribute_path, attribute_type " +
    "HAVING count(float_value) = 0 AND count(file_value.path) = 0 AND count(DISTINCT run_id) = 1";
}

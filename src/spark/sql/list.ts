/**
 * Queries that list runs, and those that find out about a project.
 *
 * @module
 */

import type { RunsQuery } from "../../source.ts";
import { type AttributeType, isConfigType, isSeriesType, type SeriesType } from "../../types.ts";
import type { Statement } from "../connect/statement.ts";
import { withLatest } from "./points.ts";
import { type RowSource, utf16 } from "./rows.ts";
import {
  DERIVED,
  FAR_KEYS,
  type Gathering,
  isOneFolder,
  OF_ONE_ROW,
  OVER_ROWS,
  type RunColumn,
  type RunFacets,
  runOrder,
  TELLS_NOTHING,
  withRuns,
  withSystem,
} from "./runs.ts";
import { all, isOneOf, isPrecomputed, type Scope } from "./scope.ts";
import { type MatchedTexts, type RowTest, type RunCondition, translate } from "./where.ts";

/**
 * The query for runs: `key`, `sys_id`, `custom_id`, `name`, and in every row `total`, how many match in all.
 *
 * @param query Its conditions must have been checked.
 * @param counting Only `total`, whatever the offset and the limit are.
 */
export function runsQuery(
  statement: Statement,
  scope: Scope,
  query: RunsQuery,
  matched: MatchedTexts,
  counting: boolean,
): string {
  const translated = translate(statement, query.where ?? null, matched);
  const condition = isPrecomputed(scope) ? apart(statement, translated) : translated;
  const sort = query.sort && !counting ? query.sort : null;
  const sorting = sort && sortColumn(sort.path, sort.type, sort.aggregation ?? null);
  const columns = new Set<RunColumn>(counting ? [] : ["sys_id", "custom_id", "name", "created"]);
  for (const column of condition.columns) columns.add(column);
  if (sorting?.derived) columns.add(sorting.derived);
  if (query.heads) columns.add("head");
  withRuns(statement, scope, columns, facetsOf(statement, condition, sorting ?? null));
  const hasSeries = withSeriesTests(statement, scope, condition, translated.seriesTests, sorting ?? null);
  const from = `FROM runs ${hasSeries ? "LEFT JOIN series_tests ON series_tests.run = runs.key " : ""}` +
    `WHERE ${all([...condition.where, query.heads ? "head" : null])}`;
  if (counting) return `SELECT count(*) AS total ${from}`;
  const order = sorting && sort
    ? [
      `CASE WHEN ${sorting.value} IS NULL THEN 2${
        sorting.isFloat ? ` WHEN isnan(${sorting.value}) THEN 1` : ""
      } ELSE 0 END`,
      `${sorting.order} ${sort.descending ? "DESC" : "ASC"}`,
      runOrder(scope),
    ]
    : [runOrder(scope)];
  const limit = query.limit === undefined ? "" : ` LIMIT ${whole(query.limit)}`;
  const offset = query.offset ? ` OFFSET ${whole(query.offset)}` : "";
  return `SELECT key, sys_id, custom_id, name, count(*) OVER () AS total ${from} ` +
    `ORDER BY ${order.join(", ")}${limit}${offset}`;
}

/**
 * The same condition, with tests that must hold looked up by themselves: in tables that are sorted by attribute, the rows of each lie
 * together, and no run has to be joined with what is known of it.
 */
function apart(statement: Statement, { where, columns, tests, seriesTests }: RunCondition): RunCondition {
  const isAlone = ({ column }: RowTest) =>
    where.includes(`coalesce(${column}, false)`) && where.filter((text) => text.includes(column)).length === 1;
  const holds = new Map<string, string>();
  for (const { column, path, condition } of tests.filter(isAlone)) {
    const isIt = `attribute_path = ${statement.value(path)} AND (${condition}) AND run_id IS NOT NULL`;
    holds.set(`coalesce(${column}, false)`, `key IN (SELECT run_id FROM rows WHERE ${isIt})`);
  }
  for (const { column, path, condition } of seriesTests.filter(isAlone)) {
    const isIt = `path = ${statement.value(path)} AND (${condition})`;
    holds.set(`coalesce(${column}, false)`, `key IN (SELECT run FROM latest WHERE ${isIt})`);
  }
  return {
    where: where.map((text) => holds.get(text) ?? text),
    columns,
    tests: tests.filter((one) => !isAlone(one)),
    seriesTests: seriesTests.filter((one) => !isAlone(one)),
  };
}

/** Numbers of rows are the one thing that engines do not take as parameters. */
function whole(number: number): string {
  return String(Math.min(Math.max(0, Math.trunc(number)), 2 ** 31 - 1));
}

/** The one sorted by. */
interface Sorting {
  /** The column of `runs` that has it by definition; null: `sort_value`, of rows or of series. */
  derived: RunColumn | null;
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
function sortColumn(path: string, type: AttributeType, aggregation: string | null): Sorting | null {
  const derived = DERIVED.get(`${path}:${type}`);
  if (derived !== undefined) {
    const order = type === "string" ? utf16(derived) : derived;
    return { derived, path, type, value: derived, order, isFloat: false, stored: derived };
  }
  const isFloat = type === "float" || type === "float_series";
  if (type === "string_set" || !(isConfigType(type) || type === "float_series" || type === "string_series")) {
    return null;
  }
  const stored = !isSeriesType(type)
    ? type === "datetime" ? "unix_millis(datetime_value)" : `${type}_value`
    : type === "string_series"
    ? "string_value"
    : aggregation === null || aggregation === "last"
    ? "value"
    : aggregation;
  const isText = type === "string" || type === "string_series";
  const order = isText ? utf16("sort_value") : isFloat ? "sort_value + 0.0D" : "sort_value";
  return { derived: null, path, type, value: "sort_value", order, isFloat, stored };
}

/** What a listing needs of single values, in the pass that gathers runs. */
function facetsOf(statement: Statement, { tests }: RunCondition, sorting: Sorting | null): RunFacets | null {
  const columns = new Map<string, Gathering>();
  for (const { column, path, condition } of tests) {
    const holds = `attribute_path = ${statement.value(path)} AND (${condition})`;
    columns.set(column, (gather) => gather("bool_or", holds));
  }
  const paths = tests.map(({ path }) => statement.value(path));
  const types: string[] = tests.flatMap(({ types }) => types);
  if (sorting?.derived === null && !isSeriesType(sorting.type)) {
    const path = statement.value(sorting.path);
    const isIt = `attribute_path = ${path} AND attribute_type = '${sorting.type}'`;
    columns.set("sort_value", (gather) => gather("max", `CASE WHEN ${isIt} THEN ${sorting.stored} END`));
    paths.push(path);
    types.push(sorting.type);
  }
  return columns.size === 0 ? null : { paths, types, columns };
}

/**
 * Makes the table `latest` of what series come down to, and of it `series_tests`, if that is needed.
 *
 * @param looked All tests of series.
 */
function withSeriesTests(
  statement: Statement,
  scope: Scope,
  { seriesTests }: RunCondition,
  looked: readonly RowTest[],
  sorting: Sorting | null,
): boolean {
  const sorted = sorting?.derived === null && isSeriesType(sorting.type) ? sorting : null;
  if (looked.length === 0 && sorted === null) return false;
  const named = (path: string) => statement.value(path);
  const paths = new Set(looked.map(({ path }) => path));
  const types = new Set(looked.flatMap(({ types }) => types) as SeriesType[]);
  if (sorted) {
    paths.add(sorted.path);
    types.add(sorted.type as SeriesType);
  }
  // Of one series, each run has one row.
  const isOne = paths.size === 1 && types.size === 1;
  const gather = isOne ? OF_ONE_ROW : OVER_ROWS;
  const columns = seriesTests.map(({ column, path, condition }) =>
    `${gather("bool_or", `path = ${named(path)} AND (${condition})`)} AS ${column}`
  );
  if (sorted) {
    const isIt = `path = ${named(sorted.path)} AND type = '${sorted.type}'`;
    columns.push(`${gather("max", `CASE WHEN ${isIt} THEN ${sorted.stored} END`)} AS sort_value`);
  }
  const where = `attribute_path IN (${[...paths].map(named).join(", ")})`;
  withLatest(statement, scope, { types: [...types], where, runs: null, inherited: true });
  if (columns.length === 0) return false;
  statement.with("series_tests", `SELECT run, ${columns.join(", ")} FROM latest${isOne ? "" : " GROUP BY run"}`);
  return true;
}

const PARENT = "sys/forking/parent", FORK_STEP = "sys/forking/step";
const forkValue = (path: string, type: string) =>
  `CASE WHEN attribute_path = '${path}' AND attribute_type = '${type}' THEN ${type}_value END`;
const FORKS: RunFacets = {
  paths: [`'${PARENT}'`, `'${FORK_STEP}'`],
  types: ["string", "int", "float"],
  columns: new Map([
    ["parent", (gather) => gather("max", forkValue(PARENT, "string"))],
    [
      "fork_step",
      (gather) =>
        `coalesce(CAST(${gather("max", forkValue(FORK_STEP, "int"))} AS DOUBLE), ${
          gather("max", forkValue(FORK_STEP, "float"))
        })`,
    ],
  ]),
};
const ODD_COLUMNS = "system.created AS created, system.sys_id AS sys_id, system.custom_id AS custom_id, " +
  "coalesce(system.own_name, system.own_experiment) AS name, system.parent AS parent, system.fork_step AS fork_step";

/** The query for runs out of the ordinary: those that inherit, that tell nothing of themselves, that lie there twice, far keys. */
export function oddRunsQuery(statement: Statement, rows: RowSource): string {
  withSystem(statement, rows, FORKS);
  const isFar = `key RLIKE ${statement.value(FAR_KEYS)}`;
  if (isOneFolder(rows)) {
    return `SELECT key, CAST(1 AS INT) AS copies, false AS bare, ${ODD_COLUMNS} FROM system ` +
      `WHERE parent IS NOT NULL OR ${isFar}`;
  }
  // Of compacted runs, only what is stored of their series may tell that they are there.
  const all = rows.compacted.length === 0
    ? "rows"
    : "(SELECT run_id, copy FROM rows UNION ALL SELECT run_id, copy FROM value_rows)";
  statement.with(
    "keys",
    `SELECT run_id AS key, CAST(count(DISTINCT copy) AS INT) AS copies FROM ${all} ` +
      "WHERE run_id IS NOT NULL GROUP BY run_id",
  );
  return `SELECT keys.key AS key, keys.copies AS copies, ${TELLS_NOTHING} AS bare, ${ODD_COLUMNS} ` +
    "FROM keys LEFT JOIN system ON system.key = keys.key " +
    `WHERE (${TELLS_NOTHING}) OR keys.copies > 1 OR system.parent IS NOT NULL OR keys.${isFar}`;
}

/** The query for all runs that tell of themselves, as {@linkcode oddRunsQuery} has them. */
export function toldRunsQuery(statement: Statement, rows: RowSource): string {
  withSystem(statement, rows, FORKS);
  return `SELECT key, CAST(1 AS INT) AS copies, ${TELLS_NOTHING} AS bare, ${ODD_COLUMNS} FROM system`;
}

/** The query for the runs that others name as their parents, by any of their ids. */
export function parentsQuery(statement: Statement, rows: RowSource, names: readonly string[]): string {
  withSystem(statement, rows, FORKS);
  const isNamed = ["system.key", "system.custom_id", "system.sys_id"].map((id) => `(${isOneOf(statement, id, names)})`);
  return `SELECT system.key AS key, CAST(1 AS INT) AS copies, ${TELLS_NOTHING} AS bare, ${ODD_COLUMNS} ` +
    `FROM system WHERE ${isNamed.join(" OR ")}`;
}

/**
 * The query for rows without a value that are the only ones of their path: `path`, `type` and `run`. Compacted tables have types of
 * their own for them.
 */
export function lostQuery({ groups }: RowSource): string {
  const isSuspect = groups.length > 0 ? "" : "AND attribute_path IN (SELECT attribute_path FROM value_rows " +
    "WHERE attribute_type IN ('no_float', 'no_file')) ";
  return "SELECT attribute_path AS path, attribute_type AS type, min(run_id) AS run FROM rows " +
    `WHERE attribute_type IN ('float', 'file') AND attribute_path IS NOT NULL AND run_id IS NOT NULL ${isSuspect}` +
    "GROUP BY attribute_path, attribute_type " +
    "HAVING count(float_value) = 0 AND count(file_value.path) = 0 AND count(DISTINCT run_id) = 1";
}

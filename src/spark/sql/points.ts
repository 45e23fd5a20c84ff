/**
 * Points of series as tables: as they are stored, as runs show them, and what they come down to.
 *
 * @module
 */

import type { SeriesType } from "../../types.ts";
import type { Statement } from "../connect/statement.ts";
import { FLOAT } from "./rows.ts";
import { all, isOneOf, isPrecomputed, type Scope } from "./scope.ts";

/** Which series. */
export interface SeriesScope {
  types: readonly SeriesType[];
  /** A further condition on rows, or null. */
  where: string | null;
  /** Keys of runs; null: all. */
  runs: readonly string[] | null;
  /** Whether what runs inherit is shown, too. */
  inherited: boolean;
}

/** A decimal as the float next to it, which is how steps are shown: some engines round large ones twice where they cast them as they are. */
export function floatOf(decimal: string): string {
  const whole = `CAST(${decimal} AS BIGINT)`;
  return `(CAST(${whole} AS DOUBLE) + CAST(${decimal} - ${whole} AS DOUBLE))`;
}

/** The order of points of a series that have the same step, as the files have them. */
export function tieOrder({ rows: { groups, rowNumbers } }: Scope): string {
  const many = groups.length > 1 ? "copy, part, " : "";
  return many + (rowNumbers ? "place" : "timestamp");
}

/** The columns of points that hold values. */
const VALUE = {
  float_series: "value",
  string_series: "string_value",
  histogram_series: "histogram_value",
  file_series: "file",
} as const;

/** The columns of points of these types that hold values, as a list. */
function valuesOf(types: readonly SeriesType[]): string {
  return types.map((type) => VALUE[type]).join(", ");
}

/** How rows hold what a column of points does. */
const IN_ROWS: Record<SeriesType, string> = {
  float_series: `CASE WHEN attribute_type = 'float_series' THEN ${FLOAT} END AS value`,
  string_series: "string_value",
  histogram_series: "histogram_value",
  file_series: "file_value.path AS file",
};

/**
 * Makes the table `points`, which needs `point_rows`: the points that runs logged themselves, each with `run_id`, `path`, `type`, `step`,
 * `timestamp` and values by type: `value` of floats, `string_value`, `histogram_value`, `file`. A row without a step is no point, and a
 * file point with neither path nor time is none.
 *
 * @param where A condition on rows.
 */
export function withPoints(statement: Statement, { facts }: Scope, types: readonly SeriesType[], where: string): void {
  const isPoint = all([
    `attribute_type IN (${types.map((type) => `'${type}'`).join(", ")})`,
    "step IS NOT NULL AND attribute_path IS NOT NULL AND run_id IS NOT NULL",
    types.includes("file_series")
      ? "attribute_type <> 'file_series' OR file_value.path IS NOT NULL OR timestamp IS NOT NULL"
      : null,
    where,
  ]);
  const values = valuesOf(types);
  const columns = "run_id, attribute_path AS path, attribute_type AS type, step, timestamp, copy, part, place, " +
    types.map((type) => IN_ROWS[type]).join(", ");
  const stored = `SELECT ${columns} FROM point_rows WHERE ${isPoint}`;
  if (facts.repeated.length === 0) return statement.with("points", stored);
  const isRepeated = isOneOf(statement, "run_id", facts.repeated);
  statement.with("stored", stored);
  // Copies of a run count once.
  statement.with(
    "counted",
    "SELECT *, row_number() OVER (PARTITION BY run_id, path, type, step, timestamp, " +
      `${values.replace("histogram_value", "CAST(histogram_value AS STRING)")} ` +
      `ORDER BY copy, part, place) AS again FROM stored WHERE ${isRepeated}`,
  );
  statement.with(
    "points",
    `SELECT run_id, path, type, step, timestamp, copy, part, place, ${values} FROM stored WHERE NOT (${isRepeated}) ` +
      `UNION ALL SELECT run_id, path, type, step, timestamp, copy, part, place, ${values} FROM counted WHERE again = 1`,
  );
}

/** The runs whose rows are needed to show these runs; null: all. */
function sourcesOf({ facts }: Scope, runs: readonly string[] | null, inherited: boolean): string[] | null {
  if (runs === null) return null;
  return inherited
    ? [...new Set(runs.flatMap((run) => facts.ancestors(run, "full").map(({ key }) => key)))]
    : [...runs];
}

/** The runs asked for that inherit. */
function forkedRuns({ facts }: Scope, { runs, inherited }: SeriesScope): string[] {
  const isAsked = runs && new Set(runs);
  return inherited ? facts.forked.filter((key) => isAsked === null || isAsked.has(key)) : [];
}

/** Makes the table `reached`: the points of runs that inherit, each as often as a run shows it. On an equal step the oldest wins. */
function withReached(
  statement: Statement,
  { facts }: Scope,
  types: readonly SeriesType[],
  forked: readonly string[],
): void {
  const chains = forked.flatMap((run) => facts.ancestors(run, "full").map((one, depth) => ({ run, depth, ...one })));
  statement.table("chains", {
    run: chains.map(({ run }) => run),
    source: chains.map(({ key }) => key),
    depth: Int32Array.from(chains, ({ depth }) => depth),
    cut: Float64Array.from(chains, ({ cut }) => cut),
  });
  statement.with(
    "reachable",
    `SELECT chains.run AS run, ${columnsOf(types)}, depth, ` +
      "min(depth) OVER (PARTITION BY chains.run, path, type, step) AS first " +
      `FROM points JOIN chains ON points.run_id = chains.source WHERE ${floatOf("step")} <= cut`,
  );
  statement.with("reached", `SELECT run, ${columnsOf(types)} FROM reachable WHERE depth = first`);
}

function columnsOf(types: readonly SeriesType[]): string {
  return `path, type, step, timestamp, copy, part, place, ${valuesOf(types)}`;
}

/** Makes the table `shown`: the points of runs with all that they inherit, by `run`. */
function withShown(statement: Statement, scope: Scope, series: SeriesScope): void {
  const { facts } = scope;
  const { types, where, runs } = series;
  const forked = forkedRuns(scope, series);
  const sources = sourcesOf(scope, runs, series.inherited);
  withPoints(statement, scope, types, all([where, sources && isOneOf(statement, "run_id", sources)]));
  const columns = columnsOf(types);
  if (forked.length === 0) return statement.with("shown", `SELECT run_id AS run, ${columns} FROM points`);
  withReached(statement, scope, types, forked);
  const isForked = new Set(facts.forked);
  const isOwn = runs
    ? isOneOf(statement, "run_id", runs.filter((key) => !isForked.has(key)))
    : `NOT (${isOneOf(statement, "run_id", forked)})`;
  statement.with(
    "shown",
    `SELECT run_id AS run, ${columns} FROM points WHERE ${isOwn} UNION ALL SELECT run, ${columns} FROM reached`,
  );
}

/** Where what is stored of series will do, and the conditions on it: series of runs that do not inherit. */
function storedSeries(statement: Statement, { types, where, runs }: SeriesScope, forked: readonly string[]): string {
  return all([
    `attribute_type IN (${types.map((type) => `'${type}'`).join(", ")})`,
    where,
    runs && isOneOf(statement, "run_id", runs),
    forked.length === 0 ? null : `NOT (${isOneOf(statement, "run_id", forked)})`,
  ]);
}

/** The query for which series exist: `run`, `path`, `type`, some of them more than once. */
export function seriesThere(statement: Statement, scope: Scope, series: SeriesScope): string {
  if (!isPrecomputed(scope)) {
    withShown(statement, scope, series);
    return "SELECT run, path, type FROM shown";
  }
  const forked = forkedRuns(scope, series);
  const stored = "SELECT run_id AS run, attribute_path AS path, attribute_type AS type FROM value_rows " +
    `WHERE ${storedSeries(statement, series, forked)}`;
  if (forked.length === 0) return stored;
  const sources = sourcesOf(scope, forked, true)!;
  withPoints(statement, scope, series.types, all([series.where, isOneOf(statement, "run_id", sources)]));
  withReached(statement, scope, series.types, forked);
  return `${stored} UNION ALL SELECT run, path, type FROM reached`;
}

/**
 * Makes the table `latest`: a row for each series with `last_step` and its last value, as points have it, and, of floats, least,
 * greatest, average and variance. One NaN makes all but the last NaN.
 */
export function withLatest(statement: Statement, scope: Scope, series: SeriesScope): void {
  const { types } = series;
  const hasFloats = types.includes("float_series");
  const list = (...columns: string[]) => ["run, path, type, last_step", ...columns].join(", ");
  const spread = (value: string) => `CASE WHEN bool_or(isnan(value)) THEN CAST('NaN' AS DOUBLE) ELSE ${value} END`;
  const spreads = hasFloats
    ? [
      `${spread("min(value)")} AS min`,
      `${spread("max(value)")} AS max`,
      `${spread("avg(value)")} AS average`,
      `${spread("var_pop(value)")} AS variance`,
    ]
    : [];
  const kept = hasFloats ? ["min", "max", "average", "variance"] : [];
  const values = types.map((type) => VALUE[type]);
  const computed = (table: string) => {
    const fields = values.map((name) => `'${name}', ${name}`).join(", ");
    const gathered = [
      "max(step) AS last_step",
      `max_by(named_struct(${fields}), struct(step, ${tieOrder(scope)})) AS last`,
      ...spreads,
    ];
    return `SELECT ${list(...values.map((name) => `last.${name} AS ${name}`), ...kept)} ` +
      `FROM (SELECT run, path, type, ${gathered.join(", ")} FROM ${table} GROUP BY run, path, type) AS gathered`;
  };
  if (!isPrecomputed(scope)) {
    withShown(statement, scope, series);
    return statement.with("latest", computed("shown"));
  }
  const forked = forkedRuns(scope, series);
  const columns = [
    "run_id AS run",
    "attribute_path AS path",
    "attribute_type AS type",
    "step AS last_step",
    ...types.map((type) => IN_ROWS[type]),
    ...kept.map((name) => `${name}_value AS ${name}`),
  ];
  const stored = `SELECT ${columns.join(", ")} FROM value_rows WHERE ${storedSeries(statement, series, forked)}`;
  if (forked.length === 0) return statement.with("latest", stored);
  const sources = sourcesOf(scope, forked, true)!;
  withPoints(statement, scope, types, all([series.where, isOneOf(statement, "run_id", sources)]));
  withReached(statement, scope, types, forked);
  statement.with("latest", `${stored} UNION ALL ${computed("reached")}`);
}

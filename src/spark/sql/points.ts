/**
 * Points of series as tables: as they are stored, as runs show them, and what they come down to.
 *
 * @module
 */

import type { SeriesType } from "../../types.ts";
import type { Statement } from "../connect/statement.ts";
import { FLOAT } from "./rows.ts";
import { all, isOneOf, type Scope } from "./scope.ts";

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

/** The order of points of a series that have the same step, as the files have them. */
export function tieOrder({ rows: { groups, rowNumbers } }: Scope): string {
  const many = groups.length > 1 ? "copy, part, " : "";
  return many + (rowNumbers ? "place" : "timestamp");
}

const VALUES = "value, string_value, histogram_value, file";

/**
 * Makes the table `points`, which needs `rows`: the points that runs logged themselves, each with `run_id`, `path`, `type`, `step`,
 * `timestamp` and values by type. A row without a step is no point, and a file point with neither path nor time is none.
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
  const columns = "run_id, attribute_path AS path, attribute_type AS type, step, timestamp, copy, part, place, " +
    `CASE WHEN attribute_type = 'float_series' THEN ${FLOAT} END AS value, string_value, histogram_value, ` +
    "file_value.path AS file";
  const stored = `SELECT ${columns} FROM rows WHERE ${isPoint}`;
  if (facts.repeated.length === 0) return statement.with("points", stored);
  const isRepeated = isOneOf(statement, "run_id", facts.repeated);
  statement.with("stored", stored);
  // Copies of a run count once.
  statement.with(
    "counted",
    "SELECT *, row_number() OVER (PARTITION BY run_id, path, type, step, timestamp, value, string_value, " +
      `CAST(histogram_value AS STRING), file ORDER BY copy, part, place) AS again FROM stored WHERE ${isRepeated}`,
  );
  statement.with(
    "points",
    `SELECT run_id, path, type, step, timestamp, copy, part, place, ${VALUES} FROM stored WHERE NOT (${isRepeated}) ` +
      `UNION ALL SELECT run_id, path, type, step, timestamp, copy, part, place, ${VALUES} FROM counted WHERE again = 1`,
  );
}

/** The runs whose rows are needed to show these runs; null: all. */
function sourcesOf({ facts }: Scope, runs: readonly string[] | null): string[] | null {
  return runs && [...new Set(runs.flatMap((run) => facts.ancestors(run, "full").map(({ key }) => key)))];
}

/** Makes the table `shown`, which needs `rows`: the points of runs with all that they inherit, by `run`. */
export function withShown(statement: Statement, scope: Scope, { types, where, runs, inherited }: SeriesScope): void {
  const { facts } = scope;
  const sources = sourcesOf(scope, runs);
  withPoints(statement, scope, types, all([where, sources && isOneOf(statement, "run_id", sources)]));
  const columns = `path, type, step, timestamp, copy, part, place, ${VALUES}`;
  const isAsked = runs && new Set(runs);
  const forked = inherited ? facts.forked.filter((key) => isAsked === null || isAsked.has(key)) : [];
  if (forked.length === 0) return statement.with("shown", `SELECT run_id AS run, ${columns} FROM points`);
  const chains = forked.flatMap((run) => facts.ancestors(run, "full").map((one, depth) => ({ run, depth, ...one })));
  statement.table("chains", {
    run: chains.map(({ run }) => run),
    source: chains.map(({ key }) => key),
    depth: Int32Array.from(chains, ({ depth }) => depth),
    cut: Float64Array.from(chains, ({ cut }) => cut),
  });
  const own = isAsked ? runs.filter((key) => !facts.forked.includes(key)) : null;
  const isOwn = own ? isOneOf(statement, "run_id", own) : `NOT (${isOneOf(statement, "run_id", forked)})`;
  // On an equal step the oldest ancestor wins.
  statement.with(
    "reached",
    `SELECT chains.run AS run, ${columns}, depth, ` +
      "min(depth) OVER (PARTITION BY chains.run, path, type, step) AS first " +
      "FROM points JOIN chains ON points.run_id = chains.source WHERE CAST(step AS DOUBLE) <= cut",
  );
  statement.with(
    "shown",
    `SELECT run_id AS run, ${columns} FROM points WHERE ${isOwn} ` +
      `UNION ALL SELECT run, ${columns} FROM reached WHERE depth = first`,
  );
}

/**
 * Makes the table `latest`, which needs `shown`: a row for each series with its last point and, of floats, least, greatest, average
 * and variance. One NaN makes all but the last NaN.
 */
export function withLatest(statement: Statement, scope: Scope): void {
  const spread = (value: string) => `CASE WHEN bool_or(isnan(value)) THEN CAST('NaN' AS DOUBLE) ELSE ${value} END`;
  statement.with(
    "latest",
    "SELECT run, path, type, max(step) AS last_step, " +
      `max_by(named_struct('value', value, 'string_value', string_value, 'histogram_value', histogram_value, 'file', file), ` +
      `struct(step, ${tieOrder(scope)})) AS last, ` +
      `${spread("min(value)")} AS min, ${spread("max(value)")} AS max, ` +
      `${spread("avg(value)")} AS average, ${spread("var_pop(value)")} AS variance ` +
      "FROM shown GROUP BY run, path, type",
  );
}

/**
 * Queries for points summarised in buckets of steps, by the arithmetic of `buckets.ts`.
 *
 * @module
 */

import type { BucketEdges } from "../../buckets.ts";
import type { Statement } from "../connect/statement.ts";
import { floatOf, tieOrder } from "./points.ts";
import type { Scope } from "./scope.ts";
import { foundPoints, type PointsScope } from "./series.ts";

const X = floatOf("step");

/** The query for the first and the last step of all points: `least` and `greatest`, null where there are none. */
export function boundsQuery(statement: Statement, scope: Scope, points: PointsScope): string {
  return `SELECT min(${X}) AS least, max(${X}) AS greatest FROM (${foundPoints(statement, scope, points)})`;
}

/** What a row tells of its bucket, beside `series` and `bucket`: the names of `BUCKET_FIELDS`, and how each comes about. */
const SUMMARIES: Readonly<Record<string, (order: string) => string>> = {
  first_x: () => "min(x)",
  first_y: (order) => `min_by(value, ${order})`,
  last_x: () => "max(x)",
  last_y: (order) => `max_by(value, ${order})`,
  min: () => "min(value)",
  max: () => "max(value)",
  sum: () => "sum(value)",
};

/** The query for buckets that hold points: `series`, `bucket`, what is told of its finite points, and counts. */
export function bucketsQuery(statement: Statement, scope: Scope, points: PointsScope, edges: BucketEdges): string {
  const { from, to, n, width } = edges;
  const [first, last, wide] = [from, to, width].map((number) => statement.value(number));
  const end = String(n - 1);
  statement.with("found", foundPoints(statement, scope, points));
  statement.with(
    "kinds",
    `SELECT *, ${X} AS x, CASE WHEN isnan(value) THEN 1 WHEN value = CAST('Infinity' AS DOUBLE) THEN 2 ` +
      "WHEN value = CAST('-Infinity' AS DOUBLE) THEN 3 ELSE 0 END AS kind FROM found",
  );
  if (from === to) statement.with("placed", `SELECT *, CAST(0 AS BIGINT) AS bucket FROM kinds WHERE x >= ${first}`);
  else {
    // Buckets that are too narrow for a number: whatever is behind the first edge is behind all but the last.
    const share = width === 0
      ? `CASE WHEN x > ${first} THEN CAST(${end} AS DOUBLE) ELSE CAST(0 AS DOUBLE) END`
      : `(x - ${first}) / ${wide}`;
    statement.with(
      "near",
      // Before it is made whole: what is infinite has no whole number.
      `SELECT *, CAST(ceil(least(CAST(${end} AS DOUBLE), greatest(CAST(1 AS DOUBLE), ${share}))) AS BIGINT) ` +
        "AS guess FROM kinds",
    );
    // Division and edges may round differently; edges decide.
    const lower = `${first} + CAST(guess - 1 AS DOUBLE) * ${wide}`,
      upper = `${first} + CAST(guess AS DOUBLE) * ${wide}`;
    statement.with(
      "placed",
      `SELECT *, CASE WHEN x <= ${first} THEN CAST(0 AS BIGINT) WHEN x > ${last} THEN CAST(${n} AS BIGINT) ` +
        `WHEN guess > 1 AND x <= ${lower} THEN guess - 1 WHEN guess < ${end} AND x > ${upper} THEN guess + 1 ` +
        "ELSE guess END AS bucket FROM near",
    );
  }
  const order = `struct(step, ${tieOrder(scope)})`;
  const summaries = Object.entries(SUMMARIES).map(([name, text]) =>
    `${text(order)} FILTER (WHERE kind = 0) AS ${name}`
  );
  const counts = ["finite", "nans", "positive", "negative"].map((name, kind) =>
    `CAST(sum(CASE WHEN kind = ${kind} THEN 1 ELSE 0 END) AS DOUBLE) AS ${name}`
  );
  return `SELECT series, CAST(bucket AS INT) AS bucket, ${[...summaries, ...counts].join(", ")} FROM placed ` +
    "GROUP BY series, bucket ORDER BY series, bucket";
}

/** The columns of an answer, in the order of `BUCKET_FIELDS`. */
export const BUCKET_COLUMNS = [...Object.keys(SUMMARIES), "finite", "nans", "positive", "negative"] as const;

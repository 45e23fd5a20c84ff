/**
 * The query for points.
 *
 * @module
 */

import type { Lineage } from "../../source.ts";
import { type PointKind, seriesTypeOf, type StepRange } from "../../types.ts";
import type { Statement } from "../connect/statement.ts";
import { tieOrder, withPoints } from "./points.ts";
import { all, isOneOf, LONGEST_LIST, type Scope } from "./scope.ts";

/** Which points of which series, each with a number. */
export interface PointsScope {
  kind: PointKind;
  series: readonly { number: number; run: string; path: string; after?: number; before?: number }[];
  stepRange: StepRange;
  lineage: Lineage;
  limit: { points: number; from: "start" | "end" } | null;
}

const VALUE = { float: "value", string: "string_value", histogram: "histogram_value", file: "file" } as const;

/** The query for points: `series`, `step`, `timestamp` and `value`, series by series, ascending by step. */
export function pointsQuery(statement: Statement, scope: Scope, points: PointsScope): string {
  const found = foundPoints(statement, scope, points);
  return `SELECT series, step, timestamp, value FROM (${found}) ORDER BY series, step, ${tieOrder(scope)}`;
}

/** The query for points in any order, with what {@linkcode tieOrder} names. */
export function foundPoints(statement: Statement, scope: Scope, points: PointsScope): string {
  const { facts } = scope;
  const asked = points.series.flatMap(({ number, run, path, after, before }) =>
    facts.ancestors(run, points.lineage).map(({ key, cut }, depth) => ({
      number,
      key,
      path,
      depth,
      cut,
      after,
      before,
    }))
  );
  const inherits = asked.length > points.series.length;
  const [from, to] = points.stepRange;
  const bounds = (after: number | undefined, before: number | undefined, cut: number) => ({
    least: Math.max(from === null ? -LIMIT : leastStep(from), after === undefined ? -LIMIT : greatestStep(after) + 1),
    greatest: Math.min(
      to === null ? LIMIT : greatestStep(to),
      before === undefined ? LIMIT : leastStep(before) - 1,
      greatestStep(cut),
    ),
  });
  const ranges = asked.map(({ after, before, cut }) => bounds(after, before, cut));
  const least = ranges.reduce((least, one) => Math.min(least, one.least), LIMIT);
  const greatest = ranges.reduce((greatest, one) => Math.max(greatest, one.greatest), -LIMIT);
  const runs = [...new Set(asked.map(({ key }) => key))], paths = [...new Set(asked.map(({ path }) => path))];
  // Known beforehand, so that the engine need not open what holds nothing of it. Of many runs, the table of what is asked says it.
  const where = all([
    runs.length > LONGEST_LIST ? null : isOneOf(statement, "run_id", runs),
    isOneOf(statement, "attribute_path", paths),
    Number.isSafeInteger(least) ? `step >= ${decimal(statement, least)}` : null,
    Number.isSafeInteger(greatest) ? `step <= ${decimal(statement, greatest)}` : null,
  ]);
  withPoints(statement, scope, [seriesTypeOf(points.kind)], where);
  const isUniform = ranges.every((one) => one.least === least && one.greatest === greatest) &&
    [least, greatest].every((units) => Math.abs(units) === LIMIT || Number.isSafeInteger(units));
  const onePath = paths.length === 1;
  statement.table("asked", {
    series: Int32Array.from(asked, ({ number }) => number),
    source: asked.map(({ key }) => key),
    ...onePath ? {} : { path: asked.map(({ path }) => path) },
    ...inherits ? { depth: Int32Array.from(asked, ({ depth }) => depth) } : {},
    ...isUniform ? {} : {
      least: Float64Array.from(ranges, ({ least }) => least),
      greatest: Float64Array.from(ranges, ({ greatest }) => greatest),
    },
  });
  const units = "CAST(step * 1000000 AS DOUBLE)";
  const within = isUniform ? "" : ` AND ${units} >= least AND ${units} <= greatest`;
  const isPath = onePath ? "" : " AND points.path = asked.path";
  let query =
    `SELECT series, step, timestamp, ${VALUE[points.kind]} AS value, copy, part, place${inherits ? ", depth" : ""} ` +
    `FROM points JOIN asked ON points.run_id = asked.source${isPath}${within}`;
  if (inherits) {
    statement.with("reached", query);
    // On an equal step the oldest ancestor wins.
    query =
      "SELECT * FROM (SELECT *, min(depth) OVER (PARTITION BY series, step) AS first FROM reached) WHERE depth = first";
  }
  if (points.limit) {
    statement.with("found", query);
    const direction = points.limit.from === "start" ? "ASC" : "DESC";
    const order = ["step", ...tieOrder(scope).split(", ")].map((column) => `${column} ${direction}`).join(", ");
    query = `SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY series ORDER BY ${order}) AS nth FROM found) ` +
      `WHERE nth <= ${statement.value(BigInt(points.limit.points))}`;
  }
  return query;
}

/** No step is as great, in millionths. */
const LIMIT = 1e18;

/** The least step that is at least this, in millionths. Steps are compared as the floats that they are shown as. */
function leastStep(step: number): number {
  if (step <= -LIMIT / 1e6) return -LIMIT;
  let units = Math.min(LIMIT, Math.ceil(step * 1e6));
  while ((units - 1) / 1e6 >= step && units - 1 !== units) units--;
  while (units / 1e6 < step && units + 1 !== units) units++;
  return units;
}

/** The greatest step that is at most this, in millionths. */
function greatestStep(step: number): number {
  return step === Infinity ? LIMIT : -leastStep(-step);
}

/** So many millionths as a decimal, which engines compare with what files say of their steps. */
function decimal(statement: Statement, units: number): string {
  const digits = BigInt(Math.abs(units)).toString().padStart(7, "0");
  const text = `${units < 0 ? "-" : ""}${digits.slice(0, -6)}.${digits.slice(-6)}`;
  return `CAST(${statement.value(text)} AS DECIMAL(18,6))`;
}

/**
 * The query for points.
 *
 * @module
 */

import type { Lineage } from "../../source.ts";
import { type PointKind, seriesTypeOf, type StepRange } from "../../types.ts";
import { nearestFloat } from "../../archive/parquet/format/values.ts";
import type { Statement } from "../connect/statement.ts";
import { tieOrder, withPoints } from "./points.ts";
import { SeriesPairs, SHARE } from "./pairs.ts";
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

/** A query for points, of which each row tells of which series it is. */
export interface FoundPoints {
  query: string;
  /** What rows name; null: the column `series` has the number. */
  pairs: SeriesPairs | null;
}

/** The query for points: what tells their series, `step`, `timestamp` and `value`, series by series, ascending by step. */
export function pointsQuery(statement: Statement, scope: Scope, points: PointsScope): FoundPoints {
  const { query, names, pairs } = found(statement, scope, points, true);
  return {
    query: `SELECT ${[...names, "step", "timestamp", "value"].join(", ")} FROM (${query}) ` +
      `ORDER BY ${[...names, "step", tieOrder(scope)].join(", ")}`,
    pairs,
  };
}

/** The query for points in any order, with `series` and what {@linkcode tieOrder} names. */
export function foundPoints(statement: Statement, scope: Scope, points: PointsScope): string {
  return found(statement, scope, points, false).query;
}

/**
 * The query for points in any order, and the columns that tell of which series each is.
 *
 * @param orMore Points of other series may be among them.
 */
function found(
  statement: Statement,
  scope: Scope,
  points: PointsScope,
  orMore: boolean,
): FoundPoints & { names: readonly string[] } {
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
    least: greatestOf(
      from === null ? -LIMIT : leastStep(from),
      after === undefined ? -LIMIT : greatestStep(after) + 1n,
    ),
    greatest: leastOf(
      to === null ? LIMIT : greatestStep(to),
      before === undefined ? LIMIT : leastStep(before) - 1n,
      greatestStep(cut),
    ),
  });
  const ranges = asked.map(({ after, before, cut }) => bounds(after, before, cut));
  const least = ranges.reduce((least, one) => leastOf(least, one.least), LIMIT);
  const greatest = ranges.reduce((greatest, one) => greatestOf(greatest, one.greatest), -LIMIT);
  const isUniform = ranges.every((one) => one.least === least && one.greatest === greatest);
  const runs = [...new Set(asked.map(({ key }) => key))], paths = [...new Set(asked.map(({ path }) => path))];
  const isFew = runs.length <= LONGEST_LIST, isMost = runs.length > 1 && SHARE * scope.runs <= runs.length;
  // Where most of what is found is asked for, no engine need join it with a list of what is.
  const pairs = orMore && !inherits && isUniform && (isFew || isMost)
    ? SeriesPairs.of(points.series, runs, paths)
    : null;
  // Known beforehand, so that the engine need not open what holds nothing of it. Of many runs, the table of what is asked says it.
  const where = all([
    isFew && !(pairs && isMost) ? isOneOf(statement, "run_id", runs) : null,
    isOneOf(statement, "attribute_path", paths),
    least > -LIMIT ? `step >= ${decimal(statement, least)}` : null,
    greatest < LIMIT ? `step <= ${decimal(statement, greatest)}` : null,
  ]);
  withPoints(statement, scope, [seriesTypeOf(points.kind)], where);
  const isOnePath = paths.length === 1;
  const names = pairs?.names ?? ["series"];
  const query = pairs === null
    ? joined(statement, points, { asked, ranges: isUniform ? null : ranges, inherits, isOnePath })
    : `SELECT ${[...names, ...COLUMNS].join(", ")}, ${VALUE[points.kind]} AS value FROM points`;
  if (!points.limit) return { query, names, pairs };
  statement.with("found", query);
  const direction = points.limit.from === "start" ? "ASC" : "DESC";
  const order = ["step", ...tieOrder(scope).split(", ")].map((column) => `${column} ${direction}`).join(", ");
  const partition = names.length === 0 ? "" : `PARTITION BY ${names.join(", ")}`;
  const limited = `SELECT * FROM (SELECT *, row_number() OVER (${partition} ORDER BY ${order}) AS nth ` +
    `FROM found) WHERE nth <= ${statement.value(BigInt(points.limit.points))}`;
  return { query: limited, names, pairs };
}

const COLUMNS = ["step", "timestamp", "copy", "part", "place"];

/** One run whose points a series shows. */
interface AskedRun {
  number: number;
  key: string;
  path: string;
  depth: number;
}

/** The query for points joined with a table of what is asked for. */
function joined(
  statement: Statement,
  { kind }: PointsScope,
  { asked, ranges, inherits, isOnePath }: {
    asked: readonly AskedRun[];
    /** Steps of each, in millionths; null: what all have in common is looked at already. */
    ranges: readonly { least: bigint; greatest: bigint }[] | null;
    inherits: boolean;
    isOnePath: boolean;
  },
): string {
  statement.table("asked", {
    series: Int32Array.from(asked, ({ number }) => number),
    source: asked.map(({ key }) => key),
    ...isOnePath ? {} : { path: asked.map(({ path }) => path) },
    ...inherits ? { depth: Int32Array.from(asked, ({ depth }) => depth) } : {},
    ...ranges && {
      least: BigInt64Array.from(ranges, ({ least }) => least),
      greatest: BigInt64Array.from(ranges, ({ greatest }) => greatest),
    },
  });
  const units = "CAST(step * 1000000 AS BIGINT)";
  const within = ranges ? ` AND ${units} >= least AND ${units} <= greatest` : "";
  const isPath = isOnePath ? "" : " AND points.path = asked.path";
  const query = `SELECT series, ${COLUMNS.join(", ")}, ${VALUE[kind]} AS value${inherits ? ", depth" : ""} ` +
    `FROM points JOIN asked ON points.run_id = asked.source${isPath}${within}`;
  if (!inherits) return query;
  statement.with("reached", query);
  // On an equal step the oldest ancestor wins.
  return "SELECT * FROM (SELECT *, min(depth) OVER (PARTITION BY series, step) AS first FROM reached) WHERE depth = first";
}

/** No step is as great, in millionths. */
const LIMIT = 10n ** 18n;

/** The least step that is at least this, in millionths. Steps are compared as the floats that they are shown as. */
function leastStep(step: number): bigint {
  if (Math.abs(step) >= 1e12) return step < 0 ? -LIMIT : LIMIT;
  let units = BigInt(Math.ceil(step * 1e6));
  while (nearestFloat(units - 1n, 6) >= step) units--;
  while (nearestFloat(units, 6) < step) units++;
  return units;
}

/** The greatest step that is at most this, in millionths. */
function greatestStep(step: number): bigint {
  return -leastStep(-step);
}

function leastOf(...numbers: bigint[]): bigint {
  return numbers.reduce((least, one) => one < least ? one : least);
}

function greatestOf(...numbers: bigint[]): bigint {
  return numbers.reduce((greatest, one) => one > greatest ? one : greatest);
}

/** So many millionths as a decimal, which engines compare with what files say of their steps. */
function decimal(statement: Statement, units: bigint): string {
  const digits = String(units < 0n ? -units : units).padStart(7, "0");
  const text = `${units < 0n ? "-" : ""}${digits.slice(0, -6)}.${digits.slice(-6)}`;
  return `CAST(${statement.value(text)} AS DECIMAL(18,6))`;
}

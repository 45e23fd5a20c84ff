/**
 * Answers about buckets as columns.
 *
 * @module
 */

import { BUCKET_FIELDS, BucketEdges } from "../../buckets.ts";
import type { BucketColumns, BucketCut } from "../../columns.ts";
import type { SeriesQuery } from "../../source.ts";
import { Statement } from "../connect/statement.ts";
import type { Engine } from "../engine.ts";
import { boundsQuery, BUCKET_COLUMNS, bucketsQuery } from "../sql/buckets.ts";
import { withRows } from "../sql/rows.ts";
import type { Scope } from "../sql/scope.ts";
import type { PointsScope } from "../sql/series.ts";
import { portions } from "./series.ts";

/** Float series in buckets of steps, summarised by the engine. Where the range is not given, it is asked for first. */
export async function bucketColumns(
  engine: Engine,
  scope: Scope,
  query: SeriesQuery,
  { maxBuckets, range }: BucketCut,
): Promise<BucketColumns> {
  const { signal } = query;
  const ask = (text: (statement: Statement, points: PointsScope) => string, points: PointsScope) => {
    const statement = new Statement();
    withRows(statement, scope.rows);
    return engine.ask(statement, text(statement, points), signal);
  };
  let [from, to] = range ?? [Infinity, -Infinity];
  if (range === null) {
    for (const points of portions(query)) {
      for await (const answer of ask((statement, points) => boundsQuery(statement, scope, points), points)) {
        const [least] = answer.floats("least"), [greatest] = answer.floats("greatest");
        if (least < from) from = least;
        if (greatest > to) to = greatest;
      }
    }
  }
  const edges = new BucketEdges(maxBuckets, from, to);
  const series: number[] = [], index: number[] = [];
  const fields: number[][] = BUCKET_FIELDS.map(() => []);
  for (const points of from <= to ? portions(query) : []) {
    for await (const answer of ask((statement, points) => bucketsQuery(statement, scope, points, edges), points)) {
      for (const one of answer.counts("series")) series.push(one);
      for (const one of answer.counts("bucket")) index.push(one);
      BUCKET_COLUMNS.forEach((name, i) => {
        for (const one of answer.floats(name)) fields[i].push(one);
      });
      query.onProgress?.(answer.rows, null);
    }
  }
  return {
    series: Uint32Array.from(series),
    index: Uint32Array.from(index),
    fromX: Float64Array.from(index, (bucket) => edges.lower(bucket)),
    toX: Float64Array.from(index, (bucket) => edges.upper(bucket)),
    ...Object.fromEntries(BUCKET_FIELDS.map((name, i) => [name, Float64Array.from(fields[i])])),
  } as BucketColumns;
}

/**
 * Answers about points as blocks of columns.
 *
 * @module
 */

import { type PointValues, type SeriesBlock, seriesRefs, type Span } from "../../columns.ts";
import type { SeriesQuery } from "../../source.ts";
import type { SparkArchive } from "../archive.ts";
import type { Answer } from "../connect/answer.ts";
import { Statement } from "../connect/statement.ts";
import { withRows } from "../sql/rows.ts";
import type { Scope } from "../sql/scope.ts";
import { pointsQuery, type PointsScope } from "../sql/series.ts";
import type { LookUp } from "./cells.ts";

/** So many series go into one query: their names travel with it. */
const SERIES_TOGETHER = 100_000;

/** Points of series, in the order of the list. */
export async function* pointBlocks(
  archive: SparkArchive,
  scope: Scope,
  query: SeriesQuery,
  lookUp: LookUp,
): AsyncGenerator<SeriesBlock> {
  let done = 0;
  for (const points of portions(query)) {
    const statement = new Statement();
    withRows(statement, scope.rows);
    for await (const answer of archive.ask(statement, pointsQuery(statement, scope, points), query.signal)) {
      yield await block(answer, query, lookUp);
      done += answer.rows;
      query.onProgress?.(answer.rows, null);
    }
  }
  query.onProgress?.(0, done);
}

/** What is asked for in one query after the other. */
export function* portions({ kind, series, stepRange = [null, null], lineage, limit = null }: SeriesQuery) {
  const all = seriesRefs(series).map((ref, number) => ({ ...ref, number }));
  for (let at = 0; at < all.length; at += SERIES_TOGETHER) {
    yield { kind, series: all.slice(at, at + SERIES_TOGETHER), stepRange, lineage, limit } satisfies PointsScope;
  }
}

async function block(answer: Answer, query: SeriesQuery, lookUp: LookUp): Promise<SeriesBlock> {
  const { rows } = answer;
  const numbers = answer.counts("series");
  const spans: Span[] = [];
  for (let start = 0, end = 1; end <= rows; end++) {
    if (end < rows && numbers[end] === numbers[start]) continue;
    spans.push({ series: numbers[start], start, end });
    start = end;
  }
  const preview = query.previews && query.kind === "float"
    ? { isPreview: new Uint8Array(rows), completion: new Float64Array(rows).fill(1) }
    : null;
  return {
    spans,
    step: answer.steps("step"),
    timestamp: answer.times("timestamp"),
    values: await valuesOf(answer, query.kind, lookUp),
    preview,
  };
}

async function valuesOf(answer: Answer, kind: SeriesQuery["kind"], lookUp: LookUp): Promise<PointValues> {
  switch (kind) {
    case "float":
      return { kind, data: answer.floats("value") };
    case "string":
      return { kind, data: answer.texts("value") };
    case "histogram":
      return { kind, data: answer.histograms("value") };
    case "file":
      return { kind, data: await lookUp(answer.texts("value")) };
  }
}

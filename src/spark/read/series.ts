/**
 * Answers about points as blocks of columns.
 *
 * @module
 */

import { type PointValues, type SeriesBlock, seriesRefs, type Span } from "../../columns.ts";
import type { SeriesQuery } from "../../source.ts";
import type { Answer } from "../connect/answer.ts";
import { Statement } from "../connect/statement.ts";
import type { Engine } from "../engine.ts";
import { withRows } from "../sql/rows.ts";
import type { Scope } from "../sql/scope.ts";
import { pointsQuery, type PointsScope } from "../sql/series.ts";
import type { LookUp } from "./cells.ts";

/** So many series go into one query: their names travel with it. */
const SERIES_TOGETHER = 100_000;

/** Points of series, in the order of the list. */
export async function* pointBlocks(
  engine: Engine,
  scope: Scope,
  query: SeriesQuery,
  lookUp: LookUp,
): AsyncGenerator<SeriesBlock> {
  let done = 0;
  for (const points of portions(query)) {
    const statement = new Statement();
    withRows(statement, scope.rows);
    const { query: text, pairs } = pointsQuery(statement, scope, points);
    for await (const answer of engine.ask(statement, text, query.signal)) {
      const found = await block(answer, pairs?.numbersOf(answer) ?? answer.counts("series"), query, lookUp);
      if (found.step.length === 0) continue;
      yield found;
      done += found.step.length;
      query.onProgress?.(found.step.length, null);
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

/** @param numbers Of which series each row is; -1: of none. */
async function block(answer: Answer, numbers: Int32Array, query: SeriesQuery, lookUp: LookUp): Promise<SeriesBlock> {
  const spans: Span[] = [];
  for (let start = 0, end = 1; end <= numbers.length; end++) {
    if (end < numbers.length && numbers[end] === numbers[start]) continue;
    if (numbers[start] >= 0) spans.push({ series: numbers[start], start, end });
    start = end;
  }
  const columns = {
    step: answer.steps("step"),
    timestamp: answer.times("timestamp"),
    values: await valuesOf(answer, query.kind, lookUp),
  };
  const found = packed(spans, columns);
  const { length } = found.step;
  const preview = query.previews && query.kind === "float"
    ? { isPreview: new Uint8Array(length), completion: new Float64Array(length).fill(1) }
    : null;
  return { ...found, preview };
}

type Columns = Pick<SeriesBlock, "step" | "timestamp" | "values">;

/** The rows of spans, and no others. */
function packed(spans: Span[], columns: Columns): Columns & { spans: Span[] } {
  let rows = 0;
  const places = spans.map(({ series, start, end }) => ({ series, start: rows, end: rows += end - start }));
  const { step, timestamp, values } = columns;
  if (rows === step.length) return { spans, ...columns };
  const floats = (from: Float64Array) => {
    const to = new Float64Array(rows);
    spans.forEach(({ start, end }, i) => to.set(from.subarray(start, end), places[i].start));
    return to;
  };
  const data = values.kind === "float"
    ? floats(values.data)
    : spans.flatMap(({ start, end }) => values.data.slice(start, end) as unknown[]);
  return {
    spans: places,
    step: floats(step),
    timestamp: floats(timestamp),
    values: { kind: values.kind, data } as PointValues,
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

/**
 * Points of string, histogram and file series: page after page, until every series has come to its end.
 *
 * @module
 */

import type { SeriesBlock } from "../../columns.ts";
import { DecodeError } from "../../errors.ts";
import type { SeriesQuery } from "../../source.ts";
import { decodeSeriesValues } from "../../wire/series_values.ts";
import type { Api } from "../api.ts";
import type { ApiCall } from "../plan/call.ts";
import { checkNoValues } from "../complete.ts";
import type { Job } from "../../async/concurrent.ts";
import { isDescending, type SeriesGroup } from "../plan/series.ts";
import { reversed } from "../../columns.ts";
import { pointSeriesCall } from "../plan/series_calls.ts";

/** Reads one group of series. */
export function pointSeriesJob(api: Api, query: SeriesQuery, project: string, group: SeriesGroup): Job<SeriesBlock> {
  return async function* (signal) {
    const pages = readPages(api, query, project, group, signal);
    if (!isDescending(query)) {
      yield* pages;
      return;
    }
    const blocks = await Array.fromAsync(pages);
    for (const block of blocks.reverse()) yield reversed(block);
  };
}

async function* readPages(
  api: Api,
  query: SeriesQuery,
  project: string,
  group: SeriesGroup,
  signal: AbortSignal,
): AsyncGenerator<SeriesBlock, void> {
  if (query.kind === "float") return;
  const open = new Set(group.series.keys());
  const tokens = new Map<number, string>();
  const lastSteps = new Map<number, number>();
  while (open.size > 0) {
    const call = pointSeriesCall(query, group, open, tokens, project);
    const { block, answers } = decodeSeriesValues(await api.bytes(call, signal), query.kind);
    checkOrder(block, open, lastSteps, isDescending(query) ? -1 : 1);
    for (const span of block.spans) span.series = group.series[span.series];
    if (block.spans.length > 0) yield block;

    // A series without an answer does not exist; one that had no room on this page is asked for again.
    const before = new Map(tokens);
    const unanswered = new Set(open);
    for (const { series, next } of answers) {
      unanswered.delete(series);
      if (next === "end") open.delete(series);
      else if (next !== "again") tokens.set(series, next.token);
    }
    for (const series of unanswered) open.delete(series);
    // What a lineage of its own has may be nothing, of which servers say nothing.
    if (query.lineage === "full") await checkNoSeries(api, call, query, group, unanswered, signal);
    const stuck = [...open].every((series) => tokens.get(series) === before.get(series));
    if (open.size > 0 && stuck && block.spans.length === 0) throw standstill(call.path);
  }
}

/** Ends normally when series do not exist, of which an answer told nothing; one request for each run that has some of them. */
async function checkNoSeries(
  api: Api,
  call: ApiCall,
  { kind, series }: SeriesQuery,
  group: SeriesGroup,
  unanswered: Iterable<number>,
  signal: AbortSignal,
): Promise<void> {
  const numbers = Array.from(unanswered, (at) => group.series[at]);
  for (const [run, some] of Map.groupBy(numbers, (number) => series.run[number])) {
    const paths = some.map((number) => series.paths[series.path[number]]);
    await checkNoValues(api, call, {
      runs: [series.runs[run]],
      paths,
      filter: null,
      types: [`${kind}_series`],
      signal,
    });
  }
}

/** Steps that do not go on would come out in the wrong order. */
function checkOrder(
  { spans, step }: SeriesBlock,
  asked: ReadonlySet<number>,
  lastSteps: Map<number, number>,
  direction: 1 | -1,
): void {
  for (const { series, start, end } of spans) {
    if (!asked.has(series)) throw wrongAnswer(`points that were not asked for (request ${series})`);
    let last = lastSteps.get(series);
    for (let i = start; i < end; i++) {
      if (last !== undefined && !((step[i] - last) * direction >= 0)) {
        throw wrongAnswer(`step ${step[i]} after step ${last}`);
      }
      last = step[i];
    }
    lastSteps.set(series, last!);
  }
}

function wrongAnswer(what: string): DecodeError {
  return new DecodeError(
    `The server's answer holds ${what}, so that it cannot be trusted. Ask again; if it stays so, report it.`,
    { offset: 0, what: "points of series" },
  );
}

/** The error for pages that do not come to an end. */
export function standstill(path: string): DecodeError {
  return new DecodeError(
    `The server answers ${path} with the same page again and again, so that the end is never reached. Try again later; if ` +
      "it stays so, report it.",
    { offset: 0, what: "pages" },
  );
}

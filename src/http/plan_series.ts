/**
 * Plans requests for points of series, as data: few and large, fair between series, going on after the last step received.
 *
 * @module
 */

import type { SeriesQuery } from "../source.ts";
import type { ApiCall } from "./api.ts";
import { jsonBytes, split } from "./split.ts";

/** The most points of one answer. */
const MAX_POINTS = 1_000_000;
/** The most series of one request for points of float series, and of others. */
const MAX_FLOAT_SERIES = 10_000;
const MAX_OTHER_SERIES = 2_000;
/** The most bytes of one request. A name of 1024 bytes has been seen to work 2000 times. */
const MAX_BODY_BYTES = 1_000_000;
/** Up to so many series share a request, with room for ten thousand points of each; more are shared out first. */
const FEW_SERIES = 96;

/** One series on its way. */
export interface SeriesTask {
  /** Index into the series of the query. */
  index: number;
  run: string;
  path: string;
  /** Only steps beyond this one, in the direction of travel; null: from its end. */
  cursor: number | null;
  /** Inclusive; null: open. */
  from: number | null;
  to: number | null;
  /** Points still wanted; null: all. */
  remaining: number | null;
}

/** Whether points travel from the last to the first. */
export function isDescending({ limit }: SeriesQuery): boolean {
  return limit?.from === "end";
}

/**
 * Shares the series of a query out among requests. Those of one request have the same range and want as many points.
 *
 * @param query What is asked.
 * @param atOnce How many requests are made at the same time.
 */
export function planSeries(query: SeriesQuery, atOnce: number): SeriesTask[][] {
  const tasks = query.limit?.points === 0 ? [] : query.series.flatMap((_, index) => taskOf(query, index));
  const largest = query.kind === "float" ? MAX_FLOAT_SERIES : MAX_OTHER_SERIES;
  const count = Math.min(Math.max(FEW_SERIES, Math.ceil(tasks.length / atOnce)), largest);
  return Map.groupBy(tasks, ({ from, to }) => `${from} ${to}`).values().toArray()
    .flatMap((alike) => shared(alike, Math.ceil(alike.length / count)));
}

/** Splits into so many groups of about the same size, or into more where one request would be too large. */
function shared(tasks: SeriesTask[], groups: number): SeriesTask[][] {
  const count = Math.ceil(tasks.length / groups);
  return split(tasks, ({ run, path }) => jsonBytes(run) + jsonBytes(path) + 160, MAX_BODY_BYTES, count);
}

function taskOf(query: SeriesQuery, index: number): SeriesTask[] {
  const { run, path, after, before } = query.series[index];
  let [from, to] = query.stepRange;
  const descending = isDescending(query);
  const cursorless = query.kind !== "float";
  if (after !== undefined && (descending || cursorless)) from = Math.max(from ?? -Infinity, nextFloat(after, 1));
  if (before !== undefined && (!descending || cursorless)) to = Math.min(to ?? Infinity, nextFloat(before, -1));
  if (from === -Infinity) from = null;
  if (to === Infinity) to = null;
  if (from === Infinity || to === -Infinity || (from !== null && to !== null && from > to)) return [];
  const start = cursorless ? undefined : descending ? before : after;
  if (start === (descending ? -Infinity : Infinity)) return [];
  const cursor = start === undefined || !Number.isFinite(start) ? null : start;
  return [{ index, run, path, cursor, from, to, remaining: query.limit?.points ?? null }];
}

/** How many points of each series one request for these may ask. */
export function pointsEach(tasks: readonly SeriesTask[]): number {
  return Math.min(tasks[0].remaining ?? Infinity, Math.max(1, Math.floor(MAX_POINTS / tasks.length)));
}

/** E8: points of float series. Request ids are the indexes of the series. */
export function floatSeriesCall(query: SeriesQuery, tasks: readonly SeriesTask[], project: string): ApiCall {
  return {
    method: "POST",
    path: "/api/leaderboard/v1/proto/attributes/series/float",
    body: {
      perSeriesPointsLimit: pointsEach(tasks),
      order: isDescending(query) ? "descending" : "ascending",
      stepRange: { from: tasks[0].from, to: tasks[0].to },
      requests: tasks.map((task) => ({
        requestId: String(task.index),
        ...(task.cursor === null ? {} : { afterStep: task.cursor }),
        series: { ...seriesOf(query, task), includePreview: query.previews },
      })),
    },
    project,
  };
}

/** E10: points of other series, each going on with its token where it has one. */
export function otherSeriesCall(
  query: SeriesQuery,
  tasks: readonly SeriesTask[],
  tokens: ReadonlyMap<number, string>,
  project: string,
): ApiCall {
  return {
    method: "POST",
    path: "/api/leaderboard/v1/proto/attributes/series",
    query: { useDeprecatedStringFields: "false" },
    body: {
      order: isDescending(query) ? "descending" : "ascending",
      stepRange: { from: tasks[0].from, to: tasks[0].to },
      ...(query.limit ? { perSeriesPointsLimit: query.limit.points } : {}),
      requests: tasks.map((task) => ({
        requestId: String(task.index),
        series: seriesOf(query, task),
        ...(tokens.has(task.index) ? { searchAfter: { finished: false, token: tokens.get(task.index) } } : {}),
      })),
    },
    project,
  };
}

/**
 * What is still to be asked after an answer that came to its end.
 *
 * @param tasks Those of the request.
 * @param received What came.
 * @param atOnce Long series go on in up to so many requests of their own.
 * @returns Groups for one request each.
 */
export function goOn(tasks: readonly SeriesTask[], received: Received, atOnce: number): SeriesTask[][] {
  const each = pointsEach(tasks);
  const open = advanced(tasks.filter(({ index }) => (received.get(index)?.points ?? 0) >= each), received);
  return open.length === 0 ? [] : shared(open, Math.min(atOnce, open.length));
}

/**
 * What is still to be asked after an answer that broke off: nothing is known of series that got fewer points than asked.
 *
 * @returns Groups for one request each.
 */
export function goOnAfterBreak(tasks: readonly SeriesTask[], received: Received): SeriesTask[][] {
  return [...Map.groupBy(advanced(tasks, received), ({ remaining }) => remaining).values()];
}

/** How many points of each series came, and the last step. */
export type Received = ReadonlyMap<number, { points: number; lastStep: number }>;

/** The same series behind the points received, but for those that need no more. */
function advanced(tasks: readonly SeriesTask[], received: Received): SeriesTask[] {
  return tasks.flatMap((task) => {
    const came = received.get(task.index);
    if (!came) return [task];
    const remaining = task.remaining === null ? null : task.remaining - came.points;
    return remaining === 0 ? [] : [{ ...task, remaining, cursor: came.lastStep }];
  });
}

function seriesOf({ lineage }: SeriesQuery, { run, path }: SeriesTask): Record<string, unknown> {
  return {
    attribute: path,
    holder: { identifier: run, type: "experiment" },
    lineage: lineage === "full" ? "FULL" : "NONE",
    lineageEntityType: lineage === "experiment" ? "EXPERIMENT" : "RUN",
  };
}

/** The next number a double can hold, upwards or downwards. */
function nextFloat(value: number, direction: 1 | -1): number {
  if (!Number.isFinite(value)) return value;
  if (value === 0) return direction * Number.MIN_VALUE;
  const bits = new BigInt64Array(1);
  const double = new Float64Array(bits.buffer);
  double[0] = value;
  bits[0] += value > 0 === direction > 0 ? 1n : -1n;
  return double[0];
}

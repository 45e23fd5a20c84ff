/**
 * Points of float series: request after request, until every series has come to its end.
 *
 * @module
 */

import type { SeriesBlock } from "../columns.ts";
import { ConnectionError, DecodeError, WorkerError } from "../errors.ts";
import type { RunJob } from "../pool/job.ts";
import type { SeriesQuery } from "../source.ts";
import type { Api } from "./api.ts";
import { type Job, pause } from "./concurrent.ts";
import {
  floatSeriesCall,
  goOn,
  goOnAfterBreak,
  isDescending,
  pointsEach,
  type Received,
  type SeriesTask,
} from "./plan_series.ts";
import { reversed } from "./reverse.ts";

/** What reading needs besides the query. */
export interface Reading {
  api: Api;
  query: SeriesQuery;
  project: string;
  /** Does the work of one request, here or in a Web Worker. */
  run: RunJob;
  onPoints: (by: number) => void;
  atOnce: number;
  /** How long to go on without a single new point, in seconds. */
  deadlineSeconds: number;
}

/** A request that brought down so many workers one after the other, without a single point, would bring down the next. */
const MAX_WORKER_FAILURES = 2;

/** Reads one group of series; long ones are added as jobs of their own. */
export function floatSeriesJob(reading: Reading, tasks: SeriesTask[]): Job<SeriesBlock> {
  const { query, atOnce } = reading;
  if (isDescending(query)) return (signal) => fromTheEnd(reading, tasks, signal);
  return async function* (signal, add) {
    const received = yield* readOnce(reading, tasks, signal);
    for (const group of goOn(tasks, received, atOnce)) add(floatSeriesJob(reading, group));
  };
}

/** Steps descend on the way here and ascend in the result, so that the last block to come is the first to be passed on. */
async function* fromTheEnd(
  reading: Reading,
  tasks: SeriesTask[],
  signal: AbortSignal,
): AsyncGenerator<SeriesBlock, void> {
  const blocks: SeriesBlock[] = [];
  for (let groups = [tasks]; groups.length > 0;) {
    const group = groups.shift()!;
    const pages = readOnce(reading, group, signal);
    let page = await pages.next();
    for (; !page.done; page = await pages.next()) blocks.push(page.value);
    groups = [...goOn(group, page.value, 1), ...groups];
  }
  for (const block of blocks.reverse()) yield reversed(block);
}

/** One request, sent again behind the last step received when the answer breaks off. */
async function* readOnce(
  { api, query, project, run, onPoints, deadlineSeconds }: Reading,
  tasks: SeriesTask[],
  signal: AbortSignal,
): AsyncGenerator<SeriesBlock, Received> {
  const received = new Map<number, { points: number; lastStep: number }>();
  const options = { previews: query.previews, descending: isDescending(query) };
  let groups = [tasks];
  let failures = 0;
  let lastProgress = performance.now();
  while (groups.length > 0) {
    const group = groups[0];
    const came = new Map<number, { points: number; lastStep: number }>();
    try {
      const call = floatSeriesCall(query, group, project);
      const blocks = api.stream(call, signal, (request) => run({ request, options }, signal, onPoints));
      let step = await blocks.next();
      for (; !step.done; step = await blocks.next()) {
        count(step.value, came);
        count(step.value, received);
        check(group, came);
        yield step.value;
        lastProgress = performance.now();
      }
      checkAnswered(group, step.value);
      groups = groups.slice(1);
    } catch (error) {
      failures = came.size > 0 ? 1 : failures + 1;
      const patience = error instanceof WorkerError && error.fields.reason !== "closed"
        ? failures <= MAX_WORKER_FAILURES
        : error instanceof ConnectionError && error.fields.brokenOff === true &&
          performance.now() - lastProgress < 1000 * deadlineSeconds;
      if (!patience) throw error;
      api.retried({ url: api.address, attempt: failures, reason: (error as Error).message });
      if (failures > 1) await pause(Math.random() * Math.min(500 * 2 ** failures, 30_000), signal);
      groups = [...goOnAfterBreak(group, came), ...groups.slice(1)];
    }
  }
  return received;
}

function count(block: SeriesBlock, into: Map<number, { points: number; lastStep: number }>): void {
  for (const { series, start, end } of block.spans) {
    const points = (into.get(series)?.points ?? 0) + end - start;
    into.set(series, { points, lastStep: block.step[end - 1] });
  }
}

/** Points that were not asked for would end up in the wrong place. */
function check(tasks: readonly SeriesTask[], came: Received): void {
  const asked = new Set(tasks.map(({ index }) => index));
  const each = pointsEach(tasks);
  for (const [series, { points }] of came) {
    if (!asked.has(series) || points > each) throw wrongAnswer(`points that were not asked for (request ${series})`);
  }
}

function checkAnswered(tasks: readonly SeriesTask[], answered: readonly number[]): void {
  const ids = new Set(answered);
  for (const { index } of tasks) {
    if (!ids.delete(index)) throw wrongAnswer(`no answer to request ${index}`);
  }
  if (ids.size > 0) throw wrongAnswer("an answer that was not asked for");
}

function wrongAnswer(what: string): DecodeError {
  return new DecodeError(
    `The server's answer holds ${what}, so that it cannot be trusted. Ask again; if it stays so, report it.`,
    { offset: 0, what: "points of float series" },
  );
}

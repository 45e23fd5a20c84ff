/**
 * Points of float series: request after request, until every series has come to its end.
 *
 * @module
 */

import { reversed, type SeriesBlock } from "../../columns.ts";
import { ConnectionError, DecodeError, WorkerError } from "../../errors.ts";
import type { SeriesQuery } from "../../source.ts";
import type { Api } from "../api.ts";
import { type Job, pause } from "../../async/concurrent.ts";
import { goOn, goOnAfterBreak, isDescending, pointsEach, Received, type SeriesGroup } from "../plan/series.ts";
import type { RunFloatSeries } from "./job.ts";
import { floatSeriesCall } from "../plan/series_calls.ts";

/** What reading needs besides the query. */
export interface FloatSeriesContext {
  api: Api;
  query: SeriesQuery;
  project: string;
  /** Does the work of one request, here or in a Web Worker. */
  run: RunFloatSeries;
  onPoints: (by: number) => void;
  concurrency: number;
  /** How long to go on without a single new point, in seconds. */
  deadlineSeconds: number;
}

/** A request that brought down so many workers one after the other, without a single point, would bring down the next. */
const MAX_WORKER_FAILURES = 2;

/** Reads one group of series; long ones are added as jobs of their own. */
export function floatSeriesJob(context: FloatSeriesContext, group: SeriesGroup): Job<SeriesBlock> {
  if (isDescending(context.query)) return (signal) => fromTheEnd(context, group, signal);
  return async function* (signal, add) {
    for (const rest of yield* readOnce(context, group, signal, context.concurrency)) add(floatSeriesJob(context, rest));
  };
}

/** Steps descend on the way here and ascend in the result, so that the last block to come is the first to be passed on. */
async function* fromTheEnd(
  context: FloatSeriesContext,
  first: SeriesGroup,
  signal: AbortSignal,
): AsyncGenerator<SeriesBlock, void> {
  const blocks: SeriesBlock[] = [];
  for (let groups = [first]; groups.length > 0;) {
    const pages = readOnce(context, groups.shift()!, signal, 1);
    let page = await pages.next();
    for (; !page.done; page = await pages.next()) blocks.push(page.value);
    groups = [...page.value, ...groups];
  }
  for (const block of blocks.reverse()) yield reversed(block);
}

/**
 * One request, sent again behind the last step received when the answer breaks off.
 *
 * @returns What is still to be asked, in up to `most` groups for each request that was made.
 */
async function* readOnce(
  { api, query, project, run, onPoints, deadlineSeconds }: FloatSeriesContext,
  group: SeriesGroup,
  signal: AbortSignal,
  most: number,
): AsyncGenerator<SeriesBlock, SeriesGroup[]> {
  const rest: SeriesGroup[] = [];
  let failures = 0;
  let lastProgress = performance.now();
  for (let open = [group]; open.length > 0;) {
    const [asked] = open;
    const received = new Received(asked);
    const options = {
      previews: query.previews ?? false,
      descending: isDescending(query),
      requests: asked.series.length,
      pointsEach: pointsEach(asked),
    };
    const onNewPoints = withoutFirst(asked.places?.known.reduce((sum, one) => sum + one, 0) ?? 0, onPoints);
    let came = false;
    try {
      const call = floatSeriesCall(query, asked, project);
      for await (const block of api.stream(call, signal, (request) => run({ request, options }, signal, onNewPoints))) {
        for (const span of block.spans) {
          checkDirection(received.places.lastStep[span.series], block.step[span.start], options.descending);
          span.start += received.add(span.series, block.step, span.start, span.end);
          span.series = asked.series[span.series];
        }
        // Known points that come again are no progress.
        const spans = block.spans.filter(({ start, end }) => start < end);
        if (spans.length === 0) continue;
        came = true;
        yield spans.length === block.spans.length ? block : { ...block, spans };
        lastProgress = performance.now();
      }
      rest.push(...goOn(query, asked, received, most));
      open = open.slice(1);
    } catch (error) {
      failures = came ? 1 : failures + 1;
      const patience = error instanceof WorkerError && error.fields.reason !== "closed"
        ? failures <= MAX_WORKER_FAILURES
        : error instanceof ConnectionError && error.fields.brokenOff === true &&
          performance.now() - lastProgress < 1000 * deadlineSeconds;
      if (!patience) throw error;
      const tried = (performance.now() - lastProgress) / 1000;
      const remaining = Math.max(0, deadlineSeconds - tried);
      api.retried({ url: api.address, attempt: failures, reason: (error as Error).message, tried, remaining });
      if (failures > 1) await pause(Math.random() * Math.min(500 * 2 ** failures, 30_000), signal);
      open = [...goOnAfterBreak(asked, received), ...open.slice(1)];
    }
  }
  return rest;
}

/** Tells of all but the first points, which were told of before. */
function withoutFirst(count: number, onPoints: (by: number) => void): (by: number) => void {
  let left = count;
  return (by) => {
    const old = Math.min(by, left);
    left -= old;
    if (by > old) onPoints(by - old);
  };
}

/** A server that does not mind the cursor would be asked for ever. */
function checkDirection(last: number, next: number, descending: boolean): void {
  if (!(descending ? next > last : next < last)) return;
  throw new DecodeError(
    `The server's answer goes on with step ${next} after step ${last}, so that it cannot be trusted. Ask again; if it stays so, ` +
      "report it.",
    { offset: 0, what: "points of float series" },
  );
}

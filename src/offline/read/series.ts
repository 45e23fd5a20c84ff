/**
 * Points of series.
 *
 * @module
 */

import { firstPlace, type PreviewColumns, type SeriesBlock, type SeriesRef, type Span } from "../../columns.ts";
import type { SeriesQuery } from "../../source.ts";
import { joinPoints, type OwnPoints, slicePoints } from "../content.ts";
import type { AskedSeries, OfflineContext } from "./context.ts";
import { pointsOf } from "./lineage.ts";
import { ownPreviews } from "./own.ts";

/** Small series share a block of about so many points. */
const BLOCK_POINTS = 100_000;
/** So many series of a run are read together. */
const SERIES_TOGETHER = 64;

/** Points of one series, ready to go. */
interface Stretch {
  series: number;
  points: OwnPoints;
  /** Which points are previews: those from here on, with their completion. */
  previews: { from: number; completion: Float64Array } | null;
}

/** Points of series of runs, by number. */
export async function* unsyncedSeries(
  context: OfflineContext,
  runs: ReadonlyMap<number, AskedSeries[]>,
  query: SeriesQuery,
): AsyncGenerator<SeriesBlock> {
  let waiting: Stretch[] = [], points = 0;
  for (const [run, asked] of runs) {
    for (let at = 0; at < asked.length; at += SERIES_TOGETHER) {
      context.signal?.throwIfAborted();
      for (const stretch of await stretches(context, run, asked.slice(at, at + SERIES_TOGETHER), query)) {
        waiting.push(stretch);
        points += stretch.points.step.length;
        if (points < BLOCK_POINTS) continue;
        yield block(waiting, query);
        query.onProgress?.(points, null);
        [waiting, points] = [[], 0];
      }
    }
  }
  if (waiting.length > 0) yield block(waiting, query);
  query.onProgress?.(points, null);
}

async function stretches(
  context: OfflineContext,
  run: number,
  asked: AskedSeries[],
  query: SeriesQuery,
): Promise<Stretch[]> {
  const paths = [...new Set(asked.map(({ path }) => path))];
  const found = await pointsOf(context, run, query.kind, paths, query.lineage);
  const stretches: Stretch[] = [];
  for (const ref of asked) {
    const committed = found.get(ref.path);
    const previews = query.previews && query.kind === "float" ? await ownPreviews(context, run, ref.path) : null;
    let points = committed && cut(committed, ref, query);
    let marked: Stretch["previews"] = null;
    if (previews) {
      const from = committed?.step.length ?? 0;
      const mine: OwnPoints = { ...previews, values: { kind: "float", data: previews.value } };
      const all = committed ? joinPoints("float", [committed, mine]) : mine;
      const [start, end] = range(all.step, ref, query);
      points = slicePoints(all, start, end);
      const first = Math.min(Math.max(from - start, 0), end - start);
      marked = { from: first, completion: previews.completion.subarray(start + first - from, end - from) };
    }
    if (points && points.step.length > 0) stretches.push({ series: ref.series, points, previews: marked });
  }
  return stretches;
}

function cut(points: OwnPoints, ref: SeriesRef, query: SeriesQuery): OwnPoints {
  const [start, end] = range(points.step, ref, query);
  return slicePoints(points, start, end);
}

/** Which of these steps are asked for: from the first number to before the second. */
function range(
  step: Float64Array,
  { after, before }: SeriesRef,
  { stepRange = [null, null], limit }: SeriesQuery,
): [number, number] {
  const [from, to] = stepRange;
  const least = (limit: number) => firstPlace(step.length, (row) => step[row] >= limit);
  const beyond = (limit: number) => firstPlace(step.length, (row) => step[row] > limit);
  let start = 0, end = step.length;
  if (from !== null) start = Math.max(start, least(from));
  if (after !== undefined) start = Math.max(start, beyond(after));
  if (to !== null) end = Math.min(end, beyond(to));
  if (before !== undefined) end = Math.min(end, least(before));
  if (end <= start) return [0, 0];
  if (limit && end - start > limit.points) {
    if (limit.from === "start") end = start + limit.points;
    else start = end - limit.points;
  }
  return [start, end];
}

function block(stretches: Stretch[], { kind, previews }: SeriesQuery): SeriesBlock {
  const spans: Span[] = [];
  let at = 0;
  for (const { series, points } of stretches) {
    spans.push({ series, start: at, end: at += points.step.length });
  }
  return {
    spans,
    ...joinPoints(kind, stretches.map(({ points }) => points)),
    preview: previews ? previewColumns(stretches, at) : null,
    // What was joined is a copy, a single stretch is what is kept of the run.
    owned: stretches.length > 1,
  };
}

function previewColumns(stretches: Stretch[], length: number): PreviewColumns {
  const isPreview = new Uint8Array(length), completion = new Float64Array(length).fill(1);
  let at = 0;
  for (const { points, previews } of stretches) {
    if (previews) {
      isPreview.fill(1, at + previews.from, at + points.step.length);
      completion.set(previews.completion, at + previews.from);
    }
    at += points.step.length;
  }
  return { isPreview, completion };
}

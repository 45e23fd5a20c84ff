/**
 * Plans requests for points of series, as data: few and large, fair between series, going on after the last step received.
 *
 * @module
 */

import type { SeriesQuery } from "../../source.ts";
import { jsonBytes } from "./split.ts";

/** The most points of one answer. */
const MAX_POINTS = 1_000_000;
/** The most series of one request for points of float series, and of others. */
const MAX_FLOAT_SERIES = 10_000;
const MAX_OTHER_SERIES = 2_000;
/** The most bytes of one request. A name of 1024 bytes has been seen to work 2000 times. */
const MAX_BODY_BYTES = 2_000_000;
/** What a series takes in a request besides its names, at most. */
const SERIES_BYTES = 190;
/** Up to so many series share a request, with room for ten thousand points of each; more are shared out first. */
const FEW_SERIES = 96;

/** Series that share a request: all have the same range and want as many points. */
export interface SeriesGroup {
  /** Their numbers in the query. A request names them by their position here. */
  series: Uint32Array;
  /** How far each has come; null: all are asked from their end. */
  places: Places | null;
  /** Inclusive; null: open. */
  from: number | null;
  to: number | null;
  /** Points still wanted of each; null: all. */
  remaining: number | null;
}

/**
 * How far series have come. A cursor excludes its step, and a series may have several points at one step (an archive may), of which
 * not all fit the last answer: so the last step is asked for again, and what is known of it is passed over.
 */
export interface Places {
  /** Only steps beyond this one, in the direction of travel; NaN: from the end of the series. */
  cursor: Float64Array;
  /** The last step that came, the only one behind the cursor of which points are known; NaN: none came. */
  lastStep: Float64Array;
  /** How many points at that step came. */
  known: Uint32Array;
}

/** What came of each series of a group, by its position there. */
export class Received {
  /** How many points came, in all, and of these how many that were not known. */
  readonly rows: Uint32Array;
  readonly points: Uint32Array;
  /** How far each series has come with them. */
  readonly places: Places;
  /** Known points that are still to come again. */
  readonly #again: Uint32Array;

  constructor({ series: { length }, places }: SeriesGroup) {
    this.rows = new Uint32Array(length);
    this.points = new Uint32Array(length);
    this.places = {
      cursor: places ? places.cursor.slice() : new Float64Array(length).fill(NaN),
      lastStep: places ? places.lastStep.slice() : new Float64Array(length).fill(NaN),
      known: places ? places.known.slice() : new Uint32Array(length),
    };
    this.#again = this.places.known.slice();
  }

  /** Takes note of points of a series; `step` holds theirs from `start` to before `end`. Gives how many of them were known. */
  add(at: number, step: Float64Array, start: number, end: number): number {
    const { cursor, lastStep, known } = this.places;
    let first = start;
    while (first < end && this.#again[at] > 0 && step[first] === lastStep[at]) {
      first++;
      this.#again[at]--;
    }
    this.rows[at] += end - start;
    this.points[at] += end - first;
    if (first === end) return end - start;
    this.#again[at] = 0;
    const last = step[end - 1];
    let other = end - 2;
    while (other >= first && step[other] === last) other--;
    const before = other >= first ? step[other] : lastStep[at];
    if (before === last) known[at] += end - first;
    else {
      // The last step is another one than before, or the first of all.
      if (before === before) cursor[at] = before;
      known[at] = end - 1 - other;
    }
    lastStep[at] = last;
    return first - start;
  }
}

/** Whether points travel from the last to the first. */
export function isDescending({ limit }: SeriesQuery): boolean {
  return limit?.from === "end";
}

/**
 * Shares the series of a query out among requests.
 *
 * @param query What is asked.
 * @param concurrency How many requests are made at the same time.
 */
export function planSeries(query: SeriesQuery, concurrency: number): SeriesGroup[] {
  if (query.limit?.points === 0) return [];
  const largest = query.kind === "float" ? MAX_FLOAT_SERIES : MAX_OTHER_SERIES;
  return alike(query).flatMap((group) => {
    const most = Math.min(Math.max(FEW_SERIES, Math.ceil(group.series.length / concurrency)), largest);
    return shared(query, group, Math.ceil(group.series.length / most));
  });
}

/** Groups of series with the same range. Bounds of single series are cursors where they can be, else part of the range. */
function alike(query: SeriesQuery): SeriesGroup[] {
  const { series: { run, after, before }, stepRange: [start, end] = [null, null], kind } = query;
  const descending = isDescending(query);
  const cursorless = kind !== "float";
  const cursors = cursorless ? undefined : descending ? before : after;
  if (!after && !before) return inRange(query, start ?? -Infinity, end ?? Infinity, run.map((_, i) => i), null);
  const groups = new Map<string, { from: number; to: number; series: number[]; cursor: number[] }>();
  for (let i = 0; i < run.length; i++) {
    let from = start ?? -Infinity, to = end ?? Infinity;
    if (after && after !== cursors && after[i] === after[i]) from = Math.max(from, nextFloat(after[i], 1));
    if (before && before !== cursors && before[i] === before[i]) to = Math.min(to, nextFloat(before[i], -1));
    const cursor = cursors ? cursors[i] : NaN;
    if (cursor === (descending ? -Infinity : Infinity)) continue;
    let group = groups.get(`${from} ${to}`);
    if (!group) groups.set(`${from} ${to}`, group = { from, to, series: [], cursor: [] });
    group.series.push(i);
    group.cursor.push(Number.isFinite(cursor) ? cursor : NaN);
  }
  return [...groups.values()].flatMap(({ from, to, series, cursor }) =>
    inRange(query, from, to, Uint32Array.from(series), {
      cursor: Float64Array.from(cursor),
      lastStep: new Float64Array(series.length).fill(NaN),
      known: new Uint32Array(series.length),
    })
  );
}

/** The group of these series; none where the range holds no step. */
function inRange(
  { limit }: SeriesQuery,
  from: number,
  to: number,
  series: Uint32Array,
  places: Places | null,
): SeriesGroup[] {
  if (series.length === 0 || from > to || from === Infinity || to === -Infinity) return [];
  return [{
    series,
    places,
    from: from === -Infinity ? null : from,
    to: to === Infinity ? null : to,
    remaining: limit?.points ?? null,
  }];
}

/** Splits into so many groups of about the same size, or into more where one request would be too large. */
function shared({ series }: SeriesQuery, group: SeriesGroup, groups: number): SeriesGroup[] {
  const most = Math.ceil(group.series.length / groups);
  const runBytes: number[] = [], pathBytes: number[] = [];
  const parts: SeriesGroup[] = [];
  let start = 0, bytes = 0;
  const close = (end: number) => {
    const places = group.places && {
      cursor: group.places.cursor.subarray(start, end),
      lastStep: group.places.lastStep.subarray(start, end),
      known: group.places.known.subarray(start, end),
    };
    parts.push({ ...group, series: group.series.subarray(start, end), places });
    start = end;
    bytes = 0;
  };
  group.series.forEach((one, at) => {
    const run = series.run[one], path = series.path[one];
    runBytes[run] ??= jsonBytes(series.runs[run]);
    pathBytes[path] ??= jsonBytes(series.paths[path]);
    const more = runBytes[run] + pathBytes[path] + SERIES_BYTES;
    if (at > start && (at - start >= most || bytes + more > MAX_BODY_BYTES)) close(at);
    bytes += more;
  });
  close(group.series.length);
  return parts;
}

/** How many points of each series one request for these may ask: those still wanted, and the known ones that come again. */
export function pointsEach({ series, places, remaining }: SeriesGroup): number {
  const again = places ? places.known.reduce((most, one) => Math.max(most, one), 0) : 0;
  const room = Math.floor(MAX_POINTS / series.length) - again;
  return Math.min(remaining ?? Infinity, Math.max(1, room)) + again;
}

/**
 * What is still to be asked after an answer that came to its end.
 *
 * @param query What is asked.
 * @param group The series of the request.
 * @param received What came.
 * @param concurrency Long series go on in up to so many requests of their own.
 */
export function goOn(query: SeriesQuery, group: SeriesGroup, received: Received, concurrency: number): SeriesGroup[] {
  const each = pointsEach(group);
  const full = group.series.map((_, at) => at).filter((at) => received.rows[at] >= each);
  return advanced(group, received, full).flatMap((open) =>
    shared(query, open, Math.min(concurrency, open.series.length))
  );
}

/** What is still to be asked after an answer that broke off: nothing is known of series that got fewer points than asked. */
export function goOnAfterBreak(group: SeriesGroup, received: Received): SeriesGroup[] {
  return advanced(group, received, group.series.map((_, at) => at));
}

/** Those series behind the points received, but for those that need no more; those of a group need as many more. */
function advanced(group: SeriesGroup, { points, places }: Received, positions: Uint32Array): SeriesGroup[] {
  const { remaining } = group;
  const wanted = (at: number) => remaining === null ? null : remaining - points[at];
  const open = positions.filter((at) => wanted(at) !== 0);
  // With a limit, as many points have to come again of each, or some would come too many.
  const alike = Map.groupBy(open, (at) => remaining === null ? "" : `${wanted(at)} ${places.known[at]}`);
  return [...alike.values()].map((members) => ({
    ...group,
    remaining: wanted(members[0]),
    series: Uint32Array.from(members, (at) => group.series[at]),
    places: {
      cursor: Float64Array.from(members, (at) => places.cursor[at]),
      lastStep: Float64Array.from(members, (at) => places.lastStep[at]),
      known: Uint32Array.from(members, (at) => places.known[at]),
    },
  }));
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

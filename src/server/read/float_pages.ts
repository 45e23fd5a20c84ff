/**
 * Pages of float series. A client that has got a full page asks for the next one, so the second reading goes far beyond its page, and
 * what is beyond it is kept for the pages that follow: reading a few points from a file takes as long as reading many.
 *
 * @module
 */

import { seriesList, type SeriesRef } from "../../columns.ts";
import type { StepRange } from "../../types.ts";
import type { PageCache, Piece, RestOfPoints } from "../page_cache.ts";
import { type Group, groups, type SeriesRequest } from "../requests.ts";

/** Points to read at once, over all series of a request, where pages are known to follow. */
const AHEAD = 1_000_000;

/** How a request wants its points. */
export interface Pages {
  /** At most this many points of each series. */
  limit: number;
  /** From the last step to the first. */
  descending: boolean;
  stepRange: StepRange;
}

/** The points of a page by the position of their series in the request; pieces ascend by step. */
export type FloatPages = Map<number, Piece[]>;

/** Reads one page of each series. */
export async function readFloatPages(
  kept: PageCache<RestOfPoints>,
  requests: SeriesRequest[],
  pages: Pages,
  signal: AbortSignal,
): Promise<FloatPages> {
  const found: FloatPages = new Map();
  for (const group of groups(requests)) {
    const missing: number[] = [];
    for (const i of group.members) {
      const cursor = requests[i].cursor;
      const rest = cursor === null ? null : following(kept.take(placeOf(group, requests[i], pages)), cursor, pages);
      if (rest && (rest.complete || count(rest.pieces) >= pages.limit)) {
        turn(kept, group, requests[i], pages, rest, (page) => found.set(i, page));
      } else missing.push(i);
    }
    if (missing.length > 0) await read(kept, { ...group, members: missing }, requests, pages, found, signal);
  }
  return found;
}

async function read(
  kept: PageCache<RestOfPoints>,
  group: Group,
  requests: SeriesRequest[],
  pages: Pages,
  found: FloatPages,
  signal: AbortSignal,
): Promise<void> {
  const { project, lineage, previews, members } = group;
  const goesOn = members.every((i) => requests[i].cursor !== null);
  const points = goesOn ? Math.max(pages.limit, Math.floor(AHEAD / members.length)) : pages.limit;
  const refs = members.map((i): SeriesRef => {
    const cursor = requests[i].cursor;
    const place = cursor === null ? {} : pages.descending ? { before: cursor } : { after: cursor };
    return { run: requests[i].holder!.run.key, path: requests[i].path, ...place };
  });
  const series = seriesList(refs);
  const pieces: Piece[][] = members.map(() => []);
  const limit = { points, from: pages.descending ? "end" as const : "start" as const };
  const { stepRange } = pages;
  for await (
    const block of project.source.series({ kind: "float", series, stepRange, limit, lineage, previews, signal })
  ) {
    for (const { series, start, end } of block.spans) pieces[series].push({ block, start, end });
  }
  members.forEach((i, position) => {
    const complete = count(pieces[position]) < points;
    const rest = { beyond: requests[i].cursor, pieces: pieces[position], complete };
    turn(goesOn ? kept : null, group, requests[i], pages, rest, (page) => found.set(i, page));
  });
}

/** What is kept, from a cursor on; null where it does not reach back to it. */
function following(rest: RestOfPoints | null, cursor: number, { descending }: Pages): RestOfPoints | null {
  if (rest === null) return null;
  const { beyond, pieces } = rest;
  if (beyond !== null && (descending ? cursor > beyond : cursor < beyond)) return null;
  const passed = pieces.reduce((sum, piece) => sum + rowsUpTo(piece, cursor, descending), 0);
  const left = descending ? cut(pieces, count(pieces) - passed)[0] : cut(pieces, passed)[1];
  return { ...rest, beyond: cursor, pieces: left };
}

/** How many rows of a piece are not beyond a step. */
function rowsUpTo({ block: { step }, start, end }: Piece, cursor: number, descending: boolean): number {
  const passed = (row: number) => descending ? step[end - 1 - row] >= cursor : step[start + row] <= cursor;
  let rows = 0;
  while (rows < end - start && passed(rows)) rows++;
  return rows;
}

/**
 * Takes a page from the points at hand and keeps what follows it, if somebody will ask. The last step of the page is kept as well: a
 * client that knows that there may be more points at it asks for it again.
 */
function turn(
  kept: PageCache<RestOfPoints> | null,
  group: Group,
  request: SeriesRequest,
  pages: Pages,
  { beyond, pieces, complete }: RestOfPoints,
  use: (page: Piece[]) => void,
): void {
  const { limit, descending } = pages;
  const total = count(pieces);
  const [page] = descending ? cut(pieces, Math.max(0, total - limit)).reverse() : cut(pieces, limit);
  use(page);
  if (kept === null || total < limit) return;
  const { block, start, end } = descending ? page[0] : page.at(-1)!;
  const edge = block.step[descending ? start : end - 1];
  const before = page.map((piece) => stepBefore(piece, edge, descending)).filter((step) => step !== null);
  const from = (descending ? before[0] : before.at(-1)) ?? beyond;
  const rest: RestOfPoints = { beyond, pieces, complete };
  const left = from === null ? rest : following(rest, from, pages)!;
  kept.put(placeOf(group, request, pages), left, memory(left.pieces));
}

/** The step of a piece that comes last before this one in the direction of travel; null where there is none. */
function stepBefore({ block: { step }, start, end }: Piece, edge: number, descending: boolean): number | null {
  if (descending) {
    for (let row = start; row < end; row++) if (step[row] > edge) return step[row];
  } else {
    for (let row = end - 1; row >= start; row--) if (step[row] < edge) return step[row];
  }
  return null;
}

/** How many points stay in memory for these: a series answers for its share of each block. */
function memory(pieces: Piece[]): number {
  return 1 + pieces.reduce((sum, { block }) => sum + block.step.length / block.spans.length, 0);
}

/** The first rows, and the others. */
function cut(pieces: Piece[], rows: number): [Piece[], Piece[]] {
  const first: Piece[] = [], others: Piece[] = [];
  let room = rows;
  for (const { block, start, end } of pieces) {
    const middle = Math.min(end, start + room);
    if (middle > start) first.push({ block, start, end: middle });
    if (end > middle) others.push({ block, start: middle, end });
    room -= middle - start;
  }
  return [first, others];
}

function count(pieces: Piece[]): number {
  return pieces.reduce((sum, { start, end }) => sum + end - start, 0);
}

function placeOf(
  { project, lineage, previews }: Group,
  { holder, path }: SeriesRequest,
  { descending, stepRange }: Pages,
): string[] {
  return [project.info.id, holder!.run.key, path, JSON.stringify([lineage, previews, descending, stepRange])];
}

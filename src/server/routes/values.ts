/**
 * Values of attributes: of one run (`attributes/attributes`), and of many runs page by page (`attributes/query`).
 *
 * @module
 */

import type { Context, Hono } from "hono";
import { concat, type ValueBlock } from "../../columns.ts";
import { ATTRIBUTE_TYPES, isSeriesType } from "../../types.ts";
import {
  type CellRef,
  cellsInOrder,
  encodeAttributes,
  encodeQueryAttributes,
  type RunHome,
} from "../../wire/encode/attributes.ts";
import { Body } from "../body.ts";
import { readRunValues } from "../read/run_values.ts";
import { parameter, projectOf, protobuf, requireRun, type Server, signalOf } from "../context.ts";
import { decodePageToken, encodePageToken, type RestOfValues } from "../page_cache.ts";
import { homeOf, type Project } from "../projects.ts";
import { Refusal } from "../refusal.ts";
import { type KnownRun, PATIENCE } from "../runs.ts";
import { readSelection, type Selection } from "../selection.ts";

const DEFAULT_LIMIT = 10_000;
/** Runs to read at once before it is known how many values they have. */
const FIRST_RUNS = 16;
const MAX_RUNS = 1_000;

/** Adds `attributes/attributes` and `attributes/query`. */
export function addValueRoutes(app: Hono, server: Server): void {
  app.post("/api/leaderboard/v1/proto/attributes/attributes", (context) => valuesOfRun(server, context));
  app.post("/api/leaderboard/v1/proto/leaderboard/attributes/query", (context) => valuesOfRuns(server, context));
}

/** A run whose attributes are asked one by one is read once for all that are not series. */
async function valuesOfRun(server: Server, context: Context): Promise<Response> {
  const signal = signalOf(context);
  const { project, run } = await requireRun(server, parameter(context, "holderIdentifier"), signal);
  const body = await Body.of(context.req.raw);
  const paths = body.strings("attributePathsFilter");
  const home = homeOf(project, run);
  if (paths === null) {
    return protobuf(encoded(await readRunValues(project.source, [run], {}, { signal }), home));
  }

  const wanted = new Set(paths);
  const { block, cells } = await singleValues(server, project, run, signal);
  const found = cells.filter(({ column, row }) => wanted.delete(block.paths[column.path[row]]));
  const single = encodeAttributes(block, found, home);
  if (wanted.size === 0) return protobuf(single as Uint8Array<ArrayBuffer>);
  const series = await readRunValues(project.source, [run], { paths: [...wanted], types: SERIES }, {
    signal,
  });
  return protobuf(concat(Uint8Array, [single, encoded(series, home)]));
}

const SERIES = ATTRIBUTE_TYPES.filter(isSeriesType);
const SINGLE = ATTRIBUTE_TYPES.filter((type) => !isSeriesType(type));

async function singleValues(
  server: Server,
  project: Project,
  run: KnownRun,
  signal: AbortSignal,
): Promise<RestOfValues> {
  // What was read some seconds ago is as good as new.
  const words = [project.info.id, run.key, String(Math.floor(Date.now() / PATIENCE))];
  let values = server.values.take(words);
  if (!values) {
    const block = await readRunValues(project.source, [run], { types: SINGLE }, { signal });
    values = { block, cells: cellsInOrder(block) };
  }
  server.values.put(words, values, values.cells.length);
  return values;
}

function encoded(block: ValueBlock, home: RunHome): Uint8Array<ArrayBuffer> {
  return encodeAttributes(block, cellsInOrder(block), home) as Uint8Array<ArrayBuffer>;
}

async function valuesOfRuns(server: Server, context: Context): Promise<Response> {
  const signal = signalOf(context);
  const project = await projectOf(server, context);
  const body = await Body.of(context.req.raw);
  const selection = readSelection(body);
  const page = body.object("nextPage");
  const limit = page?.count("limit", 1) ?? DEFAULT_LIMIT;
  const token = page?.string("nextPageToken") || null;

  const runs = await runsToRead(server, project, body.strings("experimentIdsFilter"), signal);
  const words = [project.info.id, body.textWithout("nextPage")];
  const { parts, next } = await fillPage(server, { project, runs, selection, limit, token, words, signal });
  const known = new Map(runs.map((run) => [run.key, { id: run.uuid, sysId: run.sysId }]));
  const identity = (key: string) => known.get(key)!;
  if (parts.length === 0) parts.push({ block: { runs: [], paths: [], columns: [] }, cells: [] });
  // Messages that are put one after the other are one message.
  const bytes = parts.map(({ block, cells }, i) =>
    encodeQueryAttributes(block, cells, identity, i === parts.length - 1 ? next : null)
  );
  return protobuf(bytes.length === 1 ? bytes[0] as Uint8Array<ArrayBuffer> : concat(Uint8Array, bytes));
}

/** The runs of a page in the order in which they were named, each once; all of the project where none are named. */
async function runsToRead(
  server: Server,
  project: Project,
  ids: string[] | null,
  signal: AbortSignal,
): Promise<KnownRun[]> {
  if (ids === null) return await project.runs.all({ signal });
  const holders = await server.projects.holders(ids, project, { signal });
  const runs = new Map(holders.flatMap((holder) => holder ? [[holder.run.key, holder.run] as const] : []));
  return [...runs.values()];
}

/** Which page of which values. */
interface PageRequest {
  project: Project;
  /** The runs of all pages. */
  runs: KnownRun[];
  selection: Selection;
  /** The most values on the page. */
  limit: number;
  /** What the page before gave; null for the first page. */
  token: string | null;
  /** What tells this listing from others, for the cache of pages. */
  words: string[];
  signal: AbortSignal;
}

interface Page {
  parts: RestOfValues[];
  next: string | null;
}

/** Reads runs, a bounded number at a time, until the page is full; what is too much is kept for the next page. */
async function fillPage(
  server: Server,
  { project, runs, selection, limit, token, words, signal }: PageRequest,
): Promise<Page> {
  const place = token === null ? null : readPlace(token, runs);
  let next = place?.run ?? 0;
  let rest = token === null ? null : server.values.take([...words, token]);
  if (rest) next = runs.findIndex((run) => run.key === rest!.block.runs.at(-1)) + 1;
  const parts: RestOfValues[] = [];
  let room = limit;
  let perRun = selection.paths ? Math.max(1, selection.paths.length) : limit / FIRST_RUNS;
  while (room > 0 && (rest || next < runs.length)) {
    if (!rest) {
      const some = runs.slice(next, next + clamp(Math.ceil(room / perRun), 1, MAX_RUNS));
      next += some.length;
      const block = await readRunValues(project.source, some, selection, { signal });
      const cells = cellsInOrder(block);
      perRun = Math.max(1, cells.length / some.length);
      rest = {
        block,
        cells: place ? after(block, cells, place) : cells,
      };
    }
    const { block, cells } = rest;
    if (cells.length > 0) parts.push({ block, cells: cells.slice(0, room) });
    rest = cells.length > room ? { block, cells: cells.slice(room) } : null;
    room -= Math.min(room, cells.length);
  }
  if (!rest && next >= runs.length) return { parts, next: null };
  const last = parts.at(-1)!;
  const { column, row } = last.cells.at(-1)!;
  const following = encodePageToken([
    last.block.runs[column.run[row]],
    last.block.paths[column.path[row]],
    column.type,
  ]);
  if (rest) server.values.put([...words, following], rest, rest.cells.length);
  return { parts, next: following };
}

/** The value after which a page begins. */
interface Place {
  /** The number of its run among the runs to read, and its key. */
  run: number;
  key: string;
  path: string;
  type: string;
}

function readPlace(token: string, runs: KnownRun[]): Place {
  const [key, path, type] = decodePageToken(token) ?? [];
  const run = runs.findIndex((run) => run.key === key);
  if (run >= 0 && typeof path === "string" && typeof type === "string") return { run, key, path, type };
  throw new Refusal(400, "BAD_REQUEST", "nextPageToken is not one that this server gave for this request.");
}

function after(block: ValueBlock, cells: CellRef[], place: Place): CellRef[] {
  return cells.filter(({ column, row }) => {
    if (block.runs[column.run[row]] !== place.key) return true;
    const path = block.paths[column.path[row]];
    return path > place.path || (path === place.path && column.type > place.type);
  });
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

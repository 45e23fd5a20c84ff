/**
 * Points of float series, page by page: `POST` for many series, `GET` for one (`attributes/series/float`).
 *
 * @module
 */

import type { Context, Hono } from "hono";
import type { SeriesBlock, Span } from "../../columns.ts";
import { encodeFloatSeries } from "../../wire/encode/float_series.ts";
import { Body } from "../body.ts";
import { parameter, protobuf, type Server, signalOf } from "../context.ts";
import { type FloatPages, type Pages, readFloatPages } from "../read/float_pages.ts";
import { Refusal } from "../refusal.ts";
import { readLineage, readRequests, readStepRange, type SeriesRequest } from "../requests.ts";

const PATH = "/api/leaderboard/v1/proto/attributes/series/float";
/** Points to hold in memory at once, as far as the request says how many to expect. */
const MAX_POINTS = 2_000_000;

/** Adds `POST` and `GET attributes/series/float`. */
export function addFloatSeriesRoutes(app: Hono, server: Server): void {
  app.post(PATH, (context) => manySeries(server, context));
  app.get(PATH, (context) => oneSeries(server, context));
}

async function manySeries(server: Server, context: Context): Promise<Response> {
  const signal = signalOf(context);
  const body = await Body.of(context.req.raw);
  const limit = body.required("perSeriesPointsLimit", body.count("perSeriesPointsLimit"));
  const descending = body.word("order", ["ascending", "descending"]) === "descending";
  const pages = { limit, descending, stepRange: readStepRange(body) };
  const requests = await readRequests(server, body, signal);
  const size = Math.max(1, Math.floor(MAX_POINTS / Math.max(1, limit)));
  const answers = chunks(requests, size).map((some) => () => answer(server, some, pages, signal));
  if (answers.length === 0) return protobuf(new Uint8Array());
  // Errors of the first part are answers; those of later parts can only cut the answer short.
  const first = await answers[0]();
  if (answers.length === 1) return protobuf(first);
  return protobuf(ReadableStream.from(inOrder(first, answers.slice(1))));
}

async function* inOrder(first: Uint8Array, others: (() => Promise<Uint8Array>)[]): AsyncGenerator<Uint8Array> {
  yield first;
  for (const answer of others) yield await answer();
}

async function answer(
  server: Server,
  requests: SeriesRequest[],
  pages: Pages,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const requestIds = requests.map((request) => request.id);
  const blocks = pages.limit === 0 ? [] : blocksOf(await readFloatPages(server.points, requests, pages, signal));
  return encodeFloatSeries({ blocks, requestIds, descending: pages.descending }) as Uint8Array<ArrayBuffer>;
}

/** The blocks that hold the points, with no more spans than are wanted. */
function blocksOf(pages: FloatPages): SeriesBlock[] {
  const spans = new Map<SeriesBlock, Span[]>();
  for (const [series, pieces] of pages) {
    for (const { block, start, end } of pieces) {
      if (!spans.has(block)) spans.set(block, []);
      spans.get(block)!.push({ series, start, end });
    }
  }
  return [...spans].map(([block, spans]) => ({ ...block, spans }));
}

/** The older form: one series, asked by query parameters, whose answer is the bare list of points. */
async function oneSeries(server: Server, context: Context): Promise<Response> {
  const signal = signalOf(context);
  const query = (name: string) => context.req.query(name) ?? null;
  const limit = Number(query("limit") ?? 10_000);
  const after = query("skipToStep") === null ? null : Number(query("skipToStep"));
  if (!Number.isInteger(limit) || limit < 0 || Number.isNaN(after)) {
    throw new Refusal(400, "BAD_REQUEST", "limit must be a whole number from 0, and skipToStep a number.");
  }
  const [holder] = await server.projects.holders([parameter(context, "experimentId")], null, { signal });
  const request: SeriesRequest = {
    id: "",
    holder,
    path: parameter(context, "attribute"),
    lineage: readLineage(query("lineage"), query("lineageEntityType")),
    previews: query("includePreview") === "true",
    cursor: after,
  };
  const all = await answer(server, [request], { limit, descending: false, stepRange: [null, null] }, signal);
  return protobuf(pointsOf(all));
}

/** The list of points inside an answer for one series without a request id: what follows two tags and two sizes. */
function pointsOf(answer: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let at = 0;
  for (let level = 0; level < 2; level++) {
    at++;
    while (answer[at++] & 0x80);
  }
  return answer.subarray(at);
}

function chunks<T>(list: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}

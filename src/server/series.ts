/**
 * Points of series: what a request names, and float series (E8, E9).
 *
 * @module
 */

import type { Context, Hono } from "hono";
import type { SeriesBlock } from "../columns.ts";
import type { Lineage, SeriesQuery, SeriesRef } from "../source.ts";
import type { StepRange } from "../types.ts";
import { encodeFloatSeries } from "../wire/float_series_encode.ts";
import { Body } from "./body.ts";
import { parameter, protobuf, type Server, signalOf } from "./context.ts";
import type { Holder, Project } from "./projects.ts";
import { Refusal } from "./refusal.ts";

const PATH = "/api/leaderboard/v1/proto/attributes/series/float";
/** Points to hold in memory at once, as far as the request says how many to expect. */
const MAX_POINTS = 2_000_000;

/** One series of a request. */
export interface SeriesRequest {
  id: string;
  holder: Holder | null;
  path: string;
  lineage: Lineage;
  previews: boolean;
  /** What follows `series` in the request. */
  rest: Body;
}

/** Adds E8 and E9. */
export function addFloatSeriesRoutes(app: Hono, server: Server): void {
  app.post(PATH, (context) => manySeries(server, context));
  app.get(PATH, (context) => oneSeries(server, context));
}

/** Reads `requests`, which names series. */
export async function readRequests(server: Server, body: Body, signal: AbortSignal): Promise<SeriesRequest[]> {
  const requests = body.required("requests", body.objects("requests")).map((request) => {
    const series = request.required("series", request.object("series"));
    const holder = series.required("holder", series.object("holder"));
    return {
      id: request.required("requestId", request.string("requestId")),
      identifier: holder.required("identifier", holder.string("identifier")),
      path: series.required("attribute", series.string("attribute")),
      lineage: readLineage(series.string("lineage"), series.string("lineageEntityType")),
      previews: series.boolean("includePreview") ?? false,
      rest: request,
    };
  });
  const holders = await server.projects.holders(requests.map((one) => one.identifier), null, { signal });
  return requests.map(({ identifier: _, ...request }, i) => ({ ...request, holder: holders[i] }));
}

/** Reads whose points belong to a series; the whole chain where a request does not tell. */
export function readLineage(lineage: string | null, entity: string | null): Lineage {
  if (lineage === null || lineage === "FULL") return "full";
  if (lineage !== "NONE" && lineage !== "ONLY_OWNED") {
    throw new Refusal(400, "BAD_REQUEST", `The lineage ${JSON.stringify(lineage)} is none of FULL and NONE.`);
  }
  return entity === "EXPERIMENT" ? "experiment" : "own";
}

/** Reads `stepRange`. */
export function readStepRange(body: Body): StepRange {
  const range = body.object("stepRange");
  return [range?.number("from") ?? null, range?.number("to") ?? null];
}

/** Series that one query of one source can answer, with their positions in the request. */
export interface Group {
  project: Project;
  lineage: Lineage;
  previews: boolean;
  members: number[];
}

/** Puts series together that one query can answer; those of unknown runs are left out. */
export function groups(requests: readonly SeriesRequest[]): Group[] {
  const found = new Map<string, Group>();
  requests.forEach(({ holder, lineage, previews }, i) => {
    if (!holder) return;
    const key = [holder.project.info.id, lineage, previews].join();
    let group = found.get(key);
    if (!group) found.set(key, group = { project: holder.project, lineage, previews, members: [] });
    group.members.push(i);
  });
  return [...found.values()];
}

async function manySeries(server: Server, context: Context): Promise<Response> {
  const signal = signalOf(context);
  const body = await Body.of(context.req.raw);
  const limit = body.required("perSeriesPointsLimit", body.count("perSeriesPointsLimit"));
  const descending = body.word("order", ["ascending", "descending"]) === "descending";
  const stepRange = readStepRange(body);
  const requests = await readRequests(server, body, signal);
  const size = Math.max(1, Math.floor(MAX_POINTS / Math.max(1, limit)));
  const answers = chunks(requests, size).map((some) => () =>
    answer(some, { stepRange, limit: { points: limit, from: descending ? "end" : "start" } }, descending, signal)
  );
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
  requests: SeriesRequest[],
  query: Pick<SeriesQuery, "stepRange" | "limit">,
  descending: boolean,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const blocks: SeriesBlock[] = [];
  for (const { project, lineage, previews, members } of groups(requests)) {
    const series = members.map((i): SeriesRef => {
      const { holder, path, rest } = requests[i];
      const cursor = rest.number("afterStep");
      const place = cursor === null ? {} : descending ? { before: cursor } : { after: cursor };
      return { run: holder!.run.key, path, ...place };
    });
    if (query.limit?.points === 0) continue;
    for await (const block of project.source.series({ kind: "float", series, ...query, lineage, previews, signal })) {
      blocks.push({ ...block, spans: block.spans.map((span) => ({ ...span, series: members[span.series] })) });
    }
  }
  const requestIds = requests.map((request) => request.id);
  return encodeFloatSeries({ blocks, requestIds, descending }) as Uint8Array<ArrayBuffer>;
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
    rest: new Body({ afterStep: after }),
  };
  const all = await answer(
    [request],
    { stepRange: [null, null], limit: { points: limit, from: "start" } },
    false,
    signal,
  );
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

/**
 * Which attributes exist: in one run (`queryAttributeDefinitions`), and in whole projects page by page
 * (`attributes/definitions/query`).
 *
 * @module
 */

import { create, toBinary } from "@bufbuild/protobuf";
import type { Context, Hono } from "hono";
import type { Source } from "../../source.ts";
import { ProtoAttributesSearchResultDTOSchema } from "../../wire/gen/neptune_pb.ts";
import { wireTypeName } from "../../types.ts";
import { Body } from "../body.ts";
import { parameter, protobuf, requireRun, type Server, signalOf } from "../context.ts";
import { decodePageToken, type Definition, encodePageToken } from "../page_cache.ts";
import type { Project } from "../projects.ts";
import { Refusal } from "../refusal.ts";
import { readSelection, readTypes, type Selection } from "../selection.ts";

const DEFAULT_LIMIT = 10_000;

/** Adds `queryAttributeDefinitions` and `attributes/definitions/query`. */
export function addDefinitionRoutes(app: Hono, server: Server): void {
  app.get(
    "/api/leaderboard/v1/proto/attributes/queryAttributeDefinitions",
    (context) => definitionsOfRun(server, context),
  );
  app.post("/api/leaderboard/v1/leaderboard/attributes/definitions/query", (context) => definitionsOf(server, context));
}

async function definitionsOfRun(server: Server, context: Context): Promise<Response> {
  const signal = signalOf(context);
  const { project, run } = await requireRun(server, parameter(context, "experimentIdentifier"), signal);
  const wanted = context.req.queries("attributeType");
  const types = wanted ? wanted.flatMap(readTypes) : null;
  const found = new Map<string, Definition>();
  await collect(project.source, [run.key], { types }, found, signal);
  const message = create(ProtoAttributesSearchResultDTOSchema, { entries: [...found.values()] });
  return protobuf(toBinary(ProtoAttributesSearchResultDTOSchema, message));
}

async function definitionsOf(server: Server, context: Context): Promise<Response> {
  const signal = signalOf(context);
  const body = await Body.of(context.req.raw);
  const page = body.object("nextPage");
  const limit = page?.count("limit", 1) ?? DEFAULT_LIMIT;
  const token = page?.string("nextPageToken") || null;
  const selection = readSelection(body);
  const projects = await readableProjects(server, body.strings("projectIdentifiers") ?? [], signal);

  const words = [body.textWithout("nextPage")];
  let all = token === null ? null : server.definitions.take([...words, token]);
  if (!all) {
    const found = new Map<string, Definition>();
    for (const project of projects) {
      const keys = await runKeys(server, project, body.strings("experimentIdsFilter"), signal);
      await collect(project.source, keys, selection, found, signal);
    }
    const sorted = [...found.values()].sort(order);
    all = token === null ? sorted : sorted.slice(readPlace(token, sorted));
  }
  const entries = all.slice(0, limit);
  const rest = all.slice(limit);
  const last = entries.at(-1);
  const nextPageToken = rest.length > 0 && last ? encodePageToken([last.name, last.type]) : null;
  if (nextPageToken !== null) server.definitions.put([...words, nextPageToken], rest, rest.length);
  return context.json({ entries, nextPage: { limit, nextPageToken } });
}

/** The projects that exist, each once; refuses a request none of whose projects does. */
async function readableProjects(server: Server, names: string[], signal: AbortSignal): Promise<Project[]> {
  const projects = new Set<Project>();
  for (const name of names) {
    const project = await server.projects.tryFind(name, { signal });
    if (project) projects.add(project);
  }
  if (projects.size === 0 && names.length > 0) await server.projects.find(names[0], { signal });
  return [...projects];
}

async function runKeys(
  server: Server,
  project: Project,
  ids: string[] | null,
  signal: AbortSignal,
): Promise<string[] | null> {
  if (ids === null) return null;
  const holders = await server.projects.holders(ids, project, { signal });
  return [...new Set(holders.flatMap((holder) => holder ? [holder.run.key] : []))];
}

async function collect(
  source: Source,
  runs: string[] | null,
  selection: Selection,
  into: Map<string, Definition>,
  signal: AbortSignal,
): Promise<void> {
  if (runs?.length === 0 || selection.types?.length === 0) return;
  for await (const page of source.attributes({ runs, ...selection, signal })) {
    for (const { path, type } of page) {
      const wireType = wireTypeName(type);
      const key = `${wireType}:${path}`;
      if (!into.has(key)) into.set(key, { name: path, type: wireType });
    }
  }
}

function readPlace(token: string, sorted: Definition[]): number {
  const [name, type] = decodePageToken(token) ?? [];
  if (typeof name !== "string" || typeof type !== "string") {
    throw new Refusal(400, "BAD_REQUEST", "nextPageToken is not one that this server gave for this request.");
  }
  const next = sorted.findIndex((one) => order(one, { name, type }) > 0);
  return next < 0 ? sorted.length : next;
}

function order(a: Definition, b: Definition): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.type < b.type ? -1 : a.type > b.type ? 1 : 0;
}

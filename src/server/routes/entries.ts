/**
 * Which runs match: in one project (`entries/search`), and in all of them (`entries/global/search`).
 *
 * @module
 */

import type { Context, Hono } from "hono";
import { forEach } from "../../async/concurrent.ts";
import type { ValueBlock } from "../../columns.ts";
import { AGGREGATIONS, type Nql, type Predicate } from "../../nql/ast.ts";
import { foldNql } from "../../nql/fold.ts";
import { parseNql } from "../../nql/parse.ts";
import type { RunsQuery, RunsSort, Source } from "../../source.ts";
import type { AttributeType } from "../../types.ts";
import { cellsInOrder, encodeAttributes, encodeEntries } from "../../wire/encode/attributes.ts";
import { Body } from "../body.ts";
import { identityCells, isIdentity, readRunValues } from "../read/run_values.ts";
import { projectOf, protobuf, type Server, signalOf } from "../context.ts";
import { mergeRuns, type ProjectRuns } from "../read/merge_runs.ts";
import { homeOf, type Project } from "../projects.ts";
import { Refusal } from "../refusal.ts";
import type { KnownRun } from "../runs.ts";
import { readTypes } from "../selection.ts";
import { groupNode, notNode } from "../../nql/tree.ts";

const IDENTITY = ["sys/id", "sys/custom_run_id", "sys/name"];

/** Adds `entries/search` and `entries/global/search`. */
export function addEntryRoutes(app: Hono, server: Server): void {
  app.post("/api/leaderboard/v1/proto/leaderboard/entries/search/", (context) => search(server, context));
  app.post("/api/leaderboard/v1/proto/leaderboard/entries/global/search/", (context) => searchAll(server, context));
}

async function search(server: Server, context: Context): Promise<Response> {
  const signal = signalOf(context);
  const project = await projectOf(server, context);
  const body = await Body.of(context.req.raw);
  const sort = await readSort(body, [project.source], signal);
  const { runs, total } = await matching(project, { ...readRunsQuery(body), sort, signal });
  const wanted = body.objects("attributeFilters")?.map((one) => one.required("path", one.string("path"))) ?? null;
  return protobuf(encodeEntries(total, await entriesOf(project, runs, wanted, signal)) as Uint8Array<ArrayBuffer>);
}

async function searchAll(server: Server, context: Context): Promise<Response> {
  const signal = signalOf(context);
  const body = await Body.of(context.req.raw);
  const projects = await server.projects.all({ signal });
  const sort = await readSort(body, projects.map((project) => project.source), signal);
  const { offset = 0, limit, ...query } = readRunsQuery(body);
  const found: ProjectRuns[] = [];
  await forEach(projects, projects.length, async (project, i, signal) => {
    found[i] = { project, runs: (await matching(project, { ...query, sort, signal })).runs };
  }, signal);
  const merged = await mergeRuns(found, sort, signal);
  const page = merged.slice(offset, limit === undefined ? undefined : offset + limit);
  const entries: Uint8Array[] = [];
  for (const { project, run } of page) entries.push(...await entriesOf(project, [run], IDENTITY, signal));
  return protobuf(encodeEntries(merged.length, entries) as Uint8Array<ArrayBuffer>);
}

async function matching(project: Project, query: RunsQuery): Promise<{ runs: KnownRun[]; total: number }> {
  const runs: KnownRun[] = [];
  let total = 0;
  for await (const page of project.source.runs(query)) {
    total = page.total;
    for (const run of page.runs) runs.push(project.runs.known(run));
  }
  return { runs, total };
}

/** One encoded entry for each run, with the attributes that are wanted; null: all. */
async function entriesOf(
  project: Project,
  runs: KnownRun[],
  wanted: string[] | null,
  signal: AbortSignal,
): Promise<Uint8Array[]> {
  const others = wanted && wanted.filter((path) => !isIdentity(path));
  const identity = identityCells(runs, wanted ?? []);
  const block = others?.length === 0 ? identity : joined(
    identity,
    await readRunValues(project.source, runs, { paths: others }, { signal }),
  );
  const byRun = Map.groupBy(cellsInOrder(block), ({ column, row }) => column.run[row]);
  return runs.map((run, i) => encodeAttributes(block, byRun.get(i) ?? [], homeOf(project, run)));
}

function joined(identity: ValueBlock, values: ValueBlock): ValueBlock {
  const paths = [...identity.paths, ...values.paths];
  const shifted = values.columns.map((column) => ({
    ...column,
    path: column.path.map((path) => path + identity.paths.length),
  }));
  return { runs: identity.runs, paths, columns: [...identity.columns, ...shifted] };
}

/** Reads what both searches have in common, but for the order. */
function readRunsQuery(body: Body): Pick<RunsQuery, "where" | "heads" | "offset" | "limit"> {
  const text = body.object("query")?.string("query") ?? "";
  const pagination = body.object("pagination");
  return {
    where: text.trim() === "" ? null : allFiles(parseNql(text)),
    heads: body.boolean("experimentLeader") ?? false,
    offset: pagination?.count("offset") ?? 0,
    limit: pagination?.count("limit") ?? undefined,
  };
}

/** Attributes of three types are `fileRef` in the API; a query for one is a query for all. */
function allFiles(query: Nql): Nql {
  const widened = (node: Predicate): Nql => {
    if (node.operand.type !== "file") return node;
    return groupNode("or", readTypes("fileRef").map((type): Nql => ({ ...node, operand: { ...node.operand, type } })));
  };
  return foldNql<Nql>(query, {
    predicate: widened,
    and: (terms) => groupNode("and", terms),
    or: (terms) => groupNode("or", terms),
    not: notNode,
  });
}

async function readSort(body: Body, sources: Source[], signal: AbortSignal): Promise<RunsSort | null> {
  const sorting = body.object("sorting");
  const sortBy = sorting?.object("sortBy");
  if (!sorting || !sortBy) return null;
  const path = sortBy.required("name", sortBy.string("name"));
  const wireType = sortBy.string("type");
  const type = wireType === null ? await typeOf(path, sources, signal) : readTypes(wireType)[0];
  if (type === undefined) {
    throw new Refusal(400, "INVALID_SORT_PARAMS", `Runs cannot be sorted by ${wireType} attributes.`);
  }
  const descending = sorting.word("dir", ["ascending", "descending"]) !== "ascending";
  const word = sortBy.string("aggregationMode") ?? sorting.string("aggregationMode");
  const aggregation = AGGREGATIONS.find((one) => one === word);
  return { path, type, descending, ...(aggregation && type === "float_series" ? { aggregation } : {}) };
}

/** The type of an attribute to sort by, where the request does not tell. */
async function typeOf(path: string, sources: Source[], signal: AbortSignal): Promise<AttributeType> {
  for (const source of sources) {
    for await (const page of source.attributes({ paths: [path], signal })) {
      if (page.length > 0) return page[0].type;
    }
  }
  return "string";
}

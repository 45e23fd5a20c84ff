/**
 * The table of runs, a stretch at a time.
 *
 * @module
 */

import type { Context, Hono } from "hono";
import { AGGREGATIONS } from "../../nql/ast.ts";
import { attribute, exists } from "../../nql/build.ts";
import { groupNode } from "../../nql/tree.ts";
import { Body } from "../../server/body.ts";
import { signalOf } from "../../server/context.ts";
import { type Project, Projects } from "../../server/projects.ts";
import type { RunsSort } from "../../source.ts";
import type { AttributeDefinition, AttributeType, RunInfo } from "../../types.ts";
import type { ProgressAnswer, RunsCell, RunsColumn, TableSlice } from "../api.ts";
import { addRoute, type Asked, projectNamed, queryParameter, requireType, type Viewer, wordOf } from "../context.ts";
import { csvLine, csvText } from "../csv.ts";
import { firstColumns } from "../first_columns.ts";
import { tableCell } from "../json.ts";
import { type ListingQuery, type Listings, readListing, rowsOf, type RunListing } from "../listing.ts";
import { named, whereOf } from "../selected.ts";

/** Adds `runs`, `refresh`, and `GET /api/runs.csv?asked=`. */
export function addRunsRoutes(app: Hono, viewer: Viewer): void {
  const { listings } = viewer;
  addRoute(app, viewer, "runs", (asked) => tableSlice(listings, asked));
  app.post("/api/progress", (context) => {
    const answer: ProgressAnswer = { progress: listings.progress() };
    return context.json(answer);
  });
  addRoute(app, viewer, "refresh", () => {
    listings.clear();
    viewer.differences.clear();
    viewer.catalog.refresh?.();
    viewer.overviews.clear();
    viewer.projects = new Projects(viewer.catalog);
    return Promise.resolve({});
  });
  app.get("/api/runs.csv", (context) => csv(viewer, context));
}

function columnOf(body: Body): RunsColumn {
  return {
    path: body.required("path", body.string("path")),
    type: requireType(body.required("type", body.string("type"))),
    aggregation: body.word("aggregation", AGGREGATIONS),
  };
}

function sortOf(body: Body): RunsSort | null {
  const sort = body.object("sort");
  if (!sort) return null;
  const { path, type, aggregation } = columnOf(sort);
  return { path, type, aggregation: aggregation ?? undefined, descending: sort.boolean("descending") ?? false };
}

function groupOf(body: Body): AttributeDefinition | null {
  const group = body.object("group");
  return group && columnOf(group);
}

function listingQuery(body: Body): ListingQuery {
  return { where: whereOf(body), sort: sortOf(body), group: groupOf(body) };
}

/** Only what decides which rows there are: columns and the stretch come and go while somebody scrolls. */
export function listingWords({ body, project }: Asked): string {
  return JSON.stringify([wordOf(project), listingQuery(body)]);
}

/** The rows that a request is about. */
export async function listingOf(listings: Listings, asked: Asked): Promise<RunListing> {
  const { body, project } = asked;
  // Others may wait for the same listing: it is not ended with the request that began it.
  const read = () =>
    listings.following((onProgress) => readListing(project.source, listingQuery(body), { onProgress }));
  return await listings.get(listingWords(asked), read);
}

/** The newest runs say which columns there are at first: what all runs have together may be thousands of attributes. */
const NEWEST = 40;

const first = new WeakMap<Project, Promise<AttributeDefinition[]>>();

async function columnsAtFirst(listings: Listings, asked: Asked): Promise<AttributeDefinition[]> {
  const { project } = asked;
  const read = async () => {
    const { groups } = await listingOf(listings, { ...asked, body: Body.from('{"trashed":false}') });
    const runs = groups.flatMap((group) => group.runs.slice(0, NEWEST).map(({ key }) => key));
    return firstColumns((await Array.fromAsync(project.source.attributes({ runs }))).flat());
  };
  const known = first.get(project) ?? read();
  first.set(project, known);
  known.catch(() => first.delete(project));
  return await known;
}

/** Reads the table as the page asks for it at first. */
export async function readFirst(viewer: Viewer, asked: Asked): Promise<void> {
  await tableSlice(viewer.listings, asked);
}

/** Reads what a search looks into, and all of the columns that are shown at first: queries and orders are likely to be about them. */
export async function readAhead({ listings }: Viewer, asked: Asked): Promise<void> {
  const shown = await columnsAtFirst(listings, asked);
  const where = groupNode("and", [named("a"), ...shown.map(({ path, type }) => exists(attribute(path, type)))]);
  for await (const _ of asked.project.source.runs({ where, limit: 1, signal: asked.signal }));
}

async function tableSlice(listings: Listings, asked: Asked): Promise<TableSlice> {
  const { body, project, signal } = asked;
  const listing = await listingOf(listings, asked);
  const from = body.count("from") ?? 0, to = body.count("to") ?? from + 100;
  const closed = new Set(body.strings("closed") ?? []);
  const { rows, slice } = rowsOf(listing, body.object("group") !== null, closed, from, to);
  const named = body.objects("columns")?.map(columnOf) ?? null;
  const proposed = named === null ? await columnsAtFirst(listings, asked) : null;
  const columns = named ?? proposed!.map((one) => ({ ...one, aggregation: null }));
  const runs = slice.flatMap((row) => "run" in row ? row.run : []);
  const cells = await readCells(project, runs, columns, signal);
  return {
    runs: listing.total,
    rows,
    from,
    slice: slice.map((row) => {
      if ("group" in row) return { group: row.group.label, count: row.group.runs.length, closed: row.closed };
      const { key, sysId, customId, name, unsynced } = row.run;
      return { id: sysId, customId, name, unsynced, cells: cells.get(key)! };
    }),
    columns: proposed,
  };
}

/** The values of these columns, by the key of the run. */
async function readCells(
  { source }: Project,
  runs: RunInfo[],
  columns: RunsColumn[],
  signal: AbortSignal,
): Promise<Map<string, RunsCell[]>> {
  const cells = new Map(runs.map(({ key }) => [key, new Array<RunsCell>(columns.length).fill(null)]));
  if (runs.length === 0 || columns.length === 0) return cells;
  const places = Map.groupBy(columns.keys(), (i) => `${columns[i].type}:${columns[i].path}`);
  const query = {
    runs: [...cells.keys()],
    paths: [...new Set(columns.map(({ path }) => path))],
    types: [...new Set(columns.map(({ type }) => type))],
    signal,
  };
  for await (const block of source.values(query)) {
    for (const column of block.columns) {
      for (let i = 0; i < column.run.length; i++) {
        const row = cells.get(block.runs[column.run[i]])!;
        for (const place of places.get(`${column.type}:${block.paths[column.path[i]]}`) ?? []) {
          row[place] = tableCell(column, i, columns[place].aggregation);
        }
      }
    }
  }
  return cells;
}

/** Rows that are read and sent at a time. */
const CSV_ROWS = 2000;

/** The table as comma-separated values, row by row as they are read: all rows, the columns that are shown. */
async function csv(viewer: Viewer, context: Context): Promise<Response> {
  const body = Body.from(queryParameter(context, "asked"));
  const project = await projectNamed(viewer, body.string("project"), signalOf(context));
  const asked: Asked = { body, project, signal: signalOf(context) };
  const { groups } = await listingOf(viewer.listings, asked);
  const runs = groups.flatMap((group) => group.runs);
  const columns = (body.objects("columns") ?? []).map(columnOf);
  async function* lines() {
    const names = columns.map(({ path, aggregation }) => csvText(aggregation ? `${path}:${aggregation}` : path));
    yield csvLine(["sys/id", "sys/custom_run_id", ...names]);
    for (let at = 0; at < runs.length; at += CSV_ROWS) {
      const some = runs.slice(at, at + CSV_ROWS);
      const cells = await readCells(project, some, columns, asked.signal);
      yield some.map(({ key, sysId, customId }) =>
        csvLine([
          csvText(sysId),
          csvText(customId ?? ""),
          ...cells.get(key)!.map((cell, i) => csvCell(cell, columns[i])),
        ])
      ).join("");
    }
  }
  return new Response(ReadableStream.from(lines()).pipeThrough(new TextEncoderStream()), {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(`${project.name || "runs"}.csv`)}`,
    },
  });
}

function csvCell(cell: RunsCell, { type }: RunsColumn): string {
  if (cell === null) return "";
  if (type === "datetime" && typeof cell === "number") return new Date(cell).toISOString();
  if (typeof cell === "object") return JSON.stringify(cell);
  return typeof cell === "string" && !NUMBERS.includes(type) ? csvText(cell) : String(cell);
}

const NUMBERS: readonly AttributeType[] = ["int", "float", "float_series", "datetime"];

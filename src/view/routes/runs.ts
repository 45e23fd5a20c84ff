/**
 * The table of runs, a stretch at a time, and which configs differ among its runs.
 *
 * @module
 */

import type { Hono } from "hono";
import { AGGREGATIONS } from "../../nql/ast.ts";
import type { Body } from "../../server/body.ts";
import type { Project } from "../../server/projects.ts";
import type { RunsSort } from "../../source.ts";
import type { AttributeDefinition, RunInfo } from "../../types.ts";
import type { RunsCell, RunsColumn, TableSlice } from "../api.ts";
import { addRoute, type Asked, requireType, type Viewer } from "../context.ts";
import { tableCell } from "../json.ts";
import { Listings, readListing, rowsOf, type RunListing } from "../listing.ts";
import { whereOf } from "../selected.ts";

/** Adds `runs`. */
export function addRunsRoutes(app: Hono, viewer: Viewer): void {
  const listings = new Listings();
  addRoute(app, viewer, "runs", (asked) => tableSlice(listings, asked));
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

/** Only what decides which rows there are: columns and the stretch come and go while somebody scrolls. */
async function listingOf(listings: Listings, { body, project }: Asked): Promise<RunListing> {
  const query = { where: whereOf(body), sort: sortOf(body), group: groupOf(body) };
  // Others may wait for the same listing: it is not ended with the request that began it.
  const read = () => readListing(project.source, query, new AbortController().signal);
  return await listings.get(JSON.stringify([project.info.id, query]), read);
}

async function tableSlice(listings: Listings, asked: Asked): Promise<TableSlice> {
  const { body, project, signal } = asked;
  const listing = await listingOf(listings, asked);
  const from = body.count("from") ?? 0, to = body.count("to") ?? from + 100;
  const closed = new Set(body.strings("closed") ?? []);
  const { rows, slice } = rowsOf(listing, body.object("group") !== null, closed, from, to);
  const columns = (body.objects("columns") ?? []).map(columnOf);
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

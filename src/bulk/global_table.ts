/**
 * Tables over all projects of a source.
 *
 * @module
 */

import pl, { type DataFrame } from "nodejs-polars";
import { sideBySide } from "../frame/arrow.ts";
import { strings } from "../frame/frame.ts";
import type { LazyCatalog } from "../source.ts";
import type { RunInfo } from "../types.ts";
import {
  declareColumns,
  isCut,
  type MatchedColumns,
  namedColumns,
  noteColumns,
  readTableRuns,
  readTableValues,
  resolveSort,
  type TableRequest,
} from "./runs_table.ts";
import { noteNamed, noteQuery } from "./select.ts";
import { TableBuilder } from "./table.ts";

/** Reads the runs of every project, then their values, and builds one frame whose first column is `sys/project`. */
export async function fetchGlobalTable(
  catalog: LazyCatalog,
  request: TableRequest,
  heads: boolean,
): Promise<DataFrame> {
  const { limit, aggregates } = request;
  const projects = await catalog.projects({ signal: request.signal });
  const sources = await Promise.all(projects.map(({ id }) => catalog.open(id)));
  const sort = await resolveSort(sources, request);
  const sortedBy = sort.aggregation === "last" ? null : sort.aggregation ?? null;

  const found: RunInfo[][] = [];
  // A project cannot have more rows in the table than the table has.
  for (const source of sources) found.push(await readTableRuns(source, request, sort, heads));
  const rows = found.flatMap((runs, i) => runs.map((run) => ({ run, project: projects[i].name })));
  const matched: MatchedColumns = { columns: false, columnsRegex: false };
  const table = new TableBuilder(rows, [...aggregates], sortedBy ? [sortedBy] : []);
  // Of one project the next one is no part: the total is that of all.
  const counted = { ...request, onProgress: (by: number) => request.onProgress?.(by, rows.length) };
  for (const [i, source] of sources.entries()) {
    const values = readTableValues(source, found[i], sort, counted, matched);
    for await (const block of values) table.add(block, projects[i].name);
  }
  if (!isCut(rows, request)) noteNamed(rows.map(({ run }) => run), request, heads, request.notes);
  // Where no project has a column, each says the same.
  const some = found.findIndex((runs) => runs.length > 0);
  if (some >= 0) await noteColumns(sources[some], found[some], request, matched, table.paths(), rows.length);
  if (rows.length === 0) {
    await noteQuery(sources, request.query, request);
    await declareColumns(sources, table, sort, request);
  }
  for (const source of sources) for (const text of source.leftOut?.() ?? []) request.notes.add(text);
  const order = table.order(sort.path, sort.type, sortedBy, sort.descending).slice(0, limit ?? undefined);
  const frame = await table.frame([sort.path, ...namedColumns(request)], order, ["sys/project"]);
  const names = pl.DataFrame([strings("sys/project", order.map((row) => rows[row].project))]);
  return sideBySide([names, frame]);
}

/**
 * Tables over all projects of a source.
 *
 * @module
 */

import pl, { type DataFrame } from "nodejs-polars";
import { sideBySide } from "../frame/arrow.ts";
import { strings } from "../frame/frame.ts";
import type { CallOptions, Catalog } from "../source.ts";
import type { RunInfo } from "../types.ts";
import { checkTable, readTableRuns, readTableValues, resolveSort, type RunsTableOptions } from "./runs_table.ts";
import { TableBuilder } from "./table.ts";

/** Reads the runs of every project, then their values, and builds one frame whose first column is `sys/project`. */
export async function fetchGlobalTable(
  catalog: Catalog,
  options: RunsTableOptions & CallOptions,
  heads: boolean,
): Promise<DataFrame> {
  const { columns, limit, aggregates } = checkTable(options);
  const projects = await catalog.projects({ signal: options.signal });
  const sources = projects.map(({ id }) => catalog.open(id));
  const sort = await resolveSort(sources, options);
  const sortedBy = sort.aggregation === "last" ? null : sort.aggregation ?? null;

  const found: RunInfo[][] = [];
  // A project cannot have more rows in the table than the table has.
  for (const source of sources) found.push(await readTableRuns(source, options, sort, heads, limit));
  const rows = found.flatMap((runs, i) => runs.map((run) => ({ run, project: projects[i].name })));
  const table = new TableBuilder(rows, aggregates, sortedBy ? [sortedBy] : []);
  for (const [i, source] of sources.entries()) {
    for await (const block of readTableValues(source, found[i], sort, options)) table.add(block, projects[i].name);
  }
  const order = table.order(sort.path, sort.type, sortedBy, sort.descending).slice(0, limit ?? undefined);
  const frame = await table.frame([sort.path, ...columns], order, ["sys/project"]);
  const names = pl.DataFrame([strings("sys/project", order.map((row) => rows[row].project))]);
  return sideBySide([names, frame]);
}

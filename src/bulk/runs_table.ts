/**
 * `fetchRunsDf` and `fetchExperimentsDf`: which runs, in which order, with which columns.
 *
 * @module
 */

import type { DataFrame } from "nodejs-polars";
import { getLogger } from "@logtape/logtape";
import type { ValueBlock } from "../columns.ts";
import { OptionError } from "../errors.ts";
import { type RunsFilter, runsFilter } from "../nql/build.ts";
import type { Aggregation } from "../nql/ast.ts";
import type { LongCallOptions } from "../progress/show.ts";
import type { CallOptions, RunsSort, Source } from "../source.ts";
import { ATTRIBUTE_TYPES, type AttributeType, type RunInfo } from "../types.ts";
import { type SeriesAggregate, TableBuilder } from "./table.ts";

/** By which attribute a table is sorted. */
export interface SortBy {
  /** The path of the attribute. */
  path: string;
  /** Its type; needed only where the path has several types among the runs. */
  type?: AttributeType;
  /** For a float series: which of its aggregates. Default: `last`. */
  aggregation?: Aggregation;
}

/** Options of {@linkcode ReadOnlyProject.fetchRunsDf} and {@linkcode ReadOnlyProject.fetchExperimentsDf}. */
export interface RunsTableOptions extends RunsFilter, LongCallOptions {
  /** Attributes to show as columns, by exact path. Default: none but the columns that are always there. */
  columns?: string[] | null;
  /** Attributes to show as columns, by a regular expression (RE2, partial match), besides `columns`. Default: none. */
  columnsRegex?: string | null;
  /** What to add for float series beside the last value, as columns `path:min` and so on. Default: none. */
  aggregates?: SeriesAggregate[];
  /** At most this many rows. Default: all. */
  limit?: number | null;
  /** The attribute to sort by; a column of its own. Default: `sys/creation_time`. */
  sortBy?: string | SortBy;
  /** Smallest first. Runs that lack the attribute come last either way. Default: false. */
  ascending?: boolean;
}

const SORTABLE: AttributeType[] = ["string", "int", "float", "bool", "datetime", "float_series"];
const logger = getLogger(["neptune-fetcher", "table"]);

/** Reads the runs, then their values, and builds the frame. */
export async function fetchRunsTable(
  source: Source,
  options: RunsTableOptions & CallOptions,
  heads: boolean,
): Promise<DataFrame> {
  const { columns, limit, aggregates } = checkTable(options);
  const sort = await resolveSort([source], options);
  const runs = await readTableRuns(source, options, sort, heads, limit);
  const table = new TableBuilder(runs.map((run) => ({ run, project: null })), aggregates);
  for await (const block of readTableValues(source, runs, sort, options)) table.add(block, null);
  return await table.frame([sort.path, ...columns]);
}

/** The options that have to be checked, completed. */
export function checkTable(
  { columns = null, aggregates = [], limit = null }: RunsTableOptions,
): { columns: string[]; aggregates: SeriesAggregate[]; limit: number | null } {
  checkColumns(columns);
  checkLimit(limit);
  return { columns: columns ?? [], aggregates, limit };
}

/** The runs that are the rows, in order. */
export async function readTableRuns(
  source: Source,
  options: RunsTableOptions & CallOptions,
  sort: RunsSort,
  heads: boolean,
  limit: number | null,
): Promise<RunInfo[]> {
  const runs: RunInfo[] = [];
  const query = { where: runsFilter(options), heads, sort, limit: limit ?? undefined, signal: options.signal };
  for await (const page of source.runs(query)) runs.push(...page.runs);
  return runs;
}

/** The values of the columns. */
export async function* readTableValues(
  source: Source,
  runs: RunInfo[],
  sort: RunsSort,
  { columns, columnsRegex = null, signal, onProgress }: RunsTableOptions & CallOptions,
): AsyncGenerator<ValueBlock> {
  if (runs.length === 0) return;
  const keys = runs.map((run) => run.key);
  const paths = [...new Set(["sys/custom_run_id", "sys/name", sort.path, ...columns ?? []])];
  yield* source.values({ runs: keys, paths, filter: null, types: null, signal, onProgress });
  if (columnsRegex === null) return;
  const filter = { any: [{ must: [columnsRegex], mustNot: [] }] };
  yield* source.values({ runs: keys, paths: null, filter, types: null, signal, onProgress });
}

/** By what to sort; reads the type of the attribute where it is not given. */
export async function resolveSort(
  sources: Source[],
  { sortBy = "sys/creation_time", ascending = false, signal }: RunsTableOptions & CallOptions,
): Promise<RunsSort> {
  const { path, type, aggregation }: SortBy = typeof sortBy === "string" ? { path: sortBy } : sortBy;
  if (type && !ATTRIBUTE_TYPES.includes(type)) {
    throw new OptionError(`sortBy.type is "${type}", but must be one of ${SORTABLE.join(", ")}.`, {
      option: "sortBy",
      value: type,
    });
  }
  const known = type ?? SORT_TYPES[path];
  return { path, type: known ?? await findType(sources, path, signal), aggregation, descending: !ascending };
}

const SORT_TYPES: Record<string, AttributeType> = { "sys/creation_time": "datetime", "sys/id": "string" };

async function findType(sources: Source[], path: string, signal?: AbortSignal): Promise<AttributeType> {
  const types = new Set<AttributeType>();
  for (const source of sources) {
    const pages = source.attributes({ runs: null, paths: [path], filter: null, types: SORTABLE, signal });
    for await (const page of pages) for (const { type } of page) types.add(type);
  }
  const [first = "string", ...others] = types;
  if (others.length > 0) {
    throw new OptionError(
      `sortBy "${path}" is of type ${[...types].join(" in some runs and ")} in others: say which, ` +
        `for example { path: "${path}", type: "${first}" }.`,
      { option: "sortBy", value: path },
    );
  }
  if (types.size === 0) {
    logger.warn(`No run has an attribute "{path}" to sort by; the newest runs come first.`, { path });
  }
  return first;
}

function checkColumns(columns: string[] | null): void {
  if (columns !== null && !Array.isArray(columns)) {
    throw new OptionError(`columns is ${JSON.stringify(columns)}, but must be an array of attribute paths.`, {
      option: "columns",
      value: columns,
    });
  }
}

function checkLimit(limit: number | null): void {
  if (limit !== null && !(Number.isInteger(limit) && limit > 0)) {
    throw new OptionError(`limit is ${limit}, but must be a whole number greater than 0, or absent for all runs.`, {
      option: "limit",
      value: limit,
    });
  }
}

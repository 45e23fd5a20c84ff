/**
 * `fetchRunsDf` and `fetchExperimentsDf`: which runs, in which order, with which columns.
 *
 * @module
 */

import type { DataFrame } from "nodejs-polars";
import { getLogger } from "@logtape/logtape";
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
  const { columns = null, columnsRegex = null, aggregates = [], limit = null, ascending = false, signal, onProgress } =
    options;
  checkColumns(columns);
  checkLimit(limit);
  const sort = { ...await resolveSort(source, options.sortBy ?? "sys/creation_time", signal), descending: !ascending };

  const runs: RunInfo[] = [];
  const query = { where: runsFilter(options), heads, sort, limit: limit ?? undefined, signal };
  for await (const page of source.runs(query)) runs.push(...page.runs);

  const table = new TableBuilder(runs, aggregates);
  const keys = runs.map((run) => run.key);
  const paths = [...new Set(["sys/custom_run_id", "sys/name", sort.path, ...columns ?? []])];
  const wanted = [{ paths, filter: null }];
  const byPattern = columnsRegex === null
    ? []
    : [{ paths: null, filter: { any: [{ must: [columnsRegex], mustNot: [] }] } }];
  if (runs.length > 0) {
    for (const which of [...wanted, ...byPattern]) {
      for await (const block of source.values({ runs: keys, ...which, types: null, signal, onProgress })) {
        table.add(block);
      }
    }
  }
  return table.frame([sort.path, ...columns ?? []]);
}

/** Finds the type of the attribute to sort by, where it is not given. */
async function resolveSort(
  source: Source,
  sortBy: string | SortBy,
  signal?: AbortSignal,
): Promise<Omit<RunsSort, "descending">> {
  const { path, type, aggregation }: SortBy = typeof sortBy === "string" ? { path: sortBy } : sortBy;
  if (type && !ATTRIBUTE_TYPES.includes(type)) {
    throw new OptionError(`sortBy.type is "${type}", but must be one of ${SORTABLE.join(", ")}.`, {
      option: "sortBy",
      value: type,
    });
  }
  if (type) return { path, type, aggregation };
  if (path === "sys/creation_time") return { path, type: "datetime", aggregation };
  if (path === "sys/id") return { path, type: "string", aggregation };
  const pages = source.attributes({ runs: null, paths: [path], filter: null, types: SORTABLE, signal });
  const types = (await Array.fromAsync(pages)).flat().map((one) => one.type);
  if (types.length > 1) {
    throw new OptionError(
      `sortBy "${path}" is of type ${types.join(" in some runs and ")} in others: say which, ` +
        `for example { path: "${path}", type: "${types[0]}" }.`,
      { option: "sortBy", value: path },
    );
  }
  if (types.length === 0) {
    logger.warn(`No run has an attribute "{path}" to sort by; the newest runs come first.`, { path });
  }
  return { path, type: types[0] ?? "string", aggregation };
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

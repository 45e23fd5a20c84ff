/**
 * `fetchRunsDf` and `fetchExperimentsDf`: which runs, in which order, with which columns.
 *
 * @module
 */

import type { DataFrame } from "nodejs-polars";
import { pauseNowAndThen } from "../async/pause.ts";
import type { ValueBlock } from "../columns.ts";
import { OptionError } from "../errors.ts";
import { alternatives, COUNT, either, FLAG, listOf, NONEMPTY, oneOf, orNull } from "../options/kinds.ts";
import type { Aggregation } from "../nql/ast.ts";
import { AGGREGATION, ATTRIBUTE_TYPE, REGEX } from "../nql/check.ts";
import { type Regexp, regexString } from "../nql/regex.ts";
import { type Checked, declare, needed, optional, shape } from "../options/options.ts";
import { LONG_CALL, type LongCallOptions } from "../progress/show.ts";
import type { RunsSort, Source, ValuesQuery } from "../source.ts";
import type { AttributeType, RunInfo } from "../types.ts";
import { ATTRIBUTES, type AttributeSelection, isList, selectPaths } from "./names.ts";
import { type BulkCall, noteMissing, type Notes } from "./notes.ts";
import { chooseRuns, noteNamed, noteQuery, RUN_SELECTION, type RunSelection } from "./select.ts";
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
export interface RunsTableOptions extends RunSelection, LongCallOptions {
  /** Attributes to show as columns. Default: none but the columns that are always there. */
  columns?: AttributeSelection | null;
  /** Attributes to show as columns besides `columns`, by a regular expression (RE2, partial match). Default: none. */
  columnsRegex?: Regexp | null;
  /** Only attributes of these types as columns. Default: all types. */
  types?: readonly AttributeType[] | null;
  /** What to add for float series beside the last value, as columns `path:min` and so on. Default: none. */
  aggregates?: readonly SeriesAggregate[];
  /** At most this many rows. Default: all. */
  limit?: number | null;
  /**
   * The attribute to sort by; a column of its own. Files, sets, and series of anything but floats have no order. Default:
   * `sys/creation_time`.
   */
  sortBy?: string | SortBy;
  /** Smallest first. Runs that lack the attribute come last either way. Default: false. */
  ascending?: boolean;
}

const SORT_BY = shape<SortBy>({
  path: needed(NONEMPTY),
  type: optional(ATTRIBUTE_TYPE),
  aggregation: optional(AGGREGATION),
});

/** The options of tables of runs. */
export const RUNS_TABLE = declare<RunsTableOptions>()({
  ...RUN_SELECTION,
  ...LONG_CALL,
  columns: optional(orNull(ATTRIBUTES), null),
  columnsRegex: optional(orNull(REGEX), null),
  types: optional(orNull(listOf(ATTRIBUTE_TYPE, "an array of attribute types")), null),
  aggregates: optional(
    listOf(oneOf("min", "max", "average", "variance", "last_step"), "an array of aggregates"),
    [],
  ),
  limit: optional(orNull(COUNT), null),
  sortBy: optional(either(NONEMPTY, SORT_BY), "sys/creation_time"),
  ascending: optional(FLAG, false),
});

/** Options of a table that passed the gate. */
export type TableRequest = Checked<typeof RUNS_TABLE> & BulkCall;

const SORTABLE: AttributeType[] = ["string", "int", "float", "bool", "datetime", "float_series"];

/** Reads the runs, then their values, and builds the frame. */
export async function fetchRunsTable(source: Source, request: TableRequest, heads: boolean): Promise<DataFrame> {
  const sort = await resolveSort([source], request);
  const runs = await readTableRuns(source, request, sort, heads);
  await pauseNowAndThen(request.signal)();
  if (!isCut(runs, request)) noteNamed(runs, request, heads, request.notes);
  if (runs.length === 0) await noteQuery([source], request.query, request);
  const table = new TableBuilder(runs.map((run) => ({ run, project: null })), [...request.aggregates]);
  const matched = { columns: false, columnsRegex: false };
  for await (const block of readTableValues(source, runs, sort, request, matched)) table.add(block, null);
  await noteColumns(source, runs, request, matched, table.paths());
  if (runs.length === 0) await declareColumns([source], table, sort, request);
  return await table.frame([sort.path, ...namedColumns(request)]);
}

/** Without rows, columns have the types that their attributes have in the project. */
export async function declareColumns(
  sources: Source[],
  table: TableBuilder,
  sort: RunsSort,
  request: TableRequest,
): Promise<void> {
  const paths = [...new Set([sort.path, ...namedColumns(request)])];
  for (const source of sources) {
    for await (const page of source.attributes({ paths, signal: request.signal })) {
      for (const { path, type } of page) table.declare(path, type);
    }
  }
  if (!table.paths().has(sort.path)) table.declare(sort.path, sort.type);
}

/** Whether there may be more rows than the table has. */
export function isCut(rows: readonly unknown[], { limit }: TableRequest): boolean {
  return limit !== null && rows.length >= limit;
}

/** The columns that are asked for one by one, and are there even where no run has them. */
export function namedColumns({ columns }: TableRequest): readonly string[] {
  return columns !== null && isList(columns) ? columns : [];
}

/** The runs that are the rows, in order. */
export async function readTableRuns(
  source: Source,
  { limit, signal, ...selection }: TableRequest,
  sort: RunsSort,
  heads: boolean,
): Promise<RunInfo[]> {
  const runs: RunInfo[] = [];
  const query = { ...chooseRuns(selection, heads), sort, limit: limit ?? undefined, signal };
  for await (const page of source.runs(query)) runs.push(...page.runs);
  return runs;
}

/** The values of the columns. */
export async function* readTableValues(
  source: Source,
  runs: RunInfo[],
  sort: RunsSort,
  { columns, columnsRegex, types, signal, onProgress }: TableRequest,
  matched: MatchedColumns,
): AsyncGenerator<ValueBlock> {
  if (runs.length === 0) return;
  const always = [...new Set(["sys/custom_run_id", "sys/name", sort.path])];
  const { paths, filter }: ReturnType<typeof selectPaths> = columns === null ? { paths: [] } : selectPaths(columns);
  const reads: { which: Pick<ValuesQuery, "paths" | "filter" | "types">; option?: keyof MatchedColumns }[] = [];
  if (types === null) reads.push({ which: { paths: [...new Set([...always, ...paths ?? []])] } });
  else {
    reads.push({ which: { paths: always } });
    if (paths) reads.push({ which: { paths, types } });
  }
  if (!paths) reads.push({ which: { filter, types }, option: "columns" });
  if (columnsRegex !== null) {
    const matching = { any: [{ must: [regexString(columnsRegex)], mustNot: [] }] };
    reads.push({ which: { filter: matching, types }, option: "columnsRegex" });
  }
  const keys = runs.map((run) => run.key);
  // Each run counts once, in the last read, which is the longest; what a source knows without reading counts at its end.
  let counted = 0;
  const count = (by: number) => {
    counted += by;
    onProgress?.(by, runs.length);
  };
  for (const [i, { which, option }] of reads.entries()) {
    const progress = i === reads.length - 1 ? count : undefined;
    for await (const block of source.values({ runs: keys, ...which, signal, onProgress: progress })) {
      if (option) matched[option] ||= block.columns.length > 0;
      yield block;
    }
  }
  count(runs.length - counted);
}

/** Notes the columns that were asked for and that none of the runs has. */
export async function noteColumns(
  source: Source,
  runs: RunInfo[],
  request: TableRequest,
  matched: MatchedColumns,
  filled: Set<string>,
  count: number = runs.length,
): Promise<void> {
  const { columns, columnsRegex, types } = request;
  for (const path of IDENTITY) filled.add(path);
  const keys = runs.map((run) => run.key);
  const look = async (attributes: AttributeSelection, found: ReadonlySet<string>) =>
    await noteMissing(source, { runs: keys, attributes, found, what: "attribute", types, count }, request);
  if (columns !== null) await look(columns, isList(columns) ? filled : matched.columns ? filled : NOTHING);
  if (columnsRegex !== null && !matched.columnsRegex) await look(regexString(columnsRegex), NOTHING);
}

/** Which patterns some attribute matched. */
export interface MatchedColumns {
  columns: boolean;
  columnsRegex: boolean;
}

/** These are columns of every table, also where they are empty. */
const IDENTITY = ["sys/id", "sys/custom_run_id", "sys/name"];
const NOTHING: ReadonlySet<string> = new Set();

/** By what to sort; reads the type of the attribute where it is not given. */
export async function resolveSort(
  sources: Source[],
  { sortBy, ascending, signal, notes }: TableRequest,
): Promise<RunsSort> {
  const { path, type: given, aggregation }: SortBy = typeof sortBy === "string" ? { path: sortBy } : sortBy;
  const type = given ?? SORT_TYPES.get(path) ?? await findType(sources, path, aggregation, notes, signal);
  if (!SORTABLE.includes(type)) {
    throw new OptionError(
      `Runs cannot be sorted by ${JSON.stringify(path)}, which is of type ${type}: choose an attribute of type ${
        alternatives(SORTABLE)
      }.`,
      { option: "sortBy", value: path },
    );
  }
  if (aggregation !== undefined && type !== "float_series") {
    throw new OptionError(
      `sortBy asks for the ${aggregation} of ${
        JSON.stringify(path)
      }, which is of type ${type}: only a float_series has ` +
        "aggregates.",
      { option: "sortBy", value: path },
    );
  }
  return { path, type, aggregation, descending: !ascending };
}

const SORT_TYPES: ReadonlyMap<string, AttributeType> = new Map([["sys/creation_time", "datetime"], [
  "sys/id",
  "string",
]]);

/** The type by which runs are sorted; where they have none of those, one that they have. */
async function findType(
  sources: Source[],
  path: string,
  aggregation: Aggregation | undefined,
  notes: Notes,
  signal?: AbortSignal,
): Promise<AttributeType> {
  const found = new Set<AttributeType>();
  for (const source of sources) {
    const pages = source.attributes({ paths: [path], signal });
    for await (const page of pages) for (const { type } of page) found.add(type);
  }
  const sortable = [...found].filter((type) => SORTABLE.includes(type));
  const types = sortable.length > 0 ? sortable : found;
  const [first = aggregation ? "float_series" : "string"] = types;
  if (sortable.length > 1) {
    throw new OptionError(
      `sortBy "${path}" is of type ${[...types].join(" in some runs and ")} in others: say which, ` +
        `for example { path: "${path}", type: "${first}" }.`,
      { option: "sortBy", value: path },
    );
  }
  if (found.size === 0) {
    const order = sources.length > 1 ? "runs stand by project, the newest first" : "the newest runs come first";
    notes.add(`No run has an attribute ${JSON.stringify(path)} to sort by; ${order}.`);
  }
  return first;
}

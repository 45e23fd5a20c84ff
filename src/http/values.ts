/**
 * Latest values of attributes, and which attributes exist on which run.
 *
 * @module
 */

import type { PairBlock, ValueBlock } from "../columns.ts";
import type { AttributesQuery, ValuesQuery } from "../source.ts";
import { decodeAttributes, decodeQueryAttributes, decodeQueryPairs, type Page } from "../wire/attributes.ts";
import { StringTable } from "../wire/string_table.ts";
import type { Api, ApiCall } from "./api.ts";
import { concurrently, type Job } from "./concurrent.ts";
import { orMissing, pairsOfRun } from "./attributes.ts";
import { tokenPages } from "./pages.ts";
import type { ProjectOptions } from "./project_options.ts";
import { asksNothing, runValuesCalls, valuesCalls } from "./plan/requests.ts";

/** So few paths are asked for by name, rather than picked out of all that a run has. */
const FEW_PATHS = 1000;

/** Reads the values that pass, in blocks as they come. */
export async function* fetchValues(
  { api, concurrency }: ProjectOptions,
  project: string,
  query: ValuesQuery,
): AsyncGenerator<ValueBlock> {
  if (asksNothing(query)) return;
  const { runs, paths, filter, types, signal, onProgress } = query;
  const one = runs?.length === 1 && !filter;
  const jobs = one
    ? runValuesCalls(runs[0], paths, project).map((call) => runJob(api, call, runs[0]))
    : valuesCalls(project, query, concurrency).map((call) =>
      pagesJob(api, call, project, query, decodeQueryAttributes)
    );
  for await (const block of concurrently(jobs, concurrency, signal)) {
    // The values of one run come whatever their type.
    const columns = types ? block.columns.filter(({ type }) => types.includes(type)) : block.columns;
    if (columns.length > 0) yield { ...block, columns };
  }
  if (one) onProgress?.(1, 1);
}

/**
 * Reads which attributes exist on which run. The API tells it run by run in short answers, of many runs only along with the values.
 */
export async function* fetchExisting(
  options: ProjectOptions,
  project: string,
  query: AttributesQuery,
): AsyncGenerator<PairBlock> {
  if (asksNothing(query)) return;
  const { api, concurrency } = options;
  const { runs, paths, filter, signal } = query;
  const runByRun = runs && runs.length <= concurrency && !filter && (!paths || paths.length > FEW_PATHS);
  const table = new StringTable();
  const decode = (bytes: Uint8Array, runKey: (sysId: string) => string) => decodeQueryPairs(bytes, runKey, table);
  const jobs = runByRun
    ? runs.map((run) => definitionsJob(api, run, project, query, table))
    : valuesCalls(project, query, concurrency).map((call) => pagesJob(api, call, project, query, decode));
  for await (const block of concurrently(jobs, concurrency, signal)) if (block.run.length > 0) yield block;
}

/** `queryAttributeDefinitions` for one run. */
function definitionsJob(
  api: Api,
  run: string,
  project: string,
  query: AttributesQuery,
  table: StringTable,
): Job<PairBlock> {
  return async function* (signal) {
    yield await pairsOfRun(api, run, project, query, table, signal);
    query.onProgress?.(1, query.runs!.length);
  };
}

/** `attributes/attributes` for one run. */
function runJob(api: Api, call: ApiCall, run: string): Job<ValueBlock> {
  return async function* (signal) {
    const bytes = await orMissing(api.bytes(call, signal));
    if (bytes) yield decodeAttributes(bytes, run);
  };
}

/** `attributes/query` for some runs, page after page. */
function pagesJob<T>(
  api: Api,
  call: ApiCall,
  project: string,
  { runs, paths, onProgress }: AttributesQuery,
  decode: (bytes: Uint8Array, runKey: (sysId: string) => string) => Page<T>,
): Job<T> {
  return async function* (signal) {
    const pages = tokenPages(api, call, (bytes) => decode(bytes, (sysId) => `${project}/${sysId}`), signal);
    for await (const { block } of pages) yield block;
    const { experimentIdsFilter, attributeNamesFilter } = call.body as Record<string, string[] | undefined>;
    // Where the names take several requests for the same runs, each of them counts for its part.
    const part = attributeNamesFilter ? attributeNamesFilter.length / paths!.length : 1;
    if (runs) onProgress?.(experimentIdsFilter!.length * part, runs.length);
  };
}

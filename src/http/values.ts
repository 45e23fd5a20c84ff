/**
 * Latest values of attributes, and which attributes exist on which run.
 *
 * @module
 */

import type { PairBlock, ValueBlock } from "../columns.ts";
import type { AttributesQuery, ValuesQuery } from "../source.ts";
import { decodeAttributes, decodeQueryAttributes, decodeQueryPairs, type Page } from "../wire/attributes.ts";
import { StringTable } from "../wire/string_table.ts";
import type { Api } from "./api.ts";
import type { ApiCall } from "./plan/call.ts";
import { concurrently, type Job } from "../async/concurrent.ts";
import { pairsOfRun } from "./attributes.ts";
import { checkNoValues, incomplete, orMissing } from "./complete.ts";
import { tokenPages } from "./pages.ts";
import type { ProjectOptions } from "./project_options.ts";
import { asksNothing, runValuesCalls, valuesCalls } from "./plan/requests.ts";

/** So few paths are asked for by name, rather than picked out of all that a run has. */
const FEW_PATHS = 1000;

/** Reads the values that pass, in blocks as they come. */
export async function* fetchValues(
  options: ProjectOptions,
  project: string,
  query: ValuesQuery,
): AsyncGenerator<ValueBlock> {
  if (asksNothing(query)) return;
  const { api, concurrency } = options;
  const { runs, paths, filter, types, signal, onProgress } = query;
  const one = runs?.length === 1 && !filter;
  const jobs = one
    ? runValuesCalls(runs[0], paths, project).map((call) => runJob(api, call, runs[0]))
    : pageJobs(options, project, query, decodeQueryAttributes);
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
  const decode: Decode<PairBlock> = (bytes, runKey) => decodeQueryPairs(bytes, runKey, table);
  const jobs = runByRun
    ? runs.map((run) => definitionsJob(api, run, project, query, table))
    : pageJobs(options, project, query, decode);
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
    if (bytes?.length === 0) throw incomplete(call, `it does not even name the run ${run}`);
    if (bytes) yield decodeAttributes(bytes, run);
  };
}

type Decode<T> = (bytes: Uint8Array, runKey: (sysId: string) => string) => Page<T>;

/** `attributes/query`, page after page: a job for each call. */
function pageJobs<T>(
  { api, concurrency }: ProjectOptions,
  project: string,
  query: AttributesQuery,
  decode: Decode<T>,
): Job<T>[] {
  const calls = valuesCalls(project, query, concurrency);
  // Where the names take several requests for the same runs, each of them counts for its part.
  const sameRuns = calls.filter((call) => runsOf(call) === runsOf(calls[0])).length;
  return calls.map((call) =>
    async function* (signal) {
      const unseen = new Set(runsOf(call));
      const runKey = (sysId: string) => {
        const key = `${project}/${sysId}`;
        unseen.delete(key);
        return key;
      };
      for await (const { block } of tokenPages(api, call, (bytes) => decode(bytes, runKey), signal)) yield block;
      await checkNoValues(api, call, { ...query, runs: [...unseen], paths: pathsOf(call), signal });
      if (query.runs) query.onProgress?.(runsOf(call)!.length / sameRuns, query.runs.length);
    }
  );
}

function pathsOf({ body }: ApiCall): string[] | null {
  return (body as { attributeNamesFilter?: string[] }).attributeNamesFilter ?? null;
}

function runsOf({ body }: ApiCall): string[] | undefined {
  return (body as { experimentIdsFilter?: string[] }).experimentIdsFilter;
}

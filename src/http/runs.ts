/**
 * Runs of a project, page by page.
 *
 * @module
 */

import { checkConditions } from "../nql/test.ts";
import type { RunsPage, RunsQuery } from "../source.ts";
import { checkNoRuns, incomplete } from "./complete.ts";
import type { RunIds, RunInfo } from "../types.ts";
import { EntriesDecoder } from "../wire/entries.ts";
import { standstill } from "./points/point_series.ts";
import type { ProjectOptions } from "./project_options.ts";
import { PAGE, runsCall } from "./plan/requests.ts";

/** Reads the runs that match. Once the first page told how many there are, the next ones are asked for ahead of time. */
export async function* fetchRuns(
  { api, concurrency }: ProjectOptions,
  project: string,
  query: RunsQuery,
): AsyncGenerator<RunsPage> {
  // Here, because a server is not told of conditions that another one makes idle.
  if (query.where) checkConditions(query.where);
  const { signal, onProgress } = query;
  const start = query.offset ?? 0;
  const end = query.limit === undefined ? Infinity : start + query.limit;
  const abort = new AbortController();
  const inner = signal ? AbortSignal.any([signal, abort.signal]) : abort.signal;
  const pages: ReturnType<typeof ask>[] = [];
  let asked = start;

  const ask = (onTotal?: (total: number) => void) => {
    const offset = asked, limit = Math.min(PAGE, end - offset);
    asked += PAGE;
    const call = runsCall(project, query, offset, limit);
    const decoder = () => new EntriesDecoder(onTotal);
    const page = api.read(call, decoder, inner).then(async ({ runs, total, told }) => {
      if (runs.length === 0 && !told && limit > 0) await checkNoRuns(api, call, project, inner);
      // A server that does not tell how many match says 0.
      const expected = Math.min(limit, total - offset);
      if (runs.length < expected) {
        throw incomplete(call, `it holds ${runs.length} of the ${expected} runs on this page`);
      }
      return { offset, limit, runs, total };
    });
    page.catch(() => {});
    return page;
  };
  const askAhead = (total: number) => {
    while (pages.length < concurrency && asked < Math.min(end, total)) pages.push(ask());
  };

  // How many match is told at the start of the first page.
  pages.push(ask(askAhead));
  let previous: string | undefined;
  try {
    while (pages.length > 0) {
      const { offset, limit, runs, total } = await pages.shift()!;
      const first = runs[0]?.["sys/id"];
      if (first !== undefined && first === previous) throw standstill(runsCall(project, query, 0, 0).path);
      previous = first;
      const seen = offset + runs.length;
      yield pageOf(project, runs, Math.max(total, seen > start ? seen : 0));
      onProgress?.(runs.length, Math.min(Math.max(total, seen), end) - start);
      if (runs.length < limit) return;
      askAhead(total);
      // A server that does not tell how many there are is asked until a page is not full.
      if (pages.length === 0 && total < seen && seen < end) pages.push(ask());
    }
  } finally {
    abort.abort();
  }
}

/** A page whose runs are made when somebody asks for more than their ids. */
function pageOf(project: string, ids: RunIds[], total: number): RunsPage {
  let runs: RunInfo[] | undefined;
  return {
    ids,
    total,
    get runs() {
      return runs ??= ids.map(({ "sys/id": sysId, "sys/custom_run_id": customId, "sys/name": name }) => ({
        key: `${project}/${sysId}`,
        sysId,
        customId,
        name,
      }));
    },
  };
}

/**
 * Whether answers hold all that was asked for. What they lack without saying so is asked for once more in another way: only what both
 * ways lack does not exist.
 *
 * @module
 */

import { DecodeError, isNeptuneError } from "../errors.ts";
import type { AttributesQuery } from "../source.ts";
import type { ProjectInfo } from "../types.ts";
import { decodeEntries } from "../wire/entries.ts";
import type { Api } from "./api.ts";
import { definitionsCalls, runDefinitionsCall, runsCall } from "./plan/requests.ts";
import type { ApiCall } from "./plan/call.ts";

/** Runs that an answer lacks are looked up one by one, up to so many. */
const MOST_LOOKED_UP = 8;

/** The error for an answer that lacks something. */
export function incomplete({ path }: Pick<ApiCall, "path">, what: string): DecodeError {
  return new DecodeError(
    `The server's answer to ${path} is not complete: ${what}. Ask again; if it stays so, report it.`,
    { offset: 0, what },
  );
}

/** A project as the server describes it. */
export function projectInfo(call: ApiCall, id: unknown, name: unknown, organization: unknown): ProjectInfo {
  if (typeof id !== "string" || typeof name !== "string" || typeof organization !== "string") {
    throw incomplete(call, "it lacks the id or the name of a project");
  }
  return { id, name: `${organization}/${name}` };
}

/** What a call gives; null where the run does not exist. */
export async function orMissing<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isNeptuneError(error) && error.name === "ServerError" && error.fields.status === 404) return null;
    throw error;
  }
}

/** Ends normally when none of these runs exists, of which an answer told nothing. */
export async function checkRunsAbsent(
  api: Api,
  call: ApiCall,
  runs: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  for (const run of runs.slice(0, MOST_LOOKED_UP)) {
    const bytes = await orMissing(api.bytes(runDefinitionsCall(run, null, call.project!), signal));
    if (bytes !== null && bytes.length > 0) throw incomplete(call, `it tells nothing of the run ${run}, which exists`);
  }
}

/** Ends normally when a list of runs that came without a single byte is empty indeed. */
export async function checkNoRuns(api: Api, call: ApiCall, project: string, signal?: AbortSignal): Promise<void> {
  const any = runsCall(project, {}, 0, 1);
  const bytes = await api.bytes(any, signal);
  // Where the list of all runs has bytes, an empty one is believed.
  if (bytes.length > 0 && decodeEntries(bytes, (sysId) => sysId).runs.length > 0) return;
  const [definitions] = definitionsCalls(project, {});
  const { entries } = await api.json(definitions, signal);
  if (!Array.isArray(entries) || entries.length > 0) {
    throw incomplete(call, "it lists no run, but there are attributes");
  }
}

/** Ends normally when a series does not exist, of which an answer told nothing. */
export async function checkSeriesAbsent(
  api: Api,
  call: ApiCall,
  run: string,
  path: string,
  wireType: string,
  signal?: AbortSignal,
): Promise<void> {
  const query: AttributesQuery = { runs: [run], paths: [path] };
  const [definitions] = definitionsCalls(call.project!, query);
  const { entries } = await api.json(definitions, signal);
  const exists = Array.isArray(entries) && entries.some(({ name, type }) => name === path && type === wireType);
  if (exists) throw incomplete(call, `it tells nothing of the series ${path} of the run ${run}, which exists`);
}

/**
 * Whether answers hold all that was asked for. What they lack without saying so is asked for once more in another way: only what both
 * ways lack does not exist.
 *
 * @module
 */

import { DecodeError, isNeptuneError } from "../errors.ts";
import type { AttributesQuery } from "../source.ts";
import type { ProjectInfo } from "../types.ts";
import { EntriesDecoder } from "../wire/entries.ts";
import type { Api } from "./api.ts";
import type { ApiCall } from "./plan/call.ts";
import { definitionsCalls, runsCall } from "./plan/requests.ts";

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

/**
 * Ends normally when those runs have no such values of which an answer told nothing.
 *
 * @param query What the answer lacks: some of the runs that were asked for, and all that was asked of them.
 */
export async function checkNoValues(api: Api, call: ApiCall, query: AttributesQuery): Promise<void> {
  if (query.runs?.length === 0) return;
  for (const definitions of definitionsCalls(call.project!, query)) {
    const { entries } = await api.json(definitions, query.signal);
    if (Array.isArray(entries) && entries.length === 0) continue;
    throw incomplete(
      call,
      `it lacks values of ${query.runs!.length} runs, for example of ${query.runs![0]}, which has some`,
    );
  }
}

/** Ends normally when a list of runs that came without a run, and without saying that there is none, is empty indeed. */
export async function checkNoRuns(api: Api, call: ApiCall, project: string, signal?: AbortSignal): Promise<void> {
  const again = await api.read(call, () => new EntriesDecoder(), signal);
  if (again.runs.length > 0) throw incomplete(call, "it lists no run, and the next time it does");
  if (again.told) return;
  const any = runsCall(project, {}, 0, 1);
  // Where the list of all runs has some, one without is believed.
  const { runs } = await api.read(any, () => new EntriesDecoder(), signal);
  if (runs.length > 0) return;
  const [definitions] = definitionsCalls(project, {});
  const { entries } = await api.json(definitions, signal);
  if (!Array.isArray(entries) || entries.length > 0) {
    throw incomplete(call, "it lists no run, but there are attributes");
  }
}

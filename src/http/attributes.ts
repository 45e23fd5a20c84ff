/**
 * Which attributes exist.
 *
 * @module
 */

import { DecodeError } from "../errors.ts";
import type { AttributesQuery } from "../source.ts";
import { type AttributeDefinition, attributeTypeOf } from "../types.ts";
import type { PairBlock } from "../columns.ts";
import { decodeRunPairs } from "../wire/attributes.ts";
import { StringTable } from "../wire/string_table.ts";
import type { Api } from "./api.ts";
import { checkNoValues, incomplete, orMissing } from "./complete.ts";
import { concurrently } from "../async/concurrent.ts";
import { tokenPages } from "./pages.ts";
import type { ProjectOptions } from "./project_options.ts";
import { asksNothing, definitionsCalls, PAGE, runDefinitionsCall } from "./plan/requests.ts";
import type { ApiCall } from "./plan/call.ts";

/** Reads the definitions that pass, each once, sorted by path and type. */
export async function* fetchDefinitions(
  options: ProjectOptions,
  project: string,
  query: AttributesQuery,
): AsyncGenerator<AttributeDefinition[]> {
  if (asksNothing(query)) return;
  const { runs, filter, signal, onProgress } = query;
  const found = runs?.length === 1 && !filter
    ? definitionsOf(await pairsOfRun(options.api, runs[0], project, query, new StringTable(), signal))
    : await ofManyRuns(options, project, query);
  const sorted = [...new Map(found.map((one) => [`${one.type} ${one.path}`, one])).values()].sort(byPathAndType);
  onProgress?.(runs?.length ?? 0, runs?.length ?? null);
  for (let start = 0; start < sorted.length; start += PAGE) {
    signal?.throwIfAborted();
    yield sorted.slice(start, start + PAGE);
  }
}

/** The attributes of one run that pass; the filter is not looked at. */
export async function pairsOfRun(
  api: Api,
  run: string,
  project: string,
  { paths, types }: AttributesQuery,
  table: StringTable,
  signal?: AbortSignal,
): Promise<PairBlock> {
  const call = runDefinitionsCall(run, types, project);
  const bytes = await orMissing(api.bytes(call, signal));
  if (bytes?.length === 0) {
    if (!call.query!.attributeType) {
      throw incomplete(call, `it lists no attribute of the run ${run}, though each has some`);
    }
    await checkNoValues(api, call, { runs: [run], paths, types, signal });
  }
  const block = decodeRunPairs(bytes ?? new Uint8Array(), run, table);
  const wantedPaths = paths && new Set(paths), wantedTypes = types && new Set(types);
  const passes = (row: number) =>
    (!wantedPaths || wantedPaths.has(block.paths[block.path[row]])) &&
    (!wantedTypes || wantedTypes.has(block.types[block.type[row]]));
  const rows = [...block.run.keys()].filter(passes);
  if (rows.length === block.run.length) return block;
  return {
    ...block,
    run: new Uint32Array(rows.length),
    path: Uint32Array.from(rows, (row) => block.path[row]),
    type: Uint8Array.from(rows, (row) => block.type[row]),
  };
}

function definitionsOf({ paths, types, path, type }: PairBlock): AttributeDefinition[] {
  return Array.from(path, (code, row) => ({ path: paths[code], type: types[type[row]] }));
}

async function ofManyRuns(
  { api, concurrency }: ProjectOptions,
  project: string,
  query: AttributesQuery,
): Promise<AttributeDefinition[]> {
  const jobs = definitionsCalls(project, query).map((call) => (signal: AbortSignal) =>
    tokenPages(api, call, (bytes) => decodePage(bytes, call), signal)
  );
  const found: AttributeDefinition[] = [];
  for await (const { entries } of concurrently(jobs, concurrency, query.signal)) found.push(...entries);
  return found;
}

interface DefinitionsPage {
  entries: AttributeDefinition[];
  nextPageToken: string | null;
}

function decodePage(bytes: Uint8Array, { path }: ApiCall): DefinitionsPage {
  try {
    const { entries, nextPage } = JSON.parse(new TextDecoder().decode(bytes)) as {
      entries: { name: string; type: string }[];
      nextPage: { nextPageToken?: string | null };
    };
    return {
      entries: entries.flatMap(({ name, type: wireType }) => {
        const type = attributeTypeOf(wireType);
        return type === null ? [] : [{ path: name, type }];
      }),
      nextPageToken: nextPage.nextPageToken || null,
    };
  } catch (cause) {
    throw new DecodeError(
      `The server's answer to ${path} is not the list of attributes it should be. Ask again; if it stays so, report it.`,
      { offset: 0, what: "list of attributes" },
      { cause },
    );
  }
}

function byPathAndType(a: AttributeDefinition, b: AttributeDefinition): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.type < b.type ? -1 : a.type > b.type ? 1 : 0;
}

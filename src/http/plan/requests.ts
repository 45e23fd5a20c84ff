/**
 * Plans what to ask of Neptune's API, as data. Nothing here sends anything.
 *
 * @module
 */

import { printNql } from "../../nql/print.ts";
import type { AttributesQuery, PathFilter, RunsQuery } from "../../source.ts";
import { type AttributeType, attributeTypeOf, wireTypeName } from "../../types.ts";
import type { ApiCall } from "./call.ts";
import { jsonBytes, MAX_REQUEST_BYTES, split } from "./split.ts";

/** Runs, definitions or values of one page. */
export const PAGE = 10_000;

/** The most bytes of names in one filter of definitions. */
const MAX_FILTER_BYTES = 60_000;
/** The most names, and bytes of names, in one request for the values of one run. */
const MAX_NAMES = 4096;
const MAX_NAMES_BYTES = 65_536;
const MIN_RUNS = 100;
const MAX_RUNS = 1000;

const LEADERBOARD = "/api/leaderboard/v1";

/** `projects/get`: a project by its name or id. */
export function projectCall(project: string): ApiCall {
  return {
    method: "GET",
    path: "/api/backend/v1/projects/get",
    query: { projectIdentifier: project },
    answer: "json",
    project,
  };
}

/** `projects`: all projects that the token may see. */
export function projectsCall(): ApiCall {
  return {
    method: "GET",
    path: "/api/backend/v1/projects",
    query: { userRelation: "viewerOrHigher", sortBy: "lastViewed" },
    answer: "json",
  };
}

/** `entries/search`: a page of runs. */
export function runsCall(project: string, query: RunsQuery, offset: number, limit: number): ApiCall {
  const { path, type, aggregation, descending } = query.sort ??
    { path: "sys/creation_time", type: "datetime" as const, descending: true };
  const nql = query.where ? printNql(query.where) : "";
  const aggregationMode = type === "float_series" ? { aggregationMode: aggregation ?? "last" } : {};
  return {
    method: "POST",
    path: `${LEADERBOARD}/proto/leaderboard/entries/search/`,
    answer: "protobuf",
    query: { projectIdentifier: project, type: "run" },
    body: {
      attributeFilters: ["sys/id", "sys/custom_run_id", "sys/name"].map((path) => ({ path })),
      experimentLeader: query.heads,
      pagination: { limit, offset },
      ...(nql === "" ? {} : { query: { query: nql } }),
      // Clients send the aggregation beside `sortBy`, the documentation has it inside.
      sorting: {
        ...aggregationMode,
        sortBy: { name: path, type: wireTypeName(type), ...aggregationMode },
        dir: descending ? "descending" : "ascending",
      },
    },
    project,
  };
}

/** The types of a query that a server knows; null: every type. */
function wireTypes(types?: readonly AttributeType[] | null): string[] | null {
  return types ? types.map(wireTypeName).filter((name, i) => attributeTypeOf(name) === types[i]) : null;
}

/** Whether a query asks for nothing. */
export function asksNothing({ runs, paths, filter, types }: AttributesQuery): boolean {
  return runs?.length === 0 || paths?.length === 0 || filter?.any.length === 0 || wireTypes(types)?.length === 0;
}

/** `queryAttributeDefinitions`: the attributes of one run. */
export function runDefinitionsCall(
  run: string,
  types: readonly AttributeType[] | null | undefined,
  project: string,
): ApiCall {
  const path = `${LEADERBOARD}/proto/attributes/queryAttributeDefinitions`;
  const [only] = wireTypes(types)?.length === 1 ? wireTypes(types)! : [];
  return {
    method: "GET",
    path,
    answer: "protobuf",
    query: { experimentIdentifier: run, ...(only === undefined ? {} : { attributeType: only }) },
    project,
  };
}

/** `attributes/definitions/query`: the attributes of many runs; each call goes on with {@linkcode nextPage}. */
export function definitionsCalls(project: string, query: AttributesQuery): ApiCall[] {
  const runs = query.runs ? split(query.runs, jsonBytes, MAX_REQUEST_BYTES - MAX_FILTER_BYTES, Infinity) : [null];
  const names = query.paths ? split(query.paths, (path) => 2 * jsonBytes(path), MAX_FILTER_BYTES, Infinity) : [null];
  return runs.flatMap((experimentIdsFilter) =>
    names.map((some): ApiCall => ({
      method: "POST",
      path: `${LEADERBOARD}/leaderboard/attributes/definitions/query`,
      answer: "json",
      body: {
        projectIdentifiers: [project],
        ...(experimentIdsFilter && { experimentIdsFilter }),
        ...typeFilter(query.types),
        ...nameFilter(some, query.filter),
        nextPage: { limit: PAGE },
      },
      project,
    }))
  );
}

/** `attributes/attributes`: values of one run. */
export function runValuesCalls(run: string, paths: readonly string[] | null | undefined, project: string): ApiCall[] {
  const names = paths ? split(paths, jsonBytes, MAX_NAMES_BYTES, MAX_NAMES) : [null];
  return names.map((attributePathsFilter) => ({
    method: "POST",
    path: `${LEADERBOARD}/proto/attributes/attributes`,
    answer: "protobuf",
    query: { holderIdentifier: run, holderType: "experiment" },
    body: attributePathsFilter ? { attributePathsFilter } : {},
    project,
  }));
}

/**
 * `attributes/query`: values of many runs; each call goes on with {@linkcode nextPage}.
 *
 * @param concurrency How many calls are made at the same time: runs are shared out among so many, as far as it makes sense.
 */
export function valuesCalls(project: string, query: AttributesQuery, concurrency: number): ApiCall[] {
  const names = query.paths ? split(query.paths, jsonBytes, MAX_REQUEST_BYTES / 2, PAGE) : [null];
  const share = Math.ceil((query.runs?.length ?? 0) / (2 * concurrency));
  const count = Math.min(Math.max(share, MIN_RUNS), MAX_RUNS);
  const runs = query.runs ? split(query.runs, jsonBytes, MAX_REQUEST_BYTES / 2, count) : [null];
  return runs.flatMap((experimentIdsFilter) =>
    names.map((attributeNamesFilter): ApiCall => ({
      method: "POST",
      path: `${LEADERBOARD}/proto/leaderboard/attributes/query`,
      answer: "protobuf",
      query: { projectIdentifier: project },
      body: {
        ...(experimentIdsFilter && { experimentIdsFilter }),
        ...(attributeNamesFilter && { attributeNamesFilter }),
        ...typeFilter(query.types),
        ...nameFilter(null, query.filter),
        nextPage: { limit: PAGE },
      },
      project,
    }))
  );
}

/** The same call for the page after. */
export function nextPage(call: ApiCall, nextPageToken: string): ApiCall {
  return { ...call, body: { ...call.body as Record<string, unknown>, nextPage: { limit: PAGE, nextPageToken } } };
}

/** `signedUrl`: an address for the bytes of a file. */
export function signedUrlCall(project: string, path: string): ApiCall {
  return {
    method: "POST",
    path: "/api/storagebridge/v1/signedUrl",
    answer: "json",
    body: { files: [{ project_identifier: project, path, permission: "read" }] },
    project,
  };
}

function typeFilter(types?: readonly AttributeType[] | null): { attributeFilter?: { attributeType: string }[] } {
  const names = wireTypes(types);
  return names ? { attributeFilter: names.map((attributeType) => ({ attributeType })) } : {};
}

function nameFilter(names: readonly string[] | null, filter?: PathFilter | null): Record<string, unknown> {
  const exact = names ? [`^(${names.map(escapeRegex).join("|")})$`] : [];
  if (!filter) return names ? { attributeNameFilter: { mustMatchRegexes: exact } } : {};
  const mustMatchAny = filter.any.map(({ must, mustNot }) => ({
    mustMatchRegexes: [...exact, ...must],
    mustNotMatchRegexes: mustNot,
  }));
  return { attributeNameFilter: { mustMatchAny } };
}

/** A pattern of RE2 that matches just this text. */
function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

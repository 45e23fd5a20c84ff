/**
 * Which paths a query asks for.
 *
 * @module
 */

import { compileRegex } from "../../nql/regex.ts";
import type { AttributesQuery, PathFilter } from "../../source.ts";

/** The paths of a query: a list where it is known beforehand, and a test for all others. */
export interface PathMatcher {
  /** null: not known beforehand. */
  list: string[] | null;
  /** True where every path passes. */
  all: boolean;
  test(path: string): boolean;
}

/** Turns the restrictions of a query into a selection. */
export function matchPaths(query: Pick<AttributesQuery, "paths" | "filter">): PathMatcher {
  const filter = query.filter ? compileFilter(query.filter) : null;
  const exact = query.paths ? new Set(query.paths) : null;
  const test = (path: string) => (exact === null || exact.has(path)) && (filter === null || filter.test(path));
  const candidates = exact ?? filter?.list ?? null;
  return { list: candidates && [...candidates].filter(test), all: exact === null && filter === null, test };
}

function compileFilter({ any }: PathFilter): { list: Set<string> | null; test(path: string): boolean } {
  const alternatives = any.map(({ must, mustNot }) => ({
    must: must.map(compileRegex),
    mustNot: mustNot.map(compileRegex),
  }));
  const known = new Map<string, boolean>();
  const matches = (path: string) =>
    alternatives.some(({ must, mustNot }) =>
      must.every((regex) => regex.test(path)) && !mustNot.some((regex) => regex.test(path))
    );
  const lists = alternatives.map(({ must }) => must.find((regex) => regex.exact)?.exact ?? null);
  return {
    list: lists.every((list) => list !== null) ? new Set(lists.flatMap((list) => [...list])) : null,
    test(path) {
      let match = known.get(path);
      if (match === undefined) known.set(path, match = matches(path));
      return match;
    },
  };
}

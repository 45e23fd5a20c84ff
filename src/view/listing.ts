/**
 * The rows of the table of runs: which runs, in which order, in which groups. They are read once and kept while somebody scrolls.
 *
 * @module
 */

import { naturally } from "../display/format.ts";
import type { Nql } from "../nql/ast.ts";
import type { CallOptions, RunsSort, Source } from "../source.ts";
import type { AttributeDefinition, RunInfo } from "../types.ts";
import { tableCell } from "./json.ts";
import { Kept } from "./kept.ts";

/** Which rows. */
export interface ListingQuery {
  where: Nql | null;
  sort: RunsSort | null;
  group: AttributeDefinition | null;
}

/** Runs with the same value. */
export interface RunGroup {
  /** The value as a text; null: runs without one. */
  label: string | null;
  runs: RunInfo[];
}

/** Runs in their order; one group without a heading where there are no groups. */
export interface RunListing {
  total: number;
  groups: RunGroup[];
}

/** What stands in a row: a run, or the heading of a group. */
export type ListingRow = { run: RunInfo } | { group: RunGroup; closed: boolean };

/** Reads the runs of a table. */
export async function readListing(source: Source, query: ListingQuery, options: CallOptions): Promise<RunListing> {
  const { where, sort, group } = query;
  const runs: RunInfo[] = [];
  for await (const page of source.runs({ where, sort, ...options })) for (const run of page.runs) runs.push(run);
  const groups = group === null ? [{ label: null, runs }] : await grouped(source, runs, group, options);
  return { total: runs.length, groups };
}

/** The groups by their value, numbers by size; runs without a value last. */
async function grouped(
  source: Source,
  runs: RunInfo[],
  { path, type }: AttributeDefinition,
  options: CallOptions,
): Promise<RunGroup[]> {
  const labels = new Map<string, string>();
  for await (const block of source.values({ paths: [path], types: [type], ...options })) {
    for (const column of block.columns) {
      for (let i = 0; i < column.run.length; i++) {
        const value = tableCell(column, i, null);
        if (value !== null) {
          labels.set(block.runs[column.run[i]], Array.isArray(value) ? value.join(", ") : String(value));
        }
      }
    }
  }
  const groups = Map.groupBy(runs, ({ key }) => labels.get(key) ?? null);
  const isNumber = type === "int" || type === "float" || type === "datetime" || type === "float_series";
  return [...groups].map(([label, runs]) => ({ label, runs })).sort((a, b) => {
    if (a.label === null || b.label === null) return Number(a.label === null) - Number(b.label === null);
    return isNumber ? Number(a.label) - Number(b.label) : naturally(a.label, b.label);
  });
}

/** Rows `from` to `to` of a table, and how many it has. */
export function rowsOf(
  { groups }: RunListing,
  isGrouped: boolean,
  closed: ReadonlySet<string>,
  from: number,
  to: number,
): { rows: number; slice: ListingRow[] } {
  const slice: ListingRow[] = [];
  let at = 0;
  for (const group of groups) {
    const isClosed = closed.has(group.label ?? "");
    if (isGrouped) {
      if (at >= from && at < to) slice.push({ group, closed: isClosed });
      at++;
    }
    if (isGrouped && isClosed) continue;
    for (let i = Math.max(0, from - at); i < group.runs.length && at + i < to; i++) slice.push({ run: group.runs[i] });
    at += group.runs.length;
  }
  return { rows: at, slice };
}

/** Keeps the listings that were asked for last, and knows how far the reading of others is. */
export class Listings extends Kept<RunListing> {
  readonly #reading = new Set<{ done: number; total: number }>();

  /** Does work whose progress is told. */
  async following<T>(work: (onProgress: CallOptions["onProgress"]) => Promise<T>): Promise<T> {
    const state = { done: 0, total: 0 };
    this.#reading.add(state);
    try {
      return await work((by, total) => {
        state.done += by;
        state.total = Math.max(state.done, total ?? 0);
      });
    } finally {
      this.#reading.delete(state);
    }
  }

  /** How far the slowest reading is; null: nothing is read, or nobody can tell how far. */
  progress(): { done: number; total: number } | null {
    const known = [...this.#reading].filter(({ total }) => total > 0);
    return known.sort((a, b) => a.done / a.total - b.done / b.total)[0] ?? null;
  }
}

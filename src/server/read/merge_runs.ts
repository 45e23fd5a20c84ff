/**
 * Runs of several projects in one order.
 *
 * @module
 */

import { forEach } from "../../async/concurrent.ts";
import type { ValueColumn } from "../../columns.ts";
import type { RunsSort } from "../../source.ts";
import type { AttributeType } from "../../types.ts";
import { readRunValues } from "./run_values.ts";
import type { Holder, Project } from "../projects.ts";
import type { KnownRun } from "../runs.ts";

/** Runs of one project, in order. */
export interface ProjectRuns {
  project: Project;
  runs: KnownRun[];
}

type Sortable = number | bigint | string;

/**
 * Puts runs of several projects in one order by the rules of a single project: those that lack the attribute last, then the
 * newest first.
 */
export async function mergeRuns(lists: ProjectRuns[], sort: RunsSort | null, signal: AbortSignal): Promise<Holder[]> {
  const filled = lists.filter(({ runs }) => runs.length > 0);
  if (filled.length < 2) return filled.flatMap(({ project, runs }) => runs.map((run) => ({ project, run })));
  const rows: { project: Project; run: KnownRun; created?: Sortable; value?: Sortable }[] = [];
  await forEach(filled, filled.length, async ({ project, runs }, _, signal) => {
    const created = await valuesOf(project, runs, "sys/creation_time", "datetime", null, signal);
    const value = sort && await valuesOf(project, runs, sort.path, sort.type, sort.aggregation ?? "last", signal);
    runs.forEach((run, i) => rows.push({ project, run, created: created[i], value: value?.[i] }));
  }, signal);
  const direction = sort?.descending ? -1 : 1;
  return rows.sort((a, b) =>
    rank(a.value) - rank(b.value) || (rank(a.value) === 0 ? direction * compare(a.value!, b.value!) : 0) ||
    compare(b.created ?? -Infinity, a.created ?? -Infinity) || compare(a.run.uuid, b.run.uuid)
  );
}

/** Values, then NaN, then nothing. */
function rank(value: Sortable | undefined): number {
  return value === undefined ? 2 : value !== value ? 1 : 0;
}

function compare(a: Sortable, b: Sortable): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The values of one attribute by run. */
async function valuesOf(
  project: Project,
  runs: KnownRun[],
  path: string,
  type: AttributeType,
  aggregation: RunsSort["aggregation"] | null,
  signal: AbortSignal,
): Promise<(Sortable | undefined)[]> {
  const values = new Array<Sortable | undefined>(runs.length).fill(undefined);
  const block = await readRunValues(project.source, runs, { paths: [path], types: [type] }, { signal });
  for (const column of block.columns) {
    const data = sortable(column, aggregation ?? "last");
    if (data) column.run.forEach((run, row) => values[run] = data[row] ?? undefined);
  }
  return values;
}

function sortable(
  column: ValueColumn,
  aggregation: NonNullable<RunsSort["aggregation"]>,
): ArrayLike<Sortable | null> | null {
  switch (column.type) {
    case "int":
    case "float":
    case "string":
    case "bool":
    case "datetime":
      return column.data;
    case "float_series":
      return column.data[aggregation];
    case "string_series":
      return column.data.last;
    default:
      return null;
  }
}

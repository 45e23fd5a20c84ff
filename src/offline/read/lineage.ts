/**
 * What a run shows of series: its own points behind those that it inherited, wherever its ancestors lie.
 *
 * @module
 */

import { chainOf, inherit } from "../../archive/index/lineage.ts";
import type { Lineage } from "../../source.ts";
import type { PointKind, SeriesType } from "../../types.ts";
import { joinPoints, type OwnPoints, pickPoints } from "../content.ts";
import type { OfflineContext } from "./context.ts";
import { ownPoints, type OwnStart, ownStarts } from "./own.ts";

/** The runs whose points a run shows, from the oldest ancestor to the run itself. */
function lineageOf({ index }: OfflineContext, run: number, lineage: Lineage): number[] {
  const name = (run: number) => index.system.value("sys/name", "string", run);
  return chainOf(run, lineage, index.parents, name);
}

/** Gives the starts of the series of runs; each run is looked at once. */
export function startsByRun(context: OfflineContext): (run: number) => Promise<Map<string, OwnStart>> {
  const known = new Map<number, Promise<Map<string, OwnStart>>>();
  return (run) => {
    let starts = known.get(run);
    if (!starts) known.set(run, starts = ownStarts(context, run));
    return starts;
  };
}

/**
 * The series of a run, those included that only an ancestor logged at or before the fork.
 *
 * @param starts From {@linkcode startsByRun}.
 */
export async function seriesOf(
  context: OfflineContext,
  run: number,
  starts: ReturnType<typeof startsByRun>,
): Promise<Map<string, SeriesType>> {
  const { parents } = context.index;
  const found = new Map<string, SeriesType>();
  let cut = Infinity;
  for (const ancestor of lineageOf(context, run, "full").reverse()) {
    for (const [path, { type, first }] of await starts(ancestor)) {
      // Of its own series, a run has those too of which there are only previews.
      if (!found.has(path) && (ancestor === run || (first < Infinity && first <= cut))) found.set(path, type);
    }
    if (parents.parent[ancestor] >= 0) cut = Math.min(cut, parents.forkStep[ancestor]);
  }
  return found;
}

/** The committed points that a run shows of these series, by path; series without points are left out. */
export async function pointsOf(
  context: OfflineContext,
  run: number,
  kind: PointKind,
  paths: readonly string[],
  lineage: Lineage,
): Promise<Map<string, OwnPoints>> {
  const chain = lineageOf(context, run, lineage);
  if (chain.length === 1) return await ownPoints(context, run, kind, paths);
  const own = new Map<number, Map<string, OwnPoints>>();
  for (const one of chain) own.set(one, await ownPoints(context, one, kind, paths));
  const found = new Map<string, OwnPoints>();
  for (const path of paths) {
    const parts = chain.flatMap((run) => {
      const points = own.get(run)!.get(path);
      return points ? [{ run, points }] : [];
    });
    if (parts.length === 0) continue;
    const all = joinPoints(kind, parts.map(({ points }) => points));
    const rowsOf = new Map<number, Uint32Array>();
    let at = 0;
    for (const { run, points } of parts) {
      rowsOf.set(run, rows(at, at += points.step.length));
    }
    const shown = inherit(chain, context.index.parents, (run) => rowsOf.get(run), all.step);
    if (shown.length > 0) found.set(path, shown.length === at ? inOrder(all, shown) : pickPoints(all, shown));
  }
  return found;
}

function inOrder(all: OwnPoints, rows: Uint32Array): OwnPoints {
  return rows.every((row, i) => row === i) ? all : pickPoints(all, rows);
}

/** The numbers from `start` to before `end`. */
export function rows(start: number, end: number): Uint32Array {
  const rows = new Uint32Array(end - start);
  for (let i = 0; i < rows.length; i++) rows[i] = start + i;
  return rows;
}

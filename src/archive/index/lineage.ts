/**
 * Forks: archived runs hold only their own points, so what a run inherited is put together from its ancestors.
 *
 * The rule, applied from the root down: a run has the points its parent has at steps up to and including the fork step,
 * and its own points at all steps where it inherited none. So each ancestor counts up to the smallest fork step on the way
 * down, on an equal step the parent wins, and what a run logged at or before the fork step stays where the parent has no
 * point.
 *
 * @module
 */

import { firstPlace } from "../../columns.ts";
import type { Lineage } from "../../source.ts";
import type { System } from "./system.ts";

/** The forks of a project, by run number. */
export interface Parents {
  /** The number of the parent, or -1. */
  parent: Int32Array;
  /** The last step that was inherited. */
  forkStep: Float64Array;
  /** Runs whose parent is not in the archive or whose fork step is not known: they count as roots. */
  unresolved: { run: number; parent: string; reason: "missing" | "no step" | "cycle" }[];
}

/** Finds the parents of runs: by run id, then by custom id, then by short id. */
export function parentsOf(keys: string[], numbers: Map<string, number>, system: System): Parents {
  const parent = new Int32Array(keys.length).fill(-1);
  const forkStep = new Float64Array(keys.length).fill(NaN);
  const unresolved: Parents["unresolved"] = [];
  const names = system.column("sys/forking/parent", "string")?.values;
  if (!names || keys.length === 0) return { parent, forkStep, unresolved };
  const byId = (path: string) => new Map(system.column(path, "string")!.values.map((id, run) => [id as string, run]));
  const customIds = byId("sys/custom_run_id"), sysIds = byId("sys/id");
  names.forEach((name, run) => {
    if (typeof name !== "string" || name === "") return;
    const found = numbers.get(name) ?? customIds.get(name) ?? sysIds.get(name);
    const step = system.value("sys/forking/step", "int", run) ?? system.value("sys/forking/step", "float", run);
    if (found === undefined || step === undefined) {
      unresolved.push({ run, parent: name, reason: found === undefined ? "missing" : "no step" });
      return;
    }
    parent[run] = found;
    // The steps of points were rounded to six decimals, the fork step was not.
    forkStep[run] = sixPlaces(Number(step));
  });
  cutCycles(parent, (run) => unresolved.push({ run, parent: names[run] as string, reason: "cycle" }));
  return { parent, forkStep, unresolved };
}

/** A step with six places, as points have them. */
function sixPlaces(step: number): number {
  const millionths = Math.round(step * 1e6);
  // Larger floats have no more places.
  return Number.isSafeInteger(millionths) ? millionths / 1e6 : step;
}

function cutCycles(parent: Int32Array, report: (run: number) => void): void {
  const visited = new Int32Array(parent.length).fill(-1);
  for (let start = 0; start < parent.length; start++) {
    for (let run = start; run >= 0 && visited[run] < 0; run = parent[run]) {
      visited[run] = start;
      const next = parent[run];
      if (next >= 0 && visited[next] === start) {
        parent[run] = -1;
        report(run);
      }
    }
  }
}

/** The runs whose points a run shows, from the oldest ancestor to the run itself. */
export function chainOf(
  run: number,
  lineage: Lineage,
  parents: Parents,
  experiment: (run: number) => unknown,
): number[] {
  const chain = [run];
  if (lineage === "own") return chain;
  for (let at = run; parents.parent[at] >= 0;) {
    at = parents.parent[at];
    if (lineage === "experiment" && (experiment(run) === undefined || experiment(at) !== experiment(run))) break;
    chain.unshift(at);
  }
  return chain;
}

const NONE = new Uint32Array(0);

/**
 * The rows that a run shows, ascending by step.
 *
 * @param chain From the oldest ancestor to the run itself.
 * @param own The rows that a run of the chain logged, ascending by step.
 * @param step The step of each row.
 */
export function inherit(
  chain: readonly number[],
  parents: Pick<Parents, "forkStep">,
  own: (run: number) => Uint32Array | undefined,
  step: Float64Array,
): Uint32Array {
  let rows = own(chain[0]) ?? NONE;
  for (const run of chain.slice(1)) {
    rows = rows.subarray(0, upTo(rows, step, parents.forkStep[run]));
    rows = merge(rows, own(run) ?? NONE, step);
  }
  return rows;
}

/** How many of these rows, ascending by step, have a step of at most `limit`. */
export function upTo(rows: Uint32Array, step: Float64Array, limit: number): number {
  return firstPlace(rows.length, (place) => step[rows[place]] > limit);
}

function merge(inherited: Uint32Array, own: Uint32Array, step: Float64Array): Uint32Array {
  if (own.length === 0) return inherited;
  if (inherited.length === 0) return own;
  const merged = new Uint32Array(inherited.length + own.length);
  let length = 0, i = 0;
  for (const row of own) {
    while (i < inherited.length && step[inherited[i]] <= step[row]) merged[length++] = inherited[i++];
    if (i > 0 && step[inherited[i - 1]] === step[row]) continue;
    merged[length++] = row;
  }
  while (i < inherited.length) merged[length++] = inherited[i++];
  return merged.subarray(0, length);
}

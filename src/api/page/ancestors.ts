/**
 * Where a forked run comes from.
 *
 * @module
 */

import { type Cell, cells } from "../../frame/cell.ts";
import type { Ancestor } from "../../display/page/lineage.ts";
import type { Source } from "../../source.ts";
import type { RunInfo } from "../../types.ts";
import { attribute, compare } from "../../nql/build.ts";

const PARENT = "sys/forking/parent";
const STEP = "sys/forking/step";

/** The ancestors of a run, the root first, the parent last. A parent that is not in the project ends the chain. */
export async function ancestorsOf(source: Source, run: RunInfo, signal?: AbortSignal): Promise<Ancestor[]> {
  const ancestors: Ancestor[] = [];
  const seen = new Set<string>();
  for (let child: RunInfo | null = run; child !== null && !seen.has(child.key);) {
    seen.add(child.key);
    const fork = await forkOf(source, child, signal);
    if (!fork) break;
    ancestors.unshift({ label: fork.parent, forkStep: fork.step });
    child = await findParent(source, fork.parent, signal);
  }
  return ancestors;
}

async function forkOf(
  source: Source,
  { key }: RunInfo,
  signal?: AbortSignal,
): Promise<{ parent: string; step: number | null } | null> {
  const found = new Map<string, Cell["value"]>();
  for await (const block of source.values({ runs: [key], paths: [PARENT, STEP], signal })) {
    for (const { path, cell } of cells(block)) found.set(path, cell.value);
  }
  const parent = found.get(PARENT);
  const step = found.get(STEP);
  if (typeof parent !== "string" || parent === "") return null;
  return { parent, step: step === undefined || step === null ? null : Number(step) };
}

/** Forks name their parent by its custom id, or by its id where it has none. */
async function findParent(source: Source, id: string, signal?: AbortSignal): Promise<RunInfo | null> {
  for (const name of ["sys/custom_run_id", "sys/id"]) {
    const where = compare(attribute(name, "string"), "=", id);
    for await (const page of source.runs({ where, limit: 1, signal })) {
      if (page.runs.length > 0) return page.runs[0];
    }
  }
  return null;
}

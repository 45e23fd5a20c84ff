/**
 * Which runs were forked from which: the whole tree in which a run stands.
 *
 * @module
 */

import type { Hono } from "hono";
import type { Project } from "../../server/projects.ts";
import { Refusal } from "../../server/refusal.ts";
import type { RunInfo } from "../../types.ts";
import type { LineageAnswer, LineageRun } from "../api.ts";
import { addRoute, type Asked, type Viewer } from "../context.ts";

/** Adds `lineage`. */
export function addLineageRoute(app: Hono, viewer: Viewer): void {
  addRoute(app, viewer, "lineage", lineage);
}

async function lineage({ body, project, signal }: Asked): Promise<LineageAnswer> {
  const id = body.required("run", body.string("run"));
  const runs: RunInfo[] = [];
  for await (const page of project.source.runs({ signal })) for (const run of page.runs) runs.push(run);
  const asked = runs.find(({ sysId }) => sysId === id);
  if (!asked) throw new Refusal(404, "EXPERIMENT_NOT_FOUND", `There is no run ${JSON.stringify(id)}.`);
  const forks = await readForks(project, signal);
  // Parents are named by the id that the run was given, or by that of the server.
  const known = new Map<string, RunInfo>();
  for (const run of runs) known.set(run.sysId, run);
  for (const run of runs) if (run.customId !== null) known.set(run.customId, run);
  const parentOf = ({ key }: RunInfo) => known.get(forks.parent.get(key) ?? "") ?? null;
  const children = Map.groupBy(runs, (run) => parentOf(run)?.key ?? "");
  let root = asked;
  const above = new Set([root.key]);
  for (let parent = parentOf(root); parent && !above.has(parent.key); parent = parentOf(root)) {
    above.add(parent.key);
    root = parent;
  }
  const tree: LineageRun[] = [];
  const seen = new Set<string>();
  const add = (run: RunInfo, depth: number) => {
    if (seen.has(run.key)) return;
    seen.add(run.key);
    const { sysId, customId, name, key } = run;
    const parent = forks.parent.get(key) ?? null;
    tree.push({ id: sysId, customId, name, depth, forkedFrom: parent, step: forks.step.get(key) ?? null });
    for (const child of (children.get(key) ?? []).toSorted((a, b) => byStep(forks, a, b))) add(child, depth + 1);
  };
  add(root, 0);
  return { runs: tree };
}

interface Forks {
  /** The parent's name and the step of the fork, by the key of the run. */
  parent: Map<string, string>;
  step: Map<string, number>;
}

async function readForks({ source }: Project, signal: AbortSignal): Promise<Forks> {
  const forks: Forks = { parent: new Map(), step: new Map() };
  const paths = ["sys/forking/parent", "sys/forking/step"];
  for await (const block of source.values({ paths, signal })) {
    for (const column of block.columns) {
      for (let i = 0; i < column.run.length; i++) {
        const key = block.runs[column.run[i]];
        if (column.type === "string") forks.parent.set(key, column.data[i]);
        else if (column.type === "int" || column.type === "float") forks.step.set(key, Number(column.data[i]));
      }
    }
  }
  return forks;
}

function byStep({ step }: Forks, a: RunInfo, b: RunInfo): number {
  return (step.get(a.key) ?? 0) - (step.get(b.key) ?? 0) || (a.sysId < b.sysId ? -1 : 1);
}

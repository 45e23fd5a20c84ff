/**
 * The runs of one project: their parts on disk and their system attributes.
 *
 * @module
 */

import type { RunInfo } from "../../types.ts";
import { finishedParts, type Folder, type Part } from "../disk/layout.ts";
import { type Parents, parentsOf } from "./lineage.ts";
import type { Summary } from "./summary.ts";
import { bareRuns, completeSystem, legacyRuns, System } from "./system.ts";

/** The runs of one project by number, newest first. */
export interface ProjectIndex {
  project: string;
  folders: Folder[];
  /** Run ids. */
  keys: string[];
  numbers: Map<string, number>;
  /** The parts of each run. */
  parts: Part[][];
  /** Parts that hold rows of other runs too. */
  mixed: Set<Part>;
  /** Runs found in more than one folder or under more than one file name: the rows they have in common count once. */
  repeated: Set<number>;
  /** 1 for runs written by the exporter of Neptune 2.x, whose series timestamps are local times. */
  legacy: Uint8Array;
  system: System;
  /** 1 for runs without any stored system attribute. */
  bare: Uint8Array;
  /** 1 for the head of each experiment. */
  heads: Uint8Array;
  parents: Parents;
  /** Damaged parts, with the run they belong to where other parts tell. */
  damaged: Map<Part, number | null>;
}

/** One project folder and its summary. */
export interface SummarizedFolder {
  folder: Folder;
  summary: Summary;
}

/** How to see the runs. */
export interface IndexOptions {
  includeIncomplete: boolean;
  /** Leave out runs one of whose parts is damaged. */
  skipDamaged: boolean;
}

/** Puts together the runs of a project from the summaries of its folders. */
export function buildIndex(project: string, folders: SummarizedFolder[], options: IndexOptions): ProjectIndex {
  const runs = new Map<string, { parts: Set<Part>; rows: { summary: Summary; row: number }[] }>();
  const owners = new Map<string, string>();
  const holders = new Map<Part, number>();
  const visible = folders.flatMap(({ folder }) => options.includeIncomplete ? folder.parts : finishedParts(folder));
  const byName = new Map(visible.map((part) => [`${part.folder.path}/${part.name}`, part]));
  for (const { folder, summary } of folders) {
    for (let row = 0; row < summary.run.length; row++) {
      const part = byName.get(`${folder.path}/${summary.part[row]}`);
      if (!part) continue;
      holders.set(part, (holders.get(part) ?? 0) + 1);
      if (summary.project[row] !== project) continue;
      let run = runs.get(summary.run[row]);
      if (!run) runs.set(summary.run[row], run = { parts: new Set(), rows: [] });
      run.parts.add(part);
      run.rows.push({ summary, row });
      owners.set(stemOf(part), summary.run[row]);
    }
  }
  const broken = visible.filter((part) => part.damage !== null);
  const brokenRuns = new Set(broken.map((part) => owners.get(stemOf(part))));
  const keys = [...runs.keys()].filter((key) => !(options.skipDamaged && brokenRuns.has(key)));
  const system = System.from(keys.map((key) => runs.get(key)!.rows));
  const order = newestFirst(keys, system);
  const sorted = order.map((number) => keys[number]);
  const ordered = system.reordered(order);
  const numbers = new Map(sorted.map((key, number) => [key, number]));
  const legacy = legacyRuns(ordered, sorted);
  const bare = bareRuns(ordered, sorted.length);
  const heads = completeSystem(ordered, sorted);
  const damaged = new Map(broken.map((part) => [part, numbers.get(owners.get(stemOf(part)) ?? "") ?? null]));
  // A damaged part may hold points of its run: whoever reads the run has to meet it.
  for (const [part, number] of damaged) if (number !== null) runs.get(sorted[number])!.parts.add(part);
  const parts = sorted.map((key) =>
    [...runs.get(key)!.parts].sort((a, b) =>
      a.folder === b.folder ? a.number - b.number : a.folder.path < b.folder.path ? -1 : 1
    )
  );
  return {
    project,
    folders: folders.map(({ folder }) => folder),
    keys: sorted,
    numbers,
    parts,
    mixed: new Set([...holders].flatMap(([part, runs]) => runs > 1 ? [part] : [])),
    repeated: new Set(parts.flatMap((parts, number) => new Set(parts.map(stemOf)).size > 1 ? [number] : [])),
    legacy,
    system: ordered,
    bare,
    heads,
    parents: parentsOf(sorted, numbers, ordered),
    damaged,
  };
}

/** What identifies a run, for those who list runs. */
export function runInfo(index: ProjectIndex, number: number): RunInfo {
  const text = (path: string) => (index.system.value(path, "string", number) as string | undefined) ?? null;
  return {
    key: index.keys[number],
    sysId: text("sys/id")!,
    customId: text("sys/custom_run_id"),
    name: text("sys/name"),
  };
}

function stemOf(part: Part): string {
  return part.stem === "" ? part.path : `${part.folder.path}/${part.stem}`;
}

function newestFirst(keys: string[], system: System): number[] {
  const created = system.column("sys/creation_time", "datetime")?.values as (number | undefined)[] ?? [];
  return keys.map((_, number) => number).sort((a, b) =>
    (created[b] ?? -Infinity) - (created[a] ?? -Infinity) || (keys[a] < keys[b] ? -1 : 1)
  );
}

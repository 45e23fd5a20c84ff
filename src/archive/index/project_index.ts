/**
 * The runs of one project: their parts on disk and their system attributes.
 *
 * @module
 */

import type { RunInfo } from "../../types.ts";
import { finishedParts, type Folder, type Part } from "../disk/layout.ts";
import { type Parents, parentsOf } from "./lineage.ts";
import type { Fields } from "./fields.ts";
import type { FolderIndex, LiveSegment } from "./folder_index.ts";
import {
  bareRuns,
  completeSystem,
  isSystem,
  legacyRuns,
  System,
  type SystemColumn,
  type SystemValue,
} from "./system.ts";

/** The runs of one project by number, newest first. */
export interface ProjectIndex {
  project: string;
  folders: Folder[];
  /** Where what was found in the parts is. */
  indexes: FolderIndex[];
  /** Run ids. */
  keys: string[];
  numbers: Map<string, number>;
  /** The parts of each run. */
  parts: Part[][];
  /** The parts of runs that are shown: incomplete ones may be hidden. */
  shown: ReadonlySet<Part>;
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

/** How to see the runs. */
export interface IndexOptions {
  includeIncomplete: boolean;
  /** Leave out runs one of whose parts is damaged. */
  skipDamaged: boolean;
}

/** Puts together the runs of a project from the indexes of its folders, which hold the parameters of all parts. */
export function buildIndex(project: string, indexes: FolderIndex[], options: IndexOptions): ProjectIndex {
  const runs = new Map<string, Part[]>();
  const holders = new Map<Part, { owner: string; run: string }>();
  const mixed = new Set<Part>();
  const visible = indexes.flatMap(({ folder }) => options.includeIncomplete ? folder.parts : finishedParts(folder));
  const shown = new Set(visible);
  for (const index of indexes) {
    for (const { part, project: owner, run } of index.entries("parameters")) {
      if (!shown.has(part)) continue;
      const holder = holders.get(part);
      if (!holder) holders.set(part, { owner, run });
      else if (holder.owner !== owner || holder.run !== run) mixed.add(part);
      if (owner !== project) continue;
      const found = runs.get(run);
      if (!found) runs.set(run, [part]);
      else if (!found.includes(part)) found.push(part);
    }
  }
  const broken = visible.filter((part) => part.damage !== null);
  // Few files are damaged, mostly none: only then it is worth knowing which run each name stands for.
  const owners = broken.length > 0 ? ownersOf(runs) : new Map<string, string>();
  const brokenRuns = new Set(broken.map((part) => owners.get(stemOf(part))));
  const keys = [...runs.keys()].filter((key) => !(options.skipDamaged && brokenRuns.has(key)));
  // In the order in which they were found; sorted when their times are known.
  const provisional = new Map(keys.map((key, number) => [key, number]));
  const system = systemOf(project, indexes, shown, provisional);
  const order = newestFirst(keys, system);
  const sorted = order.map((number) => keys[number]);
  const ordered = system.reordered(order);
  const numbers = new Map(sorted.map((key, number) => [key, number]));
  const legacy = legacyRuns(ordered, sorted);
  const bare = bareRuns(ordered, sorted.length);
  const heads = completeSystem(ordered, sorted);
  const damaged = new Map(broken.map((part) => [part, numbers.get(owners.get(stemOf(part)) ?? "") ?? null]));
  // A damaged part may hold points of its run: whoever reads the run has to meet it.
  for (const [part, number] of damaged) {
    const found = number === null ? null : runs.get(sorted[number])!;
    if (found && !found.includes(part)) found.push(part);
  }
  const parts = sorted.map((key) =>
    runs.get(key)!.sort((a, b) => a.folder === b.folder ? a.number - b.number : a.folder.path < b.folder.path ? -1 : 1)
  );
  return {
    project,
    folders: indexes.map(({ folder }) => folder),
    indexes,
    keys: sorted,
    numbers,
    parts,
    mixed,
    shown,
    repeated: new Set(
      parts.flatMap((parts, number) => parts.length > 1 && new Set(parts.map(stemOf)).size > 1 ? [number] : []),
    ),
    legacy,
    system: ordered,
    bare,
    heads,
    parents: parentsOf(sorted, numbers, ordered),
    damaged,
  };
}

/** The run of each name of parts. */
function ownersOf(runs: ReadonlyMap<string, Part[]>): Map<string, string> {
  const owners = new Map<string, string>();
  for (const [run, parts] of runs) for (const part of parts) owners.set(stemOf(part), run);
  return owners;
}

/** Which run each entry of a segment belongs to; -1: to none of these. */
export function runsOfEntries(
  { project: name, numbers, shown }: Pick<ProjectIndex, "project" | "numbers" | "shown">,
  folder: FolderIndex,
  { segment, live }: LiveSegment,
): Int32Array {
  return Int32Array.from(segment.entries, ({ part, project, run }) => {
    const { name: file, damage } = segment.parts[part];
    if (live[part] === 0 || damage !== null || (project ?? folder.folder.name) !== name) return -1;
    return shown.has(folder.part(file)!) ? numbers.get(run) ?? -1 : -1;
  });
}

/** The system attributes of runs, as they are stored. */
function systemOf(
  project: string,
  indexes: FolderIndex[],
  shown: ReadonlySet<Part>,
  numbers: Map<string, number>,
): System {
  const system = new System();
  for (const index of indexes) {
    for (const live of index.segments) {
      let runs: Int32Array | null = null;
      live.segment.columns.forEach(({ path, type }, column) => {
        if (!isSystem(path, type)) return;
        runs ??= runsOfEntries({ project, numbers, shown }, index, live);
        const { entries, fields } = live.segment.cells(column);
        const values = fields.value as Fields["string"];
        for (let i = 0; i < entries.length; i++) {
          const run = runs[entries[i]];
          if (run < 0) continue;
          const value = type === "bool" ? (values[i] as unknown) === 1 : values[i]!;
          system.add(path, type as SystemColumn["type"], numbers.size, run, value as SystemValue);
        }
      });
    }
  }
  return system;
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
  const times = Float64Array.from(keys, (_, number) => created[number] ?? -Infinity);
  return keys.map((_, number) => number).sort((a, b) =>
    times[a] === times[b] ? (keys[a] < keys[b] ? -1 : 1) : times[b] - times[a]
  );
}

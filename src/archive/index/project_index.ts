/**
 * The runs of one project: their parts on disk and their system attributes.
 *
 * @module
 */

import { pauseNowAndThen } from "../../async/pause.ts";
import type { RunInfo } from "../../types.ts";
import { type Folder, type Part, sanitized, unfinishedParts } from "../disk/layout.ts";
import { type Parents, parentsOf } from "./lineage.ts";
import { type FolderIndex, isTold, type LiveSegment } from "./folder_index.ts";
import type { Fields } from "./segments/fields.ts";
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
export interface RunIndex {
  project: string;
  /** Run ids. */
  keys: string[];
  numbers: Map<string, number>;
  /** 1 for runs written by the exporter of Neptune 2.x, whose series timestamps are local times. */
  legacy: Uint8Array;
  system: System;
  /** 1 for runs without any stored system attribute. */
  bare: Uint8Array;
  /** 1 for the head of each experiment. */
  heads: Uint8Array;
  parents: Parents;
}

/** The same, with the parts that hold the runs. */
export interface ProjectIndex extends RunIndex {
  folders: Folder[];
  /** Where what was found in the parts is. */
  indexes: FolderIndex[];
  /** The parts of each run. */
  parts: Part[][];
  /** The parts of runs that are shown: incomplete ones may be hidden. */
  shown: readonly Part[];
  /** Parts that hold rows of other runs too. */
  mixed: Set<Part>;
  /** Runs found in more than one folder or under more than one file name: the rows they have in common count once. */
  repeated: Set<number>;
  /** Damaged parts, with the run they belong to where other parts tell. */
  damaged: Map<Part, number | null>;
  /** Which run each entry of a segment belongs to; -1: to none of these. What was found out is kept. */
  runsOfEntries(folder: FolderIndex, live: LiveSegment): Int32Array;
}

/** How to see the runs. */
export interface IndexOptions {
  includeIncomplete: boolean;
  /** Leave out runs one of whose parts is damaged. */
  skipDamaged: boolean;
}

/** Puts together the runs of a project from the indexes of its folders, which hold the parameters of all parts. */
export async function buildIndex(
  project: string,
  indexes: FolderIndex[],
  options: IndexOptions,
  signal?: AbortSignal,
): Promise<ProjectIndex> {
  const pause = pauseNowAndThen(signal);
  const folders = indexes.map(({ folder }) => folder);
  const hidden = new Set(options.includeIncomplete ? [] : folders.flatMap(unfinishedParts));
  const shown = folders.flatMap(({ parts }) => hidden.size === 0 ? parts : parts.filter((part) => !hidden.has(part)));
  await pause();
  const found = await findRuns(project, indexes, hidden, pause);
  const broken = shown.filter((part) => part.damage !== null);
  // Few files are damaged, mostly none: only then it is worth knowing which run each name stands for.
  const owners = broken.length > 0 ? ownersOf(found) : new Map<string, string>();
  const brokenRuns = new Set(broken.map((part) => owners.get(stemOf(part))));
  const keys = [...found.numbers.keys()].filter((key) => !(options.skipDamaged && brokenRuns.has(key)));
  // In the order in which they were found; sorted when their times are known.
  const provisional = keys.length === found.numbers.size ? found.numbers : numbered(keys);
  await pause();
  const runsOf = (index: FolderIndex, live: LiveSegment) => entryRuns(project, index, live, hidden, provisional);
  const system = await systemOf(indexes, keys.length, runsOf, pause);
  const runs = await newestFirst(project, keys, system, signal);
  const { keys: sorted, numbers } = runs;
  const damaged = new Map(broken.map((part) => [part, numbers.get(owners.get(stemOf(part)) ?? "") ?? null]));
  const parts = sorted.map((key) => found.parts[found.numbers.get(key)!]);
  // A damaged part may hold points of its run: whoever reads the run has to meet it.
  for (const [part, number] of damaged) if (number !== null && !parts[number].includes(part)) parts[number].push(part);
  for (const some of parts) if (some.length > 1) some.sort(inOrder);
  const known = new WeakMap<LiveSegment, Int32Array>();
  return {
    ...runs,
    folders,
    indexes,
    parts,
    mixed: found.mixed,
    shown,
    repeated: new Set(
      parts.flatMap((parts, number) => parts.length > 1 && new Set(parts.map(stemOf)).size > 1 ? [number] : []),
    ),
    damaged,
    runsOfEntries(folder, live) {
      let runs = known.get(live);
      if (!runs) known.set(live, runs = entryRuns(project, folder, live, hidden, numbers));
      return runs;
    },
  };
}

/** Runs with what is stored of them: puts the newest first, and adds what follows. */
export async function newestFirst(
  project: string,
  keys: string[],
  system: System,
  signal?: AbortSignal,
): Promise<RunIndex> {
  const pause = pauseNowAndThen(signal);
  const order = ordered(keys, system);
  await pause();
  const sorted = order.map((number) => keys[number]);
  const stored = system.reordered(order);
  await pause();
  const numbers = numbered(sorted);
  const legacy = legacyRuns(stored, sorted);
  const bare = bareRuns(stored, sorted.length);
  await pause();
  const heads = completeSystem(stored, sorted);
  await pause();
  const parents = parentsOf(sorted, numbers, stored);
  return { project, keys: sorted, numbers, legacy, system: stored, bare, heads, parents };
}

function inOrder(a: Part, b: Part): number {
  return a.folder === b.folder ? a.number - b.number : a.folder.path < b.folder.path ? -1 : 1;
}

function numbered(keys: readonly string[]): Map<string, number> {
  const numbers = new Map<string, number>();
  for (let number = 0; number < keys.length; number++) numbers.set(keys[number], number);
  return numbers;
}

/** The runs of a project in the order in which they are found. */
interface FoundRuns {
  /** By run id. */
  numbers: Map<string, number>;
  /** By number. */
  parts: Part[][];
  /** Parts that hold rows of other runs too. */
  mixed: Set<Part>;
}

/** After so many entries it is seen whether others should have their turn. */
const SOME = 1024;
/** No run, a run of another project. */
const NOBODY = -2, STRANGER = -1;

async function findRuns(
  project: string,
  indexes: readonly FolderIndex[],
  hidden: ReadonlySet<Part>,
  pause: () => Promise<unknown>,
): Promise<FoundRuns> {
  const numbers = new Map<string, number>();
  const parts: Part[][] = [];
  const mixed = new Set<Part>();
  const isOwn = ownership(project);
  for (const { folder, segments } of indexes) {
    const owners = new Int32Array(folder.parts.length).fill(NOBODY);
    for (const live of segments) {
      const { segment, places } = live, { part: partOf, project: projectOf, run: runOf } = segment.entries;
      const mine = segment.projects.map((name) => isOwn(name, folder));
      for (let entry = 0; entry < runOf.length; entry++) {
        if (entry % SOME === 0) await pause();
        if (!isTold(live, partOf[entry])) continue;
        const place = places[partOf[entry]], part = folder.parts[place];
        if (hidden.has(part)) continue;
        let number = STRANGER;
        if (mine[projectOf[entry]]) {
          number = numbers.get(runOf[entry]) ?? numbers.size;
          if (number === numbers.size) {
            numbers.set(runOf[entry], number);
            parts.push([part]);
          } else if (!parts[number].includes(part)) parts[number].push(part);
        }
        if (owners[place] === NOBODY) owners[place] = number;
        else if (owners[place] !== number) mixed.add(part);
      }
    }
  }
  return { numbers, parts, mixed };
}

/**
 * Tells whether rows are of a project: those that name it, and those that name none in the folder that is named after it. Where no file
 * of a folder names a project, its own name stands for one.
 */
export function ownership(project: string): (named: string | null, folder: Folder) => boolean {
  const own = new Set([project, sanitized(project)]);
  return (named, folder) => named === null ? own.has(folder.name) : named === project;
}

/** The run of each name of parts. */
function ownersOf({ numbers, parts }: FoundRuns): Map<string, string> {
  const owners = new Map<string, string>();
  for (const [run, number] of numbers) for (const part of parts[number]) owners.set(stemOf(part), run);
  return owners;
}

/** Which run each entry of a segment belongs to; -1: to none of these. */
function entryRuns(
  name: string,
  { folder }: FolderIndex,
  { segment, places, stages }: LiveSegment,
  hidden: ReadonlySet<Part>,
  numbers: ReadonlyMap<string, number>,
): Int32Array {
  const { part, project, run } = segment.entries;
  const isOwn = ownership(name);
  const mine = segment.projects.map((owner) => isOwn(owner, folder));
  const runs = new Int32Array(run.length).fill(-1);
  for (let entry = 0; entry < run.length; entry++) {
    const place = places[part[entry]];
    if (place < 0 || stages[part[entry]] === 0 || !mine[project[entry]]) continue;
    if (!hidden.has(folder.parts[place])) runs[entry] = numbers.get(run[entry]) ?? -1;
  }
  return runs;
}

/** The system attributes of runs, as they are stored. */
async function systemOf(
  indexes: readonly FolderIndex[],
  count: number,
  runsOf: (index: FolderIndex, live: LiveSegment) => Int32Array,
  pause: () => Promise<unknown>,
): Promise<System> {
  const system = new System();
  for (const index of indexes) {
    for (const live of index.segments) {
      let runs: Int32Array | null = null;
      for (const [column, { path, type }] of live.segment.columns.entries()) {
        if (!isSystem(path, type)) continue;
        await pause();
        runs ??= runsOf(index, live);
        const { entries, fields } = live.segment.cells(column);
        const stored = fields.value as Fields["string"];
        let values: SystemColumn["values"] | null = null;
        for (let i = 0; i < entries.length; i++) {
          const run = runs[entries[i]];
          if (run < 0) continue;
          const value = type === "bool" ? (stored[i] as unknown) === 1 : stored[i]!;
          values ??= system.ensure(path, type as SystemColumn["type"], count).values;
          values[run] ??= value as SystemValue;
        }
      }
    }
  }
  return system;
}

/** What identifies runs, for those who list them. */
export function runInfos({ keys, system }: RunIndex, runs: readonly number[]): RunInfo[] {
  const texts = (path: string) => system.column(path, "string")?.values as (string | undefined)[] | undefined;
  const ids = texts("sys/id")!, customIds = texts("sys/custom_run_id"), names = texts("sys/name");
  return runs.map((run) => ({
    key: keys[run],
    sysId: ids[run]!,
    customId: customIds?.[run] ?? null,
    name: names?.[run] ?? null,
  }));
}

function stemOf(part: Part): string {
  return part.stem === "" ? part.path : `${part.folder.path}/${part.stem}`;
}

/** The numbers of the runs, the newest first; those of one time, or of none, by their keys. */
function ordered(keys: string[], system: System): number[] {
  const created = system.column("sys/creation_time", "datetime")?.values as (number | undefined)[] ?? [];
  const times = Float64Array.from(keys, (_, number) => created[number] ?? -Infinity);
  return [...keys.keys()].sort((a, b) => {
    if (times[a] !== times[b]) return times[a] > times[b] ? -1 : 1;
    return keys[a] < keys[b] ? -1 : 1;
  });
}

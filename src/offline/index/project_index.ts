/**
 * The runs of one project, of the disk and of the source beneath (an archive) as one: who they are, and who forked from whom.
 *
 * @module
 */

import { type Parents, parentsOf } from "../../archive/index/lineage.ts";
import { completeSystem, System, type SystemValue } from "../../archive/index/system.ts";
import type { Source } from "../../source.ts";
import { CONFIG_TYPES, type ConfigType, isConfigType, type RunInfo } from "../../types.ts";
import type { DiskContent } from "../content.ts";
import type { DiskRun } from "../folder.ts";

/** Remainders of Neptune 2.x by their run ids, and the runs beneath that they belong to, by one of their ids. */
export type Matches = ReadonlyMap<string, string>;

/** What tells who a run is. */
export const IDENTITY_PATHS: readonly string[] = [
  "sys/archived",
  "sys/creation_time",
  "sys/custom_run_id",
  "sys/experiment/is_head",
  "sys/experiment/name",
  "sys/forking/parent",
  "sys/forking/step",
  "sys/id",
  "sys/name",
  "sys/trashed",
];

/** The runs of a project by number, newest first. */
export interface OfflineIndex {
  keys: string[];
  numbers: Map<string, number>;
  /** What each run has on disk, or null. */
  disk: (DiskRun | null)[];
  /** What each run is in the source beneath, or null. */
  base: (RunInfo | null)[];
  /** The attributes of {@linkcode IDENTITY_PATHS}. */
  system: System;
  heads: Uint8Array;
  parents: Parents;
  /** 1 where configs of the parent are the run's too. */
  inheritsConfigs: Uint8Array;
  /** 1 where the source beneath alone cannot tell what a run holds. */
  affected: Uint8Array;
}

/** What tells who a run is: one value. */
interface IdentityValue {
  path: string;
  type: ConfigType;
  value: SystemValue;
}

/** One run with what tells who it is; the first value of a path counts. */
interface Candidate {
  key: string;
  disk: DiskRun | null;
  base: RunInfo | null;
  identity: IdentityValue[];
}

/**
 * Puts the runs of a project together.
 *
 * @param matched The run beneath that a run on disk belongs to, by `sys/id` or run id, where somebody said so.
 * @param legacy What runs of Neptune 2.x hold: their names are among their attributes.
 */
export async function buildOfflineIndex(
  disk: readonly DiskRun[],
  base: Source | null,
  matched: Matches,
  legacy: (run: DiskRun) => Promise<DiskContent>,
  signal?: AbortSignal,
): Promise<OfflineIndex> {
  const candidates: Candidate[] = base ? await baseRuns(base, signal) : [];
  const byId = new Map<string, Candidate>();
  for (const one of candidates.toReversed()) {
    const { sysId, customId, key } = one.base!;
    for (const id of [sysId, customId, key]) if (id !== null) byId.set(id, one);
  }
  const keys = new Set(candidates.map(({ key }) => key));
  for (const run of disk) {
    const identity = run.folders.length > 0 ? legacyIdentity(run, await legacy(run)) : scaleIdentity(run);
    const known = run.databases.length > 0 ? byId.get(run.id) : byId.get(matched.get(run.id) ?? "");
    // A second run on disk for one beneath is told apart by a key of its own.
    if (known && known.disk === null && (run.folders.length > 0 || known.base!.customId === run.id)) {
      known.disk = run;
      known.identity.push(...identity);
    } else {
      const key = keys.has(run.id) ? `unsynced/${run.id}` : run.id;
      keys.add(key);
      candidates.push({ key, disk: run, base: null, identity });
    }
  }
  return finish(candidates);
}

function finish(candidates: Candidate[]): OfflineIndex {
  const unsorted = new System();
  candidates.forEach(({ identity }, run) => {
    for (const { path, type, value } of identity) unsorted.add(path, type, candidates.length, run, value);
  });
  const created = unsorted.column("sys/creation_time", "datetime")?.values as (number | undefined)[] ?? [];
  const order = candidates.map((_, number) => number).sort((a, b) =>
    (created[b] ?? -Infinity) - (created[a] ?? -Infinity) || (candidates[a].key < candidates[b].key ? -1 : 1)
  );
  const runs = order.map((number) => candidates[number]);
  const system = unsorted.reordered(order);
  const keys = runs.map(({ key }) => key);
  const numbers = new Map(keys.map((key, number) => [key, number]));
  const before = [...system.column("sys/experiment/is_head", "bool")?.values ?? []];
  oneTypeOfForkSteps(system, runs);
  forgetOldHeads(system, runs);
  const heads = completeSystem(system, keys);
  const parents = parentsOf(keys, numbers, system);
  const after = system.column("sys/experiment/is_head", "bool")?.values ?? [];
  const affected = Uint8Array.from(runs, ({ disk }, run) => disk !== null || before[run] !== after[run] ? 1 : 0);
  const forks = Uint8Array.from(runs, (_, run) => {
    for (let at = run; at >= 0; at = parents.parent[at]) if (runs[at].disk !== null) return 1;
    return affected[run];
  });
  return {
    keys,
    numbers,
    disk: runs.map(({ disk }) => disk),
    base: runs.map(({ base }) => base),
    system,
    heads,
    parents,
    inheritsConfigs: Uint8Array.from(runs, ({ disk, base }) => Number(base === null && inheritsConfigs(disk))),
    affected: forks,
  };
}

/** What identifies a run, for those who list runs. */
export function unsyncedRunInfo({ keys, system, disk, base }: OfflineIndex, run: number): RunInfo {
  const text = (path: string) => (system.value(path, "string", run) as string | undefined) ?? null;
  const info: RunInfo = {
    key: keys[run],
    sysId: text("sys/id")!,
    customId: text("sys/custom_run_id"),
    name: text("sys/name"),
  };
  if (disk[run] !== null) info.unsynced = base[run] === null ? "all" : "part";
  return info;
}

/** The step up to which a run inherits; -Infinity where it is no fork, as far as is known. */
export function forkStepOf({ system }: OfflineIndex, run: number): number {
  if (system.value("sys/forking/parent", "string", run) === undefined) return -Infinity;
  const step = system.value("sys/forking/step", "int", run) ?? system.value("sys/forking/step", "float", run);
  return step === undefined ? -Infinity : Math.round(Number(step) * 1e6) / 1e6;
}

function inheritsConfigs(disk: DiskRun | null): boolean {
  const made = disk?.databases.find(({ run }) => run !== null)?.run;
  return made?.fork !== null && made?.inheritConfigs === true;
}

/** The runs beneath, each with what tells who it is. */
async function baseRuns(base: Source, signal?: AbortSignal): Promise<Candidate[]> {
  const runs = new Map<string, Candidate>();
  for await (const page of base.runs({ signal })) {
    for (const info of page.runs) runs.set(info.key, { key: info.key, disk: null, base: info, identity: [] });
  }
  for await (const block of base.values({ paths: IDENTITY_PATHS, types: CONFIG_TYPES, signal })) {
    for (const column of block.columns) {
      if (!isConfigType(column.type)) continue;
      for (let i = 0; i < column.run.length; i++) {
        const stored = (column.data as ArrayLike<unknown>)[i];
        const value = (column.type === "bool" ? stored === 1 : stored) as SystemValue;
        runs.get(block.runs[column.run[i]])?.identity.push({
          path: block.paths[column.path[i]],
          type: column.type,
          value,
        });
      }
    }
  }
  return [...runs.values()];
}

/** What the databases of a run say about who it is. The first message counts: the server passed over later ones. */
function scaleIdentity(run: DiskRun): IdentityValue[] {
  const made = run.databases.find((database) => database.run !== null)?.run;
  const identity: IdentityValue[] = [{ path: "sys/custom_run_id", type: "string", value: run.id }];
  const created = made?.created ?? madeAt(run);
  if (created !== null) identity.push({ path: "sys/creation_time", type: "datetime", value: created });
  if (made && made.experiment !== null) identity.push({ path: "sys/name", type: "string", value: made.experiment });
  if (!made?.fork) return identity;
  const { parent, step } = made.fork;
  identity.push({ path: "sys/forking/parent", type: "string", value: parent });
  return step === null ? identity : [...identity, { path: "sys/forking/step", type: "float", value: step }];
}

/**
 * Fork steps get one type in a project, for clients refuse an attribute that has two: that of the source beneath, or integers where
 * all of them are.
 */
function oneTypeOfForkSteps(system: System, runs: readonly Candidate[]): void {
  const path = "sys/forking/step";
  const ints = system.column(path, "int")?.values, floats = system.column(path, "float")?.values;
  if (!floats) return;
  const beneath = (values?: readonly unknown[]) =>
    values?.some((value, run) => value !== undefined && runs[run].base) ?? false;
  const whole = floats.every((step) => step === undefined || Number.isInteger(step));
  if (beneath(floats.map((step, run) => ints?.[run] === undefined ? step : undefined))) return;
  if (!beneath(ints) && !whole) return;
  // Of a run that is in both, the source beneath has said its step already.
  const moved = (run: number) => Number.isInteger(floats[run]) && (!runs[run].base || ints?.[run] !== undefined);
  system.derive(
    path,
    "int",
    runs.length,
    (run, stored) => stored ?? (moved(run) ? BigInt(floats[run] as number) : stored),
  );
  system.derive(path, "float", runs.length, (run, stored) => moved(run) ? undefined : stored);
}

/** What the logs of a run of Neptune 2.x say about who it is. */
function legacyIdentity(run: DiskRun, { singles, began }: DiskContent): IdentityValue[] {
  const identity: IdentityValue[] = [{ path: "sys/custom_run_id", type: "string", value: run.id }];
  for (const path of IDENTITY_PATHS) {
    const single = singles.get(path);
    if (single && isConfigType(single.type)) {
      identity.push({ path, type: single.type, value: single.value as SystemValue });
    }
  }
  const made = run.folders.flatMap(({ created }) => created ?? []);
  const created = made.length > 0 ? Math.min(...made) : began;
  if (created !== null) identity.push({ path: "sys/creation_time", type: "datetime", value: Math.floor(created) });
  return identity;
}

/** When the first database of a run was made, in milliseconds. */
function madeAt({ databases }: DiskRun): number | null {
  const made = databases.find(({ made }) => made > 0n)?.made;
  return made === undefined ? null : Number(made / 1_000_000n);
}

/** The newest run of an experiment is its head: one on disk takes that from an older run that says it is. */
function forgetOldHeads(system: System, runs: readonly Candidate[]): void {
  const said = system.column("sys/experiment/is_head", "bool");
  if (!said) return;
  const name = (run: number) =>
    system.value("sys/name", "string", run) ?? system.value("sys/experiment/name", "string", run);
  const taken = new Set<SystemValue>();
  for (let run = 0; run < runs.length; run++) {
    const experiment = name(run);
    if (experiment === undefined) continue;
    // Runs come newest first.
    if (said.values[run] !== true) {
      if (runs[run].base === null) taken.add(experiment);
    } else if (taken.has(experiment)) said.values[run] = undefined;
  }
}

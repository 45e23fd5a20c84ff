/**
 * Attributes that are one value: of the disk, of the source beneath, inherited from a parent.
 *
 * @module
 */

import type { System } from "../../archive/index/system.ts";
import type { ValueBlock } from "../../columns.ts";
import { CONFIG_TYPES, FILE_TYPES, isConfigType, isSeriesType } from "../../types.ts";
import type { Single, SingleType, Value } from "../content.ts";
import { IDENTITY_PATHS } from "../index/project_index.ts";
import type { OfflineContext } from "./context.ts";

/** What a run holds, by path. */
export type Singles = Map<string, Single>;

const SINGLE_TYPES: readonly SingleType[] = [...CONFIG_TYPES, ...FILE_TYPES];

/** The attributes of runs, by number, that are one value; with what tells who they are. */
export async function singlesOf(context: OfflineContext, runs: readonly number[]): Promise<Map<number, Singles>> {
  const needed = new Set(runs);
  for (const run of runs) for (const parent of configParents(context, run)) needed.add(parent);
  const own = await ownSingles(context, [...needed]);
  const all = new Map<number, Singles>();
  for (const run of runs) all.set(run, await withInherited(context, run, own));
  return all;
}

/** The ancestors whose configs a run has, the parent first. */
function configParents({ index }: OfflineContext, run: number): number[] {
  const parents: number[] = [];
  for (let at = run; index.inheritsConfigs[at] && index.parents.parent[at] >= 0;) {
    parents.push(at = index.parents.parent[at]);
  }
  return parents;
}

async function withInherited(context: OfflineContext, run: number, own: Map<number, Singles>): Promise<Singles> {
  const singles = new Map(own.get(run)!);
  const taken = (await context.content(run))?.series;
  for (const parent of configParents(context, run)) {
    for (const [path, single] of own.get(parent)!) {
      const config = isConfigType(single.type) && !path.startsWith("sys/");
      if (config && !singles.has(path) && !taken?.has(path)) singles.set(path, single);
    }
  }
  return singles;
}

async function ownSingles(context: OfflineContext, runs: readonly number[]): Promise<Map<number, Singles>> {
  const { index, base, signal } = context;
  const found = new Map<number, Singles>(runs.map((run) => [run, new Map()]));
  const beneath = runs.filter((run) => index.base[run] !== null);
  if (base && beneath.length > 0) {
    const numbers = new Map(beneath.map((run) => [index.base[run]!.key, run]));
    const query = { runs: [...numbers.keys()], types: SINGLE_TYPES, signal };
    for await (const block of base.values(query)) addBlock(block, (key) => found.get(numbers.get(key)!)!);
  }
  for (const run of runs) {
    const singles = found.get(run)!;
    const content = await context.content(run);
    for (const [path, single] of content?.singles ?? []) {
      const known = singles.get(path);
      if (known === undefined) singles.set(path, single);
      // A path has one type; what is beneath was there first.
      else if (known.type === single.type) singles.set(path, changed(known, single));
    }
    for (const [path, single] of identity(index.system, run)) singles.set(path, single);
  }
  return found;
}

/** What is on disk was logged after what is beneath: it counts, and changes of sets are made to the set beneath. */
function changed(known: Single, { type, value, time, removed }: Single): Single {
  if (removed === undefined) return { type, value, time };
  const kept = (known.value as string[]).filter((one) => !removed.has(one));
  return { type, value: [...new Set([...kept, ...value as string[]])], time };
}

/** What tells who a run is, which several origins were put together for. */
function* identity(system: System, run: number): Generator<[string, Single]> {
  for (const path of IDENTITY_PATHS) {
    for (const type of CONFIG_TYPES) {
      const value = system.value(path, type, run);
      if (value !== undefined) yield [path, { type, value, time: NaN }];
    }
  }
}

function addBlock({ runs, paths, columns }: ValueBlock, into: (key: string) => Singles): void {
  for (const column of columns) {
    const { type } = column;
    if (isSeriesType(type) || type === "experiment_state") continue;
    for (let i = 0; i < column.run.length; i++) {
      const stored = (column.data as ArrayLike<unknown>)[i];
      const value = (type === "bool" ? stored === 1 : stored) as Value;
      into(runs[column.run[i]]).set(paths[column.path[i]], { type, value, time: NaN });
    }
  }
}

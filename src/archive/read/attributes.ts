/**
 * Which attributes exist, on each run and over many runs.
 *
 * @module
 */

import type { PairBlock } from "../../columns.ts";
import type { AttributesQuery } from "../../source.ts";
import {
  ATTRIBUTE_TYPES,
  type AttributeDefinition,
  type AttributeType,
  CONFIG_TYPES,
  FILE_TYPES,
  isConfigType,
  isSeriesType,
  SERIES_TYPES,
} from "../../types.ts";
import { type AttributeCells, VALUELESS } from "../index/cells.ts";
import { chainOf } from "../index/lineage.ts";
import type { RunIndex } from "../index/project_index.ts";
import type { CellType } from "../index/segments/segment.ts";
import { matchPaths } from "./paths.ts";
import type { ReadContext } from "./context.ts";

/** The attributes of runs, by number: each (path, type) once, sorted. */
export async function readAttributes(
  context: ReadContext,
  runs: readonly number[],
  query: AttributesQuery,
): Promise<AttributeDefinition[]> {
  const found = new Map<string, Set<AttributeType>>();
  for await (const { path, type, holders } of heldAttributes(context, runs, query)) {
    const known = found.get(path);
    if (known?.has(type) || holders[Symbol.iterator]().next().done) continue;
    if (known) known.add(type);
    else found.set(path, new Set([type]));
  }
  return [...found.keys()].sort().flatMap((path) => [...found.get(path)!].sort().map((type) => ({ path, type })));
}

/** About as many pairs are in a block. */
const BLOCK_PAIRS = 1_000_000;

/** Which attributes exist on which run. */
export async function* readExisting(
  context: ReadContext,
  runs: readonly number[],
  query: AttributesQuery,
): AsyncGenerator<PairBlock> {
  const keys = runs.map((run) => context.index.keys[run]);
  let pairs = new Pairs(keys);
  for await (const { path, type, holders } of heldAttributes(context, runs, query)) {
    for (const at of holders) pairs.add(at, path, type);
    if (pairs.length < BLOCK_PAIRS) continue;
    yield pairs.block();
    pairs = new Pairs(keys);
  }
  if (pairs.length > 0) yield pairs.block();
  query.onProgress?.(runs.length, runs.length);
}

/** Attributes, and the positions of the runs that have them. An attribute may come in several pieces. */
async function* heldAttributes(
  context: ReadContext,
  runs: readonly number[],
  query: AttributesQuery,
): AsyncGenerator<AttributeDefinition & { holders: Iterable<number> }> {
  const { index } = context;
  const paths = matchPaths(query);
  if (paths.list?.length === 0) return;
  const wanted = (type: AttributeType) => !query.types || query.types.includes(type);
  const parameters = [...CONFIG_TYPES, ...FILE_TYPES].filter(wanted), series = SERIES_TYPES.filter(wanted);
  const types: CellType[] = [...parameters, ...series, ...parameters.flatMap((type) => VALUELESS[type] ?? [])];
  const lineage = new Lineage(index, series.length > 0 ? runs : []);
  const position = new Int32Array(index.keys.length).fill(-1);
  runs.forEach((run, at) => position[run] = at);
  const repeated = runs.some((run) => context.isScattered(run));
  for (const { path, type, values } of index.system.columns.values()) {
    if (!parameters.includes(type) || !paths.test(path)) continue;
    yield { path, type, holders: runs.keys().filter((at) => values[runs[at]] !== undefined) };
  }
  const onlySystem = paths.list?.every((path) => path.startsWith("sys/")) && (query.types ?? []).every(isConfigType);
  const cells = onlySystem ? [] : context.cells(lineage.sources(runs), { types, paths: paths.all ? null : paths.test });
  for await (const one of cells) {
    const doubtful = one.type === "no_float" ? "float" : one.type === "no_file" ? "file" : null;
    if (doubtful && !await context.isReal(doubtful, one.path)) continue;
    const type = doubtful ?? one.type as AttributeType;
    if (one.path.startsWith("sys/") && isConfigType(type)) continue;
    const own = positionsOf(one, position, repeated);
    yield { path: one.path, type, holders: isSeriesType(type) ? lineage.holders(one, own, position) : own };
  }
}

/** The positions of the runs that have cells, each once. `repeated`: some may have several, being in several parts. */
function positionsOf({ pieces }: AttributeCells, position: Int32Array, repeated: boolean): Iterable<number> {
  const found: number[] = [];
  for (const { runs, cells } of pieces) {
    for (const entry of cells.entries) {
      const run = runs[entry];
      if (run >= 0 && position[run] >= 0) found.push(position[run]);
    }
  }
  return repeated ? new Set(found) : found;
}

/** Which runs have a series: those that logged it, and those that inherit a point of it. */
class Lineage {
  readonly #index: RunIndex;
  readonly #forks: { run: number; chain: number[] }[];

  constructor(index: RunIndex, runs: readonly number[]) {
    this.#index = index;
    this.#forks = runs.filter((run) => index.parents.parent[run] >= 0)
      .map((run) => ({ run, chain: chainOf(run, "full", index.parents, () => undefined) }));
  }

  /** These runs and those they inherit from. */
  sources(runs: readonly number[]): number[] {
    return [...new Set([...runs, ...this.#forks.flatMap(({ chain }) => chain)])];
  }

  holders(cells: AttributeCells, own: Iterable<number>, position: Int32Array): Iterable<number> {
    if (this.#forks.length === 0) return own;
    const first = new Map<number, number>();
    for (const { runs, cells: { entries, fields } } of cells.pieces) {
      const steps = fields.firstStep as Float64Array;
      entries.forEach((entry, i) => {
        const run = runs[entry];
        if (run >= 0) first.set(run, Math.min(steps[i], first.get(run) ?? Infinity));
      });
    }
    const all = new Set(own);
    for (const { run, chain } of this.#forks) if (this.#inherits(chain, first)) all.add(position[run]);
    return all;
  }

  /** An ancestor counts where it has a point at or before every fork step on the way down. */
  #inherits(chain: readonly number[], first: Map<number, number>): boolean {
    const { forkStep, parent } = this.#index.parents;
    let cut = Infinity;
    for (const ancestor of chain.toReversed()) {
      if ((first.get(ancestor) ?? NaN) <= cut) return true;
      if (parent[ancestor] >= 0) cut = Math.min(cut, forkStep[ancestor]);
    }
    return false;
  }
}

/** Pairs of run and attribute under construction. */
class Pairs {
  readonly #keys: string[];
  readonly #codes = new Map<string, number>();
  readonly #paths: string[] = [];
  readonly #run: number[] = [];
  readonly #path: number[] = [];
  readonly #type: number[] = [];

  constructor(keys: string[]) {
    this.#keys = keys;
  }

  get length(): number {
    return this.#run.length;
  }

  add(position: number, path: string, type: AttributeType): void {
    let code = this.#codes.get(path);
    if (code === undefined) this.#codes.set(path, code = this.#paths.push(path) - 1);
    this.#run.push(position);
    this.#path.push(code);
    this.#type.push(ATTRIBUTE_TYPES.indexOf(type));
  }

  block(): PairBlock {
    return {
      runs: this.#keys,
      paths: this.#paths,
      types: [...ATTRIBUTE_TYPES],
      run: Uint32Array.from(this.#run),
      path: Uint32Array.from(this.#path),
      type: Uint8Array.from(this.#type),
    };
  }
}

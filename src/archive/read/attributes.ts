/**
 * Which attributes exist, on each run and over many runs.
 *
 * @module
 */

import pl, { type DataFrame } from "nodejs-polars";
import type { PairBlock } from "../../columns.ts";
import type { AttributesQuery } from "../../source.ts";
import { ATTRIBUTE_TYPES, type AttributeDefinition, type AttributeType, type SeriesType } from "../../types.ts";
import { batches, partsOf, runCondition } from "../index/batches.ts";
import { allOf, pathCondition, seriesCondition } from "../parquet/predicates.ts";
import { readParameterRows } from "./parameter_rows.ts";
import { coded, dictionary, floatValues, numbered } from "../parquet/decode.ts";
import type { ProjectIndex } from "../index/project_index.ts";
import { chainOf } from "../index/lineage.ts";
import { matchPaths, type PathMatcher } from "./paths.ts";
import { readRows } from "../parquet/scan.ts";
import type { ReadContext } from "./context.ts";
import { splitTypes } from "../parquet/parameters.ts";

/** The attributes of runs, by number: each (path, type) once, sorted. */
export async function readAttributes(
  context: ReadContext,
  runs: readonly number[],
  query: AttributesQuery,
): Promise<AttributeDefinition[]> {
  const found = new Map<string, Set<AttributeType>>();
  for await (const { paths, types, path, type } of readExisting(context, runs, query)) {
    const seen = new Uint8Array(paths.length * types.length);
    for (let row = 0; row < path.length; row++) seen[path[row] * types.length + type[row]] = 1;
    seen.forEach((seen, i) => {
      if (!seen) return;
      const name = paths[Math.floor(i / types.length)];
      const known = found.get(name);
      if (known) known.add(types[i % types.length]);
      else found.set(name, new Set([types[i % types.length]]));
    });
  }
  return [...found.keys()].sort().flatMap((path) => [...found.get(path)!].sort().map((type) => ({ path, type })));
}

/** Which attributes exist on which run. */
export async function* readExisting(
  context: ReadContext,
  runs: readonly number[],
  query: AttributesQuery,
): AsyncGenerator<PairBlock> {
  const { index, readOptions } = context;
  const paths = matchPaths(query);
  const { parameters, series } = splitTypes(query.types);
  if (paths.list?.length === 0) return;
  const chain = (run: number) => chainOf(run, "full", index.parents, () => undefined);
  const sources = (run: number) => series.length > 0 ? chain(run) : [run];
  for await (const batch of batches(index, runs, sources, readOptions)) {
    const pairs = new Pairs(index, batch.targets, paths);
    for (const { path, type, values } of index.system.columns.values()) {
      if (!parameters.includes(type)) continue;
      for (const run of batch.targets) if (values[run] !== undefined) pairs.add(run, path, type);
    }
    for (const { type, valued, lost } of await readParameterRows(context, batch.targets, parameters, paths.list)) {
      pairs.addAll(valued, type);
      if (lost) pairs.addAll(lost, type);
    }
    if (series.length > 0) await addSeries(context, batch.targets, batch.sources, chain, pairs, series, paths);
    if (pairs.length > 0) yield pairs.block();
    query.onProgress?.(batch.targets.length, runs.length);
  }
}

/** Pairs of run and attribute under construction. */
class Pairs {
  readonly #index: ProjectIndex;
  readonly #targets: readonly number[];
  readonly #positions: Map<number, number>;
  readonly #selection: PathMatcher;
  readonly #codes = new Map<string, number>();
  readonly #paths: string[] = [];
  readonly #run: number[] = [];
  readonly #path: number[] = [];
  readonly #type: number[] = [];

  constructor(index: ProjectIndex, targets: readonly number[], selection: PathMatcher) {
    this.#index = index;
    this.#targets = targets;
    this.#positions = new Map(targets.map((run, position) => [run, position]));
    this.#selection = selection;
  }

  get length(): number {
    return this.#run.length;
  }

  /** Adds one pair; ignored where the path was not asked for. */
  add(run: number, path: string, type: AttributeType): void {
    this.push(this.#positions.get(run)!, this.code(path), ATTRIBUTE_TYPES.indexOf(type));
  }

  /** Adds all rows of a frame with the coded columns `run` and `path`. */
  addAll(frame: DataFrame, type: AttributeType): void {
    const run = numbered(frame, "run", (name) => this.#positions.get(this.#index.numbers.get(name)!)!);
    const path = numbered(frame, "path", (name) => this.code(name) + 1);
    const number = ATTRIBUTE_TYPES.indexOf(type);
    for (let row = 0; row < run.length; row++) this.push(run[row], path[row] - 1, number);
  }

  /** The number of a path in the block, or -1 where it was not asked for. */
  code(path: string): number {
    let code = this.#codes.get(path);
    if (code === undefined) {
      code = this.#selection.test(path) ? this.#paths.push(path) - 1 : -1;
      this.#codes.set(path, code);
    }
    return code;
  }

  push(position: number, code: number, type: number): void {
    if (code < 0) return;
    this.#run.push(position);
    this.#path.push(code);
    this.#type.push(type);
  }

  block(): PairBlock {
    return {
      runs: this.#targets.map((run) => this.#index.keys[run]),
      paths: this.#paths,
      types: [...ATTRIBUTE_TYPES],
      run: Uint32Array.from(this.#run),
      path: Uint32Array.from(this.#path),
      type: Uint8Array.from(this.#type),
    };
  }
}

/** Adds series that runs logged themselves, and those that exist only in ancestors but have a point at or before the fork. */
async function addSeries(
  { index, readOptions }: ReadContext,
  targets: readonly number[],
  sources: readonly number[],
  chain: (run: number) => number[],
  pairs: Pairs,
  types: readonly SeriesType[],
  paths: PathMatcher,
): Promise<void> {
  const frame = await readRows(partsOf(index, sources), {
    where: allOf([seriesCondition(types), pathCondition(paths.list), runCondition(index, sources)]),
    columns: ["run", "path", "type", "step"],
    then: (rows) =>
      rows.groupBy(["run", "path", "type"]).agg(pl.col("step").min())
        .withColumns(coded("run"), coded("path"), coded("type")),
  }, readOptions);
  if (!frame) return;
  const run = dictionary(frame, "run"), path = dictionary(frame, "path"), type = dictionary(frame, "type");
  const first = floatValues(frame, "step");
  const rowsOf = new Map<number, number[]>(sources.map((run) => [run, []]));
  run.codes.forEach((code, row) => rowsOf.get(index.numbers.get(run.names[code])!)!.push(row));
  targets.forEach((target, position) => {
    const seen = new Set<string>();
    let cut = Infinity;
    for (const ancestor of chain(target).reverse()) {
      for (const row of rowsOf.get(ancestor)!) {
        const key = `${type.codes[row]}:${path.codes[row]}`;
        if (!(first[row] <= cut) || seen.has(key)) continue;
        seen.add(key);
        const name = type.names[type.codes[row]] as AttributeType;
        pairs.push(position, pairs.code(path.names[path.codes[row]]), ATTRIBUTE_TYPES.indexOf(name));
      }
      if (index.parents.parent[ancestor] >= 0) cut = Math.min(cut, index.parents.forkStep[ancestor]);
    }
  });
}

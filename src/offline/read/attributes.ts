/**
 * Which attributes exist, on each run and over many runs.
 *
 * @module
 */

import { matchPaths } from "../../archive/read/paths.ts";
import type { PairBlock } from "../../columns.ts";
import type { AttributesQuery } from "../../source.ts";
import { ATTRIBUTE_TYPES, type AttributeType, SERIES_TYPES } from "../../types.ts";
import type { OfflineContext } from "./context.ts";
import { seriesOf, startsByRun } from "./lineage.ts";
import { singlesOf } from "./singles.ts";

/** So many runs make one block. */
const RUNS_PER_BLOCK = 256;

/** Which attributes exist on which run. */
export async function* unsyncedExisting(
  context: OfflineContext,
  runs: readonly number[],
  query: AttributesQuery,
): AsyncGenerator<PairBlock> {
  const paths = matchPaths(query);
  if (paths.list?.length === 0 || query.types?.length === 0) return;
  const wanted = (type: AttributeType) => query.types?.includes(type) ?? true;
  const withSeries = SERIES_TYPES.some(wanted);
  const starts = startsByRun(context);
  for (let at = 0; at < runs.length; at += RUNS_PER_BLOCK) {
    context.signal?.throwIfAborted();
    const some = runs.slice(at, at + RUNS_PER_BLOCK);
    const pairs = { run: [] as number[], path: [] as number[], type: [] as number[] };
    const codes = new Map<string, number>();
    const add = (position: number, path: string, type: AttributeType) => {
      if (!wanted(type) || !paths.test(path)) return;
      let code = codes.get(path);
      if (code === undefined) codes.set(path, code = codes.size);
      pairs.run.push(position);
      pairs.path.push(code);
      pairs.type.push(ATTRIBUTE_TYPES.indexOf(type));
    };
    const singles = await singlesOf(context, some);
    for (const [position, run] of some.entries()) {
      for (const [path, { type }] of singles.get(run)!) add(position, path, type);
      if (!withSeries) continue;
      for (const [path, type] of await seriesOf(context, run, starts)) add(position, path, type);
    }
    if (pairs.run.length > 0) {
      yield {
        runs: some.map((run) => context.index.keys[run]),
        paths: [...codes.keys()],
        types: [...ATTRIBUTE_TYPES],
        run: Uint32Array.from(pairs.run),
        path: Uint32Array.from(pairs.path),
        type: Uint8Array.from(pairs.type),
      };
    }
    query.onProgress?.(some.length, runs.length);
  }
}

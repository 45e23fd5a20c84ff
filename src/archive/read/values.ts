/**
 * Latest values of attributes, attribute by attribute.
 *
 * @module
 */

import { pauseNowAndThen } from "../../async/pause.ts";
import type { ValueBlock } from "../../columns.ts";
import type { ValuesQuery } from "../../source.ts";
import {
  type AttributeType,
  CONFIG_TYPES,
  FILE_TYPES,
  isConfigType,
  isSeriesType,
  SERIES_TYPES,
  type SeriesType,
} from "../../types.ts";
import { aggregates } from "../index/aggregates.ts";
import { type AttributeCells, VALUELESS } from "../index/cells.ts";
import { chainOf, inherit } from "../index/lineage.ts";
import type { SystemColumn, SystemValue } from "../index/system.ts";
import { valuesAt } from "../index/segments/fields.ts";
import type { CellType } from "../index/segments/segment.ts";
import { matchPaths, type PathMatcher } from "./paths.ts";
import { payloads } from "./payloads.ts";
import { configColumn, ValueBlockBuilder } from "./value_block.ts";
import type { ReadContext } from "./context.ts";

/** About as many cells are in a block. */
const BLOCK_CELLS = 500_000;

/** Latest values of attributes of runs, by number. */
export async function* readValues(
  context: ReadContext,
  runs: readonly number[],
  query: ValuesQuery,
): AsyncGenerator<ValueBlock> {
  const { index } = context;
  const paths = matchPaths(query);
  if (paths.list?.length === 0) return;
  const wanted = (type: AttributeType) => !query.types || query.types.includes(type);
  const parameters = [...CONFIG_TYPES, ...FILE_TYPES].filter(wanted), series = SERIES_TYPES.filter(wanted);
  const pause = pauseNowAndThen(context.signal);
  await pause();
  const keys = runs.map((run) => index.keys[run]);
  let block = new ValueBlockBuilder(keys);
  for (const column of index.system.columns.values()) {
    if (!parameters.includes(column.type) || !paths.test(column.path)) continue;
    addSystem(block, column, runs);
    await pause();
  }
  const onlySystem = paths.list?.every((path) => path.startsWith("sys/")) && (query.types ?? []).every(isSystemType);
  if (!onlySystem) {
    const apart = separateRuns(context, runs);
    const position = new Int32Array(index.keys.length).fill(-1);
    runs.forEach((run, at) => position[run] = at);
    const chosen: Chosen = { at: new Uint32Array(0), run: new Uint32Array(0) };
    const types: CellType[] = [...parameters, ...series, ...parameters.flatMap((type) => VALUELESS[type] ?? [])];
    for await (const cells of context.cells(runs, { types, paths: paths.all ? null : paths.test })) {
      await addCells(context, block, cells, { position, apart, chosen });
      if (block.cells < BLOCK_CELLS) continue;
      yield block.finish();
      block = new ValueBlockBuilder(keys);
    }
    if (series.length > 0 && apart.size > 0) yield* inherited(context, [...apart], series, paths);
  }
  if (block.cells > 0) yield block.finish();
  query.onProgress?.(runs.length, runs.length);
}

/** Neptune has no other types in the `sys` namespace: unless they are asked for, no file is read to look for them. */
function isSystemType(type: AttributeType): boolean {
  return isConfigType(type) || type === "experiment_state";
}

/** Runs whose series are more than what one of their parts holds: forks, copies, and runs with several parts. */
function separateRuns({ index, isScattered }: ReadContext, runs: readonly number[]): Set<number> {
  return new Set(runs.filter((run) => index.parents.parent[run] >= 0 || isScattered(run)));
}

function addSystem(block: ValueBlockBuilder, { path, type, values }: SystemColumn, runs: readonly number[]): void {
  const there = new Uint32Array(runs.length), found: SystemValue[] = [];
  for (let at = 0; at < runs.length; at++) {
    const value = values[runs[at]];
    if (value !== undefined) there[found.push(value) - 1] = at;
  }
  const run = there.subarray(0, found.length);
  block.add(path, type, run, { value: configColumn(type, found) as ArrayLike<unknown> });
}

/** Which cells of an attribute are asked for, and of which runs; used again for the next, as there may be tens of thousands. */
interface Chosen {
  at: Uint32Array;
  run: Uint32Array;
}

/** Adds the cells of one attribute. */
async function addCells(
  context: ReadContext,
  block: ValueBlockBuilder,
  { path, type, pieces }: AttributeCells,
  { position, apart, chosen }: { position: Int32Array; apart: ReadonlySet<number>; chosen: Chosen },
): Promise<void> {
  const { files, signal } = context;
  if (isSystem(path, type)) return;
  const doubtful = type === "no_float" ? "float" : type === "no_file" ? "file" : null;
  if (doubtful && !await context.isReal(doubtful, path)) return;
  const skipped = isSeriesType(type as AttributeType) ? apart : null;
  // Copies of a run count once.
  const seen = apart.size > 0 ? new Set<number>() : null;
  for (const { runs, cells } of pieces) {
    const { entries, fields } = cells;
    if (chosen.at.length < entries.length) {
      chosen.at = new Uint32Array(entries.length);
      chosen.run = new Uint32Array(entries.length);
    }
    let count = 0;
    for (let i = 0; i < entries.length; i++) {
      const number = runs[entries[i]];
      if (number < 0 || skipped?.has(number)) continue;
      if (seen) {
        if (seen.has(number)) continue;
        seen.add(number);
      }
      chosen.at[count] = i;
      chosen.run[count++] = position[number];
    }
    if (count === 0) continue;
    const at = chosen.at.subarray(0, count), places = chosen.run.subarray(0, count);
    if (doubtful === "float") block.add(path, "float", places, { value: new Float64Array(at.length).fill(NaN) });
    else if (doubtful === "file") block.add(path, "file", places, { value: new Array(at.length).fill(null) });
    else {
      const data: Record<string, ArrayLike<unknown>> = {};
      for (const [name, values] of Object.entries(fields)) {
        if (name !== "firstStep") data[name] = valuesAt(values, at);
      }
      if (type === "float_series") data.present = new Uint8Array(at.length).fill(1);
      const holder = type === "file_series" ? "last" : "value";
      if (isFile(type)) data[holder] = await files.refs(data[holder] as (string | null)[], signal, type === "file_set");
      block.add(path, type as AttributeType, places, data);
    }
  }
}

function isSystem(path: string, type: CellType): boolean {
  return path.startsWith("sys/") && (type === "no_float" || isConfigType(type as AttributeType));
}

function isFile(type: CellType): boolean {
  return type === "file_series" || (FILE_TYPES as readonly string[]).includes(type);
}

/** Series of runs that inherit points, or that are put together from several parts: from the points themselves. */
async function* inherited(
  context: ReadContext,
  runs: readonly number[],
  series: readonly SeriesType[],
  paths: PathMatcher,
): AsyncGenerator<ValueBlock> {
  const { index, files, signal } = context;
  const chain = (run: number) => chainOf(run, "full", index.parents, () => undefined);
  for (const { targets, sources } of context.batches(runs, chain)) {
    const block = new ValueBlockBuilder(targets.map((run) => index.keys[run]));
    for (const type of series) {
      const query = { type, paths: paths.list, stepRange: [null, null] as const, timestamps: false };
      const points = await context.points(sources, query);
      for (const [code, path] of points.paths.entries()) {
        if (!paths.test(path)) continue;
        const run: number[] = [], found: Uint32Array[] = [];
        targets.forEach((target, position) => {
          const rows = inherit(chain(target), index.parents, (run) => points.own(run, code), points.step);
          if (rows.length === 0) return;
          run.push(position);
          found.push(rows);
        });
        const lastRows = found.map((rows) => rows[rows.length - 1]);
        const data = type === "float_series" ? { ...aggregates(found, points.step, points.floats) } : {
          lastStep: Float64Array.from(lastRows, (row) => points.step[row]),
          last: await payloads(type, lastRows.map((row) => points.values[row]), files, signal),
        };
        block.add(path, type, Uint32Array.from(run), data);
      }
    }
    if (block.cells > 0) yield block.finish();
  }
}

/**
 * Latest values of attributes, batch by batch.
 *
 * @module
 */

import pl, { type DataFrame } from "nodejs-polars";
import type { ValueBlock, ValueColumn } from "../../columns.ts";
import type { ValuesQuery } from "../../source.ts";
import { type AttributeType, isConfigType, type SeriesType } from "../../types.ts";
import { ahead, batches, partsOf, type RunBatch, runCondition } from "../index/batches.ts";
import { aggregates } from "./aggregates.ts";
import { ValueBlockBuilder } from "./value_block.ts";
import { readParameterRows } from "./parameter_rows.ts";
import { allOf, seriesCondition } from "../parquet/predicates.ts";
import { numbered, stringValues } from "../parquet/decode.ts";
import { typesInParts } from "../parquet/part_types.ts";
import { chainOf, inherit } from "../index/lineage.ts";
import { configValues, type ParameterType, splitTypes } from "../parquet/parameters.ts";
import { matchPaths, type PathMatcher } from "./paths.ts";
import { pointFloats, pointValues } from "./payloads.ts";
import { readPoints } from "./points.ts";
import { readRows } from "../parquet/scan.ts";
import type { ReadContext } from "./context.ts";

/** Latest values of attributes of runs, by number. */
export async function* readValues(
  context: ReadContext,
  runs: readonly number[],
  query: ValuesQuery,
): AsyncGenerator<ValueBlock> {
  const { index, readOptions } = context;
  const { parameters, series } = splitTypes(query.types);
  const paths = matchPaths(query);
  if (paths.list?.length === 0) return;
  const system = [...index.system.columns.values()].filter(({ path, type }) =>
    parameters.includes(type) && paths.test(path)
  );
  const onlySystem = paths.list?.every((path) => path.startsWith("sys/")) && (query.types ?? []).every(isSystemType);
  const chain = (run: number) => chainOf(run, "full", index.parents, () => undefined);
  const sources = (run: number) => series.length > 0 ? chain(run) : [run];
  if (onlySystem) {
    const block = new ValueBlockBuilder(index.keys, runs);
    block.addSystem(system);
    if (block.columns.length > 0) yield block.finish();
    return;
  }
  const blocks = ahead(batches(index, runs, sources, readOptions), async (batch) => {
    const block = new ValueBlockBuilder(index.keys, batch.targets);
    block.addSystem(system);
    let kept = await addParameters(context, batch, block, parameters, paths);
    // One reading that tells which types there are saves one for each that is not.
    const held = series.length > 1 ? await typesInParts(partsOf(index, batch.sources), readOptions) : null;
    const there = held ? series.filter((type) => held.has(type)) : series;
    // Series have so many rows that paths are looked through first; parameters are read and then picked.
    const list = paths.all || paths.list || there.length === 0
      ? paths.list
      : await matchingPaths(context, batch, there, paths);
    if (list === null || list.length > 0) {
      for (const type of there) kept += await addSeries(context, batch, block, type, list, chain);
    }
    batch.kept = kept;
    return block.finish();
  });
  for await (const block of blocks) {
    if (block.columns.length > 0) yield block;
    query.onProgress?.(block.runs.length, runs.length);
  }
}

/** Neptune has no other types in the `sys` namespace: unless they are asked for, no file is read to look for them. */
function isSystemType(type: AttributeType): boolean {
  return isConfigType(type) || type === "experiment_state";
}

/** The paths of the series of a batch that pass a filter. */
async function matchingPaths(
  { index, readOptions }: ReadContext,
  batch: RunBatch,
  series: SeriesType[],
  paths: PathMatcher,
): Promise<string[]> {
  const frame = await readRows(partsOf(index, batch.sources), {
    where: allOf([
      seriesCondition(series),
      runCondition(index, batch.sources),
    ]),
    columns: ["path"],
    then: (rows) => rows.groupBy("path").agg(pl.len()),
  }, readOptions);
  return frame ? stringValues(frame, "path").filter((path) => paths.test(path!)) as string[] : [];
}

/** Gives the number of rows that were read. */
async function addParameters(
  context: ReadContext,
  batch: RunBatch,
  block: ValueBlockBuilder,
  types: ParameterType[],
  paths: PathMatcher,
): Promise<number> {
  let rows = 0;
  const add = async (type: ParameterType, cells: DataFrame, data: (wanted: DataFrame) => unknown) => {
    const wanted = picked(cells, paths);
    block.add({ ...place(wanted, block, context), type, data: await data(wanted) } as ValueColumn);
  };
  for (const { type, valued, lost } of await readParameterRows(context, batch.targets, types, paths.list)) {
    rows += valued.height;
    await add(
      type,
      valued,
      (wanted) =>
        isConfigType(type)
          ? configValues(wanted, type)
          : context.files.refs(stringValues(wanted, "file"), context.readOptions.signal),
    );
    if (lost === null) continue;
    await add(
      type,
      lost,
      ({ height }) => type === "float" ? new Float64Array(height).fill(NaN) : new Array(height).fill(null),
    );
  }
  return rows;
}

/** The rows whose path was asked for. */
function picked(rows: DataFrame, paths: PathMatcher): DataFrame {
  if (paths.all || paths.list) return rows;
  const codes = numbered(rows, "path", (name) => paths.test(name) ? 1 : 0);
  if (!codes.includes(0)) return rows;
  return rows.withColumn(pl.Series("picked", codes)).filter(pl.col("picked").eq(pl.lit(1)));
}

/** Where the rows of a frame belong in a block. */
function place(
  rows: DataFrame,
  block: ValueBlockBuilder,
  { index }: ReadContext,
): { run: Uint32Array; path: Uint32Array } {
  return {
    run: numbered(rows, "run", (name) => block.position(index.numbers.get(name)!)),
    path: numbered(rows, "path", (name) => block.code(name)),
  };
}

/** Gives the number of rows that were read. */
async function addSeries(
  context: ReadContext,
  batch: RunBatch,
  block: ValueBlockBuilder,
  type: SeriesType,
  paths: string[] | null,
  chain: (run: number) => number[],
): Promise<number> {
  const { index, readOptions } = context;
  const points = await readPoints(
    index,
    batch.sources,
    { type, paths, stepRange: [null, null], timestamps: false },
    readOptions,
  );
  if (points === null) return 0;
  const run: number[] = [], path: number[] = [], found: Uint32Array[] = [];
  batch.targets.forEach((target, position) => {
    const ancestors = chain(target);
    for (let code = 0; code < points.paths.length; code++) {
      const rows = inherit(ancestors, index.parents, (run) => points.own(run, code), points.step);
      if (rows.length === 0) continue;
      run.push(position);
      path.push(block.code(points.paths[code]));
      found.push(rows);
    }
  });
  const lastRows = Uint32Array.from(found, (rows) => rows[rows.length - 1]);
  const data = type === "float_series" ? aggregates(found, points.step, pointFloats(points.frame)) : {
    lastStep: Float64Array.from(lastRows, (row) => points.step[row]),
    last: await pointValues(type, points.frame, lastRows, context.files, readOptions.signal),
  };
  block.add({ run: Uint32Array.from(run), path: Uint32Array.from(path), type, data } as ValueColumn);
  return points.step.length;
}

/**
 * Latest values of attributes, batch by batch.
 *
 * @module
 */

import pl, { type DataFrame } from "nodejs-polars";
import type { FloatAggregates, ValueBlock, ValueColumn } from "../columns.ts";
import type { ValuesQuery } from "../source.ts";
import type { AttributeType, SeriesType } from "../types.ts";
import { ahead, type Batch, batches, partsOf } from "./batches.ts";
import { readCells } from "./cells.ts";
import { allOf, runCondition, splitTypes } from "./conditions.ts";
import { numbered, texts } from "./decode.ts";
import { typesHeld } from "./held.ts";
import { chainOf, inherit } from "./lineage.ts";
import { CONFIG_TYPES, type ConfigType, configValues, isConfigType, type ParameterType } from "./parameters.ts";
import { type PathSelection, selectPaths } from "./paths.ts";
import { pointFloats, pointValues } from "./payload.ts";
import { readPoints } from "./points.ts";
import { read } from "./scan.ts";
import type { SystemColumn } from "./summary.ts";
import type { View } from "./view.ts";

/** Latest values of attributes of runs, by number. */
export async function* readValues(view: View, runs: readonly number[], query: ValuesQuery): AsyncGenerator<ValueBlock> {
  const { index, reading } = view;
  const { parameters, series } = splitTypes(query.types);
  const paths = selectPaths(query);
  if (paths.list?.length === 0) return;
  const system = [...index.system.columns.values()].filter(({ path, type }) =>
    parameters.includes(type) && paths.test(path)
  );
  const onlySystem = paths.list?.every((path) => path.startsWith("sys/")) && (query.types ?? []).every(isSystemType);
  const chain = (run: number) => chainOf(run, "full", index.parents, () => undefined);
  const sources = (run: number) => series.length > 0 ? chain(run) : [run];
  if (onlySystem) {
    const block = new Block(index.keys, runs);
    block.addSystem(system);
    if (block.columns.length > 0) yield block.finish();
    return;
  }
  const blocks = ahead(batches(index, runs, sources, reading), async (batch) => {
    const block = new Block(index.keys, batch.targets);
    block.addSystem(system);
    const list = paths.all || paths.list ? paths.list : await matchingPaths(view, batch, parameters, series, paths);
    let kept = 0;
    if (list === null || list.length > 0) {
      kept += await addParameters(view, batch, block, parameters, list);
      // One reading that tells which types there are saves one for each that is not.
      const held = series.length > 1 ? await typesHeld(partsOf(index, batch.sources), reading) : null;
      for (const type of series) {
        if (held === null || held.has(type)) kept += await addSeries(view, batch, block, type, list, chain);
      }
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

/** The paths of a batch that pass a filter. */
async function matchingPaths(
  { index, reading }: View,
  batch: Batch,
  parameters: ParameterType[],
  series: SeriesType[],
  paths: PathSelection,
): Promise<string[]> {
  const frame = await read(partsOf(index, batch.sources), {
    where: allOf([
      pl.col("attribute_type").isIn([...parameters, ...series]),
      runCondition(index, batch.sources),
    ]),
    columns: ["path"],
    then: (rows) => rows.groupBy("path").agg(pl.len()),
  }, reading);
  return frame ? texts(frame, "path").filter((path) => paths.test(path!)) as string[] : [];
}

/** A block under construction. */
class Block {
  readonly columns: ValueColumn[] = [];
  readonly paths: string[] = [];
  readonly #targets: readonly number[];
  readonly #position: Map<number, number>;
  readonly #codes = new Map<string, number>();

  constructor(readonly keys: readonly string[], targets: readonly number[]) {
    this.#targets = targets;
    this.#position = new Map(targets.map((run, position) => [run, position]));
  }

  /** The position of a run in the block, or -1. */
  position(run: number | undefined): number {
    return run === undefined ? -1 : this.#position.get(run) ?? -1;
  }

  /** The number of a path in the block. */
  code(path: string): number {
    let code = this.#codes.get(path);
    if (code === undefined) {
      this.#codes.set(path, code = this.paths.length);
      this.paths.push(path);
    }
    return code;
  }

  /** Adds rows; to a column of the same type, if there is one. */
  add(column: ValueColumn): void {
    if (column.run.length === 0) return;
    const same = this.columns.findIndex(({ type }) => type === column.type);
    if (same < 0) this.columns.push(column);
    else this.columns[same] = joined(this.columns[same], column);
  }

  addSystem(system: readonly SystemColumn[]): void {
    for (const type of CONFIG_TYPES) {
      const run: number[] = [], path: number[] = [], data: unknown[] = [];
      for (const column of system) {
        if (column.type !== type) continue;
        this.#targets.forEach((number, position) => {
          const value = column.values[number];
          if (value === undefined) return;
          run.push(position);
          path.push(this.code(column.path));
          data.push(value);
        });
      }
      this.add(
        { run: Uint32Array.from(run), path: Uint32Array.from(path), type, data: typed(type, data) } as ValueColumn,
      );
    }
  }

  finish(): ValueBlock {
    return { runs: this.#targets.map((run) => this.keys[run]), paths: this.paths, columns: this.columns };
  }
}

function typed(type: ConfigType, data: unknown[]): unknown {
  if (type === "int") return BigInt64Array.from(data as bigint[]);
  if (type === "float" || type === "datetime") return Float64Array.from(data as number[]);
  return type === "bool" ? Uint8Array.from(data as boolean[], Number) : data;
}

/** Rows of two columns of one type. */
function joined(first: ValueColumn, second: ValueColumn): ValueColumn {
  return {
    ...first,
    run: append(first.run, second.run),
    path: append(first.path, second.path),
    data: append(first.data as unknown[], second.data as unknown[]),
  } as ValueColumn;
}

function append<T extends ArrayLike<unknown>>(first: T, second: T): T {
  if (Array.isArray(first)) return first.concat(second) as unknown as T;
  const Kind = first.constructor as new (length: number) => Float64Array & T;
  const all = new Kind(first.length + second.length);
  all.set(first as never);
  all.set(second as never, first.length);
  return all;
}

/** Gives the number of rows that were read. */
async function addParameters(
  view: View,
  batch: Batch,
  block: Block,
  types: ParameterType[],
  paths: string[] | null,
): Promise<number> {
  let rows = 0;
  for (const { type, valued, lost } of await readCells(view, batch.targets, types, paths)) {
    rows += valued.height;
    const data = isConfigType(type)
      ? configValues(valued, type)
      : await view.files.refs(texts(valued, "file"), view.reading.signal);
    block.add({ ...place(valued, block, view), type, data } as ValueColumn);
    if (lost === null) continue;
    const nothing = type === "float" ? new Float64Array(lost.height).fill(NaN) : new Array(lost.height).fill(null);
    block.add({ ...place(lost, block, view), type, data: nothing } as ValueColumn);
  }
  return rows;
}

/** Where the rows of a frame belong in a block. */
function place(rows: DataFrame, block: Block, { index }: View): { run: Uint32Array; path: Uint32Array } {
  return {
    run: numbered(rows, "run", (name) => block.position(index.numbers.get(name)!)),
    path: numbered(rows, "path", (name) => block.code(name)),
  };
}

/** Gives the number of rows that were read. */
async function addSeries(
  view: View,
  batch: Batch,
  block: Block,
  type: SeriesType,
  paths: string[] | null,
  chain: (run: number) => number[],
): Promise<number> {
  const { index, reading } = view;
  const points = await readPoints(
    index,
    batch.sources,
    { type, paths, stepRange: [null, null], timestamps: false },
    reading,
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
    last: await pointValues(type, points.frame, lastRows, view.files, reading.signal),
  };
  block.add({ run: Uint32Array.from(run), path: Uint32Array.from(path), type, data } as ValueColumn);
  return points.step.length;
}

/**
 * Aggregates of float series over rows ascending by step. Values that are not finite spread as in arithmetic: one NaN makes
 * all but `last` NaN, an infinity makes the variance NaN.
 */
function aggregates(series: Uint32Array[], step: Float64Array, value: Float64Array): FloatAggregates {
  const column = () => new Float64Array(series.length);
  const result = {
    present: new Uint8Array(series.length).fill(1),
    lastStep: column(),
    last: column(),
    min: column(),
    max: column(),
    average: column(),
    variance: column(),
  };
  series.forEach((rows, i) => {
    let min = Infinity, max = -Infinity, sum = 0, squares = 0;
    for (const row of rows) {
      const x = value[row];
      min = Math.min(min, x);
      max = Math.max(max, x);
      sum += x;
    }
    const average = sum / rows.length;
    for (const row of rows) squares += (value[row] - average) ** 2;
    const last = rows[rows.length - 1];
    result.lastStep[i] = step[last];
    result.last[i] = value[last];
    result.min[i] = min;
    result.max[i] = max;
    result.average[i] = average;
    result.variance[i] = squares / rows.length;
  });
  return result;
}

/**
 * Latest values of attributes, batch by batch.
 *
 * @module
 */

import pl, { type DataFrame } from "nodejs-polars";
import type { FloatAggregates, ValueBlock, ValueColumn } from "../columns.ts";
import type { ValuesQuery } from "../source.ts";
import type { AttributeType, SeriesType } from "../types.ts";
import { type Batch, batches, partsOf } from "./batches.ts";
import { allOf, parameterCondition, pathCondition, runCondition, splitTypes } from "./conditions.ts";
import { coded, dictionary, texts } from "./decode.ts";
import { chainOf, inherit } from "./lineage.ts";
import {
  columnsOf,
  CONFIG_TYPES,
  type ConfigType,
  configValues,
  isConfigType,
  type ParameterType,
  withValue,
} from "./parameters.ts";
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
  for await (const batch of batches(index, runs, sources, reading)) {
    const block = new Block(index.keys, batch.targets);
    block.addSystem(system);
    const list = paths.all || paths.list ? paths.list : await matchingPaths(view, batch, parameters, series, paths);
    if (list === null || list.length > 0) {
      await addParameters(view, batch, block, parameters, list);
      for (const type of series) await addSeries(view, batch, block, type, list, chain);
    }
    if (block.columns.length > 0) yield block.finish();
    query.onProgress?.(batch.targets.length, runs.length);
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

async function addParameters(
  view: View,
  batch: Batch,
  block: Block,
  types: ParameterType[],
  paths: string[] | null,
): Promise<void> {
  if (types.length === 0) return;
  const { index, reading } = view;
  const valued = types.map(withValue).reduce((any, one) => any.or(one)).alias("valued");
  const repeated = batch.targets.some((run) => index.repeated.has(run));
  const frame = await read(partsOf(index, batch.targets), {
    where: allOf([parameterCondition(types), pathCondition(paths), runCondition(index, batch.targets)]),
    columns: ["run", "path", "type", ...columnsOf(types)],
    then: (rows) => {
      // Rows without a value are phantoms, but for those that may be real.
      const cells = rows.withColumns(valued).filter(pl.col("valued").or(pl.col("type").isIn(["float", "file"])));
      const subset = ["run", "path", "type", "valued"];
      return (repeated ? cells.unique({ subset, keep: "first", maintainOrder: true }) : cells)
        .withColumns(coded("run"), coded("path"));
    },
  }, reading);
  if (!frame) return;
  for (const type of types) {
    const rows = frame.filter(withValue(type));
    if (rows.height === 0) continue;
    const data = isConfigType(type)
      ? configValues(rows, type)
      : await view.files.refs(texts(rows, "file"), reading.signal);
    block.add({ ...place(rows, block, view), type, data } as ValueColumn);
  }
  for (const type of ["float", "file"] as const) {
    if (types.includes(type)) await addReal(view, block, type, frame);
  }
}

/** Adds values that were lost: rows without one that are real all the same. */
async function addReal(view: View, block: Block, type: "float" | "file", frame: DataFrame): Promise<void> {
  const rows = frame.filter(pl.col("type").eq(pl.lit(type)).and(pl.col(type).isNull()));
  if (rows.height === 0) return;
  const valued = new Set(dictionary(frame.filter(withValue(type)), "path").names);
  const open = new Set(dictionary(rows, "path").names.filter((path) => !valued.has(path)));
  const real = await view.phantoms.real(type, open, view.reading);
  if (real.size === 0) return;
  const found = rows.filter(pl.col("path").cast(pl.Utf8).isIn([...real]));
  const data = type === "float" ? new Float64Array(found.height).fill(NaN) : new Array(found.height).fill(null);
  block.add({ ...place(found, block, view), type, data } as ValueColumn);
}

/** Where the rows of a frame belong in a block. */
function place(rows: DataFrame, block: Block, { index }: View): { run: Uint32Array; path: Uint32Array } {
  const run = dictionary(rows, "run"), path = dictionary(rows, "path");
  const position = run.names.map((name) => block.position(index.numbers.get(name)!));
  const code = path.names.map((name) => block.code(name));
  return { run: run.codes.map((run) => position[run]), path: path.codes.map((path) => code[path]) };
}

async function addSeries(
  view: View,
  batch: Batch,
  block: Block,
  type: SeriesType,
  paths: string[] | null,
  chain: (run: number) => number[],
): Promise<void> {
  const { index, reading } = view;
  const points = await readPoints(
    index,
    batch.sources,
    { type, paths, stepRange: [null, null], timestamps: false },
    reading,
  );
  if (points === null) return;
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

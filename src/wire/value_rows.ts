/**
 * Gathers values of attributes one by one, as they are decoded, into the columns of a block.
 *
 * @module
 */

import type { FloatAggregates, LastPoints, ValueBlock, ValueColumn } from "../columns.ts";
import { ATTRIBUTE_TYPES, type AttributeType, type FileRef, type Histogram } from "../types.ts";

/** The last point and the aggregates of one float series. */
export type Aggregates = { [Name in Exclude<keyof FloatAggregates, "present">]: number };

/** The last point of a series. */
export interface LastPoint<T> {
  step: number;
  last: T | null;
}

/** What one value of each type is; null where a series has no points, or where a file is lost. */
export interface Values {
  int: bigint;
  float: number;
  string: string;
  bool: boolean;
  datetime: number;
  string_set: string[];
  float_series: Aggregates | null;
  string_series: LastPoint<string> | null;
  histogram_series: LastPoint<Histogram> | null;
  file_series: LastPoint<FileRef> | null;
  file: FileRef | null;
  experiment_state: null;
}

/** The types that a server sends. */
export type SentType = keyof Values;

interface Rows<T> {
  run: number[];
  path: number[];
  data: T[];
}

/** A growing block of values. */
export class ValueRows {
  readonly #runs = new Map<string, number>();
  readonly #paths = new Map<string, number>();
  readonly #rows = new Map<AttributeType, Rows<unknown>>();
  #run = 0;

  /** Says whose the values are that follow. */
  run(key: string): void {
    this.#run = indexOf(this.#runs, key);
  }

  /** Adds one value. */
  add<T extends SentType>(type: T, path: string, value: Values[T]): void {
    let rows = this.#rows.get(type);
    if (!rows) this.#rows.set(type, rows = { run: [], path: [], data: [] });
    rows.run.push(this.#run);
    rows.path.push(indexOf(this.#paths, path));
    rows.data.push(value);
  }

  /** The columns of what was added. */
  finish(): ValueBlock {
    const columns: ValueColumn[] = [];
    for (const type of ATTRIBUTE_TYPES) {
      const rows = this.#rows.get(type);
      if (rows) columns.push(column(type as SentType, rows));
    }
    return { runs: [...this.#runs.keys()], paths: [...this.#paths.keys()], columns };
  }
}

/** The number of a name, given out in the order of first mention. */
export function indexOf(names: Map<string, number>, name: string): number {
  let index = names.get(name);
  if (index === undefined) names.set(name, index = names.size);
  return index;
}

function column(type: SentType, rows: Rows<unknown>): ValueColumn {
  const at = { run: Uint32Array.from(rows.run), path: Uint32Array.from(rows.path) };
  switch (type) {
    case "int":
      return { ...at, type, data: BigInt64Array.from(rows.data as bigint[]) };
    case "float":
    case "datetime":
      return { ...at, type, data: Float64Array.from(rows.data as number[]) };
    case "bool":
      return { ...at, type, data: Uint8Array.from(rows.data as boolean[], Number) };
    case "float_series":
      return { ...at, type, data: aggregates(rows.data as (Aggregates | null)[]) };
    case "string_series":
      return { ...at, type, data: lastPoints(rows.data as (LastPoint<string> | null)[]) };
    case "histogram_series":
      return { ...at, type, data: lastPoints(rows.data as (LastPoint<Histogram> | null)[]) };
    case "file_series":
      return { ...at, type, data: lastPoints(rows.data as (LastPoint<FileRef> | null)[]) };
    case "experiment_state":
      return { ...at, type, data: null };
    default:
      return { ...at, type, data: rows.data } as ValueColumn;
  }
}

function aggregates(values: (Aggregates | null)[]): FloatAggregates {
  const of = (name: keyof Aggregates) => Float64Array.from(values, (value) => value ? value[name] : NaN);
  return {
    present: Uint8Array.from(values, (value) => value ? 1 : 0),
    lastStep: of("lastStep"),
    last: of("last"),
    min: of("min"),
    max: of("max"),
    average: of("average"),
    variance: of("variance"),
  };
}

function lastPoints<T>(values: (LastPoint<T> | null)[]): LastPoints<T> {
  return {
    lastStep: Float64Array.from(values, (value) => value ? value.step : NaN),
    last: values.map((value) => value ? value.last : null),
  };
}

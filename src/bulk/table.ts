/**
 * Latest values of many runs to a wide frame: one row per run, one column per attribute.
 *
 * @module
 */

import pl, { type DataFrame, type DataType, type Series } from "nodejs-polars";
import type { FloatAggregates, ValueBlock, ValueColumn } from "../columns.ts";
import { fileStructs, floats, histogramStructs, strings } from "../frame.ts";
import type { AttributeType, FileRef, Histogram, RunInfo } from "../types.ts";

/** What a table can say of a float series besides its last value. */
export type SeriesAggregate = "min" | "max" | "average" | "variance" | "last_step";

/** A column while it is filled: row by row of the table, absent cells undefined. */
interface Filling {
  path: string;
  type: AttributeType;
  aggregate: SeriesAggregate | null;
  cells: unknown[];
}

/** Fills a table block by block. */
export class TableBuilder {
  readonly #rows: Map<string, number>;
  readonly #runs: RunInfo[];
  readonly #aggregates: SeriesAggregate[];
  readonly #columns = new Map<string, Filling>();

  /** The rows, in their order, and what to add for float series. */
  constructor(runs: RunInfo[], aggregates: SeriesAggregate[]) {
    this.#runs = runs;
    this.#rows = new Map(runs.map((run, row) => [run.key, row]));
    this.#aggregates = aggregates;
  }

  /** Adds the values of a block; runs that are no row of the table are an error of the source. */
  add(block: ValueBlock): void {
    const rows = block.runs.map((key) => this.#rows.get(key)!);
    for (const column of block.columns) {
      const values = valuesOf(column);
      const targets = block.paths.map(() => undefined as unknown[] | undefined);
      for (let i = 0; i < column.run.length; i++) {
        const path = column.path[i];
        const cells = targets[path] ??= this.#cells(block.paths[path], column.type, null);
        cells[rows[column.run[i]]] = values(i);
      }
      if (column.type === "float_series") {
        for (const aggregate of this.#aggregates) {
          this.#addAggregate(block, rows, column.run, column.path, column.data, aggregate);
        }
      }
    }
  }

  /**
   * The table. Always has `sys/custom_run_id`, `sys/name` and the columns in `always`; `sys/` comes first, `monitoring/` last,
   * each part by name. A path that has several types among these runs gives one column for each, named `path:type`.
   */
  frame(always: string[] = []): DataFrame {
    for (const path of ["sys/custom_run_id", "sys/name", ...always]) this.#addIdentity(path);
    const types = Map.groupBy(this.#columns.values(), (column) => column.path);
    const named = [...this.#columns.values()].map((column) => {
      const several = new Set(types.get(column.path)!.map((one) => one.type)).size > 1;
      const name = several ? `${column.path}:${column.type}` : column.path;
      return { column, name: column.aggregate ? `${name}:${column.aggregate}` : name };
    });
    named.sort((a, b) => group(a.column.path) - group(b.column.path) || (a.name < b.name ? -1 : 1));
    if (this.#runs.length === 0) return pl.DataFrame(named.map(({ name, column }) => toSeries(name, column, 0)));
    return pl.DataFrame(named.map(({ name, column }) => toSeries(name, column, this.#runs.length)));
  }

  #cells(path: string, type: AttributeType, aggregate: SeriesAggregate | null): unknown[] {
    const key = `${path}\0${type}\0${aggregate ?? ""}`;
    let column = this.#columns.get(key);
    if (!column) {
      column = { path, type, aggregate, cells: new Array(this.#runs.length).fill(null) };
      this.#columns.set(key, column);
    }
    return column.cells;
  }

  #addAggregate(
    block: ValueBlock,
    rows: number[],
    run: Uint32Array,
    path: Uint32Array,
    data: FloatAggregates,
    aggregate: SeriesAggregate,
  ): void {
    const values = aggregate === "last_step" ? data.lastStep : data[aggregate];
    for (let i = 0; i < run.length; i++) {
      if (data.present[i] === 1) this.#cells(block.paths[path[i]], "float_series", aggregate)[rows[run[i]]] = values[i];
    }
  }

  /** Columns that tables always have: identity is known without reading, others are there even when no run has them. */
  #addIdentity(path: string): void {
    if ([...this.#columns.values()].some((column) => column.path === path)) return;
    const cells = this.#cells(path, "string", null);
    const known = { "sys/id": "sysId", "sys/custom_run_id": "customId", "sys/name": "name" }[path] as
      | keyof RunInfo
      | undefined;
    if (known) this.#runs.forEach((run, row) => cells[row] = run[known]);
  }
}

function group(path: string): number {
  return path.startsWith("sys/") ? 0 : path.startsWith("monitoring/") ? 2 : 1;
}

function valuesOf(column: ValueColumn): (row: number) => unknown {
  switch (column.type) {
    case "float_series":
      return (row) => column.data.present[row] === 1 ? column.data.last[row] : null;
    case "string_series":
    case "histogram_series":
    case "file_series":
      return (row) => column.data.last[row];
    case "bool":
      return (row) => column.data[row] === 1;
    case "experiment_state":
      return () => null;
    default:
      return (row) => column.data[row];
  }
}

function toSeries(name: string, { type, aggregate, cells }: Filling, length: number): Series {
  const data = length === 0 ? [] : cells;
  if (aggregate) return numbers(name, data as (number | null)[]);
  switch (type) {
    case "int":
      return integers(name, data as (bigint | null)[]);
    case "float":
    case "float_series":
      return numbers(name, data as (number | null)[]);
    case "bool":
      return typed(name, data, pl.Bool);
    case "datetime":
      return pl.Series(name, data as number[], pl.Int64).cast(pl.Datetime("ms", "UTC"));
    case "string_set":
      return listsOfText(name, data as (string[] | null)[]);
    case "histogram_series":
      return histogramStructs(name, data as (Histogram | null)[]);
    case "file":
    case "file_set":
    case "artifact":
    case "file_series":
      return fileStructs(name, data as (FileRef | null)[]);
    default:
      return strings(name, data as (string | null)[]);
  }
}

function numbers(name: string, data: (number | null)[]): Series {
  return data.includes(null) ? typed(name, data, pl.Float64) : floats(name, Float64Array.from(data as number[]));
}

/** A column of i64. Polars takes nulls only among numbers, and numbers only up to 2^53. */
function integers(name: string, data: (bigint | null)[]): Series {
  const exact = data.every((value) => value === null || Number.isSafeInteger(Number(value)));
  if (exact) return typed(name, data.map((value) => value === null ? null : Number(value)), pl.Int64);
  const values = pl.Series("value", BigInt64Array.from(data, (value) => value ?? 0n), pl.Int64);
  const absent = typed("absent", data.map((value) => value === null), pl.Bool);
  return pl.DataFrame([values, absent])
    .select(pl.when(pl.col("absent")).then(pl.lit(null)).otherwise(pl.col("value")).alias(name))
    .getColumn(name);
}

function listsOfText(name: string, data: (string[] | null)[]): Series {
  // The first row tells Polars the type, as in frame.ts.
  return pl.Series(name, [[""], ...data], pl.List(pl.String)).slice(1, data.length);
}

function typed(name: string, data: unknown[], type: DataType | unknown): Series {
  return pl.Series(name, data as never[], type as never);
}

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

/** A row: a run, and its project where there are several. */
export interface Row {
  run: RunInfo;
  project: string | null;
}

/** Fills a table block by block. */
export class TableBuilder {
  readonly #rows: Row[];
  readonly #numbers: Map<string, number>;
  readonly #aggregates: SeriesAggregate[];
  readonly #hidden: SeriesAggregate[];
  readonly #columns = new Map<string, Filling>();

  /** The rows, in their order, and what to add for float series: to be shown, and only to sort by. */
  constructor(rows: Row[], aggregates: SeriesAggregate[], hidden: SeriesAggregate[] = []) {
    this.#rows = rows;
    this.#numbers = new Map(rows.map(({ run, project }, row) => [rowKey(run.key, project), row]));
    this.#aggregates = aggregates;
    this.#hidden = hidden.filter((aggregate) => !aggregates.includes(aggregate));
  }

  /** Adds the values of a block; runs that are no row of the table are an error of the source. */
  add(block: ValueBlock, project: string | null): void {
    const rows = block.runs.map((key) => this.#numbers.get(rowKey(key, project))!);
    for (const column of block.columns) {
      const values = valuesOf(column);
      const targets = block.paths.map(() => undefined as unknown[] | undefined);
      for (let i = 0; i < column.run.length; i++) {
        const path = column.path[i];
        const cells = targets[path] ??= this.#cells(block.paths[path], column.type, null);
        cells[rows[column.run[i]]] = values(i);
      }
      if (column.type === "float_series") {
        for (const aggregate of [...this.#aggregates, ...this.#hidden]) {
          this.#addAggregate(block, rows, column.run, column.path, column.data, aggregate);
        }
      }
    }
  }

  /**
   * The table. Always has `sys/custom_run_id`, `sys/name` and the columns in `always`; `sys/` comes first, `monitoring/` last,
   * each part by name. A path that has several types among these runs gives one column for each, named `path:type`.
   *
   * @param order Which rows, in which order. Default: all as they are.
   */
  frame(always: string[], order?: number[]): DataFrame {
    for (const path of ["sys/custom_run_id", "sys/name", ...always]) this.#addIdentity(path);
    const shown = [...this.#columns.values()].filter(({ aggregate }) =>
      !aggregate || !this.#hidden.includes(aggregate)
    );
    const types = Map.groupBy(shown, (column) => column.path);
    const named = shown.map((column) => {
      const several = new Set(types.get(column.path)!.map((one) => one.type)).size > 1;
      const name = several ? `${column.path}:${column.type}` : column.path;
      return { column, name: column.aggregate ? `${name}:${column.aggregate}` : name };
    });
    named.sort((a, b) => group(a.column.path) - group(b.column.path) || (a.name < b.name ? -1 : 1));
    const series = named.map(({ name, column }) => toSeries(name, column, order));
    return pl.DataFrame(series);
  }

  /**
   * The numbers of the rows sorted by a column: rows without a value last, NaN before them, equal ones in their order.
   *
   * @param aggregate Of a float series; null: the value.
   */
  order(path: string, type: AttributeType, aggregate: SeriesAggregate | null, descending: boolean): number[] {
    const cells = this.#cells(path, type, aggregate);
    const rank = (value: unknown) => value === null ? 2 : value !== value ? 1 : 0;
    return [...cells.keys()].sort((a, b) => {
      const [x, y] = [cells[a] as number, cells[b] as number];
      if (rank(x) > 0 || rank(y) > 0) return rank(x) - rank(y);
      return x < y ? (descending ? 1 : -1) : x > y ? (descending ? -1 : 1) : 0;
    });
  }

  #cells(path: string, type: AttributeType, aggregate: SeriesAggregate | null): unknown[] {
    const key = `${path}\0${type}\0${aggregate ?? ""}`;
    let column = this.#columns.get(key);
    if (!column) {
      column = { path, type, aggregate, cells: new Array(this.#rows.length).fill(null) };
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
    if (known) this.#rows.forEach(({ run }, row) => cells[row] = run[known]);
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

function rowKey(run: string, project: string | null): string {
  return project === null ? run : `${project}\0${run}`;
}

function toSeries(name: string, { type, aggregate, cells }: Filling, order?: number[]): Series {
  const data = order ? order.map((row) => cells[row]) : cells;
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

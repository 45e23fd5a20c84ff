/**
 * Latest values of many runs to a wide frame: one row per run, one column per attribute.
 *
 * @module
 */

import type { DataFrame } from "nodejs-polars";
import {
  type ArrowColumn,
  arrowFrame,
  fileColumn,
  histogramColumn,
  type NumberKind,
  stringColumn,
  stringListColumn,
} from "../frame/arrow.ts";
import type { ValueBlock, ValueColumn } from "../columns.ts";
import { keepApart } from "../frame/names.ts";
import { methodsFirst } from "../frame/wrap.ts";
import type { AttributeType, FileRef, Histogram, RunInfo } from "../types.ts";
import { type NumberCells, NumberColumn, NumberColumns } from "./number_columns.ts";

/** What a table can say of a float series besides its last value. */
export type SeriesAggregate = "min" | "max" | "average" | "variance" | "last_step";

/** A column while it is filled. */
interface Filling {
  path: string;
  type: AttributeType;
  aggregate: SeriesAggregate | null;
  cells: NumberColumn | OtherCells;
}

/** Cells that are not numbers; null where a run has no value. */
class OtherCells {
  readonly values: unknown[];

  constructor(rows: number) {
    this.values = new Array(rows).fill(null);
  }

  set(row: number, value: unknown): void {
    this.values[row] = value;
  }

  get(row: number): unknown {
    return this.values[row];
  }
}

const NUMBER_KIND: Partial<Record<AttributeType, NumberKind>> = {
  int: "int",
  float: "float",
  float_series: "float",
  bool: "bool",
  datetime: "datetime",
};

/** A row: a run, and its project where there are several. */
export interface TableRow {
  run: RunInfo;
  project: string | null;
}

/** Fills a table block by block. */
export class TableBuilder {
  readonly #rows: TableRow[];
  readonly #numbers = new Map<string, number>();
  readonly #aggregates: SeriesAggregate[];
  readonly #hidden: SeriesAggregate[];
  readonly #columns = new Map<string, Filling>();
  readonly #pools: Partial<Record<NumberKind, NumberColumns>> = {};
  /** The rows of the runs of the last block: the next one mostly has the same. */
  #last: { runs: readonly string[]; project: string | null; rows: Uint32Array } | null = null;

  /** The rows, in their order, and what to add for float series: to be shown, and only to sort by. */
  constructor(rows: TableRow[], aggregates: SeriesAggregate[], hidden: SeriesAggregate[] = []) {
    this.#rows = rows;
    for (let row = 0; row < rows.length; row++) this.#numbers.set(rowKey(rows[row].run.key, rows[row].project), row);
    this.#aggregates = aggregates;
    this.#hidden = hidden.filter((aggregate) => !aggregates.includes(aggregate));
  }

  /** Adds the values of a block; runs that are no row of the table are an error of the source. */
  add(block: ValueBlock, project: string | null): void {
    const rows = this.#rowsOf(block.runs, project);
    for (const column of block.columns) {
      if (column.type === "float_series") {
        const { present } = column.data;
        this.#fill(block, rows, column, null, column.data.last, present);
        for (const aggregate of [...this.#aggregates, ...this.#hidden]) {
          const values = aggregate === "last_step" ? column.data.lastStep : column.data[aggregate];
          this.#fill(block, rows, column, aggregate, values, present);
        }
      } else this.#fill(block, rows, column, null, valuesOf(column), null);
    }
  }

  #rowsOf(runs: readonly string[], project: string | null): Uint32Array {
    if (this.#last?.runs !== runs || this.#last.project !== project) {
      const rows = Uint32Array.from(runs, (key) => this.#numbers.get(rowKey(key, project))!);
      this.#last = { runs, project, rows };
    }
    return this.#last.rows;
  }

  /** Sets cells; where `present` is 0, the column is made and the cell stays empty. */
  #fill(
    { paths }: ValueBlock,
    rows: Uint32Array,
    { type, run, path }: ValueColumn,
    aggregate: SeriesAggregate | null,
    values: ArrayLike<unknown>,
    present: Uint8Array | null,
  ): void {
    const has = (i: number) => present === null || present[i] === 1;
    const targets = paths.map(() => undefined as Filling["cells"] | undefined);
    for (let i = 0; i < run.length; i++) targets[path[i]] ??= this.#cells(paths[path[i]], type, aggregate);
    if (NUMBER_KIND[type] === undefined) {
      for (let i = 0; i < run.length; i++) if (has(i)) targets[path[i]]!.set(rows[run[i]], values[i] as never);
      return;
    }
    const places = targets.map((target) => target && (target as NumberColumn).place);
    fillNumbers(places as NumberCells[], rows, run, path, values as ArrayLike<number>, has);
  }

  /** The paths of which some run has a value. */
  paths(): Set<string> {
    return new Set([...this.#columns.values()].map(({ path }) => path));
  }

  /** Makes the columns of an attribute, also where no row has a value for them. */
  declare(path: string, type: AttributeType): void {
    for (const aggregate of type === "float_series" ? [null, ...this.#aggregates] : [null]) {
      this.#cells(path, type, aggregate);
    }
  }

  /**
   * The table. Always has `sys/custom_run_id`, `sys/name` and the columns in `always`; `sys/` comes first, `monitoring/` last,
   * each part by name. A path that has several types among these runs gives one column for each, named `path:type`.
   *
   * @param order Which rows, in which order. Default: all as they are.
   * @param taken Names of columns that are put beside these.
   */
  async frame(always: string[], order?: number[], taken: string[] = []): Promise<DataFrame> {
    const there = new Set([...this.#columns.values()].map(({ path }) => path));
    for (const path of new Set(["sys/custom_run_id", "sys/name", ...always])) {
      if (!there.has(path)) this.#addIdentity(path);
    }
    const shown = [...this.#columns.values()].filter(({ aggregate }) =>
      !aggregate || !this.#hidden.includes(aggregate)
    );
    const types = Map.groupBy(shown, (column) => column.path);
    const named = shown.map((column) => {
      const several = new Set(types.get(column.path)!.map((one) => one.type)).size > 1;
      const name = several ? `${column.path}:${column.type}` : column.path;
      return { column, name: column.aggregate ? `${name}:${column.aggregate}` : name };
    });
    nameApart(named, taken);
    named.sort((a, b) => group(a.column.path) - group(b.column.path) || (a.name < b.name ? -1 : 1));
    // Columns without rows lose their type on the way, so that they get one that goes again.
    const none = (order ?? this.#rows).length === 0;
    const columns = function* () {
      for (const { name, column } of named) yield [name, toColumn(column, none, order)] as const;
    };
    const frame = await arrowFrame(columns());
    return none ? methodsFirst(frame).head(0) : frame;
  }

  /**
   * The numbers of the rows sorted by a column: rows without a value last, NaN before them, equal ones in their order.
   *
   * @param aggregate Of a float series; null: the value.
   */
  order(path: string, type: AttributeType, aggregate: SeriesAggregate | null, descending: boolean): number[] {
    const cells = this.#cells(path, type, aggregate);
    const rank = (value: unknown) => value === null ? 2 : value !== value ? 1 : 0;
    return [...this.#rows.keys()].sort((a, b) => {
      const [x, y] = [cells.get(a) as number, cells.get(b) as number];
      if (rank(x) > 0 || rank(y) > 0) return rank(x) - rank(y);
      return x < y ? (descending ? 1 : -1) : x > y ? (descending ? -1 : 1) : 0;
    });
  }

  #cells(path: string, type: AttributeType, aggregate: SeriesAggregate | null): Filling["cells"] {
    const key = `${path}\0${type}\0${aggregate ?? ""}`;
    let column = this.#columns.get(key);
    if (!column) {
      const kind = NUMBER_KIND[type];
      const cells = kind ? this.#pool(kind).add() : new OtherCells(this.#rows.length);
      column = { path, type, aggregate, cells };
      this.#columns.set(key, column);
    }
    return column.cells;
  }

  #pool(kind: NumberKind): NumberColumns {
    return this.#pools[kind] ??= new NumberColumns(kind, this.#rows.length);
  }

  /** Columns that tables always have: identity is known without reading, others are there even when no run has them. */
  #addIdentity(path: string): void {
    const cells = this.#cells(path, "string", null);
    const known = { "sys/id": "sysId", "sys/custom_run_id": "customId", "sys/name": "name" }[path] as
      | keyof RunInfo
      | undefined;
    if (known) this.#rows.forEach(({ run }, row) => cells.set(row, run[known] as never));
  }
}

function group(path: string): number {
  return path.startsWith("sys/") ? 0 : path.startsWith("monitoring/") ? 2 : 1;
}

function valuesOf(column: Exclude<ValueColumn, { type: "float_series" }>): ArrayLike<unknown> {
  switch (column.type) {
    case "string_series":
    case "histogram_series":
    case "file_series":
      return column.data.last;
    case "experiment_state":
      return new Array(column.run.length).fill(null);
    default:
      return column.data;
  }
}

/** Millions of cells come here: no calls, no objects. */
function fillNumbers(
  places: NumberCells[],
  rows: Uint32Array,
  run: Uint32Array,
  path: Uint32Array,
  values: ArrayLike<number | bigint>,
  has: (i: number) => boolean,
): void {
  for (let i = 0; i < run.length; i++) {
    if (!has(i)) continue;
    const { data, present, start } = places[path[i]];
    const at = start + rows[run[i]];
    data[at] = values[i];
    present[at] = 1;
  }
}

function rowKey(run: string, project: string | null): string {
  return project === null ? run : `${project}\0${run}`;
}

/** Columns called like their attribute give way to those that are called otherwise. */
function nameApart(named: { name: string; column: Filling }[], taken: string[]): void {
  const isMade = ({ name, column }: typeof named[number]) => name !== column.path;
  const all = [...named.filter(isMade), ...named.filter((one) => !isMade(one))];
  const names = keepApart(all.map(({ name, column }) => ({ name, type: column.type })), taken);
  all.forEach((one, i) => one.name = names[i]);
}

function toColumn({ type, cells }: Filling, none: boolean, order?: number[]): ArrowColumn {
  if (cells instanceof NumberColumn) return none ? cells.gap() : cells.column(order);
  const data = none ? [null] : order ? order.map((row) => cells.get(row)) : (cells as OtherCells).values;
  switch (type) {
    case "string_set":
      return stringListColumn(data as (string[] | null)[]);
    case "histogram_series":
      return histogramColumn(data as (Histogram | null)[]);
    case "file":
    case "file_set":
    case "artifact":
    case "file_series":
      return fileColumn(data as (FileRef | null)[]);
    default:
      return stringColumn(data as (string | null)[]);
  }
}

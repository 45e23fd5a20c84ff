/**
 * Blocks of latest values, put together type by type.
 *
 * @module
 */

import type { ValueBlock, ValueColumn } from "../../columns.ts";
import type { AttributeType, ConfigType } from "../../types.ts";

/** The cells of one type in a block: names of fields, and their values. */
type Data = Record<string, ArrayLike<unknown>>;

interface Growing {
  run: Column;
  path: Column;
  data: Record<string, Column>;
}

/** A block under construction. */
export class ValueBlockBuilder {
  readonly #keys: string[];
  readonly #paths: string[] = [];
  readonly #codes = new Map<string, number>();
  readonly #columns = new Map<AttributeType, Growing>();
  #cells = 0;

  /** @param keys The runs of the block. */
  constructor(keys: string[]) {
    this.#keys = keys;
  }

  /** How many cells it holds. */
  get cells(): number {
    return this.#cells;
  }

  /** Adds cells of one attribute: the positions of their runs, and their values by field. All are copied. */
  add(path: string, type: AttributeType, run: Uint32Array, data: Data): void {
    if (run.length === 0) return;
    let code = this.#codes.get(path);
    if (code === undefined) this.#codes.set(path, code = this.#paths.push(path) - 1);
    let column = this.#columns.get(type);
    if (!column) this.#columns.set(type, column = { run: new Column(run), path: new Column(run), data: {} });
    column.run.add(run);
    column.path.fill(code, run.length);
    for (const name in data) (column.data[name] ??= new Column(data[name])).add(data[name]);
    this.#cells += run.length;
  }

  finish(): ValueBlock {
    const columns = [...this.#columns].map(([type, { run, path, data }]) => {
      const joined: Data = {};
      for (const name in data) joined[name] = data[name].finish();
      return { type, run: run.finish(), path: path.finish(), data: joined.value ?? joined } as ValueColumn;
    });
    return { runs: this.#keys, paths: this.#paths, columns };
  }
}

/** Values that come piece by piece, of which there may be tens of thousands: in an array, or in a typed array that grows. */
class Column {
  #values: unknown[] | Float64Array;
  #length = 0;

  /** @param like Of the kind of the values. */
  constructor(like: ArrayLike<unknown>) {
    this.#values = new (like.constructor as Float64ArrayConstructor)(0);
  }

  add(values: ArrayLike<unknown>): void {
    const from = this.#grow(values.length);
    if (!Array.isArray(this.#values)) this.#values.set(values as Float64Array, from);
    else for (let i = 0; i < values.length; i++) this.#values.push(values[i]);
  }

  fill(value: number, count: number): void {
    const from = this.#grow(count);
    (this.#values as Float64Array).fill(value, from, from + count);
  }

  finish(): ArrayLike<unknown> {
    return this.#values.length === this.#length ? this.#values : this.#values.slice(0, this.#length);
  }

  /** Makes room for more, and tells from where on. */
  #grow(count: number): number {
    const from = this.#length;
    this.#length += count;
    if (!Array.isArray(this.#values) && this.#length > this.#values.length) {
      const before = this.#values;
      this.#values = new (before.constructor as Float64ArrayConstructor)(Math.max(this.#length, 2 * before.length));
      this.#values.set(before);
    }
    return from;
  }
}

/** The values of a column of configs as blocks hold them. */
export function configColumn(type: ConfigType, data: unknown[]): unknown {
  if (type === "int") return BigInt64Array.from(data as bigint[]);
  if (type === "float" || type === "datetime") return Float64Array.from(data as number[]);
  return type === "bool" ? Uint8Array.from(data as boolean[], Number) : data;
}

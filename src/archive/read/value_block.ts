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
  run: Uint32Array[];
  path: Uint32Array[];
  data: Data[];
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

  /** Adds cells of one attribute: the positions of their runs, and their values by field. */
  add(path: string, type: AttributeType, run: Uint32Array, data: Data): void {
    if (run.length === 0) return;
    let code = this.#codes.get(path);
    if (code === undefined) this.#codes.set(path, code = this.#paths.push(path) - 1);
    let column = this.#columns.get(type);
    if (!column) this.#columns.set(type, column = { run: [], path: [], data: [] });
    column.run.push(run);
    column.path.push(new Uint32Array(run.length).fill(code));
    column.data.push(data);
    this.#cells += run.length;
  }

  finish(): ValueBlock {
    const columns = [...this.#columns].map(([type, { run, path, data }]) => {
      const joined: Data = {};
      for (const name of Object.keys(data[0])) joined[name] = join(data.map((one) => one[name]));
      return { type, run: join(run), path: join(path), data: joined.value ?? joined } as ValueColumn;
    });
    return { runs: this.#keys, paths: this.#paths, columns };
  }
}

function join<T extends ArrayLike<unknown>>(arrays: T[]): T {
  if (arrays.length === 1) return arrays[0];
  if (Array.isArray(arrays[0])) return arrays.flatMap((array) => array as unknown as unknown[]) as unknown as T;
  const Kind = arrays[0].constructor as new (length: number) => Float64Array & T;
  const all = new Kind(arrays.reduce((sum, array) => sum + array.length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array as never, at);
    at += array.length;
  }
  return all;
}

/** The values of a column of configs as blocks hold them. */
export function configColumn(type: ConfigType, data: unknown[]): unknown {
  if (type === "int") return BigInt64Array.from(data as bigint[]);
  if (type === "float" || type === "datetime") return Float64Array.from(data as number[]);
  return type === "bool" ? Uint8Array.from(data as boolean[], Number) : data;
}

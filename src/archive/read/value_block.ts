/**
 * Blocks of latest values, put together type by type.
 *
 * @module
 */

import type { ValueBlock, ValueColumn } from "../../columns.ts";
import { CONFIG_TYPES, type ConfigType } from "../../types.ts";
import type { SystemColumn } from "../index/summary.ts";

/** A block under construction. */
export class ValueBlockBuilder {
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
        {
          run: Uint32Array.from(run),
          path: Uint32Array.from(path),
          type,
          data: configColumn(type, data),
        } as ValueColumn,
      );
    }
  }

  finish(): ValueBlock {
    return { runs: this.#targets.map((run) => this.keys[run]), paths: this.paths, columns: this.columns };
  }
}

/** The values of a column of configs as blocks hold them. */
export function configColumn(type: ConfigType, data: unknown[]): unknown {
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

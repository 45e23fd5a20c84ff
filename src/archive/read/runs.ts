/**
 * Which runs match, in which order.
 *
 * @module
 */

import type { FloatAggregates, ValueBlock } from "../../columns.ts";
import { type Aggregation, AGGREGATIONS, type Operand } from "../../nql/ast.ts";
import { checkConditions, predicates } from "../../nql/test.ts";
import type { RunsQuery, RunsSort, ValuesQuery } from "../../source.ts";
import { ATTRIBUTE_TYPES, type AttributeType } from "../../types.ts";
import { type Column, evaluate } from "./match.ts";

/** The runs that are chosen from. */
export interface RunTable {
  /** Newest first. */
  keys: readonly string[];
  numbers: ReadonlyMap<string, number>;
  /** 1 for the head of each experiment. */
  heads: Uint8Array;
  /** The values of an attribute by run, where they are at hand; null: no run has it, undefined: they have to be read. */
  held(path: string, type: AttributeType): ArrayLike<unknown> | null | undefined;
  /** Values of all runs. */
  read(query: ValuesQuery): AsyncIterable<ValueBlock>;
}

/** More columns than that are not kept from one query to the next. */
const MOST_COLUMNS = 200;

/** Columns of attributes outside the index that queries have asked for, kept for the next query. */
export class ColumnCache {
  readonly #columns = new Map<string, Map<string, ArrayLike<unknown>>>();

  /** Makes sure that the columns of these attributes are at hand: one reading for all that are not. */
  async load(table: RunTable, wanted: readonly { path: string; type: AttributeType | null }[]): Promise<void> {
    const missing = wanted.filter(({ path, type }) =>
      !(type && table.held(path, type) !== undefined) && !this.#columns.has(key(path, type))
    );
    if (missing.length === 0) return;
    const needed = new Set(wanted.map(({ path, type }) => key(path, type)));
    const idle = [...this.#columns.keys()].filter((id) => !needed.has(id));
    for (const oldest of idle.slice(0, -MOST_COLUMNS)) this.#columns.delete(oldest);
    const loaded = new Map<string, ArrayLike<unknown>>();
    const query = {
      paths: [...new Set(missing.map(({ path }) => path))],
      types: missing.some(({ type }) => type === null) ? null : [...new Set(missing.map(({ type }) => type!))],
    };
    for await (const block of table.read(query)) {
      // Here and not for each cell: there may be hundreds of thousands.
      const numbers = Uint32Array.from(block.runs, (run) => table.numbers.get(run)!);
      for (const { type, run, path, data: all } of block.columns) {
        for (const [name, data] of fields(type, all)) {
          const columns: unknown[][] = [];
          for (let i = 0; i < run.length; i++) {
            let values = columns[path[i]];
            if (!values) {
              const id = `${type}:${name}:${block.paths[path[i]]}`;
              values = loaded.get(id) as unknown[] | undefined ?? new Array(table.keys.length).fill(undefined);
              loaded.set(id, columns[path[i]] = values);
            }
            values[numbers[run[i]]] = data[i];
          }
        }
      }
    }
    for (const { path, type } of missing) {
      const types = type === null ? ATTRIBUTE_TYPES : [type];
      const found = types.flatMap((type) =>
        AGGREGATIONS.flatMap((name) => {
          const values = loaded.get(`${type}:${name}:${path}`);
          return values ? [[`${type}:${name}`, values] as const] : [];
        })
      );
      this.#columns.set(key(path, type), new Map(found));
    }
  }

  /** The columns of an operand, which must have been loaded. */
  columns(table: RunTable, operand: Operand): Column[] {
    const columns = this.#stored(table, operand);
    if (operand.name !== "sys/experiment/is_head") return columns;
    // Who asks for the heads of experiments finds each experiment, also where its head was not exported.
    return columns.map(({ type, values }) => ({
      type,
      values: type === "bool" ? table.keys.map((_, run) => table.heads[run] === 1 || values[run]) : values,
    }));
  }

  #stored(table: RunTable, { name, type, aggregation }: Operand): Column[] {
    if (name === "sys/state" && (type === "experiment_state" || type === null)) {
      return [{ type: "experiment_state", values: new Array(table.keys.length).fill("idle") }];
    }
    const held = type ? table.held(name, type) : undefined;
    if (type && held !== undefined) return held === null ? [] : [{ type, values: held }];
    const known = this.#columns.get(key(name, type)) ?? [];
    return [...known].flatMap(([id, values]) => {
      const [type, field] = id.split(":") as [AttributeType, Aggregation];
      return field === (type === "float_series" ? aggregation ?? "last" : "last") ? [{ type, values }] : [];
    });
  }
}

function key(path: string, type: AttributeType | null): string {
  return `${type ?? ""}:${path}`;
}

function fields(type: AttributeType, data: unknown): [Aggregation, ArrayLike<unknown>][] {
  if (type === "float_series") return AGGREGATIONS.map((name) => [name, (data as FloatAggregates)[name]]);
  if (type.endsWith("_series")) return [["last", (data as { last: unknown[] }).last]];
  if (type === "bool") return [["last", Array.from(data as Uint8Array, (bit) => bit === 1)]];
  return [["last", data as ArrayLike<unknown>]];
}

/** The numbers of the runs that match, in order, before offset and limit. */
export async function matchRuns(table: RunTable, query: RunsQuery, cache: ColumnCache): Promise<number[]> {
  if (query.where) checkConditions(query.where);
  const operands = query.where ? predicates(query.where).map(({ operand }) => operand) : [];
  await cache.load(table, [
    ...operands.filter(({ name, type }) => !(name === "sys/state" && type === "experiment_state")).map((
      { name, type },
    ) => ({
      path: name,
      type,
    })),
    ...query.sort ? [{ path: query.sort.path, type: query.sort.type }] : [],
  ]);
  const mask = query.where && evaluate(query.where, table.keys.length, (operand) => cache.columns(table, operand));
  const runs: number[] = [];
  for (let run = 0; run < table.keys.length; run++) {
    if ((!mask || mask[run]) && !(query.heads && !table.heads[run])) runs.push(run);
  }
  return query.sort ? sorted(runs, query.sort, table, cache) : runs;
}

/** Runs are numbered newest first, so that a stable sort breaks ties by age. */
function sorted(
  runs: number[],
  { path, type, aggregation, descending }: RunsSort,
  table: RunTable,
  cache: ColumnCache,
): number[] {
  const [column] = cache.columns(table, { name: path, type, aggregation: aggregation ?? null });
  const rank = (run: number) => {
    const value = column?.values[run];
    if (!isSortable(value)) return 2;
    return value !== value ? 1 : 0;
  };
  return runs.sort((a, b) => {
    const [first, second] = [rank(a), rank(b)];
    if (first !== second || first > 0) return first - second;
    const [x, y] = [column.values[a] as number, column.values[b] as number];
    return x < y ? (descending ? 1 : -1) : x > y ? (descending ? -1 : 1) : 0;
  });
}

function isSortable(value: unknown): boolean {
  return value !== undefined && value !== null && typeof value !== "object";
}

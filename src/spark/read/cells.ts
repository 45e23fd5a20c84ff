/**
 * Answers about attributes as blocks of columns.
 *
 * @module
 */

import type { PathMatcher } from "../../archive/read/paths.ts";
import type { PairBlock, ValueBlock, ValueColumn } from "../../columns.ts";
import type { CallOptions } from "../../source.ts";
import { ATTRIBUTE_TYPES, type AttributeType, type FileRef } from "../../types.ts";
import type { LostValue } from "../archive.ts";
import type { Answer } from "../connect/answer.ts";

/** Finds the references of stored paths. */
export type LookUp = (paths: readonly (string | null)[], areSets?: boolean) => Promise<(FileRef | null)[]>;

/** What exists on which run. Where runs were not asked for, they are all the first of an empty list. */
export async function* pairBlocks(
  answers: AsyncIterable<Answer>,
  lost: readonly LostValue[],
  paths: PathMatcher,
  byRun: boolean,
  onProgress?: CallOptions["onProgress"],
): AsyncGenerator<PairBlock> {
  const runs = new Names(), names = new Names(paths.test);
  for await (const answer of answers) {
    const path = answer.codes("path", names.numbers), run = byRun ? answer.codes("run", runs.numbers) : null;
    const types = typeCodes(answer);
    const rows = names.wanted(path, types);
    onProgress?.(rows.length, null);
    if (rows.length === 0) continue;
    yield {
      runs: runs.list(),
      paths: names.list(),
      types: [...ATTRIBUTE_TYPES],
      run: Uint32Array.from(rows, (row) => run ? run[row] : 0),
      path: Uint32Array.from(rows, (row) => path[row]),
      type: Uint8Array.from(rows, (row) => types[row]),
    };
  }
  if (lost.length === 0) return;
  const found = { run: lost.map(({ run }) => runs.number(run)), path: lost.map(({ path }) => names.number(path)) };
  yield {
    runs: runs.list(),
    paths: names.list(),
    types: [...ATTRIBUTE_TYPES],
    run: Uint32Array.from(found.run),
    path: Uint32Array.from(found.path),
    type: Uint8Array.from(lost, ({ type }) => ATTRIBUTE_TYPES.indexOf(type)),
  };
}

/**
 * Latest values.
 *
 * @param common What all rows have in common, and none says.
 */
export async function* valueBlocks(
  answers: AsyncIterable<Answer>,
  lost: readonly LostValue[],
  paths: PathMatcher,
  common: { path: string | null; type: AttributeType | null },
  lookUp: LookUp,
  onProgress?: CallOptions["onProgress"],
): AsyncGenerator<ValueBlock> {
  const runs = new Names(), names = new Names(paths.test);
  for await (const answer of answers) {
    const run = answer.codes("run", runs.numbers);
    const path = common.path === null
      ? answer.codes("path", names.numbers)
      : new Int32Array(answer.rows).fill(names.number(common.path));
    const types = common.type === null
      ? typeCodes(answer)
      : new Int32Array(answer.rows).fill(ATTRIBUTE_TYPES.indexOf(common.type));
    const rows = Map.groupBy(names.wanted(path, types), (row) => types[row]);
    const columns: ValueColumn[] = [];
    for (const [type, some] of rows) {
      columns.push({
        run: Uint32Array.from(some, (row) => run[row]),
        path: Uint32Array.from(some, (row) => path[row]),
        ...await valuesOf(answer, ATTRIBUTE_TYPES[type], some, lookUp),
      } as ValueColumn);
    }
    onProgress?.(answer.rows, null);
    if (columns.length > 0) yield { runs: runs.list(), paths: names.list(), columns };
  }
  if (lost.length === 0) return;
  const columns = [...Map.groupBy(lost, ({ type }) => type)].map(([type, some]) => ({
    type,
    run: Uint32Array.from(some, ({ run }) => runs.number(run)),
    path: Uint32Array.from(some, ({ path }) => names.number(path)),
    data: type === "float" ? new Float64Array(some.length).fill(NaN) : new Array(some.length).fill(null),
  } as ValueColumn));
  yield { runs: runs.list(), paths: names.list(), columns };
}

async function valuesOf(
  answer: Answer,
  type: AttributeType,
  rows: readonly number[],
  lookUp: LookUp,
): Promise<{ type: AttributeType; data: unknown }> {
  const pick = <T>(all: ArrayLike<T>): T[] => rows.map((row) => all[row]);
  const floats = (name: string) => Float64Array.from(pick(answer.floats(name)));
  const steps = () => {
    const all = answer.steps("last_step");
    return Float64Array.from(rows, (row) => all[row]);
  };
  switch (type) {
    case "int":
      return { type, data: BigInt64Array.from(pick(answer.ints("int_value")) as bigint[]) };
    case "float":
      return { type, data: floats("float_value") };
    case "string":
      return { type, data: pick(answer.texts("string_value")) };
    case "bool":
      return { type, data: Uint8Array.from(pick(answer.bools("bool_value")), Number) };
    case "datetime":
      return { type, data: Float64Array.from(pick(answer.times("datetime_value"))) };
    case "string_set":
      return { type, data: pick(answer.lists("string_set_value")) };
    case "float_series":
      return {
        type,
        data: {
          present: new Uint8Array(rows.length).fill(1),
          lastStep: steps(),
          last: floats("float_value"),
          min: floats("min"),
          max: floats("max"),
          average: floats("average"),
          variance: floats("variance"),
        },
      };
    case "string_series":
      return { type, data: { lastStep: steps(), last: pick(answer.texts("string_value")) } };
    case "histogram_series":
      return { type, data: { lastStep: steps(), last: pick(answer.histograms("histogram_value")) } };
    case "file_series":
      return { type, data: { lastStep: steps(), last: await lookUp(pick(answer.texts("file"))) } };
    default:
      return { type, data: await lookUp(pick(answer.texts("file")), type === "file_set") };
  }
}

const CODES = new Map<string, number>(ATTRIBUTE_TYPES.map((type, code) => [type, code]));

/** Types as their numbers in the list of all. */
function typeCodes(answer: Answer): Int32Array {
  const known = new Map(CODES);
  const codes = answer.codes("type", known);
  return codes.map((code) => code < ATTRIBUTE_TYPES.length ? code : -1);
}

/** Names that come again and again, by number. */
class Names {
  readonly numbers = new Map<string, number>();
  readonly #test: (name: string) => boolean;
  readonly #names: string[] = [];
  /** 1: wanted, 0: not; by number. */
  readonly #passes: number[] = [];

  /** @param test Which are wanted. */
  constructor(test: (name: string) => boolean = () => true) {
    this.#test = test;
  }

  /** All so far. Several blocks may share it. */
  list(): string[] {
    if (this.#names.length < this.numbers.size) {
      for (const name of [...this.numbers.keys()].slice(this.#names.length)) this.#names.push(name);
    }
    return this.#names;
  }

  number(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) this.numbers.set(name, number = this.numbers.size);
    return number;
  }

  /** The rows with wanted names and known types. */
  wanted(codes: Int32Array, types: Int32Array): number[] {
    const names = this.list();
    for (let at = this.#passes.length; at < names.length; at++) this.#passes.push(this.#test(names[at]) ? 1 : 0);
    const rows: number[] = [];
    codes.forEach((code, row) => code >= 0 && types[row] >= 0 && this.#passes[code] === 1 && rows.push(row));
    return rows;
  }
}

/**
 * Latest values of attributes.
 *
 * @module
 */

import { aggregates } from "../../archive/index/aggregates.ts";
import { matchPaths } from "../../archive/read/paths.ts";
import { configColumn } from "../../archive/read/value_block.ts";
import type { FloatAggregates, ValueBlock, ValueColumn } from "../../columns.ts";
import type { ValuesQuery } from "../../source.ts";
import { type AttributeType, isConfigType, POINT_KINDS, SERIES_TYPES, type SeriesType } from "../../types.ts";
import type { OwnPoints, SingleType } from "../content.ts";
import type { OfflineContext } from "./context.ts";
import { pointsOf, rows, seriesOf, startsByRun } from "./lineage.ts";
import { singlesOf } from "./singles.ts";

/** So many runs make one block. */
const RUNS_PER_BLOCK = 64;
/** So many series of a run are read together. */
const SERIES_TOGETHER = 64;

/** Latest values of attributes of runs, by number. */
export async function* unsyncedValues(
  context: OfflineContext,
  runs: readonly number[],
  query: ValuesQuery,
): AsyncGenerator<ValueBlock> {
  const paths = matchPaths(query);
  if (paths.list?.length === 0 || query.types?.length === 0) return;
  const wanted = (type: AttributeType) => query.types?.includes(type) ?? true;
  const types = SERIES_TYPES.filter(wanted);
  const starts = startsByRun(context);
  for (let at = 0; at < runs.length; at += RUNS_PER_BLOCK) {
    context.signal?.throwIfAborted();
    const some = runs.slice(at, at + RUNS_PER_BLOCK);
    const codes = new Map<string, number>();
    const code = (path: string) => codes.get(path) ?? codes.set(path, codes.size).size - 1;
    const singles = new Map<SingleType, SingleColumn>(), series = new Map<SeriesType, SeriesColumn>();
    const found = await singlesOf(context, some);
    for (const [position, run] of some.entries()) {
      for (const [path, { type, value }] of found.get(run)!) {
        if (wanted(type) && paths.test(path)) columnOf(singles, type, SingleColumn).add(position, code(path), value);
      }
      if (types.length === 0) continue;
      const named = [...await seriesOf(context, run, starts)].filter(([path, type]) =>
        wanted(type) && paths.test(path)
      );
      for (const [type, all] of Map.groupBy(named, ([, type]) => type)) {
        for (let from = 0; from < all.length; from += SERIES_TOGETHER) {
          const together = all.slice(from, from + SERIES_TOGETHER).map(([path]) => path);
          const points = await pointsOf(context, run, POINT_KINDS[type], together, "full");
          for (const path of together) columnOf(series, type, SeriesColumn).add(position, code(path), points.get(path));
        }
      }
    }
    const columns = [...singles.values(), ...series.values()].map((column) => column.finish());
    if (columns.length > 0) {
      yield { runs: some.map((run) => context.index.keys[run]), paths: [...codes.keys()], columns };
    }
    query.onProgress?.(some.length, runs.length);
  }
}

function columnOf<Type, Column>(columns: Map<Type, Column>, type: Type, Kind: new (type: Type) => Column): Column {
  let column = columns.get(type);
  if (!column) columns.set(type, column = new Kind(type));
  return column;
}

/** Rows of attributes of one type that are one value, under construction. */
class SingleColumn {
  readonly #type: SingleType;
  readonly #run: number[] = [];
  readonly #path: number[] = [];
  readonly #data: unknown[] = [];

  constructor(type: SingleType) {
    this.#type = type;
  }

  add(run: number, path: number, value: unknown): void {
    this.#run.push(run);
    this.#path.push(path);
    this.#data.push(value);
  }

  finish(): ValueColumn {
    const type = this.#type;
    const data = isConfigType(type) ? configColumn(type, this.#data) : this.#data;
    return { run: Uint32Array.from(this.#run), path: Uint32Array.from(this.#path), type, data } as ValueColumn;
  }
}

/** Rows of series of one type under construction. */
class SeriesColumn {
  readonly #type: SeriesType;
  readonly #run: number[] = [];
  readonly #path: number[] = [];
  readonly #lastStep: number[] = [];
  readonly #last: unknown[] = [];
  readonly #aggregates: (FloatAggregates | null)[] = [];

  constructor(type: SeriesType) {
    this.#type = type;
  }

  /** A series of which there are only previews has no last point. */
  add(run: number, path: number, points: OwnPoints | undefined): void {
    this.#run.push(run);
    this.#path.push(path);
    this.#lastStep.push(points?.step.at(-1) ?? NaN);
    this.#last.push(points?.values.data.at(-1) ?? null);
    if (this.#type !== "float_series") return;
    const all = points && rows(0, points.step.length);
    this.#aggregates.push(all ? aggregates([all], points.step, points.values.data as Float64Array) : null);
  }

  finish(): ValueColumn {
    const place = { run: Uint32Array.from(this.#run), path: Uint32Array.from(this.#path) };
    const lastStep = Float64Array.from(this.#lastStep);
    if (this.#type !== "float_series") {
      return { ...place, type: this.#type, data: { lastStep, last: this.#last } } as ValueColumn;
    }
    const column = (name: Exclude<keyof FloatAggregates, "present">) =>
      Float64Array.from(this.#aggregates, (one) => one ? one[name][0] : NaN);
    const data: FloatAggregates = {
      present: Uint8Array.from(this.#aggregates, (one) => one ? 1 : 0),
      lastStep,
      last: column("last"),
      min: column("min"),
      max: column("max"),
      average: column("average"),
      variance: column("variance"),
    };
    return { ...place, type: this.#type, data };
  }
}

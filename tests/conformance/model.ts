/**
 * A naive reader of small archives, to compare others with: it keeps every row as an object, and knows nothing of pages,
 * columns, caches or threads.
 *
 * @module
 */

import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import type { PointKind } from "../../src/types.ts";
import type { SeriesRef } from "../../src/columns.ts";
import type { Lineage, SeriesQuery } from "../../src/source.ts";

/** A point as the model knows it; the value of a file point is its stored path. */
export interface ModelPoint {
  step: number;
  value: unknown;
  timestamp: number;
}

/** One run. */
export interface ModelRun {
  id: string;
  /** Single values by `path:type`; the value of a file is its stored path, of an int a bigint, of a date milliseconds. */
  values: Map<string, unknown>;
  /** Points that the run logged itself, by `path:type`, ascending by step. */
  own: Map<string, ModelPoint[]>;
}

/** What a model can be asked about points. */
export type ModelSeriesQuery = Pick<SeriesQuery, "kind" | "stepRange" | "lineage" | "limit">;

/** All runs of an archive with one project, from the exporter for Neptune 3.x. */
export class Model {
  readonly runs: ModelRun[] = [];

  /** Reads all parts below the data root. */
  static async read(dataRoot: string): Promise<Model> {
    const model = new Model();
    for await (const folder of Deno.readDir(dataRoot)) {
      for await (const { name } of Deno.readDir(`${dataRoot}/${folder.name}`)) {
        const file = await asyncBufferFromFile(`${dataRoot}/${folder.name}/${name}`);
        for (const row of await parquetReadObjects({ file })) model.#add(row);
      }
    }
    for (const { own } of model.runs) for (const points of own.values()) points.sort((a, b) => a.step - b.step);
    return model;
  }

  #add(row: Record<string, unknown>): void {
    let run = this.runs.find(({ id }) => id === row.run_id);
    if (!run) this.runs.push(run = { id: row.run_id as string, values: new Map(), own: new Map() });
    const name = `${row.attribute_path}:${row.attribute_type}`;
    const value = cell(row);
    if (row.step === null || row.step === undefined) {
      if (value !== null) run.values.set(name, value);
      return;
    }
    if (value === null && !row.timestamp) return;
    if (!run.own.has(name)) run.own.set(name, []);
    run.own.get(name)!.push({
      // hyparquet multiplies the unscaled integer by 1e-6, which is off in the last digit.
      step: Math.round(row.step as number * 1e6) / 1e6,
      value: name.endsWith(":float_series") ? value ?? NaN : value,
      timestamp: (row.timestamp as Date).getTime(),
    });
  }

  /** The run of this id. */
  run(id: string): ModelRun {
    return this.runs.find((run) => run.id === id)!;
  }

  /** The points of a series after all that the query asks for. */
  points(
    ref: SeriesRef,
    { kind, stepRange: [from, to] = [null, null], lineage, limit }: ModelSeriesQuery,
  ): ModelPoint[] {
    const points = this.#lineage(this.run(ref.run), `${ref.path}:${kind}_series`, lineage).filter(({ step }) =>
      step >= (from ?? -Infinity) && step <= (to ?? Infinity) && step > (ref.after ?? -Infinity) &&
      step < (ref.before ?? Infinity)
    );
    if (!limit) return points;
    return limit.from === "start"
      ? points.slice(0, limit.points)
      : points.slice(Math.max(0, points.length - limit.points));
  }

  #lineage(run: ModelRun, name: string, lineage: Lineage): ModelPoint[] {
    const own = run.own.get(name) ?? [];
    const parent = this.runs.find(({ id }) => id === run.values.get("sys/forking/parent:string"));
    const step = run.values.get("sys/forking/step:int");
    if (lineage === "own" || parent === undefined) return own;
    const experiment = (run: ModelRun) => run.values.get("sys/name:string");
    if (lineage === "experiment" && experiment(parent) !== experiment(run)) return own;
    const inherited = this.#lineage(parent, name, lineage).filter((point) => point.step <= Number(step));
    return [...inherited, ...own.filter((point) => point.step > (inherited.at(-1)?.step ?? -Infinity))];
  }

  /** The series of a run, inherited ones included, as `path:type`. */
  series({ id }: ModelRun): string[] {
    const names = new Set(this.runs.flatMap(({ own }) => [...own.keys()]));
    return [...names].filter((name) => this.latest(id, name) !== undefined);
  }

  /** The last point of a series with all its lineage, and every value before it. */
  latest(id: string, name: string): { last: ModelPoint; all: unknown[] } | undefined {
    const points = this.#lineage(this.run(id), name, "full");
    return points.length === 0 ? undefined : { last: points.at(-1)!, all: points.map(({ value }) => value) };
  }

  /** All attributes of a run as `path:type`, sorted by path, then type. */
  attributes(run: ModelRun): string[] {
    return [...run.values.keys(), ...this.series(run)].sort(compareNames);
  }
}

/** Orders `path:type` by path, then by type. */
export function compareNames(a: string, b: string): number {
  const key = (name: string) => name.replace(/:([a-z_]+)$/, "\u0000$1");
  return key(a) < key(b) ? -1 : 1;
}

/** The kind of series of `path:type`, or null for a single value. */
export function kindOf(name: string): PointKind | null {
  return /:(float|string|histogram|file)_series$/.exec(name)?.[1] as PointKind ?? null;
}

function cell(row: Record<string, unknown>): unknown {
  const date = row.datetime_value as Date | null | undefined;
  const stored = (row.file_value as { path: string } | null | undefined)?.path;
  return row.int_value ?? row.float_value ?? row.string_value ?? row.bool_value ?? date?.getTime() ??
    row.string_set_value ?? stored ?? row.histogram_value ?? null;
}

/**
 * The tables `values`, `series` and `attributes` of a pass, attribute by attribute.
 *
 * @module
 */

import type { TableFileEntry } from "../archive/compacted/manifest.ts";
import { SeriesAggregator } from "../archive/index/aggregates.ts";
import { type AttributeCells, VALUELESS } from "../archive/index/cells.ts";
import type { CellType } from "../archive/index/segments/segment.ts";
import { pointKey } from "../archive/parquet/point_values.ts";
import { VALUE_COLUMN } from "../archive/parquet/schema.ts";
import type { PartsContext } from "../archive/read/context.ts";
import {
  type AttributeType,
  CONFIG_TYPES,
  type ConfigType,
  FILE_TYPES,
  type FileType,
  type Histogram,
  isSeriesType,
  type SeriesType,
} from "../types.ts";
import { tidyUp } from "../memory.ts";
import { byBytes } from "../export/order.ts";
import type { ColumnCells } from "../export/row_group.ts";
import {
  attributeKey,
  FIELD_OF,
  ofKey,
  pointsInOrder,
  type SeriesPoints,
  type Spill,
  type SpilledSeries,
} from "./spill.ts";
import { TableFiles, type TablePlace } from "./table_files.ts";

/** What to write. */
export interface AttributesJob {
  context: PartsContext;
  project: string;
  /** The runs of the pass in their order, by number in the index. */
  runs: readonly number[];
  /** The number in the pass of each run of the spills; -1: it is left out. */
  numbers: Int32Array;
  spills: readonly Spill[];
  place: TablePlace;
  /** Told which share of the points is written. */
  onProgress: (share: number) => void;
}

/** What was written. */
export interface WrittenAttributes {
  files: TableFileEntry[];
  /** How many points each run has, by number in the pass. */
  points: Float64Array;
}

/** About so many cells of parameters are in memory at once. */
const CELLS_TOGETHER = 1 << 20;

/** Writes the tables. */
export async function writeAttributes(job: AttributesJob): Promise<WrittenAttributes> {
  const writer = new AttributeWriter(job);
  try {
    return await writer.write();
  } finally {
    writer[Symbol.dispose]();
  }
}

/** One attribute: where its values come from. */
interface Attribute {
  path: string;
  type: CellType;
}

interface AttributeRow extends Attribute {
  runs: number;
  points: number | null;
  file: number;
  row: number;
}

class AttributeWriter {
  readonly #job: AttributesJob;
  readonly #values: TableFiles;
  readonly #series: TableFiles;
  readonly #attributes: TableFiles;
  readonly #names: string[];
  /** The number in the pass of each run of the index; -1: none. */
  readonly #numbers: Int32Array;
  readonly #points: Float64Array;
  readonly #rows: AttributeRow[] = [];
  /** The paths so far, which ascend. */
  readonly #paths: string[] = [];
  #written = 0;

  constructor(job: AttributesJob) {
    const { context: { index }, place, runs } = job;
    this.#job = job;
    this.#values = new TableFiles("values", place);
    this.#series = new TableFiles("series", place);
    this.#attributes = new TableFiles("attributes", place);
    this.#names = runs.map((run) => index.keys[run]);
    this.#numbers = new Int32Array(index.keys.length).fill(-1);
    runs.forEach((run, number) => this.#numbers[run] = number);
    this.#points = new Float64Array(runs.length);
  }

  async write(): Promise<WrittenAttributes> {
    const { context: { signal } } = this.#job;
    const attributes = await this.#list();
    let cells = new Map<string, AttributeCells>();
    for (const [at, attribute] of attributes.entries()) {
      signal?.throwIfAborted();
      const { path, type } = attribute;
      if (isSeriesType(type as AttributeType)) await this.#writeSeries(path, type as SeriesType);
      else {
        const key = `${type}:${path}`;
        if (!cells.has(key)) cells = await this.#read(attributes, at);
        const found = cells.get(key);
        if (found) await this.#writeParameters(found);
      }
      tidyUp();
    }
    await this.#writeAttributes();
    const files = [];
    for (const table of [this.#attributes, this.#values, this.#series]) files.push(...await table.finish(signal));
    return { files, points: this.#points };
  }

  [Symbol.dispose](): void {
    for (const table of [this.#attributes, this.#values, this.#series]) table.dispose();
  }

  /** The attributes that runs of the pass may have, in order. */
  async #list(): Promise<Attribute[]> {
    const { context, spills } = this.#job;
    const found = new Map<string, Attribute>();
    // Where no run has a value, nobody knows what a row without one means; elsewhere it means nothing.
    const doubtful = {
      no_float: new Set((await context.phantoms.all("float", context.readOptions)).map(({ path }) => path)),
      no_file: new Set((await context.phantoms.all("file", context.readOptions)).map(({ path }) => path)),
    };
    for (const { segments } of context.index.indexes) {
      for (const { segment } of segments) {
        for (const { path, type } of segment.columns) {
          if (isSeriesType(type as AttributeType)) continue;
          if ((type === "no_float" || type === "no_file") && !doubtful[type].has(path)) continue;
          found.set(`${type}:${path}`, { path, type });
        }
      }
    }
    for (const { index } of spills) for (const key of Object.keys(index)) found.set(key, ofKey(key));
    return [...found.values()].sort((a, b) => byBytes(a.path, b.path) || byBytes(a.type, b.type));
  }

  /** The cells of some parameters, from one of the attributes on. */
  async #read(attributes: readonly Attribute[], from: number): Promise<Map<string, AttributeCells>> {
    const { context, runs } = this.#job;
    const wanted = new Map<string, Attribute>();
    for (let at = from, room = CELLS_TOGETHER; at < attributes.length && room > 0; at++) {
      if (isSeriesType(attributes[at].type as AttributeType)) continue;
      wanted.set(`${attributes[at].type}:${attributes[at].path}`, attributes[at]);
      room -= runs.length;
    }
    const types = [...CONFIG_TYPES, ...FILE_TYPES, VALUELESS.float!, VALUELESS.file!];
    const paths = new Set([...wanted.values()].map(({ path }) => path));
    const found = new Map<string, AttributeCells>();
    for await (const one of context.cells(runs, { types, paths: (path) => paths.has(path) })) {
      const key = `${one.type}:${one.path}`;
      if (wanted.has(key)) found.set(key, one);
    }
    // What no run has is not looked for again.
    for (const [key, { path, type }] of wanted) if (!found.has(key)) found.set(key, { path, type, pieces: [] });
    return found;
  }

  async #writeParameters({ path, type, pieces }: AttributeCells): Promise<void> {
    const cells: { run: number; piece: number; at: number }[] = [];
    const seen = new Set<number>();
    pieces.forEach(({ runs, cells: { entries } }, piece) => {
      entries.forEach((entry, at) => {
        const run = runs[entry] < 0 ? -1 : this.#numbers[runs[entry]];
        // Copies of a run count once.
        if (run < 0 || seen.has(run)) return;
        seen.add(run);
        cells.push({ run, piece, at });
      });
    });
    if (cells.length === 0) return;
    cells.sort((a, b) => a.run - b.run);
    const values = cells.map(({ piece, at }) => (pieces[piece].cells.fields.value as ArrayLike<unknown>)?.[at]);
    this.#note(path, type, cells.length, null);
    for (let from = 0; from < cells.length; from += this.#job.place.limits.pieceRows) {
      const until = Math.min(from + this.#job.place.limits.pieceRows, cells.length);
      const runs = Int32Array.from({ length: until - from }, (_, i) => cells[from + i].run);
      await this.#addValues(path, type, runs, parameterCells(type, values.slice(from, until)), until === cells.length);
    }
  }

  async #writeSeries(path: string, type: SeriesType): Promise<void> {
    const { context, spills, numbers, runs } = this.#job;
    const key = attributeKey(type, path);
    const stretches = spills.flatMap((spill) => spill.series(key)).filter(({ run }) => numbers[run] >= 0);
    if (stretches.length === 0) return;
    const byRun = Map.groupBy(stretches, ({ run }) => numbers[run]);
    const order = Int32Array.from(byRun.keys()).sort();
    const summary = new Summary(order.length, type);
    for (const [at, run] of order.entries()) {
      const isRepeated = context.index.repeated.has(runs[run]);
      const { file, row } = this.#series.next();
      summary.file[at] = file;
      summary.row[at] = row;
      const found = byRun.get(run)!;
      for (const points of isRepeated ? once(found) : pointsInOrder(found)) {
        summary.take(at, points);
        await this.#addPoints(path, type, run, points);
      }
      this.#points[run] += summary.points[at];
      if (at % 1000 === 999) {
        context.signal?.throwIfAborted();
        tidyUp();
      }
    }
    await this.#series.flush(true, context.signal);
    this.#note(path, type, order.length, summary.points.reduce((sum, points) => sum + points, 0));
    for (let from = 0; from < order.length; from += this.#job.place.limits.pieceRows) {
      const until = Math.min(from + this.#job.place.limits.pieceRows, order.length);
      await this.#addValues(
        path,
        type,
        order.subarray(from, until),
        summary.cells(from, until),
        until === order.length,
      );
    }
    this.#written += stretches.reduce((sum, { points }) => sum + points, 0);
    const all = spills.reduce(
      (sum, { index }) => sum + Object.values(index).reduce((rows, one) => rows + one.rows, 0),
      0,
    );
    this.#job.onProgress(this.#written / all);
  }

  async #addPoints(
    path: string,
    type: SeriesType,
    run: number,
    { step, timestamp, values }: SeriesPoints,
  ): Promise<void> {
    for (let from = 0; from < step.length; from += this.#job.place.limits.pieceRows) {
      const until = Math.min(from + this.#job.place.limits.pieceRows, step.length);
      const rows = until - from;
      this.#series.group.add(rows, {
        ...this.#named(path, type, new Int32Array(rows).fill(run)),
        step: { floats: step.subarray(from, until) },
        timestamp: { floats: timestamp.subarray(from, until), gaps: true },
        ...pointCells(type, values.slice(from, until)),
      });
      await this.#series.flush(false, this.#job.context.signal);
    }
  }

  async #addValues(
    path: string,
    type: CellType,
    runs: Int32Array,
    cells: Record<string, ColumnCells>,
    isLast: boolean,
  ): Promise<void> {
    this.#values.group.add(runs.length, { ...this.#named(path, type, runs), ...cells, run_number: { floats: runs } });
    await this.#values.flush(isLast, this.#job.context.signal);
  }

  /** The columns that name rows. */
  #named(path: string, type: string, runs: Int32Array): Record<string, ColumnCells> {
    if (path !== this.#paths.at(-1)) this.#paths.push(path);
    return {
      project_id: { text: this.#job.project },
      run_id: { names: this.#names, codes: runs, sorted: true },
      attribute_path: {
        names: this.#paths,
        codes: new Int32Array(runs.length).fill(this.#paths.length - 1),
        sorted: true,
      },
      attribute_type: {
        names: TYPE_NAMES,
        codes: new Int32Array(runs.length).fill(TYPE_NAMES.indexOf(type)),
        sorted: true,
      },
    };
  }

  #note(path: string, type: CellType, runs: number, points: number | null): void {
    const { file, row } = this.#values.next();
    this.#rows.push({ path, type, runs, points, file, row });
  }

  async #writeAttributes(): Promise<void> {
    for (let from = 0; from < this.#rows.length; from += this.#job.place.limits.pieceRows) {
      const rows = this.#rows.slice(from, from + this.#job.place.limits.pieceRows);
      const floats = (pick: (row: AttributeRow) => number) => ({ floats: Float64Array.from(rows, pick) });
      this.#attributes.group.add(rows.length, {
        attribute_path: { texts: rows.map(({ path }) => path) },
        attribute_type: { texts: rows.map(({ type }) => type) },
        runs: floats(({ runs }) => runs),
        points: { ...floats(({ points }) => points ?? NaN), gaps: true },
        values_file: floats(({ file }) => file),
        values_row: floats(({ row }) => row),
      });
      await this.#attributes.flush(true, this.#job.context.signal);
    }
  }
}

/** All types, in order. */
const TYPE_NAMES: string[] = [
  ...CONFIG_TYPES,
  ...FILE_TYPES,
  ...Object.keys(FIELD_OF),
  "no_float",
  "no_file",
].sort(byBytes);

function parameterCells(type: CellType, values: unknown[]): Record<string, ColumnCells> {
  if (type === "no_float" || type === "no_file") return {};
  const column = VALUE_COLUMN[type as ConfigType | FileType];
  if (type === "int") return { [column]: { ints: BigInt64Array.from(values as bigint[]) } };
  if (type === "float" || type === "datetime") return { [column]: { floats: Float64Array.from(values as number[]) } };
  if (type === "bool") return { [column]: { bools: Uint8Array.from(values as number[]) } };
  if (type === "string_set") return { [column]: { lists: values as string[][] } };
  return { [column]: { texts: values as string[] } };
}

function pointCells(type: SeriesType, values: ArrayLike<unknown>): Record<string, ColumnCells> {
  switch (type) {
    case "float_series":
      return { float_value: { floats: values as Float64Array } };
    case "string_series":
      return { string_value: { texts: values as unknown as (string | null)[] } };
    case "file_series":
      return { file_value: { texts: values as unknown as (string | null)[] } };
    case "histogram_series":
      return { histogram_value: { histograms: values as unknown as (Histogram | null)[] } };
  }
}

/** What the series of one attribute come down to. */
class Summary {
  readonly file: Float64Array;
  readonly row: Float64Array;
  readonly points: Float64Array;
  readonly #type: SeriesType;
  readonly #times: Float64Array;
  readonly #last: unknown[] = [];
  readonly #numbers = new SeriesAggregator();

  constructor(series: number, type: SeriesType) {
    this.#type = type;
    this.file = new Float64Array(series);
    this.row = new Float64Array(series);
    this.points = new Float64Array(series);
    this.#times = new Float64Array(series);
  }

  /** Takes points of a series in, in their order. */
  take(series: number, { step, timestamp, values }: SeriesPoints): void {
    const isFloat = this.#type === "float_series";
    for (let i = 0; i < step.length; i++) this.#numbers.add(series, step[i], isFloat ? values[i] as number : 0);
    this.points[series] += step.length;
    this.#times[series] = timestamp[step.length - 1];
    if (!isFloat) this.#last[series] = values[step.length - 1];
  }

  /** The cells of `values`. */
  cells(from: number, until: number): Record<string, ColumnCells> {
    const length = until - from;
    const all = Array.from({ length }, (_, i) => this.#numbers.of(from + i));
    const floats = (at: number) => ({ floats: Float64Array.from(all, (one) => one[at]) });
    const some: Record<string, ColumnCells> = {
      step: floats(1),
      timestamp: { floats: this.#times.subarray(from, until), gaps: true },
      points: { floats: this.points.subarray(from, until) },
      first_step: floats(0),
      series_file: { floats: this.file.subarray(from, until) },
      series_row: { floats: this.row.subarray(from, until) },
    };
    if (this.#type !== "float_series") return { ...some, ...pointCells(this.#type, this.#last.slice(from, until)) };
    return {
      ...some,
      float_value: floats(2),
      min_value: floats(3),
      max_value: floats(4),
      average_value: floats(5),
      variance_value: floats(6),
    };
  }
}

/** The points of a run that lies in several places: of equal ones, the first. */
function once(stretches: readonly SpilledSeries[]): SeriesPoints[] {
  const isFloat = FIELD_OF[ofKey(stretches[0].attribute).type] === "float";
  const step: number[] = [], timestamp: number[] = [], values: unknown[] = [];
  const seen = new Set<string>();
  for (const points of pointsInOrder(stretches)) {
    for (let i = 0; i < points.step.length; i++) {
      const value = points.values[i];
      const key = `${points.step[i]} ${pointKey(points.timestamp[i], value)}`;
      if (seen.has(key)) continue;
      seen.add(key);
      step.push(points.step[i]);
      timestamp.push(points.timestamp[i]);
      values.push(value);
    }
  }
  return [{
    step: Float64Array.from(step),
    timestamp: Float64Array.from(timestamp),
    values: isFloat ? Float64Array.from(values as number[]) : values,
  }];
}

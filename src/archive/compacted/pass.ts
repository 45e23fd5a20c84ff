/**
 * One pass of a compacted project: its runs, and the columns of their attributes.
 *
 * @module
 */

import { firstPlace } from "../../columns.ts";
import type { Histogram } from "../../types.ts";
import type { Store } from "../disk/store.ts";
import type { Cells, CellType } from "../index/segments/segment.ts";
import { filesOf, type Pass, type TableFileEntry } from "./manifest.ts";
import { joinStretches, type LeafRequest, type LeafRows, type Stretch } from "./table_file.ts";
import { type SoundRows, type TableFault, TableReader } from "./table_reader.ts";

/** The values of one attribute: consecutive rows of `values`. */
export interface AttributeColumn {
  path: string;
  type: CellType;
  cells: number;
  /** Of series; else 0. */
  points: number;
  /** The first row. */
  row: number;
}

/** Where the points of series of one attribute are, by run number of the pass. */
export interface SeriesPlaces {
  run: Uint32Array;
  points: Float64Array;
  /** The first row of `series`. */
  row: Float64Array;
}

/** Told of rows that cannot be read: the run numbers of the pass, null where that cannot be read, either. */
export type OnLost = (runs: readonly number[] | null, column: AttributeColumn, fault: TableFault) => void;

/** What the files of a run are like. */
export interface SourceFiles {
  /** Of all of them. */
  bytes: number;
  /** The sum of the CRC-32 of their footers; 0: nobody knows. */
  checksum: number;
}

/** One of so many runs is asked for: then their rows are looked up. */
const FEW = 32;

/** The tables of one pass. */
export class PassTables {
  readonly pass: Pass;
  readonly values: TableReader;
  readonly series: TableReader;
  /** Sorted. */
  readonly runs: string[];
  /** 1 for runs whose export was finished. */
  readonly complete: Uint8Array;
  /** By run. */
  readonly points: Float64Array;
  readonly columns: readonly AttributeColumn[];
  /** The run numbers of columns that not every run has. */
  readonly #runNumbers = new Map<AttributeColumn, Uint32Array>();

  private constructor(
    pass: Pass,
    tables: { values: TableReader; series: TableReader },
    runs: LeafRows[],
    attributes: LeafRows[],
  ) {
    this.pass = pass;
    this.values = tables.values;
    this.series = tables.series;
    this.runs = runs[0].texts as string[];
    this.complete = runs[1].values as Uint8Array;
    this.points = runs[2].values as Float64Array;
    const [path, type, cells, points, file, row] = attributes;
    this.columns = path.texts!.map((name, i) => ({
      path: name!,
      type: type.texts![i] as CellType,
      cells: cells.values[i] as number,
      points: points.present && points.present[i] === 0 ? 0 : points.values[i] as number,
      row: this.values.row(file.values[i] as number, row.values[i] as number),
    }));
  }

  /** Reads the small tables of a pass. */
  static async open(store: Store, folder: string, pass: Pass, signal?: AbortSignal): Promise<PassTables> {
    const reader = (entries: TableFileEntry[]) => new TableReader(store, folder, entries);
    const whole = (table: TableReader, leaves: LeafRequest[]) =>
      table.read(leaves, table.rows > 0 ? [{ row: 0, rows: table.rows }] : [], signal);
    const [runs, attributes] = await Promise.all([
      whole(reader(filesOf(pass, "runs")), [
        text("run_id"),
        bool("complete"),
        float("points"),
      ]),
      whole(reader(filesOf(pass, "attributes")), [
        text("attribute_path"),
        text("attribute_type"),
        float("runs"),
        float("points"),
        float("values_file"),
        float("values_row"),
      ]),
    ]);
    const tables = { values: reader(filesOf(pass, "values")), series: reader(filesOf(pass, "series")) };
    return new PassTables(pass, tables, runs, attributes);
  }

  /** What the files of each run of a pass were like when it was written. */
  static async sources(
    store: Store,
    folder: string,
    pass: Pass,
    signal?: AbortSignal,
  ): Promise<Map<string, SourceFiles>> {
    const table = new TableReader(store, folder, filesOf(pass, "runs"));
    const [run, bytes, checksum] = await table.read(
      [text("run_id"), float("source_bytes"), { ...float("source_checksum"), isOptional: true }],
      table.rows > 0 ? [{ row: 0, rows: table.rows }] : [],
      signal,
    );
    return new Map(
      run.texts!.map((key, i) => [key!, { bytes: bytes.values[i] as number, checksum: checksum.values[i] as number }]),
    );
  }

  /**
   * The cells of a column.
   *
   * @param wanted Run numbers, ascending; null: all.
   */
  async cells(
    column: AttributeColumn,
    wanted: readonly number[] | null,
    onLost: OnLost,
    signal?: AbortSignal,
  ): Promise<Cells> {
    const leaves = LEAVES[column.type];
    const stretches = await this.#stretches(column, wanted, onLost, signal);
    const sound = await this.#read(column, [RUN, ...leaves.map(([, leaf]) => leaf).flat()], stretches, onLost, signal);
    const [run, ...rest] = sound.leaves;
    const fields: Cells["fields"] = {};
    let at = 0;
    for (const [name, some] of leaves) {
      const read = rest.slice(at, at += some.length);
      fields[name] = some === HISTOGRAM ? histogramsOf(read) : valuesOf(read[0]);
    }
    return { path: column.path, type: column.type, entries: Uint32Array.from(run.values as Float64Array), fields };
  }

  /** Where the points of a column of series are; as {@linkcode PassTables.cells}. */
  async places(
    column: AttributeColumn,
    wanted: readonly number[] | null,
    onLost: OnLost,
    signal?: AbortSignal,
  ): Promise<SeriesPlaces> {
    const stretches = await this.#stretches(column, wanted, onLost, signal);
    const leaves = [RUN, float("points"), float("series_file"), float("series_row")];
    const { leaves: [run, points, file, row] } = await this.#read(column, leaves, stretches, onLost, signal);
    const files = file.values as Float64Array, rows = row.values as Float64Array;
    return {
      run: Uint32Array.from(run.values as Float64Array),
      points: points.values as Float64Array,
      row: rows.map((row, i) => this.series.row(files[i], row)),
    };
  }

  async #read(
    column: AttributeColumn,
    leaves: LeafRequest[],
    stretches: readonly Stretch[],
    onLost: OnLost,
    signal?: AbortSignal,
  ): Promise<SoundRows> {
    return await this.values.readSound(leaves, stretches, async (lost, fault) => {
      onLost(await this.#runsOf(column, lost, signal), column, fault);
    }, signal);
  }

  /** The runs of rows of a column, or null. */
  async #runsOf(column: AttributeColumn, { row, rows }: Stretch, signal?: AbortSignal): Promise<number[] | null> {
    if (column.cells === this.runs.length) return Array.from({ length: rows }, (_, i) => row - column.row + i);
    try {
      const [{ values }] = await this.values.read([RUN], [{ row, rows }], signal);
      return Array.from(values as Float64Array);
    } catch {
      signal?.throwIfAborted();
      return null;
    }
  }

  /** The rows of some runs, or of all. */
  async #stretches(
    column: AttributeColumn,
    wanted: readonly number[] | null,
    onLost: OnLost,
    signal?: AbortSignal,
  ): Promise<Stretch[]> {
    const all = [{ row: column.row, rows: column.cells }];
    if (wanted === null || wanted.length * FEW > column.cells) return all;
    if (column.cells === this.runs.length) {
      return joinStretches(wanted.map((run) => ({ row: column.row + run, rows: 1 })));
    }
    let numbers = this.#runNumbers.get(column);
    if (!numbers) {
      const { stretches, leaves: [run] } = await this.#read(column, [RUN], all, onLost, signal);
      // Where some cannot be read, the others are found by going through all.
      if (stretches !== all) return [...stretches];
      this.#runNumbers.set(column, numbers = Uint32Array.from(run.values as Float64Array));
    }
    return joinStretches(wanted.flatMap((run) => {
      const at = firstPlace(numbers.length, (place) => numbers[place] >= run);
      return numbers[at] === run ? [{ row: column.row + at, rows: 1 }] : [];
    }));
  }
}

const text = (...path: string[]): LeafRequest => ({ path, kind: "string" });
const float = (...path: string[]): LeafRequest => ({ path, kind: "float" });
const bool = (...path: string[]): LeafRequest => ({ path, kind: "bool" });
const RUN = float("run_number");
const STEPS: [string, LeafRequest[]][] = [["firstStep", [float("first_step")]], ["lastStep", [float("step")]]];
const FILE = [text("file_value", "path")];

/** The leaves of a histogram. */
export const HISTOGRAM: LeafRequest[] = [
  text("histogram_value", "type"),
  { path: ["histogram_value", "edges"], kind: "float", isList: true },
  { path: ["histogram_value", "values"], kind: "float", isList: true },
];

/** Which leaves hold the fields of cells of each type. */
const LEAVES: Readonly<Record<CellType, [field: string, leaves: LeafRequest[]][]>> = {
  int: [["value", [{ path: ["int_value"], kind: "int" }]]],
  float: [["value", [float("float_value")]]],
  string: [["value", [text("string_value")]]],
  bool: [["value", [bool("bool_value")]]],
  datetime: [["value", [float("datetime_value")]]],
  string_set: [["value", [{ path: ["string_set_value"], kind: "string", isList: true }]]],
  file: [["value", FILE]],
  file_set: [["value", FILE]],
  artifact: [["value", FILE]],
  float_series: [
    ...STEPS,
    ["last", [float("float_value")]],
    ["min", [float("min_value")]],
    ["max", [float("max_value")]],
    ["average", [float("average_value")]],
    ["variance", [float("variance_value")]],
  ],
  string_series: [...STEPS, ["last", [text("string_value")]]],
  histogram_series: [...STEPS, ["last", HISTOGRAM]],
  file_series: [...STEPS, ["last", FILE]],
  no_float: [],
  no_file: [],
};

function valuesOf({ values, texts, lists }: LeafRows): Cells["fields"][string] {
  return (texts ?? lists ?? values) as Cells["fields"][string];
}

/** Histograms of their three leaves; null where there is none. */
export function histogramsOf([type, edges, values]: LeafRows[]): (Histogram | null)[] {
  return type.texts!.map((type, i) =>
    type === null ? null : { type, edges: edges.lists![i] as Float64Array, values: values.lists![i] as Float64Array }
  );
}

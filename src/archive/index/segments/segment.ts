/**
 * Segments of an index: what was found in some parts, column by column, in memory or in a file.
 *
 * A column holds the cells of one attribute (path and type): which entries have it, and its latest values. An entry is one run
 * in one part. Columns are read one by one, when somebody asks for them.
 *
 * @module
 */

import type { ConfigType, FileType, SeriesType } from "../../../types.ts";
import type { FieldKind, Fields } from "./fields.ts";

/**
 * What a column holds. `no_float` and `no_file`: the entries whose float or file was stored without a value, because the
 * exporter filled up its grid, or because it was lost.
 */
export type CellType = ConfigType | FileType | SeriesType | "no_float" | "no_file";

const VALUE = <K extends FieldKind>(kind: K) => ({ value: kind });
const STEPS = { firstStep: "float", lastStep: "float" } as const;

/** The fields of each type of columns. */
export const FIELDS = {
  int: VALUE("int"),
  float: VALUE("float"),
  string: VALUE("string"),
  bool: VALUE("bool"),
  datetime: VALUE("float"),
  string_set: VALUE("strings"),
  file: VALUE("string"),
  file_set: VALUE("string"),
  artifact: VALUE("string"),
  float_series: { ...STEPS, last: "float", min: "float", max: "float", average: "float", variance: "float" },
  string_series: { ...STEPS, last: "string" },
  histogram_series: { ...STEPS, last: "histogram" },
  file_series: { ...STEPS, last: "string" },
  no_float: {},
  no_file: {},
} as const satisfies Record<CellType, Record<string, FieldKind>>;

/** The cells of one attribute in one segment. */
export interface Cells {
  path: string;
  type: CellType;
  /** Numbers of entries, ascending. */
  entries: Uint32Array;
  /** By name, as long as `entries`. */
  fields: Record<string, Fields[FieldKind]>;
}

/** A column that has not been read. */
export interface ColumnInfo {
  path: string;
  type: CellType;
  /** How many cells it has. */
  cells: number;
}

/** How much of a part is in a segment: its parameters, its series, or both (the sum). */
export const Stage = { parameters: 1, series: 2, both: 3 } as const;

/** One of {@linkcode Stage}. */
export type Stage = typeof Stage[keyof typeof Stage];

/** What is noted of a part: as it was when it was read. Times in milliseconds since the epoch. */
export const PART_FIELDS = {
  name: "string",
  size: "float",
  modified: "float",
  changed: "float",
  inode: "float",
  /** A checksum of its footer; 0 where it has none. */
  footer: "float",
  /** When it was read. */
  read: "float",
  stage: "bool",
  /** 1: its columns are those of the exporter. */
  alike: "bool",
  /** Why it cannot be read; mostly null. */
  damage: "string",
} as const satisfies Record<string, FieldKind>;

/** Parts by number, column by column: there may be a hundred thousand of them. */
export type PartColumns = { [name in keyof typeof PART_FIELDS]: Fields[typeof PART_FIELDS[name]] };

/** Entries by number: which run in which part. */
export interface EntryColumns {
  /** The number of the part. */
  part: Uint32Array;
  /** The number of the project among those of the segment. */
  project: Uint32Array;
  run: string[];
}

/** What was found in some parts. */
export interface Segment {
  /** Its parts, read anew each time: they are seldom asked for. */
  parts(): PartColumns;
  readonly entries: EntryColumns;
  /** The projects that entries name; null: the file does not say. */
  readonly projects: readonly (string | null)[];
  readonly columns: readonly ColumnInfo[];
  /** The cells of the column with a number. */
  cells(column: number): Cells;
}

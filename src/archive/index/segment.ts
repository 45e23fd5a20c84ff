/**
 * Segments of an index: what was found in some parts, column by column, in memory or in a file.
 *
 * A column holds the cells of one attribute (path and type): which entries have it, and its latest values. An entry is one run
 * in one part. Columns are read one by one, when somebody asks for them.
 *
 * @module
 */

import type { ConfigType, FileType, SeriesType } from "../../types.ts";
import { crc32 } from "node:zlib";
import { readAt } from "../disk/bytes.ts";
import type { Strings } from "../parquet/format/strings.ts";
import { type FieldKind, FieldReader, type Fields, FieldWriter } from "./fields.ts";

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

/** How much of a part is in a segment: its parameters, its series, or both. */
export type Stage = "parameters" | "series" | "both";

/** A part, as it was when it was read. */
export interface PartRecord {
  name: string;
  size: number;
  /** Milliseconds since the epoch. */
  modified: number;
  changed: number;
  inode: number;
  /** A checksum of its footer; 0 where it has none. */
  footer: number;
  /** When it was read, in milliseconds since the epoch. */
  read: number;
  stage: Stage;
  /** Its columns are those of the exporter. */
  alike: boolean;
  /** Why it cannot be read, or null. */
  damage: string | null;
}

/** One run in one part. */
export interface SegmentEntry {
  /** The number of the part. */
  part: number;
  /** null: the file does not say. */
  project: string | null;
  run: string;
}

/** What was found in some parts. */
export interface Segment {
  readonly parts: readonly PartRecord[];
  readonly entries: readonly SegmentEntry[];
  readonly columns: readonly ColumnInfo[];
  /** How many bytes it takes. */
  readonly bytes: number;
  /** Where it is kept, if it is. */
  readonly path?: string;
  /** The cells of the column with a number. */
  cells(column: number): Cells;
}

/** A segment under construction. */
export class SegmentBuilder implements Segment {
  readonly parts: PartRecord[] = [];
  readonly entries: SegmentEntry[] = [];
  readonly #columns = new Map<string, GrowingColumn>();
  readonly #list: GrowingColumn[] = [];
  readonly #last = new Map<CellType, { paths: Strings; columns: (GrowingColumn | undefined)[] }>();
  bytes = 0;

  get columns(): readonly ColumnInfo[] {
    return this.#list;
  }

  /** The columns of strings that are paths, by their number. Parts mostly have the same paths as the one before. */
  columnsOf(paths: Strings, type: CellType): (GrowingColumn | undefined)[] {
    const last = this.#last.get(type);
    if (last?.paths.equals(paths)) return last.columns;
    const columns: (GrowingColumn | undefined)[] = [];
    this.#last.set(type, { paths, columns });
    return columns;
  }

  addEntry(entry: SegmentEntry): number {
    return this.entries.push(entry) - 1;
  }

  /** The column of an attribute. */
  column(path: string, type: CellType): GrowingColumn {
    const key = `${type}:${path}`;
    let column = this.#columns.get(key);
    if (!column) {
      this.#columns.set(key, column = new GrowingColumn(path, type));
      this.#list.push(column);
    }
    return column;
  }

  cells(column: number): Cells {
    return this.#list[column].finished();
  }
}

/** A column that grows cell by cell. */
export class GrowingColumn implements ColumnInfo {
  readonly #entries: number[] = [];
  readonly #values: unknown[][];
  readonly #kinds: [string, FieldKind][];

  constructor(readonly path: string, readonly type: CellType) {
    this.#kinds = Object.entries(FIELDS[type]);
    this.#values = this.#kinds.map(() => []);
  }

  get cells(): number {
    return this.#entries.length;
  }

  /** Adds a cell of a column with one field, or with none. */
  add(entry: number, value?: unknown): void {
    this.#entries.push(entry);
    if (this.#values.length > 0) this.#values[0].push(value);
  }

  /** Adds a cell; values in the order of the fields. */
  addAll(entry: number, values: readonly unknown[]): void {
    this.#entries.push(entry);
    for (let i = 0; i < values.length; i++) this.#values[i].push(values[i]);
  }

  finished(): Cells {
    const fields: Cells["fields"] = {};
    this.#kinds.forEach(([name, kind], i) => fields[name] = typed(kind, this.#values[i]));
    return { path: this.path, type: this.type, entries: Uint32Array.from(this.#entries), fields };
  }
}

function typed(kind: FieldKind, values: unknown[]): Fields[FieldKind] {
  if (kind === "float") return Float64Array.from(values as number[]);
  if (kind === "int") return BigInt64Array.from(values as bigint[]);
  return kind === "bool" ? Uint8Array.from(values as number[]) : values as Fields["string"];
}

/** Raised whenever what is stored changes. */
const VERSION = 4;
const MAGIC = "neptune-fetcher index";

type PartTuple = [
  name: string,
  size: number,
  modified: number,
  changed: number,
  inode: number,
  footer: number,
  read: number,
  stage: Stage,
  alike: boolean,
  damage: string | null,
];

interface Header {
  magic: string;
  version: number;
  /** What the index belongs to. */
  owner: string;
  /** As lists, whose keys need not be repeated seventy thousand times. */
  parts: PartTuple[];
  entryParts: number[];
  /** Most entries of a segment are of one project. */
  projects: (string | null)[];
  entryProjects: number[];
  runs: string[];
  columns: [path: string, type: CellType, cells: number, at: number, length: number][];
}

/** How many bytes stand at the end: the length of what says what is where, and a checksum of all that is before. */
const TRAILER = 12;

/** Writes a segment as bytes, piece by piece: all columns, then what is where, then the trailer. */
export function* encodeSegment(segment: Omit<Segment, "bytes">, owner: string): Generator<Uint8Array<ArrayBuffer>> {
  let at = 0, checksum = 0;
  const columns: Header["columns"] = [];
  for (let i = 0; i < segment.columns.length; i++) {
    const { path, type, entries, fields } = segment.cells(i);
    if (entries.length === 0) continue;
    const writer = new FieldWriter();
    writer.numbers(entries);
    for (const [name, kind] of Object.entries(FIELDS[type])) writer.field(kind, fields[name]);
    const bytes = writer.finish();
    columns.push([path, type, entries.length, at, bytes.length]);
    at += bytes.length;
    checksum = crc32(bytes, checksum);
    yield bytes;
  }
  const projects = [...new Set(segment.entries.map(({ project }) => project))];
  const numbers = new Map(projects.map((project, i) => [project, i]));
  const header: Header = {
    magic: MAGIC,
    version: VERSION,
    owner,
    parts: segment.parts.map((part) => [
      part.name,
      part.size,
      part.modified,
      part.changed,
      part.inode,
      part.footer,
      part.read,
      part.stage,
      part.alike,
      part.damage,
    ]),
    entryParts: segment.entries.map(({ part }) => part),
    projects,
    entryProjects: segment.entries.map(({ project }) => numbers.get(project)!),
    runs: segment.entries.map(({ run }) => run),
    columns,
  };
  const bytes = new TextEncoder().encode(JSON.stringify(header));
  yield bytes;
  const trailer = new DataView(new ArrayBuffer(TRAILER));
  trailer.setFloat64(0, bytes.length, true);
  trailer.setUint32(8, crc32(new Uint8Array(trailer.buffer, 0, 8), crc32(bytes, checksum)), true);
  yield new Uint8Array(trailer.buffer);
}

/** Tells whether a file has the bytes that were written: spoilt ones would be wrong answers. */
function isAsWritten(path: string, size: number): boolean {
  using file = openEither(path, path + REPLACED);
  const end = size - 4;
  let checksum = 0;
  for (let at = 0; at < end; at += STRETCH) checksum = crc32(readAt(file, at, Math.min(STRETCH, end - at)), checksum);
  const last = readAt(file, Math.max(0, end), 4);
  return size >= TRAILER && last.length === 4 && new DataView(last.buffer).getUint32(0, true) === checksum;
}

const STRETCH = 1 << 22;

/** The end of the name of a segment that was put together with others: nobody opens it any more, but some may be reading it. */
export const REPLACED = ".replaced";

function openEither(path: string, other: string): Deno.FsFile {
  try {
    return Deno.openSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return Deno.openSync(other);
    throw error;
  }
}

/** A segment whose bytes are in memory or in a file. */
export class StoredSegment implements Segment {
  readonly parts: readonly PartRecord[];
  readonly entries: readonly SegmentEntry[];
  readonly columns: readonly ColumnInfo[];
  readonly owner: string;
  readonly bytes: number;
  readonly #places: Header["columns"];
  readonly #read: (at: number, length: number) => Uint8Array<ArrayBuffer>;

  /** Throws where the bytes are no segment of this version. */
  constructor(size: number, read: (at: number, length: number) => Uint8Array<ArrayBuffer>, readonly path?: string) {
    this.bytes = size;
    this.#read = read;
    const trailer = read(size - TRAILER, TRAILER);
    const length = new DataView(trailer.buffer, trailer.byteOffset).getFloat64(0, true);
    const header = JSON.parse(new TextDecoder().decode(read(size - TRAILER - length, length))) as Header;
    if (header.magic !== MAGIC || header.version !== VERSION) throw new Error("This is not a segment of this version.");
    this.owner = header.owner;
    this.parts = header.parts.map(([name, size, modified, changed, inode, footer, read, stage, alike, damage]) => ({
      name,
      size,
      modified,
      changed,
      inode,
      footer,
      read,
      stage,
      alike,
      damage,
    }));
    this.entries = header.runs.map((run, i) => ({
      part: header.entryParts[i],
      project: header.projects[header.entryProjects[i]],
      run,
    }));
    this.#places = header.columns;
    this.columns = header.columns.map(([path, type, cells]) => ({ path, type, cells }));
  }

  /** A segment in memory. */
  static of(bytes: Uint8Array<ArrayBuffer>): StoredSegment {
    return new StoredSegment(bytes.length, (at, length) => bytes.slice(at, at + length));
  }

  /** A segment in a file: not kept open, but read in stretches, as columns are mostly read one after the other. */
  static in(path: string): StoredSegment {
    const size = Deno.statSync(path).size;
    if (!isAsWritten(path, size)) throw new Error(`The index ${path} is not as it was written.`);
    let from = 0, held = new Uint8Array(0);
    return new StoredSegment(size, (at, length) => {
      if (at < from || at + length > from + held.length) {
        using file = openEither(path, path + REPLACED);
        from = at;
        held = readAt(file, at, Math.min(size - at, Math.max(length, STRETCH)));
        if (held.length < length) throw new Error(`The index ${path} became shorter.`);
      }
      return held.slice(at - from, at - from + length);
    }, path);
  }

  cells(column: number): Cells {
    const [path, type, cells, at, length] = this.#places[column];
    const reader = new FieldReader(this.#read(at, length), cells);
    const entries = reader.numbers(cells);
    const fields: Cells["fields"] = {};
    for (const [name, kind] of Object.entries(FIELDS[type])) fields[name] = reader.field(kind);
    return { path, type, entries, fields };
  }
}

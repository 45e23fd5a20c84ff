/**
 * One Parquet file with the exporter's columns: row groups, of which columns are read as they are asked for.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import type { OpenFile } from "../disk/store.ts";
import { allThere, type ColumnBytes, PassingBytes } from "./format/column_bytes.ts";
import { type DecodedColumn, findRows, type ListColumn, readColumn, readLists } from "./format/column.ts";
import type { PageStart } from "./format/pages.ts";
import {
  type Chunk,
  type Footer,
  footerLength,
  type Leaf,
  Physical,
  readFooter,
  type RowGroup,
} from "./format/footer.ts";
import { extremes } from "./format/statistics.ts";
import { checkFooter, checkPageHeaders } from "./format/strict.ts";
import { Strings } from "./format/strings.ts";
import { ParquetError } from "./format/thrift.ts";
import { arrayOf, type Arrays, type ColumnKind } from "./format/values.ts";
import { type CellTypes, COLUMN_LIST, type ColumnName, LEAF_PATHS, NEEDED_COLUMNS } from "./schema.ts";

const { BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY, INT64, DOUBLE, BOOLEAN } = Physical;
/** What leaves a column of each kind has: their types, and the scale of decimals or the unit of instants. */
const LEAF_TYPES: Record<keyof CellTypes, readonly (readonly [number, number | null])[]> = {
  string: [[BYTE_ARRAY, null]],
  decimal: [[FIXED_LEN_BYTE_ARRAY, 6]],
  time: [[INT64, 1]],
  int: [[INT64, null]],
  float: [[DOUBLE, null]],
  bool: [[BOOLEAN, null]],
  strings: [[BYTE_ARRAY, null]],
  file: [[BYTE_ARRAY, null]],
  histogram: [[BYTE_ARRAY, null], [DOUBLE, null], [DOUBLE, null]],
};
/** The exporter's leaves: the column, its type, and the scale of decimals or the unit of instants. */
const EXPORTED = COLUMN_LIST.flatMap(([name, { holds }]) =>
  LEAF_TYPES[holds].map(([type, unit]) => [name, type, unit] as const)
);

const NEEDED: readonly ColumnName[] = ["run", "path", "type"];
/** All columns, and parts of columns. */
export const EVERY_COLUMN: readonly ColumnName[] = [...LEAF_PATHS.keys()];

/** An open file. To be closed; everything that is wrong with it is thrown as a {@linkcode ParquetError}. */
export class ParquetFile {
  readonly footer: Footer;
  /** Changes with the footer, which tells of all values: where each column is, how long it is, and mostly its extremes. */
  footerChecksum = 0;
  #places: ReadonlyMap<ColumnName, number> = new Map();
  readonly #file: OpenFile;
  /** All bytes of a small file, the last ones of a large one; and where in the file they start. */
  readonly #bytes: Uint8Array;
  readonly #from: number;
  #groups: RowGroupReader[] | null = null;
  #footerBytes!: Uint8Array;
  #isChecked = false;
  /** What was fetched of a large file that is far away. */
  readonly #fetched = new Map<Chunk, Uint8Array>();

  /**
   * A file that can be read at once.
   *
   * @param tail The last bytes, with the whole footer, where they had to be fetched.
   */
  constructor(file: OpenFile, tail?: Uint8Array) {
    this.#file = file;
    try {
      this.#from = file.size - (tail?.length ?? file.tail);
      this.#bytes = tail ?? exactly(file, this.#from, file.size - this.#from);
      this.footer = this.#readFooter(file.size);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Opens a file whose bytes have to be fetched, or can be read at once. */
  static open(file: OpenFile, signal?: AbortSignal): ParquetFile | Promise<ParquetFile> {
    return file.load === null ? new ParquetFile(file) : ParquetFile.#load(file, file.load, signal);
  }

  static async #load(file: OpenFile, load: NonNullable<OpenFile["load"]>, signal?: AbortSignal) {
    let [tail] = await load([{ at: file.size - file.tail, length: file.tail }], signal);
    const length = footerLength(tail, file.size);
    if (length > tail.length) [tail] = await load([{ at: file.size - length, length }], signal);
    return new ParquetFile(file, tail);
  }

  /** Row groups, one after the other. What is decoded of a small file is kept for the next time, and so is what was fetched. */
  *groups(): Generator<RowGroupReader> {
    const isKept = this.#from === 0 || this.#file.load !== null;
    const { groups } = this.footer;
    if (isKept) yield* this.#groups ??= groups.map((group, number) => new RowGroupReader(this, group, number));
    else for (const [number, group] of groups.entries()) yield new RowGroupReader(this, group, number);
  }

  /** Whether columns have to be fetched before they are read. */
  get isFar(): boolean {
    return this.#file.load !== null && this.#from > 0;
  }

  /** Fetches columns of all row groups that have wanted rows, at once. */
  async load(columns: readonly ColumnName[], signal?: AbortSignal): Promise<void> {
    if (!this.isFar) return;
    const chunks = [...this.groups()].flatMap((group) => group.lacking(columns));
    const bytes = await this.#file.load!(chunks.map(({ start, bytes }) => ({ at: start, length: bytes })), signal);
    chunks.forEach((chunk, i) => this.#fetched.set(chunk, bytes[i]));
  }

  /** Its columns are those of the exporter: other readers need no help with it. */
  get isAlike(): boolean {
    const { leaves } = this.footer;
    return leaves.length === EXPORTED.length && leaves.every(({ path, physical, scale, perMillisecond }, i) => {
      const [name, type, unit] = EXPORTED[i];
      return path[0] === name && physical === type && (scale ?? perMillisecond) === unit;
    });
  }

  /** Where a column is among the leaves; -1: it is not there. */
  place(name: ColumnName): number {
    return this.#places.get(name) ?? -1;
  }

  /** All bytes of a column in a row group. */
  bytesOf(chunk: Chunk): Uint8Array {
    return this.#bytesHere(chunk) ?? exactly(this.#file, chunk.start, chunk.bytes);
  }

  /** The bytes of a column in a row group, of which nothing is kept: as they are needed. */
  passingBytesOf(chunk: Chunk): ColumnBytes {
    const here = this.#bytesHere(chunk);
    if (here) return allThere(here);
    return new PassingBytes(chunk.bytes, (at, into) => this.#file.read(chunk.start + at, into.length, into));
  }

  #bytesHere(chunk: Chunk): Uint8Array | undefined {
    const { start, bytes } = chunk;
    if (start >= this.#from) return this.#bytes.subarray(start - this.#from, start - this.#from + bytes);
    return this.#fetched.get(chunk);
  }

  /** Whether the bytes of a column in a row group are here. */
  has(chunk: Chunk): boolean {
    return chunk.start >= this.#from || this.#fetched.has(chunk);
  }

  /** Looks at every word of the footer. */
  checkFooter(): void {
    if (this.#isChecked) return;
    checkFooter(this.#footerBytes);
    this.#isChecked = true;
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  #readFooter(size: number): Footer {
    const length = footerLength(this.#bytes, size);
    const start = this.#bytes.length - length;
    const bytes = start >= 0
      ? this.#bytes.subarray(start, this.#bytes.length - 8)
      : exactly(this.#file, size - length, length - 8);
    this.#footerBytes = bytes;
    this.footerChecksum = crc32(bytes);
    const footer = readFooter(bytes, size);
    this.#places = placesOf(footer.leaves);
    const lacking = NEEDED.filter((name) => !this.#places.has(name)).map((name) => LEAF_PATHS.get(name)![0]);
    if (lacking.length > 0) throw new ParquetError(`it has no column ${lacking.join(", ")}`);
    return footer;
  }
}

/** What a file says of its columns. */
export interface FileColumns {
  leaves: readonly Leaf[];
  isAlike: boolean;
}

const placesBySchema = new WeakMap<readonly Leaf[], ReadonlyMap<ColumnName, number>>();

/** Where the columns are among the leaves. Many files have the same ones. */
function placesOf(leaves: readonly Leaf[]): ReadonlyMap<ColumnName, number> {
  const known = placesBySchema.get(leaves);
  if (known) return known;
  const byPath = new Map<string, number>();
  // A list is found by the name of its column: what is inside is called differently by different tools.
  leaves.forEach(({ path, repetition }, i) => {
    byPath.set((repetition > 0 ? path.slice(0, path[0] === "histogram_value" ? 2 : 1) : path).join("\0"), i);
  });
  const places = new Map<ColumnName, number>();
  for (const [name, path] of LEAF_PATHS) {
    const place = byPath.get(path.join("\0"));
    if (place !== undefined) places.set(name, place);
  }
  placesBySchema.set(leaves, places);
  return places;
}

/** Where the data pages of columns in a row group start, counted from the start of the column. Plain data. */
export type PageStarts = { [name in ColumnName]?: PageStart[] };

/** A row group, and which of its rows are wanted. */
export class RowGroupReader {
  /** The wanted rows, ascending; null: all. */
  #rows: Uint32Array | null = null;
  readonly #file: ParquetFile;
  readonly #group: RowGroup;
  /** What was decoded of the wanted rows. */
  readonly #decoded = new Map<ColumnName, DecodedColumn<ColumnKind>>();
  /** Where the pages of columns of numbers lie, as far as it is known. */
  #places: PageStarts | null = null;

  /** @param number Its place among the row groups of the file. */
  constructor(file: ParquetFile, group: RowGroup, readonly number: number) {
    this.#file = file;
    this.#group = group;
  }

  /** How many rows it has, wanted or not. */
  get size(): number {
    return this.#group.rows;
  }

  /** Changes with the file. */
  get checksum(): number {
    return this.#file.footerChecksum;
  }

  /** Whether pages of it can be read by themselves: it is not in memory anyway. */
  get hasPages(): boolean {
    return !this.#file.isFar && this.#group.chunks.some((chunk) => !this.#file.has(chunk));
  }

  /** From here on it is noted where the pages of columns of numbers lie; gives what is noted. */
  notePlaces(): PageStarts {
    return this.#places ??= {};
  }

  /** From here on only these rows, ascending; of columns whose pages are known only those with wanted rows are read. */
  only(rows: Uint32Array, places: PageStarts): void {
    this.#places = places;
    this.#narrow(rows);
  }

  /** How many rows are wanted. */
  get length(): number {
    return this.#rows ? this.#rows.length : this.#group.rows;
  }

  /** The wanted rows; null: all. */
  get rows(): Uint32Array | null {
    return this.#rows;
  }

  /** What the file says of its columns, and whether they are exactly the exporter's. */
  get columns(): FileColumns {
    return { leaves: this.#file.footer.leaves, isAlike: this.#file.isAlike };
  }

  /** From here on only rows whose text passes; asked once for each text. */
  where(name: ColumnName, passes: (text: string) => boolean): void {
    if (this.length === 0) return;
    const column = this.#column(name, true);
    this.#narrow(column ? findRows(...column, passes, this.#rows) : new Uint32Array(0));
  }

  /** From here on only the rows that pass, by their position among the wanted ones. */
  keep(passes: (position: number) => boolean): void {
    const { length } = this;
    let count = 0;
    while (count < length && passes(count)) count++;
    if (count === length) return;
    const kept = allRows(length);
    for (let position = count + 1; position < length; position++) if (passes(position)) kept[count++] = position;
    const positions = kept.slice(0, count), rows = this.#rows;
    this.#rows = rows ? positions.map((position) => rows[position]) : positions;
    for (const [name, column] of this.#decoded) this.#decoded.set(name, some(column, positions));
  }

  /** From here on only the rows between two positions among the wanted ones. */
  between(from: number, until: number): void {
    if (from === 0 && until === this.length) return;
    const positions = allRows(until - from);
    for (let i = 0; i < positions.length; i++) positions[i] += from;
    for (const [name, column] of this.#decoded) this.#decoded.set(name, some(column, positions));
    this.#rows = this.#rows ? this.#rows.subarray(from, until) : positions;
  }

  /** From here on no rows. */
  drop(): void {
    this.#narrow(new Uint32Array(0));
  }

  /** The least and the greatest number of a column, of all rows; null where the file does not tell. */
  extremes(name: ColumnName): [number, number] | null {
    const place = this.#file.place(name);
    if (place < 0) return null;
    return extremes(this.#file.footer, this.#group.chunks[place], this.#file.footer.leaves[place]);
  }

  /** The same rows, of which others may be wanted. */
  copy(): RowGroupReader {
    const copy = new RowGroupReader(this.#file, this.#group, this.number);
    copy.#rows = this.#rows;
    return copy;
  }

  strings(name: ColumnName): DecodedColumn<"string"> {
    return this.#read(name, "string");
  }

  floats(name: ColumnName): DecodedColumn<"float"> {
    return this.#read(name, "float");
  }

  ints(name: ColumnName): DecodedColumn<"int"> {
    return this.#read(name, "int");
  }

  bools(name: ColumnName): DecodedColumn<"bool"> {
    return this.#read(name, "bool");
  }

  lists<K extends "string" | "float">(name: ColumnName, kind: K): ListColumn<K> {
    const column = this.#column(name, kind !== "string");
    if (column) return readLists(...column, kind, this.#group.rows, this.#rows);
    return {
      elements: arrayOf(kind, 0),
      lengths: new Int32Array(this.length).fill(-1),
      starts: new Uint32Array(this.length),
      strings: new Strings(),
    };
  }

  /** Fails where the file has no column for the values of rows of a type: they are lost, and no such rows would be there without. */
  needColumnsOf(type: string): void {
    const lacking = NEEDED_COLUMNS.get(type)?.find((name) => this.#file.place(name) < 0);
    if (lacking === undefined) return;
    throw new ParquetError(`it has rows of type ${type}, but no column ${LEAF_PATHS.get(lacking)!.join(".")}`);
  }

  /** Looks at every word of the metadata, too, for readers that expect each to be right. */
  checkWords(): void {
    this.#file.checkFooter();
    for (const chunk of this.#group.chunks) checkPageHeaders(this.#file.bytesOf(chunk));
  }

  /** Decodes every column, and keeps nothing: fails where one cannot be read. */
  check(): void {
    for (const type of distinct(this.strings("type")).names) this.needColumnsOf(type);
    for (const name of ["project", "run", "path", "type", "string", "file", "histogram"] as const) {
      this.strings(name).strings.all();
    }
    for (const name of ["step", "timestamp", "float", "datetime"] as const) this.floats(name);
    this.ints("int");
    this.bools("bool");
    this.lists("set", "string").strings.all();
    this.lists("edges", "float");
    this.lists("bins", "float");
    this.#decoded.clear();
  }

  #narrow(rows: Uint32Array | null): void {
    if (rows !== null && rows.length === this.length) return;
    this.#rows = rows;
    this.#decoded.clear();
  }

  #read<K extends ColumnKind>(name: ColumnName, kind: K): DecodedColumn<K> {
    const known = this.#decoded.get(name);
    if (known) return known as DecodedColumn<K>;
    // Texts stay where they are.
    const column = this.#column(name, kind !== "string");
    const places = this.#places && kind === "float" ? this.#places[name] ??= [] : undefined;
    const decoded = column
      ? readColumn(...column, kind, this.#rows, places)
      : { values: arrayOf(kind, this.length), present: new Uint8Array(this.length), strings: new Strings() };
    this.#decoded.set(name, decoded);
    return decoded;
  }

  /** What has to be fetched of these columns before the wanted rows can be read. */
  lacking(columns: readonly ColumnName[]): Chunk[] {
    if (this.length === 0) return [];
    const places = columns.map((name) => this.#file.place(name)).filter((place) => place >= 0);
    return places.map((place) => this.#group.chunks[place]).filter((chunk) => !this.#file.has(chunk));
  }

  /** @param passing Nothing of its bytes is kept. */
  #column(name: ColumnName, passing: boolean): [ColumnBytes, Chunk, Leaf] | null {
    const place = this.#file.place(name);
    if (place < 0) return null;
    const chunk = this.#group.chunks[place];
    const bytes = passing ? this.#file.passingBytesOf(chunk) : allThere(this.#file.bytesOf(chunk));
    return [bytes, chunk, this.#file.footer.leaves[place]];
  }
}

/** Those of decoded values that are at ascending positions. */
function some<K extends ColumnKind>(
  { values, present, strings }: DecodedColumn<K>,
  positions: Uint32Array,
): DecodedColumn<K> {
  return { values: pick(values, positions), present: present && pick(present, positions), strings };
}

function pick<T extends Arrays[ColumnKind]>(values: T, positions: Uint32Array): T {
  const { length } = positions;
  if (length === 0) return values.subarray(0, 0) as T;
  const [first] = positions;
  // Steps of one series ascend: those of a range lie together.
  if (positions[length - 1] - first === length - 1) return values.subarray(first, first + length) as T;
  const picked = new (values.constructor as Float64ArrayConstructor)(length);
  for (let i = 0; i < length; i++) picked[i] = values[positions[i]] as number;
  return picked as ArrayLike<unknown> as T;
}

function allRows(count: number): Uint32Array {
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}

/** The lists of a column, one for each row; null where there is none. */
export function listsOf({ elements, lengths, starts }: ListColumn<"float">): (Float64Array | null)[] {
  return Array.from(lengths, (length, i) => length < 0 ? null : elements.slice(starts[i], starts[i] + length));
}

/** The lists of strings of a column, one for each row; null where there is none. */
export function stringListsOf({ elements, lengths, starts, strings }: ListColumn<"string">): (string[] | null)[] {
  return Array.from(
    lengths,
    (length, i) =>
      length < 0 ? null : Array.from(elements.subarray(starts[i], starts[i] + length), (n) => strings.get(n)),
  );
}

/** The strings of a column, one for each row; null where there is none. */
export function stringsOf({ values, present, strings }: DecodedColumn<"string">): (string | null)[] {
  return Array.from(values, (code, i) => present && present[i] === 0 ? null : strings.get(code));
}

/** The strings of a column, each once, and which of them each row has; -1: none. Files may hold a string several times. */
export function distinct(
  { values, present, strings }: DecodedColumn<"string">,
): { names: string[]; codes: Int32Array } {
  if (strings.length === 1 && present === null && values.length > 0) {
    return { names: [strings.get(0)], codes: new Int32Array(values.length) };
  }
  const numbers = new Int32Array(strings.length).fill(-1);
  const known = new Map<string, number>();
  const codes = new Int32Array(values.length);
  for (let row = 0; row < values.length; row++) {
    if (present && present[row] === 0) {
      codes[row] = -1;
      continue;
    }
    let number = numbers[values[row]];
    if (number < 0) {
      const name = strings.get(values[row]);
      number = known.get(name) ?? known.size;
      known.set(name, number);
      numbers[values[row]] = number;
    }
    codes[row] = number;
  }
  return { names: [...known.keys()], codes };
}

function exactly(file: OpenFile, at: number, length: number): Uint8Array {
  const bytes = file.read(at, length);
  if (bytes.length < length) throw new ParquetError("it became shorter while it was read");
  return bytes;
}

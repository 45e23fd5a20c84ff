/**
 * One row group with the exporter's columns: which of its rows are wanted, and their columns, decoded as they are asked for.
 *
 * @module
 */

import { allThere, type ColumnBytes } from "./format/column_bytes.ts";
import { type DecodedColumn, findRows, type ListColumn, readColumn, readLists } from "./format/column.ts";
import type { Chunk, Footer, Leaf, RowGroup } from "./format/footer.ts";
import type { PageStart } from "./format/pages.ts";
import { extremes } from "./format/statistics.ts";
import { checkPageHeaders } from "./format/strict.ts";
import { Strings } from "./format/strings.ts";
import { ParquetError } from "./format/thrift.ts";
import { arrayOf, type Arrays, type ColumnKind } from "./format/values.ts";
import { distinct } from "./decoded.ts";
import { type ColumnName, LEAF_PATHS, NEEDED_COLUMNS } from "./schema.ts";

/** What a file says of its columns. */
export interface FileColumns {
  leaves: readonly Leaf[];
  isAlike: boolean;
}

/** What a row group asks of the file it is in. */
export interface RowGroupFile {
  readonly footer: Footer;
  readonly footerChecksum: number;
  readonly isAlike: boolean;
  readonly isFar: boolean;
  place(name: ColumnName): number;
  has(chunk: Chunk): boolean;
  bytesOf(chunk: Chunk): Uint8Array;
  passingBytesOf(chunk: Chunk): ColumnBytes;
  checkFooter(): void;
}

/** Where the data pages of columns in a row group start, counted from the start of the column. Plain data. */
export type PageStarts = { [name in ColumnName]?: PageStart[] };

/** A row group, and which of its rows are wanted. */
export class RowGroupReader {
  /** The wanted rows, ascending; null: all. */
  #rows: Uint32Array | null = null;
  readonly #file: RowGroupFile;
  readonly #group: RowGroup;
  /** What was decoded of the wanted rows. */
  readonly #decoded = new Map<ColumnName, DecodedColumn<ColumnKind>>();
  /** Where the pages of columns of numbers lie, as far as it is known. */
  #places: PageStarts | null = null;

  /** @param number Its place among the row groups of the file. */
  constructor(file: RowGroupFile, group: RowGroup, readonly number: number) {
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

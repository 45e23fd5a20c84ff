/**
 * One file of a table: stretches of rows, of which only the pages that hold them are read.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { allThere } from "../parquet/format/column_bytes.ts";
import { type DecodedColumn, type ListColumn, readColumn, readLists } from "../parquet/format/column.ts";
import { type Chunk, type Footer, footerLength, type Leaf, readFooter } from "../parquet/format/footer.ts";
import { countValues, type PagePlace, readPlaces } from "../parquet/format/pages.ts";
import { ParquetError } from "../parquet/format/thrift.ts";
import type { Arrays, ColumnKind } from "../parquet/format/values.ts";
import { checkFooter, checkPageHeaders } from "../parquet/format/strict.ts";
import type { TableFileEntry } from "./manifest.ts";

/** A stretch of bytes. */
export interface Range {
  at: number;
  length: number;
}

/** Gives bytes of a file, each range whole. */
export type Load = (ranges: readonly Range[], signal?: AbortSignal) => Promise<Uint8Array[]>;

/** Consecutive rows of a file. */
export interface Stretch {
  row: number;
  rows: number;
}

/** Ascending stretches, of which those that meet are one. */
export function joinStretches(stretches: Iterable<Stretch>): Stretch[] {
  const joined: Stretch[] = [];
  for (const { row, rows } of stretches) {
    const last = joined.at(-1);
    if (last && last.row + last.rows === row) last.rows += rows;
    else joined.push({ row, rows });
  }
  return joined;
}

/** What to read of a leaf. */
export interface LeafRequest {
  /** The names from the column down, without those that lists have inside. */
  path: readonly string[];
  kind: ColumnKind;
  isList?: boolean;
  /** Numbers that files of earlier versions do not have: then they are 0. */
  isOptional?: boolean;
}

/** The rows of a leaf, stretch after stretch. */
export interface LeafRows {
  /** Of columns that are no lists; of strings, the numbers of texts. */
  values: Arrays[ColumnKind];
  /** 1 where there is one; null: everywhere. */
  present: Uint8Array | null;
  /** Of columns of strings. */
  texts: (string | null)[] | null;
  /** Of lists. */
  lists: (string[] | Float64Array | null)[] | null;
}

/** Pages of one chunk that are read together. */
interface Piece {
  leaf: Leaf;
  chunk: Chunk;
  /** Of the data pages, in rows of the group. */
  firstRow: number;
  lastRow: number;
  /** Which of these, counted from the first, ascending; null: all. */
  rows: Uint32Array | null;
  dictionary: Range | null;
  pages: Range;
}

/** Page places further apart than this are read by themselves; bytes. */
const GAP = 1 << 16;

/** A file of a table whose end was read. */
export class TableFile {
  readonly entry: TableFileEntry;
  readonly #load: Load;
  readonly #footer: Footer;
  readonly #footerBytes: Uint8Array;
  /** The first row of each group, and how many rows there are. */
  readonly #firsts: number[];
  readonly #tail: Uint8Array;
  readonly #places = new Map<Chunk, PagePlace[]>();

  private constructor(entry: TableFileEntry, load: Load, tail: Uint8Array) {
    this.entry = entry;
    this.#load = load;
    this.#tail = tail;
    const length = footerLength(tail, entry.bytes);
    if (length > tail.length) throw new ParquetError("its footer is longer than its end");
    this.#footerBytes = tail.subarray(tail.length - length, tail.length - 8);
    this.#footer = readFooter(this.#footerBytes, entry.bytes);
    this.#firsts = [0];
    for (const { rows } of this.#footer.groups) this.#firsts.push(this.#firsts.at(-1)! + rows);
    if (this.#footer.rows !== entry.rows) throw new ParquetError("it has not as many rows as the manifest says");
  }

  /** Reads the end of a file, which must be as it was written. */
  static async open(entry: TableFileEntry, load: Load, signal?: AbortSignal): Promise<TableFile> {
    const { bytes, tail } = entry;
    const [end] = await load([{ at: bytes - tail.bytes, length: tail.bytes }], signal);
    if (crc32(end) !== tail.crc32) throw new ParquetError("the checksum of its end does not fit its bytes");
    return new TableFile(entry, load, end);
  }

  /** Looks at every word of the metadata, for readers that expect each to be right. */
  async checkWords(signal?: AbortSignal): Promise<void> {
    checkFooter(this.#footerBytes);
    for (const { chunks } of this.#footer.groups) {
      for (const { start, bytes } of chunks) {
        const [chunk] = await this.#load([{ at: start, length: bytes }], signal);
        checkPageHeaders(chunk);
      }
    }
  }

  /** The rows at which pages begin in some leaf, and the number of rows: what is damaged spoils no more than that. */
  pageRows(): number[] {
    const rows = new Set<number>([this.#footer.rows]);
    this.#footer.groups.forEach(({ chunks }, group) => {
      for (const chunk of chunks) for (const { row } of this.#placesOf(chunk)) rows.add(this.#firsts[group] + row);
    });
    return [...rows].sort((a, b) => a - b);
  }

  /**
   * Reads leaves of some rows, in their order.
   *
   * @param stretches Ascending, without overlaps.
   */
  async read(
    leaves: readonly LeafRequest[],
    stretches: readonly Stretch[],
    signal?: AbortSignal,
  ): Promise<LeafRows[]> {
    const pieces = leaves.map((request) => this.#pieces(request, stretches));
    const ranges = pieces.flat().flatMap(({ dictionary, pages }) => dictionary ? [dictionary, pages] : [pages]);
    const bytes = (await this.#load(ranges, signal)).values();
    const total = stretches.reduce((sum, { rows }) => sum + rows, 0);
    return leaves.map((request, i) =>
      joined(
        request,
        total,
        pieces[i].map((piece) => {
          const dictionary = piece.dictionary ? bytes.next().value! : null;
          return decode(request, piece, dictionary, bytes.next().value!);
        }),
      )
    );
  }

  #pieces({ path, isList = false, isOptional = false }: LeafRequest, stretches: readonly Stretch[]): Piece[] {
    const place = this.#footer.leaves.findIndex((leaf) =>
      (leaf.repetition > 0) === isList && path.every((name, i) => leaf.path[i] === name) &&
      (isList || leaf.path.length === path.length)
    );
    if (place < 0 && isOptional) return [];
    if (place < 0) throw new ParquetError(`it has no column ${path.join(".")}`);
    const pieces: Piece[] = [];
    let next = 0;
    this.#footer.groups.forEach(({ rows: size, chunks }, group) => {
      const first = this.#firsts[group];
      const inside: Stretch[] = [];
      // A stretch may go on in the next group.
      for (let i = next; i < stretches.length && stretches[i].row < first + size; i++) {
        const from = Math.max(stretches[i].row, first) - first;
        const until = Math.min(stretches[i].row + stretches[i].rows, first + size) - first;
        if (until > from) inside.push({ row: from, rows: until - from });
        if (stretches[i].row + stretches[i].rows <= first + size) next = i + 1;
      }
      if (inside.length > 0) pieces.push(...this.#inGroup(this.#footer.leaves[place], chunks[place], size, inside));
    });
    return pieces;
  }

  /** Pages that lie close to each other are one piece. */
  #inGroup(leaf: Leaf, chunk: Chunk, size: number, stretches: Stretch[]): Piece[] {
    const places = this.#placesOf(chunk);
    if (places.length === 0) throw new ParquetError("a column has no pages");
    const dictionary = places[0].at > chunk.start ? { at: chunk.start, length: places[0].at - chunk.start } : null;
    const pieces: Piece[] = [];
    let some: Stretch[] = [], from = 0, until = 0;
    const finish = () => {
      if (some.length === 0) return;
      const { at: start, row: firstRow } = places[from], end = places[until - 1];
      const lastRow = places[until]?.row ?? size;
      pieces.push({
        leaf,
        chunk,
        firstRow,
        lastRow,
        rows: rowsOf(some, firstRow, lastRow),
        dictionary,
        pages: { at: start, length: end.at + end.bytes - start },
      });
    };
    let page = 0;
    for (const stretch of stretches) {
      while (page + 1 < places.length && places[page + 1].row <= stretch.row) page++;
      let last = page;
      while (last + 1 < places.length && places[last + 1].row < stretch.row + stretch.rows) last++;
      if (some.length > 0 && places[page].at - (places[until - 1].at + places[until - 1].bytes) <= GAP) {
        some.push(stretch);
        until = last + 1;
      } else {
        finish();
        [some, from, until] = [[stretch], page, last + 1];
      }
    }
    finish();
    return pieces;
  }

  #placesOf(chunk: Chunk): PagePlace[] {
    let places = this.#places.get(chunk);
    if (!places) {
      const from = chunk.offsets - (this.entry.bytes - this.#tail.length);
      if (from < 0 || chunk.offsetBytes === 0) throw new ParquetError("a column has no page index");
      places = readPlaces(this.#tail.subarray(from, from + chunk.offsetBytes));
      const end = chunk.start + chunk.bytes;
      if (places.some(({ at, bytes }) => at < chunk.start || at + bytes > end)) {
        throw new ParquetError("a page lies outside its column");
      }
      this.#places.set(chunk, places);
    }
    return places;
  }
}

/** The rows of stretches, counted from the first; null where these are all up to the last. */
function rowsOf(stretches: readonly Stretch[], firstRow: number, lastRow: number): Uint32Array | null {
  const count = stretches.reduce((sum, { rows }) => sum + rows, 0);
  if (count === lastRow - firstRow) return null;
  const all = new Uint32Array(count);
  let at = 0;
  for (const { row, rows } of stretches) for (let i = 0; i < rows; i++) all[at++] = row + i - firstRow;
  return all;
}

type Decoded = { column: DecodedColumn<ColumnKind> } | { list: ListColumn<"string" | "float">; isText: boolean };

/** Decodes pages as if they were all there is of the chunk. */
function decode(
  { kind, isList }: LeafRequest,
  piece: Piece,
  dictionary: Uint8Array | null,
  pages: Uint8Array,
): Decoded {
  const { leaf, chunk, firstRow, lastRow } = piece;
  const bytes = dictionary ? new Uint8Array(dictionary.length + pages.length) : pages;
  if (dictionary) {
    bytes.set(dictionary);
    bytes.set(pages, dictionary.length);
  }
  const size = lastRow - firstRow;
  const { rows } = piece;
  if (!isList) return { column: readColumn(allThere(bytes), { ...chunk, values: size }, leaf, kind, rows) };
  const values = countValues(pages);
  const isText = kind === "string";
  const list = readLists(allThere(bytes), { ...chunk, values }, leaf, isText ? "string" : "float", size, rows);
  return { list: list as ListColumn<"string" | "float">, isText };
}

function joined({ kind, isList }: LeafRequest, total: number, pieces: Decoded[]): LeafRows {
  const none = { values: new Uint8Array(0), present: null, texts: null, lists: null };
  if (isList) {
    return {
      ...none,
      lists: pieces.flatMap((piece) => "list" in piece ? listsOf(piece.list, piece.isText) : []),
    };
  }
  const columns = pieces.flatMap((piece) => "column" in piece ? [piece.column] : []);
  if (kind === "string") return { ...none, texts: textsOf(columns, total) };
  const gaps = columns.some(({ present }) => present !== null);
  const present = gaps ? new Uint8Array(total).fill(1) : null;
  if (columns.length === 1) return { ...none, values: columns[0].values, present: columns[0].present };
  const Kind = { float: Float64Array, int: BigInt64Array, bool: Uint8Array, string: Uint32Array }[kind];
  const values = new Kind(total);
  let at = 0;
  for (const column of columns) {
    values.set(column.values as never, at);
    if (column.present) present!.set(column.present, at);
    at += column.values.length;
  }
  return { ...none, values, present };
}

function textsOf(columns: readonly DecodedColumn<ColumnKind>[], total: number): (string | null)[] {
  const texts: (string | null)[] = new Array(total);
  let at = 0;
  for (const { values, present, strings } of columns) {
    const all = strings.length > values.length ? null : strings.all();
    for (let i = 0; i < values.length; i++) {
      const number = Number(values[i]);
      texts[at++] = present && present[i] === 0 ? null : all ? all[number] : strings.get(number);
    }
  }
  return texts;
}

function listsOf({ elements, lengths, starts, strings }: ListColumn<"string" | "float">, isText: boolean) {
  return Array.from(lengths, (length, i) => {
    if (length < 0) return null;
    const some = elements.subarray(starts[i], starts[i] + length);
    return isText ? Array.from(some, (number) => strings.get(number)) : (some as Float64Array).slice();
  });
}

/**
 * One Parquet file with the exporter's columns: its footer, its row groups, and the bytes of their columns.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import type { OpenFile } from "../disk/store.ts";
import { allThere, type ColumnBytes, PassingBytes } from "./format/column_bytes.ts";
import { type Chunk, type Footer, footerLength, type Leaf, Physical, readFooter } from "./format/footer.ts";
import { checkFooter } from "./format/strict.ts";
import { ParquetError } from "./format/thrift.ts";
import { type RowGroupFile, RowGroupReader } from "./row_group.ts";
import { type CellTypes, COLUMN_LIST, type ColumnName, LEAF_PATHS } from "./schema.ts";

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
/** An open file. To be closed; everything that is wrong with it is thrown as a {@linkcode ParquetError}. */
export class ParquetFile implements RowGroupFile {
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

function exactly(file: OpenFile, at: number, length: number): Uint8Array {
  const bytes = file.read(at, length);
  if (bytes.length < length) throw new ParquetError("it became shorter while it was read");
  return bytes;
}

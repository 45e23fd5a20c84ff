/**
 * A table written as Parquet, row group after row group: with page indexes, statistics, and a checksum in every page.
 *
 * @module
 */

import type { SchemaElement } from "hyparquet";
import { constants, crc32, zstdCompressSync } from "node:zlib";
import { type CellTypes, elementsOf } from "../archive/parquet/schema.ts";
import { Bytes, type Struct, writeStruct } from "./bytes.ts";
import { bitsOf, writeHybrid, writeRun } from "./encodings.ts";
import { type ColumnData, type ColumnType, type LeafSlots, slotsOf } from "./leaves.ts";
import type { Bounds } from "./values.ts";

/** A column of a table. */
export interface WrittenColumn {
  name: string;
  type: ColumnType;
  /** As Parquet describes it. */
  elements: readonly SchemaElement[];
  /** Has minima and maxima of pages. */
  indexed?: boolean;
  /** Has no minima and maxima of row groups. */
  plain?: boolean;
}

/** A column as archives have those of its kind. */
export function columnOf(name: string, type: keyof CellTypes): WrittenColumn {
  return { name, type, elements: elementsOf(name, type) };
}

/** Where the bytes go. */
export interface Sink {
  write(bytes: Uint8Array): void;
}

const MAGIC = Uint8Array.of(0x50, 0x41, 0x52, 0x31);
const PLAIN = 0, RLE = 3, ZSTD = 6;
const DATA_V2 = 3, DICTIONARY = 2;
/** Bytes are compressed from here on. */
const COMPRESSED_FROM = 64;
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** What is known of a page when it is written. */
interface Page {
  offset: number;
  bytes: number;
  row: number;
  nulls: number;
  isNull: boolean;
  bounds: Bounds | null;
}

interface ChunkRecord {
  meta: Struct;
  bytes: number;
  pages: Page[];
  indexed: boolean;
}

interface GroupRecord {
  rows: number;
  chunks: ChunkRecord[];
}

/** A table under construction. */
export class TableWriter {
  readonly #columns: readonly WrittenColumn[];
  readonly #sorting: readonly string[];
  readonly #sink: Sink;
  readonly #groups: GroupRecord[] = [];
  readonly #buffer = new Bytes(1 << 16);
  readonly #page = new Bytes(1 << 16);
  #at = 0;
  /** How many rows were written. */
  rows = 0;

  /** @param sorting The columns by which the rows are sorted, if they are. */
  constructor(columns: readonly WrittenColumn[], sorting: readonly string[], sink: Sink) {
    this.#columns = columns;
    this.#sorting = sorting;
    this.#sink = sink;
    this.#write(MAGIC);
  }

  /** How many bytes were written. */
  get bytes(): number {
    return this.#at;
  }

  /**
   * Writes a row group.
   *
   * @param cuts The first row of each page, from 0.
   */
  write(rows: number, data: Record<string, ColumnData>, cuts: readonly number[]): void {
    const chunks: ChunkRecord[] = [];
    for (const column of this.#columns) {
      for (const leaf of slotsOf(column.type, data[column.name] ?? null, rows)) {
        chunks.push(this.#chunk(column, leaf, rows, cuts));
      }
    }
    this.#groups.push({ rows, chunks });
    this.rows += rows;
  }

  /** Writes page indexes and footer; gives how many bytes they take. */
  finish(): number {
    const tail = this.#at;
    const indexes = this.#groups.map(({ chunks }) => chunks.map((chunk) => this.#columnIndex(chunk)));
    const offsets = this.#groups.map(({ chunks }) =>
      chunks.map(({ pages }) =>
        this.#struct({
          1: {
            structs: pages.map(({ offset, bytes, row }) => ({
              1: { long: offset },
              2: { int: bytes },
              3: { long: row },
            })),
          },
        })
      )
    );
    const places = (place: { at: number; length: number } | null, at: number): Struct =>
      place === null ? {} : { [at]: { long: place.at }, [at + 1]: { int: place.length } };
    const groups = this.#groups.map(({ rows, chunks }, group): Struct => ({
      1: {
        structs: chunks.map(({ meta, pages }, i) => ({
          2: { long: pages[0].offset },
          3: { struct: meta },
          ...places(offsets[group][i], 4),
          ...places(indexes[group][i], 6),
        })),
      },
      2: { long: chunks.reduce((sum, { bytes }) => sum + bytes, 0) },
      3: { long: rows },
      4: this.#sorting.length === 0 ? undefined : { structs: this.#sortingColumns() },
      6: { long: chunks.reduce((sum, { bytes }) => sum + bytes, 0) },
    }));
    const leaves = this.#columns.flatMap(({ type }) => slotsOf(type, null, 0));
    const footer = this.#struct({
      1: { int: 2 },
      2: { structs: [root(this.#columns.length), ...this.#columns.flatMap(({ elements }) => elements.map(element))] },
      3: { long: this.rows },
      4: { structs: groups },
      6: { text: "neptune-fetcher" },
      7: { structs: leaves.map(() => ({ 1: { struct: {} } })) },
    });
    this.#buffer.clear();
    this.#buffer.uint32(footer.length);
    this.#buffer.bytes(MAGIC);
    this.#write(this.#buffer.written);
    return this.#at - tail;
  }

  #sortingColumns(): Struct[] {
    let leaf = 0;
    const firsts = new Map(this.#columns.map(({ name, type }) => {
      const first = leaf;
      leaf += slotsOf(type, null, 0).length;
      return [name, first] as const;
    }));
    return this.#sorting.map((name) => ({ 1: { int: firsts.get(name)! }, 2: { bool: false }, 3: { bool: false } }));
  }

  #chunk(column: WrittenColumn, leaf: LeafSlots, rows: number, cuts: readonly number[]): ChunkRecord {
    const start = this.#at;
    const { values } = leaf;
    let dictionary: number | undefined, raw = 0;
    if (values?.dictionary) {
      dictionary = start;
      raw += this.#dictionaryPage(values.dictionary.bytes, values.dictionary.count);
    }
    const data = this.#at;
    const slots = leaf.starts ? leaf.starts[rows] : rows;
    const pages: Page[] = [];
    // Without values there is nothing to look for by pages.
    const firsts = values === null ? [0] : cuts;
    firsts.forEach((from, i) => {
      const until = firsts[i + 1] ?? rows;
      const page = this.#dataPage(leaf, from, until, column.indexed === true);
      raw += page.raw;
      pages.push(page);
    });
    const valued = values === null ? 0 : leaf.counts ? leaf.counts[slots] : slots;
    const bounds = values === null || column.plain || leaf.repetitions > 0 ? null : values.bounds(0, valued);
    const path = [column.name, ...leaf.path];
    const meta: Struct = {
      1: { int: physical(column, leaf) },
      2: { ints: [...new Set([RLE, values?.encoding ?? PLAIN, ...dictionary === undefined ? [] : [PLAIN]])] },
      3: { texts: path },
      4: { int: values === null ? 0 : ZSTD },
      5: { long: slots },
      6: { long: raw },
      7: { long: this.#at - start },
      9: { long: data },
      11: dictionary === undefined ? undefined : { long: dictionary },
      12: {
        struct: {
          3: { long: slots - valued },
          ...bounds && {
            5: { binary: bounds.greatest },
            6: { binary: bounds.least },
            7: { bool: true },
            8: { bool: true },
          },
        },
      },
    };
    return { meta, bytes: this.#at - start, pages, indexed: column.indexed === true };
  }

  #dictionaryPage(bytes: Uint8Array, count: number): number {
    const body = zstdCompressSync(bytes, LEVEL);
    const header = { 7: { struct: { 1: { int: count }, 2: { int: PLAIN } } } };
    return this.#pageWith(DICTIONARY, bytes.length, [body], header) + bytes.length;
  }

  #dataPage(leaf: LeafSlots, from: number, until: number, indexed: boolean): Page & { raw: number } {
    const { starts, counts, values, definition, repetition } = leaf;
    const [slot, end] = starts ? [starts[from], starts[until]] : [from, until];
    const [first, last] = values === null ? [0, 0] : counts ? [counts[slot], counts[end]] : [slot, end];
    this.#buffer.clear();
    if (repetition) writeHybrid(this.#buffer, repetition, slot, end, 1);
    const repetitionBytes = this.#buffer.length;
    const width = bitsOf(leaf.definitions);
    if (typeof definition === "number") writeRun(this.#buffer, definition, end - slot, width);
    else writeHybrid(this.#buffer, definition, slot, end, width);
    const levels = this.#buffer.written.slice();
    this.#page.clear();
    // A page without values has what its encoding begins with all the same: other readers look for it.
    values?.write(this.#page, first, last);
    const plain = this.#page.written;
    const packed = plain.length < COMPRESSED_FROM ? plain : zstdCompressSync(plain, LEVEL);
    const isCompressed = packed.length < plain.length;
    const offset = this.#at;
    const raw = levels.length + plain.length;
    const header = this.#pageWith(DATA_V2, raw, [levels, isCompressed ? packed : plain.slice()], {
      8: {
        struct: {
          1: { int: end - slot },
          2: { int: end - slot - (last - first) },
          3: { int: until - from },
          4: { int: values?.encoding ?? PLAIN },
          5: { int: levels.length - repetitionBytes },
          6: { int: repetitionBytes },
          7: { bool: isCompressed },
        },
      },
    });
    return {
      offset,
      bytes: this.#at - offset,
      row: from,
      nulls: end - slot - (last - first),
      isNull: last === first,
      bounds: indexed && last > first ? values!.bounds(first, last) : null,
      raw: header + raw,
    };
  }

  /** Writes a page with its checksum; gives the length of its header. */
  #pageWith(type: number, raw: number, body: Uint8Array[], inside: Struct): number {
    let checksum = 0, length = 0;
    for (const piece of body) {
      checksum = crc32(piece, checksum);
      length += piece.length;
    }
    const header = this.#struct({
      1: { int: type },
      2: { int: raw },
      3: { int: length },
      4: { int: checksum | 0 },
      ...inside,
    });
    for (const piece of body) this.#write(piece);
    return header.length;
  }

  /** null where a page has no extremes that can be told. */
  #columnIndex({ pages, indexed }: ChunkRecord): { at: number; length: number } | null {
    if (!indexed || pages.some(({ bounds, isNull }) => bounds === null && !isNull)) return null;
    const none = new Uint8Array(0);
    return this.#struct({
      1: { bools: pages.map(({ isNull }) => isNull) },
      2: { binaries: pages.map(({ bounds }) => bounds?.least ?? none) },
      3: { binaries: pages.map(({ bounds }) => bounds?.greatest ?? none) },
      4: { int: 0 },
      5: { longs: pages.map(({ nulls }) => nulls) },
    });
  }

  #struct(struct: Struct): { at: number; length: number } {
    const at = this.#at;
    const bytes = new Bytes(1 << 9);
    writeStruct(bytes, struct);
    this.#write(bytes.written);
    return { at, length: bytes.length };
  }

  #write(bytes: Uint8Array): void {
    this.#sink.write(bytes);
    this.#at += bytes.length;
  }
}

const PHYSICAL: Record<string, number> = {
  BOOLEAN: 0,
  INT32: 1,
  INT64: 2,
  DOUBLE: 5,
  BYTE_ARRAY: 6,
  FIXED_LEN_BYTE_ARRAY: 7,
};
const REPETITION: Record<string, number> = { REQUIRED: 0, OPTIONAL: 1, REPEATED: 2 };
const CONVERTED: Record<string, number> = { UTF8: 0, LIST: 3, DECIMAL: 5, TIMESTAMP_MILLIS: 9 };

function physical({ elements }: WrittenColumn, { path }: LeafSlots): number {
  let at = 0;
  // Of the elements below the column, the one at the end of the path.
  for (const name of path) at = elements.findIndex((one, i) => i > at && one.name === name);
  return PHYSICAL[elements[at].type!];
}

function root(children: number): Struct {
  return { 3: { int: REPETITION.REQUIRED }, 4: { text: "schema" }, 5: { int: children } };
}

function element(one: SchemaElement): Struct {
  const { name, type, type_length, repetition_type, num_children, converted_type, logical_type, scale, precision } =
    one;
  return {
    1: type ? { int: PHYSICAL[type] } : undefined,
    2: type_length === undefined ? undefined : { int: type_length },
    3: { int: REPETITION[repetition_type!] },
    4: { text: name },
    5: num_children === undefined ? undefined : { int: num_children },
    6: converted_type ? { int: CONVERTED[converted_type] } : undefined,
    7: scale === undefined ? undefined : { int: scale },
    8: precision === undefined ? undefined : { int: precision },
    10: logical_type ? { struct: logical(logical_type) } : undefined,
  };
}

function logical(type: NonNullable<SchemaElement["logical_type"]>): Struct {
  switch (type.type) {
    case "STRING":
      return { 1: { struct: {} } };
    case "LIST":
      return { 3: { struct: {} } };
    case "DECIMAL":
      return { 5: { struct: { 1: { int: type.scale }, 2: { int: type.precision } } } };
    case "TIMESTAMP":
      return { 8: { struct: { 1: { bool: true }, 2: { struct: { 1: { struct: {} } } } } } };
  }
  throw new TypeError(`There are no columns of ${type.type}.`);
}

/**
 * The pages of one column in one row group: headers, levels, and the bytes of the values.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { decompress } from "./codec.ts";
import type { ColumnBytes } from "./column_bytes.ts";
import type { Chunk, Leaf } from "./footer.ts";
import { Codes } from "./hybrid.ts";
import { Repeats } from "./stretches.ts";
import { ParquetError, ThriftReader, ThriftType } from "./thrift.ts";

/** The encodings of Parquet, by number. */
export const Encoding = {
  PLAIN: 0,
  PLAIN_DICTIONARY: 2,
  RLE: 3,
  DELTA_BINARY_PACKED: 5,
  DELTA_LENGTH_BYTE_ARRAY: 6,
  DELTA_BYTE_ARRAY: 7,
  RLE_DICTIONARY: 8,
  BYTE_STREAM_SPLIT: 9,
} as const;

/** A dictionary page. */
export interface DictionaryPage {
  count: number;
  encoding: number;
  bytes: Uint8Array;
}

/** A data page whose bytes are still compressed. */
export interface DataPage {
  /** The number of values before it. */
  start: number;
  /** Values, gaps included. */
  count: number;
  encoding: number;
  /** Where its header starts in the bytes of the column. */
  at: number;
  /**
   * @param passing Its bytes are only needed until the next page is opened.
   * @param few Few of its values are needed.
   */
  open(passing: boolean, few?: boolean): OpenPage;
}

/** A data page. */
export interface OpenPage {
  definition: Codes | null;
  repetition: Codes | null;
  /** The values that are there, encoded. */
  values: Uint8Array;
  /** What of these is not written; null: nothing. */
  repeats: Repeats | null;
}

interface Header {
  type: number;
  uncompressed: number;
  compressed: number;
  crc: number | null;
  count: number;
  encoding: number;
  /** Of the second kind of data pages. */
  definitionBytes: number;
  repetitionBytes: number;
  isCompressed: boolean;
}

const DATA = 0, DICTIONARY = 2, DATA_V2 = 3;

/**
 * Goes through the pages of a column, whose bytes these are. A page is not looked at any more when the next one is asked for.
 *
 * @param wanted Absent: all pages.
 */
export function* pagesOf(
  bytes: ColumnBytes,
  chunk: Chunk,
  leaf: Leaf,
  wanted?: WantedPages,
): Generator<{ dictionary: DictionaryPage } | { data: DataPage }> {
  let at = 0, start = 0, first = true;
  while (start < chunk.values) {
    if (wanted && !(first && wanted.hasDictionary)) {
      const place = wanted.next();
      if (place === null) return;
      [at, start] = [place.at, place.row];
    }
    const page = at;
    const { header, length } = headerAt(bytes, at);
    at += length;
    if (header.compressed > bytes.length - at) throw new ParquetError("a page is longer than its column");
    const body = bytes.from(at, header.compressed).subarray(0, header.compressed);
    at += header.compressed;
    if (header.type === DICTIONARY) {
      if (!first) throw new ParquetError("a column has a dictionary in the middle");
      checkSum(header, body);
      // What is not compressed is given as it is.
      const inside = decompress(chunk.codec, bytes.lasting(body), header.uncompressed, false);
      yield { dictionary: { count: header.count, encoding: header.encoding, bytes: inside } };
    } else if (header.type === DATA || header.type === DATA_V2) {
      const { count, encoding } = header;
      if (count > chunk.values - start) throw new ParquetError("a column has more values than it says");
      const open = (passing: boolean, few = false) =>
        openPage(header, passing ? body : bytes.lasting(body), chunk, leaf, passing, few);
      yield { data: { start, count, encoding, at: page, open } };
      start += count;
    }
    first = false;
  }
}

/** Which data pages of a column are wanted. */
export interface WantedPages {
  hasDictionary: boolean;
  /** The next one; null: there is none. */
  next(): PageStart | null;
}

/** Where a page starts, and which row it begins with. */
export interface PageStart {
  at: number;
  row: number;
}

/** Where a page is in the file, and which row it begins with. */
export interface PagePlace extends PageStart {
  bytes: number;
}

/** Reads where the data pages of a chunk are: Parquet's offset index. */
export function readPlaces(bytes: Uint8Array): PagePlace[] {
  const thrift = new ThriftReader(bytes);
  const places: PagePlace[] = [];
  for (let id = thrift.field(0); id > 0; id = thrift.field(id)) {
    if (id !== 1) {
      thrift.skip();
      continue;
    }
    const count = thrift.list(ThriftType.STRUCT);
    for (let page = 0; page < count; page++) {
      const place = { at: -1, bytes: -1, row: -1 };
      for (let id = thrift.field(0); id > 0; id = thrift.field(id)) {
        if (id === 1) place.at = thrift.count();
        else if (id === 2) place.bytes = thrift.count();
        else if (id === 3) place.row = thrift.count();
        else thrift.skip();
      }
      if (Math.min(place.at, place.bytes, place.row) < 0) throw new ParquetError("a page has no place");
      places.push(place);
    }
  }
  return places;
}

/** How many values, gaps included, the data pages in these bytes have. */
export function countValues(bytes: Uint8Array): number {
  const thrift = new ThriftReader(bytes);
  let count = 0;
  while (thrift.at < bytes.length) {
    const header = readHeader(thrift);
    if (header.compressed > bytes.length - thrift.at) throw new ParquetError("a page is longer than its column");
    thrift.at += header.compressed;
    if (header.type !== DICTIONARY) count += header.count;
  }
  return count;
}

/** Most headers are shorter. */
const HEADER = 1 << 8;

/** Reads the header of a page, which may be longer than the bytes that are there. */
function headerAt(bytes: ColumnBytes, at: number): { header: Header; length: number } {
  for (let atLeast = HEADER;; atLeast *= 16) {
    const some = bytes.from(at, atLeast);
    const thrift = new ThriftReader(some);
    try {
      return { header: readHeader(thrift), length: thrift.at };
    } catch (error) {
      if (some.length >= bytes.length - at) throw error;
    }
  }
}

function readHeader(thrift: ThriftReader): Header {
  const header: Header = {
    type: -1,
    uncompressed: -1,
    compressed: -1,
    crc: null,
    count: -1,
    encoding: -1,
    definitionBytes: 0,
    repetitionBytes: 0,
    isCompressed: true,
  };
  for (let id = thrift.field(0); id > 0; id = thrift.field(id)) {
    if (id === 1) header.type = thrift.count();
    else if (id === 2) header.uncompressed = thrift.count();
    else if (id === 3) header.compressed = thrift.count();
    else if (id === 4) header.crc = thrift.int() >>> 0;
    else if (id === 5 || id === 7) readInside(thrift, header, 2);
    else if (id === 8) readInside(thrift, header, 4);
    else thrift.skip();
  }
  if (header.type < 0 || header.uncompressed < 0 || header.compressed < 0) {
    throw new ParquetError("the header of a page is not whole");
  }
  const isPage = header.type === DATA || header.type === DICTIONARY || header.type === DATA_V2;
  if (isPage && (header.count < 0 || header.encoding < 0)) throw new ParquetError("the header of a page is not whole");
  return header;
}

/** @param encodingId The field that holds the encoding. */
function readInside(thrift: ThriftReader, header: Header, encodingId: number): void {
  thrift.expect(12);
  for (let id = thrift.field(0); id > 0; id = thrift.field(id)) {
    if (id === 1) header.count = thrift.count();
    else if (id === encodingId) header.encoding = thrift.count();
    else if (encodingId === 4 && id === 5) header.definitionBytes = thrift.count();
    else if (encodingId === 4 && id === 6) header.repetitionBytes = thrift.count();
    else if (encodingId === 4 && id === 7) header.isCompressed = thrift.bool();
    else thrift.skip();
  }
}

function checkSum({ crc }: Header, body: Uint8Array): void {
  if (crc !== null && crc32(body) !== crc) throw new ParquetError("the checksum of a page does not fit its bytes");
}

/** Of the page that was opened last. */
const shared = new Repeats();

function openPage(
  header: Header,
  body: Uint8Array,
  { codec }: Chunk,
  leaf: Leaf,
  passing: boolean,
  few: boolean,
): OpenPage {
  checkSum(header, body);
  const repeats = passing && few ? shared.clear() : null;
  const { count } = header;
  if (header.type === DATA) {
    const bytes = decompress(codec, body, header.uncompressed, passing, repeats ?? undefined);
    let at = 0;
    const levels = (greatest: number): Codes | null => {
      if (greatest === 0) return null;
      if (at + 4 > bytes.length) throw new ParquetError("a page ends too early");
      const length = (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
      at += 4;
      if (length > bytes.length - at) throw new ParquetError("a page ends too early");
      repeats?.skip(at + length);
      return new Codes(bytes, at, at += length, bitsOf(greatest), count);
    };
    const repetition = levels(leaf.repetition), definition = levels(leaf.definition);
    return { repetition, definition, values: bytes.subarray(at), repeats };
  }
  const { repetitionBytes, definitionBytes } = header;
  const levelBytes = repetitionBytes + definitionBytes;
  if (levelBytes > body.length || levelBytes > header.uncompressed) throw new ParquetError("a page ends too early");
  const rest = body.subarray(levelBytes);
  return {
    repetition: leaf.repetition > 0 ? new Codes(body, 0, repetitionBytes, bitsOf(leaf.repetition), count) : null,
    definition: leaf.definition > 0
      ? new Codes(body, repetitionBytes, levelBytes, bitsOf(leaf.definition), count)
      : null,
    values: header.isCompressed
      ? decompress(codec, rest, header.uncompressed - levelBytes, passing, repeats ?? undefined)
      : rest,
    repeats,
  };
}

function bitsOf(greatest: number): number {
  return 32 - Math.clz32(greatest);
}

/**
 * The footer of a Parquet file: its columns, and where their bytes are.
 *
 * @module
 */

import { ParquetError, ThriftReader, ThriftType } from "./thrift.ts";

/** The physical types of Parquet, by number. */
export const Physical = {
  BOOLEAN: 0,
  INT32: 1,
  INT64: 2,
  INT96: 3,
  FLOAT: 4,
  DOUBLE: 5,
  BYTE_ARRAY: 6,
  FIXED_LEN_BYTE_ARRAY: 7,
} as const;

/** A column that holds values. */
export interface Leaf {
  /** The names from the top down, the last being its own. */
  path: string[];
  physical: number;
  /** Bytes of a value of fixed length. */
  length: number;
  /** Of decimals; else null. */
  scale: number | null;
  /** Of instants: units in a millisecond; else null. */
  perMillisecond: number | null;
  /** Stored without a sign. */
  unsigned: boolean;
  /** The levels of Parquet: a value is there where its definition level is this. */
  definition: number;
  repetition: number;
  /** The definition level from which on the outermost optional group or list is there. */
  present: number;
  /** The definition level from which on the list has an element. */
  element: number;
}

/** The bytes of one column in one row group. */
export interface Chunk {
  physical: number;
  codec: number;
  /** Values and gaps; of lists, also those in them. */
  values: number;
  /** Where in the file. */
  start: number;
  bytes: number;
  uncompressed: number;
  /** Where in the file the places of its pages are; 0, 0 where there are none. */
  offsets: number;
  offsetBytes: number;
  /** Where in the footer it is told which values there are; null: nowhere. */
  statistics: number | null;
}

/** Rows that are stored together. */
export interface RowGroup {
  rows: number;
  /** As many as there are leaves. */
  chunks: Chunk[];
}

/** What the footer of a file says. */
export interface Footer {
  bytes: Uint8Array;
  leaves: Leaf[];
  groups: RowGroup[];
  rows: number;
}

interface Element {
  name: string;
  physical: number;
  length: number;
  repetition: number;
  children: number;
  converted: number;
  scale: number;
  precision: number;
  decimal: boolean;
  perMillisecond: number | null;
  unsigned: boolean;
}

/** More rows in a row group are not believed. */
const MOST_ROWS = 2 ** 27;
const REQUIRED = 0, OPTIONAL = 1, REPEATED = 2;
const CONVERTED = { DECIMAL: 5, DATE: 6, TIMESTAMP_MILLIS: 9, TIMESTAMP_MICROS: 10, UINT_32: 13, UINT_64: 14 };

/** How many bytes at the end of a file hold its footer, from the last eight bytes. */
export function footerLength(tail: Uint8Array, fileSize: number): number {
  const at = tail.length - 8;
  const magic = at < 0 ? "" : String.fromCharCode(...tail.subarray(at + 4));
  if (magic === "PARE") throw new ParquetError("it is encrypted");
  if (magic !== "PAR1") throw new ParquetError("it does not end like a Parquet file");
  const length = new DataView(tail.buffer, tail.byteOffset + at).getUint32(0, true) + 8;
  if (length + 4 > fileSize) throw new ParquetError("its footer is longer than the file");
  return length;
}

/** Reads a footer: the bytes between the last column and the last eight bytes. */
export function readFooter(bytes: Uint8Array, fileSize: number): Footer {
  const thrift = new ThriftReader(bytes);
  let schema: Schema | null = null, groups: RowGroup[] = [], rows = -1;
  for (let id = thrift.field(0); id > 0; id = thrift.field(id)) {
    if (id === 2) schema = readSchema(thrift);
    else if (id === 3) rows = thrift.count();
    else if (id === 4) groups = readGroups(thrift, schema?.paths ?? []);
    else thrift.skip();
  }
  const leaves = schema?.leaves ?? null;
  if (leaves === null || rows < 0) throw new ParquetError("its footer is not whole");
  for (const group of groups) checkGroup(group, leaves, fileSize);
  if (groups.reduce((sum, group) => sum + group.rows, 0) !== rows) {
    throw new ParquetError("its footer contradicts itself about the number of rows");
  }
  return { bytes, leaves, groups, rows };
}

function checkGroup({ rows, chunks }: RowGroup, leaves: Leaf[], fileSize: number): void {
  if (rows > MOST_ROWS) throw new ParquetError(`it claims to have ${rows} rows in one group`);
  if (chunks.length !== leaves.length) throw new ParquetError("its columns are not those of its schema");
  chunks.forEach((chunk, i) => {
    const { physical, repetition } = leaves[i];
    if (chunk.physical !== physical) throw new ParquetError("the type of a column is not that of its schema");
    if (repetition === 0 ? chunk.values !== rows : chunk.values < rows || chunk.values > MOST_ROWS) {
      throw new ParquetError("a column has not as many values as there are rows");
    }
    if (chunk.start < 4 || chunk.start + chunk.bytes > fileSize || chunk.offsets + chunk.offsetBytes > fileSize) {
      throw new ParquetError("a column lies outside the file");
    }
  });
}

/** What the columns of a file are. */
interface Schema {
  bytes: Uint8Array;
  leaves: Leaf[];
  /** Their paths as bytes. */
  paths: Uint8Array[][];
}

/** The schema that was read last: parts of an archive have the same one, byte by byte. */
let known: Schema | null = null;

function readSchema(thrift: ThriftReader): Schema {
  thrift.expect(ThriftType.LIST);
  const start = thrift.at;
  if (known !== null && thrift.pass(known.bytes)) return known;
  const leaves = leavesOf(readElements(thrift));
  const encoder = new TextEncoder();
  const paths = leaves.map(({ path }) => path.map((name) => encoder.encode(name)));
  return known = { bytes: thrift.bytes.slice(start, thrift.at), leaves, paths };
}

function readElements(thrift: ThriftReader): Element[] {
  const count = thrift.list(ThriftType.STRUCT);
  const elements: Element[] = [];
  for (let i = 0; i < count; i++) elements.push(readElement(thrift));
  return elements;
}

function readElement(thrift: ThriftReader): Element {
  const element: Element = {
    name: "",
    physical: -1,
    length: 0,
    repetition: REQUIRED,
    children: 0,
    converted: -1,
    scale: 0,
    precision: 0,
    decimal: false,
    perMillisecond: null,
    unsigned: false,
  };
  let scale: number | null = null, precision: number | null = null, isLogical = false;
  for (let id = thrift.field(0); id > 0; id = thrift.field(id)) {
    if (id === 1) element.physical = thrift.count();
    else if (id === 2) element.length = thrift.count();
    else if (id === 3) element.repetition = thrift.count();
    else if (id === 4) element.name = thrift.text();
    else if (id === 5) element.children = thrift.count();
    else if (id === 6) element.converted = thrift.count();
    else if (id === 7) scale = thrift.count();
    else if (id === 8) precision = thrift.count();
    else if (id === 10) {
      readLogicalType(thrift, element);
      isLogical = true;
    } else thrift.skip();
  }
  if (isLogical) checkTypes(element, scale, precision);
  else [element.scale, element.precision] = [scale ?? 0, precision ?? 0];
  const { converted } = element;
  if (converted === CONVERTED.DECIMAL) element.decimal = true;
  if (element.decimal && element.scale > element.precision) {
    throw new ParquetError(`its decimals have ${element.precision} digits, ${element.scale} of them behind the point`);
  }
  if (converted === CONVERTED.UINT_32 || converted === CONVERTED.UINT_64) element.unsigned = true;
  if (converted === CONVERTED.TIMESTAMP_MILLIS) element.perMillisecond ??= 1;
  if (converted === CONVERTED.TIMESTAMP_MICROS) element.perMillisecond ??= 1000;
  if (converted === CONVERTED.DATE) element.perMillisecond = 1 / 86_400_000;
  return element;
}

/** Types are written twice, in the old way and in the new one: where the two differ, nobody knows which is right. */
function checkTypes(
  { name, converted, decimal, scale, precision, perMillisecond }: Element,
  oldScale: number | null,
  oldPrecision: number | null,
): void {
  const isOld = converted >= 0;
  const unit = converted === CONVERTED.TIMESTAMP_MILLIS ? 1 : converted === CONVERTED.TIMESTAMP_MICROS ? 1000 : null;
  const same = (!isOld || decimal === (converted === CONVERTED.DECIMAL)) &&
    (!isOld || unit === perMillisecond) &&
    (!decimal || (oldScale ?? scale) === scale && (oldPrecision ?? precision) === precision);
  if (!same) throw new ParquetError(`it says in two ways what the values of ${name} are, and these differ`);
}

/** LogicalType is a union: of its fields, those that say more than the older annotation are read. */
function readLogicalType(thrift: ThriftReader, element: Element): void {
  for (let id = thrift.field(0); id > 0; id = thrift.field(id)) {
    if (id === 5) {
      element.decimal = true;
      for (let field = thrift.field(0); field > 0; field = thrift.field(field)) {
        if (field === 1) element.scale = thrift.count();
        else if (field === 2) element.precision = thrift.count();
        else thrift.skip();
      }
    } else if (id === 8) {
      for (let field = thrift.field(0); field > 0; field = thrift.field(field)) {
        if (field !== 2) thrift.skip();
        else {
          const unit = thrift.field(0);
          element.perMillisecond = unit === 3 ? 1_000_000 : unit === 2 ? 1000 : 1;
          thrift.skip();
          while (thrift.field(unit) > 0) thrift.skip();
        }
      }
    } else if (id === 10) {
      for (let field = thrift.field(0); field > 0; field = thrift.field(field)) {
        if (field === 2) element.unsigned = !thrift.bool();
        else thrift.skip();
      }
    } else thrift.skip();
  }
}

function leavesOf(elements: Element[]): Leaf[] {
  const leaves: Leaf[] = [];
  let at = 1;
  const walk = (path: string[], above: Omit<Leaf, "path">) => {
    const element = elements[at++];
    if (!element || path.length > 8) throw new ParquetError("its schema is not whole");
    const own = { ...above };
    if (element.repetition === OPTIONAL) own.definition++;
    if (element.repetition === REPEATED) {
      own.definition++;
      own.repetition++;
      own.element = own.definition;
    }
    // A list that is repeated at the top is there, though it may be empty.
    if (path.length === 0) own.present = element.repetition === OPTIONAL ? 1 : 0;
    const inside = [...path, element.name];
    if (element.children > 0) {
      for (let i = 0; i < element.children; i++) walk(inside, own);
      return;
    }
    leaves.push({
      ...own,
      path: inside,
      physical: element.physical,
      length: element.length,
      scale: element.decimal ? element.scale : null,
      perMillisecond: element.perMillisecond,
      unsigned: element.unsigned,
    });
  };
  const top = { physical: -1, length: 0, scale: null, perMillisecond: null, unsigned: false };
  if (elements.length === 0) throw new ParquetError("its schema is empty");
  for (let i = 0; i < elements[0].children; i++) {
    walk([], { ...top, definition: 0, repetition: 0, present: 0, element: 0 });
  }
  if (at !== elements.length) throw new ParquetError("its schema is not whole");
  return leaves;
}

function readGroups(thrift: ThriftReader, paths: readonly Uint8Array[][]): RowGroup[] {
  const count = thrift.list(ThriftType.STRUCT);
  const groups: RowGroup[] = [];
  for (let i = 0; i < count; i++) {
    const group: RowGroup = { rows: -1, chunks: [] };
    for (let id = thrift.field(0); id > 0; id = thrift.field(id)) {
      if (id === 1) {
        const columns = thrift.list(ThriftType.STRUCT);
        for (let column = 0; column < columns; column++) group.chunks.push(readChunk(thrift, paths[column]));
      } else if (id === 3) group.rows = thrift.count();
      else thrift.skip();
    }
    if (group.rows < 0) throw new ParquetError("its footer is not whole");
    groups.push(group);
  }
  return groups;
}

/** @param path What the schema calls the column. */
function readChunk(thrift: ThriftReader, path: readonly Uint8Array[] | undefined): Chunk {
  const chunk: Chunk = {
    physical: -1,
    codec: -1,
    values: -1,
    start: -1,
    bytes: -1,
    uncompressed: -1,
    offsets: 0,
    offsetBytes: 0,
    statistics: null,
  };
  for (let id = thrift.field(0); id > 0; id = thrift.field(id)) {
    if (id === 3) readChunkMetadata(thrift, chunk, path);
    else if (id === 4) chunk.offsets = thrift.count();
    else if (id === 5) chunk.offsetBytes = thrift.count();
    else if (id === 8 || id === 9) throw new ParquetError("it is encrypted");
    else thrift.skip();
  }
  if (Math.min(chunk.physical, chunk.codec, chunk.values, chunk.start, chunk.bytes) < 0) {
    throw new ParquetError("its footer is not whole");
  }
  return chunk;
}

function readChunkMetadata(thrift: ThriftReader, chunk: Chunk, path: readonly Uint8Array[] | undefined): void {
  let data = -1, dictionary = -1;
  for (let id = thrift.field(0); id > 0; id = thrift.field(id)) {
    if (id === 1) chunk.physical = thrift.count();
    else if (id === 3) checkPath(thrift, path);
    else if (id === 4) chunk.codec = thrift.count();
    else if (id === 5) chunk.values = thrift.count();
    else if (id === 6) chunk.uncompressed = thrift.count();
    else if (id === 7) chunk.bytes = thrift.count();
    else if (id === 9) data = thrift.count();
    else if (id === 11) dictionary = thrift.count();
    else {
      if (id === 12 && thrift.type === ThriftType.STRUCT) chunk.statistics = thrift.at;
      thrift.skip();
    }
  }
  // Some writers say 0 where there is no dictionary.
  chunk.start = dictionary > 0 ? dictionary : data;
  if (dictionary >= data || data >= chunk.start + chunk.bytes) {
    throw new ParquetError("the pages of a column are not where it says");
  }
}

/** Each column names itself in each row group: a name that changed in one place is not taken for another column. */
function checkPath(thrift: ThriftReader, path: readonly Uint8Array[] | undefined): void {
  const length = thrift.list(ThriftType.BINARY);
  let same = path?.length === length;
  for (let i = 0; same && i < length; i++) same = thrift.varint() === path![i].length && thrift.pass(path![i]);
  if (!same) throw new ParquetError("a column is called otherwise than in its schema");
}

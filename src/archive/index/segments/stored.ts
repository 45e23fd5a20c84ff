/**
 * Segments as bytes: all columns, then the parts and the entries, then what is where, then a checksum of all that.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { pauseNowAndThen } from "../../../async/pause.ts";
import { ArchiveError } from "../../../errors.ts";
import { readAt } from "../../disk/bytes.ts";
import { diskFault } from "../../disk/fault.ts";
import { FieldReader, FieldWriter } from "./fields.ts";
import {
  type Cells,
  type CellType,
  type ColumnInfo,
  type EntryColumns,
  FIELDS,
  PART_FIELDS,
  type PartColumns,
  type Segment,
} from "./segment.ts";

/** Raised whenever what is stored changes. */
const VERSION = 5;
const MAGIC = "neptune-fetcher index";

/** Where something is, in bytes. */
type Place = [at: number, length: number];

interface Header {
  magic: string;
  version: number;
  /** What the index belongs to. */
  owner: string;
  parts: [count: number, ...Place];
  entries: [count: number, ...Place];
  projects: (string | null)[];
  columns: [path: string, type: CellType, cells: number, ...Place][];
}

/** How many bytes stand at the end: the length of what says what is where, and a checksum of all that is before. */
const TRAILER = 12;

/** Writes a segment as bytes, piece by piece. */
export function* encodeSegment(segment: Segment, owner: string): Generator<Uint8Array<ArrayBuffer>> {
  let at = 0, checksum = 0;
  const placed = (bytes: Uint8Array): Place => {
    checksum = crc32(bytes, checksum);
    at += bytes.length;
    return [at - bytes.length, bytes.length];
  };
  const columns: Header["columns"] = [];
  for (let i = 0; i < segment.columns.length; i++) {
    const { path, type, entries, fields } = segment.cells(i);
    if (entries.length === 0) continue;
    const writer = new FieldWriter();
    writer.numbers(entries);
    for (const [name, kind] of Object.entries(FIELDS[type])) writer.field(kind, fields[name]);
    const bytes = writer.finish();
    columns.push([path, type, entries.length, ...placed(bytes)]);
    yield bytes;
  }
  const noted = segment.parts();
  const parts = partBytes(noted), entries = entryBytes(segment.entries);
  const header: Header = {
    magic: MAGIC,
    version: VERSION,
    owner,
    parts: [noted.name.length, ...placed(parts)],
    entries: [segment.entries.run.length, ...placed(entries)],
    projects: [...segment.projects],
    columns,
  };
  yield parts;
  yield entries;
  const bytes = new TextEncoder().encode(JSON.stringify(header));
  yield bytes;
  const trailer = new DataView(new ArrayBuffer(TRAILER));
  trailer.setFloat64(0, bytes.length, true);
  trailer.setUint32(8, crc32(new Uint8Array(trailer.buffer, 0, 8), crc32(bytes, checksum)), true);
  yield new Uint8Array(trailer.buffer);
}

function partBytes(parts: PartColumns): Uint8Array<ArrayBuffer> {
  const writer = new FieldWriter();
  for (const [name, kind] of Object.entries(PART_FIELDS)) writer.field(kind, parts[name as keyof PartColumns]);
  return writer.finish();
}

function entryBytes({ part, project, run }: EntryColumns): Uint8Array<ArrayBuffer> {
  const writer = new FieldWriter();
  writer.numbers(part);
  writer.numbers(project);
  writer.field("string", run);
  return writer.finish();
}

const STRETCH = 1 << 22;

/** Tells whether a file has the bytes that were written: spoilt ones would be wrong answers. */
async function isAsWritten(path: string, size: number, signal?: AbortSignal): Promise<boolean> {
  if (size < TRAILER) return false;
  using file = openEither(path, path + REPLACED);
  const end = size - 4;
  const buffer = new Uint8Array(Math.min(STRETCH, end));
  const pause = pauseNowAndThen(signal);
  let checksum = 0;
  for (let at = 0; at < end;) {
    const length = file.readSync(buffer.subarray(0, Math.min(buffer.length, end - at)));
    if (length === null) return false;
    checksum = crc32(buffer.subarray(0, length), checksum);
    at += length;
    await pause();
  }
  const last = readAt(file, end, 4);
  return last.length === 4 && new DataView(last.buffer).getUint32(0, true) === checksum;
}

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

/** Reads a stretch of a file that must be as it was when it was checked. */
function readUnchanged(path: string, before: Deno.FileInfo, at: number, length: number): Uint8Array<ArrayBuffer> {
  try {
    using file = openEither(path, path + REPLACED);
    const { size, ino, mtime } = file.statSync();
    if (size === before.size && ino === before.ino && mtime?.getTime() === before.mtime?.getTime()) {
      const bytes = readAt(file, at, length);
      if (bytes.length === length) return bytes;
    }
  } catch (error) {
    if (diskFault(error) === null) throw error;
  }
  throw new ArchiveError(
    `The index ${path} was changed or taken away while it was in use: call project.refresh(), and it is made again.`,
    { path },
  );
}

/** A segment whose bytes are in memory or in a file. */
export class StoredSegment implements Segment {
  readonly entries: EntryColumns;
  readonly projects: readonly (string | null)[];
  readonly columns: readonly ColumnInfo[];
  readonly owner: string;
  /** How many bytes it takes. */
  readonly bytes: number;
  readonly #parts: Header["parts"];
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
    const { owner, projects, columns, parts } = header;
    this.owner = owner;
    this.#parts = parts;
    this.projects = projects;
    this.entries = this.#entries(...header.entries);
    this.#places = columns;
    this.columns = columns.map(([path, type, cells]) => ({ path, type, cells }));
  }

  /** A segment in memory. */
  static of(bytes: Uint8Array<ArrayBuffer>): StoredSegment {
    return new StoredSegment(bytes.length, (at, length) => bytes.subarray(at, at + length));
  }

  /** A segment in a file: not kept open, but read in stretches, as columns are mostly read one after the other. */
  static async in(path: string, signal?: AbortSignal): Promise<StoredSegment> {
    const written = Deno.statSync(path), { size } = written;
    if (!await isAsWritten(path, size, signal)) throw new Error(`The index ${path} is not as it was written.`);
    let from = 0, held = new Uint8Array(0);
    return new StoredSegment(size, (at, length) => {
      // A small one is held as a whole from here on, and what is long is not worth it.
      if (size <= STRETCH && held.length === 0) held = readUnchanged(path, written, 0, size);
      if (length > STRETCH) return readUnchanged(path, written, at, length);
      if (at < from || at + length > from + held.length) {
        held = readUnchanged(path, written, at, Math.min(size - at, STRETCH));
        from = at;
      }
      return held.subarray(at - from, at - from + length);
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

  parts(): PartColumns {
    const [count, ...place] = this.#parts;
    const reader = new FieldReader(this.#read(...place), count);
    return Object.fromEntries(Object.entries(PART_FIELDS).map(([name, kind]) => [name, reader.field(kind)])) as never;
  }

  #entries(count: number, ...place: Place): EntryColumns {
    const reader = new FieldReader(this.#read(...place), count);
    // Copies, as what they are read from is large and not kept.
    const part = reader.numbers(count).slice(), project = reader.numbers(count).slice();
    return { part, project, run: reader.field("string") as string[] };
  }
}

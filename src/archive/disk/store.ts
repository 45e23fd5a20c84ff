/**
 * Where an archive lies: what all readers of folders, parts and stored files ask of a disk, or of object storage.
 *
 * What is not there is a `Deno.errors.NotFound`, whatever kind of store it is.
 *
 * @module
 */

import { dirname } from "node:path";
import { isNeptuneError, NeptuneError } from "../../errors.ts";
import type { CallOptions, FileContent, FileOptions } from "../../source.ts";

/** What tells a file from what it was before; equal numbers mean equal bytes, but for changes within seconds of each other on a disk. */
export interface Stamp {
  /** Bytes. */
  size: number;
  /** When it was written; milliseconds since the epoch, 0 where nobody knows. */
  modified: number;
  /** When anything about the file changed, its times and its name too; milliseconds since the epoch, 0 where nobody knows. */
  changed: number;
  /** The number of the file on its disk, of an object a number made of its ETag; 0 where nobody knows. */
  inode: number;
  /** Of an object: what the store calls these bytes. Reading asks for these and no others. Of a file: null. */
  etag: string | null;
}

/** One file or folder. */
export interface StoredInfo extends Stamp {
  isFolder: boolean;
}

/** What lies in a folder. */
export interface StoredEntry {
  readonly name: string;
  /** Also one that is reached through a link. */
  readonly isFolder: boolean;
  /** What can be told of it without reading it. */
  look(): StoredInfo;
}

/** A place in a file. */
export interface FileRange {
  at: number;
  length: number;
}

/** The bytes of an open file. */
export interface OpenFile {
  readonly size: number;
  /** So many bytes at its end are read first: all of a small file, else as many as usually hold a footer. */
  readonly tail: number;
  /**
   * Gives bytes without waiting, as many as there are. Not to be called where there is `load`.
   *
   * @param into Memory of this length, where they may be put.
   */
  read(at: number, length: number, into?: Uint8Array<ArrayBuffer>): Uint8Array;
  /** Gives bytes of several places, each whole; null where nothing has to be waited for. */
  readonly load: ((ranges: readonly FileRange[], signal?: AbortSignal) => Promise<Uint8Array[]>) | null;
  close(): void;
}

/** How many entries of a folder are wanted. */
export interface EntriesOptions extends CallOptions {
  /** The first thousand or so are enough, to see what kind of folder it is. Default: false. */
  glance?: boolean;
}

/** A disk, or object storage. Paths are those below the data root and the files root, with `/` between names. */
export interface Store {
  /** Whether files can be opened by their paths: by Deno, by other threads, by Polars without further ado. */
  readonly isLocal: boolean;
  /** Makes sure that reading is allowed. */
  permit(path: string, purpose: string): void;
  /** Whether it is known to be allowed, without asking anyone. */
  isPermitted(path: string): boolean;
  /** The one name of a folder, however it is reached. */
  identity(folder: string): string;
  /** Where a file really lies, links followed. */
  place(path: string): Promise<string>;
  /** What lies in a folder, in any order. */
  list(folder: string, options?: EntriesOptions): Promise<StoredEntry[]>;
  /** What is at a place. A folder of object storage is there where anything lies in it. */
  find(path: string, signal?: AbortSignal): Promise<StoredInfo>;
  /** Opens a file to read here and there in it. */
  open(file: { path: string; size: number; etag: string | null }): OpenFile;
  /** The bytes of a file, or the part of it that is asked for, piece by piece. */
  stream(path: string, options?: FileOptions): Promise<FileContent & { size: number }>;
  /** How Polars reaches it, where it is no disk: holds secrets. */
  polarsOptions?(path: string): Promise<Record<string, string>>;
  /** Ends what is kept open. */
  close(): void;
}

/** Files up to this size are read as a whole, at once: opening them is most of the work. */
const SMALL = 1 << 20;
/** So many bytes at the end of a Parquet file usually hold its footer. */
const FOOTER = 1 << 16;

/** How many bytes at the end of a file are read first. */
export function tailOf(size: number): number {
  return size <= SMALL ? size : FOOTER;
}

/** The text of a small file; null where there is none. */
export async function textOf(store: Store, path: string, signal?: AbortSignal): Promise<string | null> {
  try {
    return await new Response((await store.stream(path, { signal })).bytes).text();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** What is at a place; null where nothing is, or where it may not be looked at. Trouble with all of a store is thrown. */
export async function foundAt(store: Store, path: string, signal?: AbortSignal): Promise<StoredInfo | null> {
  try {
    return await store.find(path, signal);
  } catch (error) {
    if (signal?.aborted || (error instanceof NeptuneError && !isForbidden(error))) throw error;
    return null;
  }
}

/** Whether this is a place that the keys may not read, though they may read others. */
function isForbidden(error: NeptuneError): boolean {
  return isNeptuneError(error, "StorageError") && error.fields.reason === "no access";
}

/** The folder in which something lies; that of a disk or bucket is itself. */
export function parentOf(path: string): string {
  return /^\w+:\/\/[^/]*$/.test(path) ? path : dirname(path);
}

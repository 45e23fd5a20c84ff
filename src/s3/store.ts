/**
 * Object storage as a {@linkcode Store}: folders are what keys have in common up to a slash.
 *
 * @module
 */

import { hash } from "node:crypto";
import { ChangedError } from "../archive/disk/fault.ts";
import {
  type EntriesOptions,
  type FileRange,
  type OpenFile,
  type Store,
  type StoredEntry,
  type StoredInfo,
  tailOf,
} from "../archive/disk/store.ts";
import { streamOf } from "../async/begun.ts";
import { forEach } from "../async/concurrent.ts";
import { ConnectionError, StorageError } from "../errors.ts";
import type { FileContent, FileOptions } from "../source.ts";
import { type Listed, type ListPage, listPage } from "./answers.ts";
import { StorageClient, type StorageRequest } from "./client.ts";
import { allPages } from "./listing.ts";
import { locationOf } from "./location.ts";
import type { StorageSettings } from "./settings.ts";

/** Places closer to each other than this are asked for together: it takes less time than another request. */
const GAP = 1 << 16;
/** Larger pieces are asked for in parts, several at once. */
const PIECE = 8 << 20;
/** A piece that comes short is asked for again so often. */
const ATTEMPTS = 3;

/**
 * Opens object storage. Nothing is asked before the first call.
 *
 * @param tail How many bytes at the end of an object are read first.
 */
export function openStorage(settings: StorageSettings, tail: (size: number) => number = tailOf): Store {
  return new ObjectStore(new StorageClient(settings), tail);
}

class ObjectStore implements Store {
  readonly isLocal = false;
  readonly #client: StorageClient;
  readonly #tail: (size: number) => number;

  constructor(client: StorageClient, tail: (size: number) => number) {
    this.#client = client;
    this.#tail = tail;
  }

  // Whoever asks the store is told which permission is missing.
  permit(): void {}

  isPermitted(): boolean {
    return true;
  }

  identity(folder: string): string {
    return `${this.#client.address} ${folder}`;
  }

  place(path: string): Promise<string> {
    return Promise.resolve(path);
  }

  async list(folder: string, { signal, glance }: EntriesOptions = {}): Promise<StoredEntry[]> {
    const { key } = locationOf(folder);
    const prefix = key === "" ? "" : `${key}/`;
    const pages = glance
      ? [await this.#page(folder, prefix, "", 1000, signal)]
      : await allPages(prefix, (after, signal) => this.#page(folder, prefix, after, 1000, signal), signal);
    const folders = new Set(pages.flatMap(({ prefixes }) => prefixes));
    const objects = pages.flatMap(({ objects }) => objects).filter(({ key }) => key !== prefix);
    if (folders.size === 0 && pages.every(({ objects }) => objects.length === 0)) {
      throw new Deno.errors.NotFound(`there is nothing below ${folder}`);
    }
    return [
      ...Array.from(folders, (key) => new FolderEntry(key.slice(prefix.length, -1))),
      ...objects.map((object) => new ObjectEntry(object, prefix)),
    ];
  }

  async find(path: string, signal?: AbortSignal): Promise<StoredInfo> {
    const { key } = locationOf(path);
    const ways = [() => this.#object(path, signal), () => this.#folder(path, signal)];
    // Most folders have no dot in their name, and most files have: so mostly one request is enough.
    if (key === "") ways.shift();
    else if (!/\.[^/]*$/.test(key)) ways.reverse();
    for (const way of ways) {
      const found = await way();
      if (found) return found;
    }
    throw new Deno.errors.NotFound(`there is nothing at ${path}`);
  }

  async #object(path: string, signal?: AbortSignal): Promise<StoredInfo | null> {
    try {
      const { head } = await this.#client.bytes({ location: path, method: "HEAD" }, signal);
      const size = Number(head.headers.get("content-length"));
      const modified = Date.parse(head.headers.get("last-modified") ?? "") || 0;
      return infoOf({ key: "", size, modified, etag: head.headers.get("etag") ?? "" });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      // An answer without a body does not say why: the listing does, if it is refused, too.
      if (error instanceof StorageError && error.fields.code === null && error.fields.status !== null) {
        await this.#folder(path, signal);
      }
      throw error;
    }
  }

  async #folder(path: string, signal?: AbortSignal): Promise<StoredInfo | null> {
    const { key } = locationOf(path);
    const { objects, prefixes } = await this.#page(path, key === "" ? "" : `${key}/`, "", 1, signal);
    if (objects.length === 0 && prefixes.length === 0) return null;
    return { ...infoOf({ key, size: 0, modified: 0, etag: "" }), isFolder: true };
  }

  open({ path, size, etag }: { path: string; size: number; etag: string | null }): OpenFile {
    return {
      size,
      tail: Math.min(size, this.#tail(size)),
      read: () => {
        throw new TypeError(`Bytes of ${path} are read before they were asked for.`);
      },
      load: (ranges, signal) => this.#load({ location: path, etag }, size, ranges, signal),
      close: () => {},
    };
  }

  async stream(path: string, { from = 0, to, signal }: FileOptions = {}): Promise<FileContent & { size: number }> {
    if (to !== undefined && to <= from) {
      return { bytes: new Blob([]).stream(), size: (await this.find(path, signal)).size };
    }
    const range = from > 0 || to !== undefined ? { from, to } : undefined;
    let answer: Awaited<ReturnType<StorageClient["stream"]>>;
    try {
      answer = await this.#client.stream({ location: path, range }, signal);
    } catch (error) {
      // A range behind the end, which empty objects have nothing but.
      if (!(error instanceof StorageError) || error.fields.status !== 416) throw error;
      return { bytes: new Blob([]).stream(), size: (await this.find(path, signal)).size };
    }
    const { headers, status } = answer.head;
    const size = status === 206 ? Number(/\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1]) : lengthOf(headers);
    const pieces = this.#whole(path, answer, { from, to: Math.min(to ?? Infinity, size), signal });
    return { bytes: streamOf(pieces, () => answer.pieces.return(undefined)), size };
  }

  polarsOptions(path: string): Promise<Record<string, string>> {
    return this.#client.polarsOptions(path);
  }

  close(): void {
    this.#client.close();
  }

  /** The bytes from `from` to before `to`; where the answer breaks off, it is asked for the rest of the same object. */
  async *#whole(
    path: string,
    { pieces, head }: Awaited<ReturnType<StorageClient["stream"]>>,
    { from, to, signal }: { from: number; to: number; signal?: AbortSignal },
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const etag = head.headers.get("etag");
    // A store that does not know ranges sends everything.
    let at = head.status === 206 ? from : 0, tried = 0;
    for (;;) {
      const before = at;
      try {
        for await (const piece of pieces) {
          const wanted = piece.subarray(Math.min(piece.length, Math.max(0, from - at)), Math.max(0, to - at));
          at += piece.length;
          if (wanted.length > 0) yield wanted;
        }
        if (at >= to) return;
      } catch (error) {
        if (!(error instanceof ConnectionError && error.fields.brokenOff)) throw error;
      }
      tried = at > before ? 0 : tried + 1;
      if (tried >= ATTEMPTS) throw truncated(path, at, to);
      from = Math.max(from, at);
      try {
        ({ pieces, head } = await this.#client.stream({ location: path, range: { from, to }, etag }, signal));
      } catch (error) {
        if (!(error instanceof ChangedError) && !(error instanceof Deno.errors.NotFound)) throw error;
        throw new StorageError(`${path} was written again or deleted while it was read: try again.`, {
          location: path,
          reason: "changed",
          status: null,
          code: null,
        });
      }
      at = head.status === 206 ? from : 0;
    }
  }

  async #page(folder: string, prefix: string, after: string, most: number, signal?: AbortSignal): Promise<ListPage> {
    const query: Record<string, string> = {
      "list-type": "2",
      delimiter: "/",
      "encoding-type": "url",
      "max-keys": String(most),
      prefix,
    };
    if (after !== "") query["start-after"] = after;
    const { bytes } = await this.#client.bytes({ location: folder, query }, signal);
    try {
      return listPage(new TextDecoder().decode(bytes));
    } catch {
      throw new StorageError(`What answers for ${folder} is no store that speaks S3: check \`endpoint\`.`, {
        location: folder,
        reason: "other",
        status: 200,
        code: null,
      });
    }
  }

  /** Bytes of several places: near ones together, large ones in parts, all at once. */
  async #load(
    request: StorageRequest,
    size: number,
    ranges: readonly FileRange[],
    signal?: AbortSignal,
  ): Promise<Uint8Array[]> {
    // Most objects are small, and read whole.
    if (ranges.length === 1 && ranges[0].length <= PIECE) {
      const [{ at, length }] = ranges;
      return [await this.#piece(request, size, at, at + length, signal)];
    }
    const groups = together(ranges);
    const pieces = groups.flatMap(({ at, end }) => {
      const count = Math.max(1, Math.ceil((end - at) / PIECE));
      return Array.from(
        { length: count },
        (_, i) => ({ at: at + i * PIECE, end: Math.min(end, at + (i + 1) * PIECE) }),
      );
    });
    const found = new Map<number, Uint8Array>();
    await forEach(pieces, pieces.length, async ({ at, end }, _, signal) => {
      found.set(at, await this.#piece(request, size, at, end, signal));
    }, signal);
    const whole = new Map(groups.map((group) => {
      const parts = pieces.filter(({ at }) => at >= group.at && at < group.end).map(({ at }) => found.get(at)!);
      return [group, parts.length === 1 ? parts[0] : joined(parts)];
    }));
    return ranges.map(({ at, length }) => {
      const group = groups.find((group) => at >= group.at && at + length <= group.end)!;
      return whole.get(group)!.subarray(at - group.at, at - group.at + length);
    });
  }

  async #piece(
    request: StorageRequest,
    size: number,
    at: number,
    end: number,
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    if (end === at) return new Uint8Array(0);
    const range = at === 0 && end === size ? undefined : { from: at, to: end };
    let got = 0;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { bytes, head } = await this.#client.bytes({ ...request, range }, signal);
      const wanted = range && head.status === 200 ? bytes.subarray(at, end) : bytes;
      if (wanted.length === end - at) return wanted;
      got = wanted.length;
    }
    throw truncated(request.location, got, end - at);
  }
}

function truncated(location: string, got: number, whole: number): StorageError {
  return new StorageError(`Of ${location} only ${got} of ${whole} bytes came, again and again: try again later.`, {
    location,
    reason: "truncated",
    status: null,
    code: null,
  });
}

class FolderEntry implements StoredEntry {
  readonly isFolder = true;
  constructor(readonly name: string) {}

  look(): StoredInfo {
    return { ...infoOf({ key: this.name, size: 0, modified: 0, etag: "" }), isFolder: true };
  }
}

class ObjectEntry implements StoredEntry {
  readonly isFolder = false;
  readonly name: string;
  readonly #object: Listed;

  constructor(object: Listed, prefix: string) {
    this.name = object.key.slice(prefix.length);
    this.#object = object;
  }

  look(): StoredInfo {
    return infoOf(this.#object);
  }
}

/** Objects have no number and no time of change: what the store calls their bytes stands for both. */
function infoOf({ size, modified, etag }: Listed): StoredInfo {
  return { isFolder: false, size, modified, changed: 0, inode: numberOf(etag), etag: etag || null };
}

/** Six bytes of a hash, as a number. */
function numberOf(etag: string): number {
  return etag === "" ? 0 : Number.parseInt(hash("sha1", etag).slice(0, 12), 16);
}

function lengthOf(headers: Headers): number {
  return Number(headers.get("content-length") ?? NaN);
}

/** Places that are near each other as one. */
function together(ranges: readonly FileRange[]): { at: number; end: number }[] {
  const groups: { at: number; end: number }[] = [];
  for (const { at, length } of [...ranges].sort((a, b) => a.at - b.at)) {
    const last = groups.at(-1);
    if (last && at - last.end <= GAP) last.end = Math.max(last.end, at + length);
    else groups.push({ at, end: at + length });
  }
  return groups;
}

function joined(parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

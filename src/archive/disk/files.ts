/**
 * Stored files of one project: references with size and type, and their bytes.
 *
 * @module
 */

import { sep } from "node:path";
import { ArchiveError, FileMissingError, folderError, NeptuneError } from "../../errors.ts";
import { type FileRef, FOLDER } from "../../types.ts";
import { mimeOfBytes, mimeOfName, SNIFFED_BYTES } from "./mime.ts";
import { diskFault } from "./fault.ts";
import { streamOf } from "../../async/begun.ts";
import { abortable } from "../../async/shared.ts";
import type { FileContent, FileOptions } from "../../source.ts";
import type { Store, StoredInfo } from "./store.ts";

/** Files looked at side by side. */
const CONCURRENCY = 32;
/** The type of files of which nothing tells it. */
const UNKNOWN = "application/octet-stream";

/** The stored files of one project. */
export class Files {
  readonly #store: Store;
  readonly #roots: readonly string[];
  readonly #boundary: string | null;
  readonly #known = new Map<string, FileRef>();

  /**
   * @param store Where they lie.
   * @param roots The folders below which paths are looked up, in this order. Empty: there is no files folder.
   * @param boundary The folder that links may not lead out of; null: they may lead anywhere.
   */
  constructor(store: Store, roots: readonly string[], boundary: string | null = null) {
    this.#store = store;
    this.#roots = roots;
    this.#boundary = boundary;
  }

  /** The same files, to be looked at anew. */
  anew(): Files {
    return new Files(this.#store, this.#roots, this.#boundary);
  }

  /**
   * References for stored paths; null stays null. Sizes and types are looked up once for each path.
   *
   * @param areSets Whether they may be folders: a folder in the place of a single file is a file that is missing.
   */
  async refs(
    paths: readonly (string | null)[],
    signal?: AbortSignal,
    areSets = false,
  ): Promise<(FileRef | null)[]> {
    const unknown = new Set(paths.filter((path) => path !== null && !this.#known.has(path)) as string[]);
    const queue = unknown.values();
    const work = async () => {
      for (const path of queue) {
        signal?.throwIfAborted();
        this.#known.set(path, await this.#look(path, signal));
      }
    };
    const workers = Array.from({ length: Math.min(CONCURRENCY, unknown.size) }, work);
    await abortable(Promise.all(workers), signal);
    return paths.map((path) => {
      if (path === null) return null;
      const ref = this.#known.get(path)!;
      return ref.mimeType === FOLDER && !areSets ? missing(path) : { ...ref };
    });
  }

  /** The bytes of a file. */
  async open(path: string, options: FileOptions = {}): Promise<FileContent> {
    const { signal } = options;
    signal?.throwIfAborted();
    const candidates = this.#candidates(path);
    if (candidates === null) {
      throw new FileMissingError(
        `The file path "${path}" leads out of the files folder of the project, so it is not read.`,
        { path },
      );
    }
    for (const candidate of candidates) {
      this.#store.permit(candidate, `read the stored file ${path}`);
      const found = await sayingWhich(candidate, () => this.#find(candidate, signal));
      if (found?.isFolder) {
        const inside = await sayingWhich(candidate, () => this.#store.list(candidate, { signal, glance: true }));
        throw folderError(path, inside.map(({ name }) => name));
      }
      if (!found) continue;
      const { bytes, size } = await sayingWhich(candidate, () => this.#store.stream(candidate, options));
      return { bytes: streamOf(pieces(candidate, bytes), () => bytes.cancel().catch(() => {})), size };
    }
    throw new FileMissingError(
      this.#roots.length === 0
        ? `The file "${path}" cannot be read, because no files folder was found beside the data folder: pass \`files\`, the ` +
          `folder the exporter wrote files to (by default exports/files).`
        : `The file "${path}" is not in ${
          this.#roots[0]
        }: it was not exported, or the files folder is another one (pass ` +
          `\`files\`).`,
      { path },
    );
  }

  async #look(path: string, signal?: AbortSignal): Promise<FileRef> {
    for (const candidate of this.#candidates(path) ?? []) {
      const found = await this.#find(candidate, signal).catch((error) => {
        if (error instanceof NeptuneError) throw error;
        return null;
      });
      if (!found) continue;
      if (found.isFolder) return { path, size: null, mimeType: FOLDER };
      return { path, size: found.size, mimeType: mimeOfName(path) ?? await this.#sniff(candidate, found.size, signal) };
    }
    return missing(path);
  }

  /** What is at a place; null where nothing is, or a link leads out to it. */
  async #find(path: string, signal?: AbortSignal): Promise<StoredInfo | null> {
    const found = await findOrNull(this.#store, path, signal);
    if (found === null || this.#boundary === null) return found;
    const [inside, place] = [await this.#store.place(this.#boundary), await this.#store.place(path)];
    return place.startsWith(inside + sep) ? found : null;
  }

  async #sniff(path: string, size: number, signal?: AbortSignal): Promise<string> {
    try {
      const { bytes } = await this.#store.stream(path, { to: Math.min(size, SNIFFED_BYTES), signal });
      const head = new Uint8Array(await new Response(bytes).arrayBuffer());
      return await mimeOfBytes(head, head.length === size);
    } catch (error) {
      // Whoever opens the file hears of it.
      if (diskFault(error) === null) throw error;
      return UNKNOWN;
    }
  }

  /** Where a stored path may be on disk, or null where it leads out of the project's folder. */
  #candidates(path: string): string[] | null {
    const spellings = path.includes("\\") ? [path, path.replaceAll("\\", "/")] : [path];
    const posix = spellings[spellings.length - 1];
    const absolute = posix.startsWith("/") || /^[A-Za-z]:/.test(posix);
    if (absolute || path === "" || path.includes("\0") || posix.split("/").includes("..")) return null;
    return this.#roots.flatMap((root) => spellings.map((spelling) => `${root}/${spelling}`));
  }
}

function missing(path: string): FileRef {
  return { path, size: null, mimeType: mimeOfName(path) ?? UNKNOWN };
}

async function findOrNull(store: Store, path: string, signal?: AbortSignal): Promise<StoredInfo | null> {
  try {
    return await store.find(path, signal);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    // Too long for a path, or not one for this system: there is nothing there either.
    if (/ENAMETOOLONG|name too long|os error (36|63|123|206)\b/i.test(String(error))) return null;
    throw error;
  }
}

/** What cannot be read, though it is there, is not missing. */
async function sayingWhich<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const reason = diskFault(error);
    if (reason === null) throw error;
    throw new ArchiveError(`The stored file ${path} cannot be read: ${reason}.`, { path }, { cause: error });
  }
}

/** The bytes as they come; what ends them too early is said of the file. */
async function* pieces(path: string, bytes: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = bytes.getReader();
  try {
    while (true) {
      const { done, value } = await sayingWhich(path, () => reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

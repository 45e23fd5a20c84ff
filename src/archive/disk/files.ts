/**
 * Stored files of one project: references with size and type, and their bytes.
 *
 * @module
 */

import { requirePermission } from "../../permissions/require.ts";
import { sep } from "node:path";
import { FileMissingError } from "../../errors.ts";
import type { FileRef } from "../../types.ts";
import { mimeOfBytes, mimeOfName, SNIFFED_BYTES } from "./mime.ts";
import { abortable } from "../../async/shared.ts";
import type { FileContent, FileOptions } from "../../source.ts";

/** Files looked at side by side. */
const CONCURRENCY = 32;

/** The stored files of one project. */
export class Files {
  readonly #roots: readonly string[];
  readonly #boundary: string | null;
  readonly #known = new Map<string, FileRef>();

  /**
   * @param roots The folders below which paths are looked up, in this order. Empty: there is no files folder.
   * @param boundary The folder that links may not lead out of; null: they may lead anywhere.
   */
  constructor(roots: readonly string[], boundary: string | null = null) {
    this.#roots = roots;
    this.#boundary = boundary;
  }

  /** References for stored paths; null stays null. Sizes and types are looked up once for each path. */
  async refs(paths: readonly (string | null)[], signal?: AbortSignal): Promise<(FileRef | null)[]> {
    const unknown = new Set(paths.filter((path) => path !== null && !this.#known.has(path)) as string[]);
    const queue = unknown.values();
    const work = async () => {
      for (const path of queue) {
        signal?.throwIfAborted();
        this.#known.set(path, await this.#look(path));
      }
    };
    const workers = Array.from({ length: Math.min(CONCURRENCY, unknown.size) }, work);
    await abortable(Promise.all(workers), signal);
    return paths.map((path) => path === null ? null : { ...this.#known.get(path)! });
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
      requirePermission({ name: "read", path: candidate }, `read the stored file ${path}`);
      const info = await this.#stat(candidate);
      if (info?.isDirectory) {
        throw folderError(
          path,
          await Array.fromAsync(Deno.readDir(candidate), ({ name }) => name),
        );
      }
      if (info) return { bytes: await openStream(candidate, options), size: info.size };
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

  async #look(path: string): Promise<FileRef> {
    const missing = { path, size: null, mimeType: mimeOfName(path) ?? "application/octet-stream" };
    for (const candidate of this.#candidates(path) ?? []) {
      const info = await this.#stat(candidate).catch(() => null);
      if (!info) continue;
      if (info.isDirectory) return { path, size: null, mimeType: "inode/directory" };
      return { path, size: info.size, mimeType: mimeOfName(path) ?? await sniff(candidate, info.size) };
    }
    return missing;
  }

  /** What is at a place; null where nothing is, or a link leads out to it. */
  async #stat(path: string): Promise<Deno.FileInfo | null> {
    const info = await stat(path);
    if (info === null || this.#boundary === null) return info;
    const [inside, place] = [await Deno.realPath(this.#boundary), await Deno.realPath(path)];
    return place.startsWith(inside + sep) ? info : null;
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

async function stat(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    // Too long for a path, or not one for this system: there is nothing there either.
    if (/ENAMETOOLONG|name too long|os error (36|63|123|206)\b/i.test(String(error))) return null;
    throw error;
  }
}

async function sniff(path: string, size: number): Promise<string> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array(SNIFFED_BYTES);
  const length = await file.read(bytes) ?? 0;
  return await mimeOfBytes(bytes.subarray(0, length), length === size);
}

/** Opens a file, or the part of it that is asked for. */
export async function openStream(
  path: string,
  { from = 0, to, signal }: FileOptions,
): Promise<ReadableStream<Uint8Array>> {
  const file = await Deno.open(path);
  if (from > 0) await file.seek(from, Deno.SeekMode.Start);
  const bytes = to === undefined ? file.readable : file.readable.pipeThrough(first(to - from));
  return signal ? bytes.pipeThrough(new TransformStream(), { signal }) : bytes;
}

/** Passes on so many bytes and ends. */
function first(count: number): TransformStream<Uint8Array, Uint8Array> {
  let left = Math.max(0, count);
  return new TransformStream({
    start(controller) {
      if (left === 0) controller.terminate();
    },
    transform(chunk, controller) {
      controller.enqueue(chunk.subarray(0, left));
      left -= Math.min(left, chunk.length);
      if (left === 0) controller.terminate();
    },
  });
}

/** The error for opening a folder as a file; it tells what is inside. */
export function folderError(path: string, inside: string[]): FileMissingError {
  const names = inside.toSorted();
  const shown = names.length === 0
    ? "is empty"
    : `holds ${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}`;
  const hint = names.length > 0 ? `: open one of these, for example "${path}/${names[0]}"` : "";
  return new FileMissingError(`"${path}" is a folder and ${shown}${hint}.`, { path, inside: names });
}

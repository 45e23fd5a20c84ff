/**
 * Files of a run, copied under the names that the exporter gives them.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { extensionOf, mimeOfName } from "../archive/disk/mime.ts";
import { forEach } from "../async/concurrent.ts";
import { hashFile } from "../archive/disk/hashes.ts";
import { reasonOrThrow } from "../async/one_of_many.ts";
import { DEEPEST } from "../bulk/download.ts";
import { isNeptuneError } from "../errors.ts";
import type { Source } from "../source.ts";
import { type FileRef, FOLDER } from "../types.ts";
import { writeWhole } from "../write/whole.ts";
import { digest } from "../write/file_name.ts";
import { filePath } from "./names.ts";

/** Files fetched side by side. */
const CONCURRENCY = 8;

/** What became of the files of a run. */
export interface CopiedFiles {
  copied: number;
  missing: number;
  /** Files that could not be copied: by which attribute, and why. */
  failed: { path: string; message: string }[];
  /** The hashes of files that had none yet, by their paths below the root. */
  hashes: Map<string, string>;
}

/** The files of one run: where each is to be, and the copying of them. */
export class RunFiles {
  readonly #source: Source;
  readonly #root: string;
  readonly #runId: string;
  readonly #taken = new Map<string, string>();
  readonly #wanted = new Map<string, { ref: FileRef; attribute: string }>();

  /**
   * @param root The project's folder below the files root.
   * @param runId How the run is called in paths; different for each run.
   */
  constructor(source: Source, root: string, runId: string) {
    this.#source = source;
    this.#root = root;
    this.#runId = runId;
  }

  /** Where a file is to be, relative to the root. Two files never share a path, also where upper and lower case are one. */
  place(ref: FileRef, attribute: string, step?: number): string {
    const extension = ref.mimeType === FOLDER ? "" : extensionFor(ref);
    const owner = `${attribute}\0${step ?? ""}\0${ref.path}`;
    let path = filePath(this.#runId, attribute, extension, step);
    const other = this.#taken.get(path.toLowerCase());
    if (other !== undefined && other !== owner) {
      path = filePath(this.#runId, `${attribute}-${digest(owner)}`, extension, step);
    }
    this.#taken.set(path.toLowerCase(), owner);
    this.#wanted.set(path, { ref, attribute });
    return path;
  }

  /**
   * Copies all files that were placed and are not there yet.
   *
   * @param known The hashes of files that are there.
   */
  async copy(known: ReadonlyMap<string, string>, signal?: AbortSignal): Promise<CopiedFiles> {
    const result: CopiedFiles = { copied: 0, missing: 0, failed: [], hashes: new Map() };
    await forEach(this.#wanted, CONCURRENCY, async ([path, { ref, attribute }], _, signal) => {
      try {
        const count = await this.#copy(ref, path, { known, hashes: result.hashes, signal });
        if (count === 0) result.missing++;
        result.copied += count;
      } catch (error) {
        result.failed.push({ path: attribute, message: reasonOrThrow(error, signal) });
      }
    }, signal);
    return result;
  }

  /** Gives how many files are there now: of a folder, those in it. */
  async #copy(ref: FileRef, path: string, call: CopyCall, depth = 0): Promise<number> {
    const { known, hashes, signal } = call;
    const target = `${this.#root}/${path}`;
    const there = await Deno.stat(target).catch(() => null);
    if (there?.isFile && there.size === ref.size) {
      if (!known.has(path)) hashes.set(path, await hashFile(target, signal));
      return 1;
    }
    try {
      const { bytes } = await this.#source.file(ref, { signal });
      const hash = createHash("sha256");
      const hashing = new TransformStream<Uint8Array, Uint8Array>({
        transform: (piece, to) => {
          hash.update(piece);
          to.enqueue(piece);
        },
      });
      await writeWhole(target, bytes.pipeThrough(hashing), signal);
      hashes.set(path, hash.digest("hex"));
      return 1;
    } catch (error) {
      if (!isNeptuneError(error, "FileMissingError")) throw error;
      // A folder of files says what is inside.
      const { inside = [] } = error.fields;
      if (inside.length > 0 && depth === DEEPEST) throw error;
      let copied = 0;
      for (const name of inside) {
        const one = { ...ref, path: `${ref.path}/${name}`, size: null };
        copied += await this.#copy(one, `${path}/${name}`, call, depth + 1);
      }
      return copied;
    }
  }
}

interface CopyCall {
  known: ReadonlyMap<string, string>;
  hashes: Map<string, string>;
  signal?: AbortSignal;
}

/** The extension that stands for the type of the file: its own where that does, else the usual one. */
function extensionFor({ path, mimeType, size }: FileRef): string {
  const own = /\.[\w+]{1,10}$/.exec(path)?.[0] ?? "";
  if (own !== "" && mimeOfName(path) === mimeType) return own;
  return (size === null ? null : extensionOf(mimeType)) ?? own;
}

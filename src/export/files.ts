/**
 * Files of a run, copied under the names that the exporter gives them.
 *
 * @module
 */

import { extensionOf, mimeOfName } from "../archive/disk/mime.ts";
import { forEach } from "../async/concurrent.ts";
import { FileMissingError } from "../errors.ts";
import type { Source } from "../source.ts";
import type { FileRef } from "../types.ts";
import { writeWhole } from "../write.ts";
import { digest, filePath } from "./names.ts";

/** Files fetched side by side. */
const CONCURRENCY = 8;

/** The files of one run: where each is to be, and the copying of them. */
export class RunFiles {
  readonly #source: Source;
  readonly #root: string;
  readonly #runId: string;
  readonly #taken = new Map<string, string>();
  readonly #wanted = new Map<string, FileRef>();

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
    this.#wanted.set(path, ref);
    return path;
  }

  /** Copies all files that were placed and are not there yet; gives how many are there now, and how many are missing. */
  async copy(signal?: AbortSignal): Promise<{ copied: number; missing: number }> {
    let copied = 0, missing = 0;
    await forEach(this.#wanted, CONCURRENCY, async ([path, ref], _, signal) => {
      const count = await this.#copy(ref, path, signal);
      if (count === 0) missing++;
      copied += count;
    }, signal);
    return { copied, missing };
  }

  async #copy(ref: FileRef, path: string, signal?: AbortSignal): Promise<number> {
    const target = `${this.#root}/${path}`;
    const there = await Deno.stat(target).catch(() => null);
    if (there?.isFile && there.size === ref.size) return 1;
    try {
      const { bytes } = await this.#source.file(ref, { signal });
      await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
      await writeWhole(target, bytes, signal);
      return 1;
    } catch (error) {
      if (!(error instanceof FileMissingError)) throw error;
      // A folder of files says what is inside.
      let copied = 0;
      for (const name of error.fields.inside ?? []) {
        const inside = { ...ref, path: `${ref.path}/${name}`, size: null };
        copied += await this.#copy(inside, `${path}/${name}`, signal);
      }
      return copied;
    }
  }
}

const FOLDER = "inode/directory";

/** The extension that stands for the type of the file: its own where that does, else the usual one. */
function extensionFor({ path, mimeType, size }: FileRef): string {
  const own = /\.[\w+]{1,10}$/.exec(path)?.[0] ?? "";
  if (own !== "" && mimeOfName(path) === mimeType) return own;
  return (size === null ? null : extensionOf(mimeType)) ?? own;
}

/**
 * Opening parts one after the other: those of a store that is far away some time before they are needed, several at once.
 *
 * @module
 */

import type { Part } from "../disk/layout.ts";
import { ParquetFile } from "./file.ts";

/** So many parts are on their way at once, and so many bytes of them. */
const AHEAD = 32, BYTES_AHEAD = 128 << 20;

/** Opens parts. To be closed: what was opened ahead is given up. */
export class PartOpener {
  readonly #parts: readonly Part[];
  readonly #prepare: (file: ParquetFile, part: Part, signal: AbortSignal) => Promise<void>;
  readonly #abort = new AbortController();
  readonly #signal: AbortSignal;
  readonly #started = new Set<Part>();
  readonly #opened = new Map<Part, Promise<ParquetFile>>();
  #next = 0;
  #bytes = 0;

  /**
   * @param parts What is going to be opened, in this order.
   * @param prepare Fetches what will be read of a file that is far away.
   */
  constructor(
    parts: Iterable<Part>,
    prepare: (file: ParquetFile, part: Part, signal: AbortSignal) => Promise<void>,
    signal?: AbortSignal,
  ) {
    this.#parts = [...parts].filter((part) => part.damage === null && !part.folder.store.isLocal);
    this.#prepare = prepare;
    this.#signal = signal ? AbortSignal.any([signal, this.#abort.signal]) : this.#abort.signal;
  }

  /** Opens a part; without a promise where nothing has to be waited for. */
  open(part: Part): ParquetFile | Promise<ParquetFile> {
    if (part.folder.store.isLocal) return new ParquetFile(part.folder.store.open(part));
    if (!this.#opened.has(part)) this.#start(part);
    const opened = this.#opened.get(part)!;
    this.#opened.delete(part);
    this.#bytes -= part.size;
    while (this.#next < this.#parts.length && this.#opened.size < AHEAD && this.#bytes < BYTES_AHEAD) {
      const next = this.#parts[this.#next++];
      if (!this.#started.has(next)) this.#start(next);
    }
    return opened;
  }

  [Symbol.dispose](): void {
    this.#abort.abort();
    for (const opened of this.#opened.values()) opened.then((file) => file[Symbol.dispose](), () => {});
    this.#opened.clear();
  }

  #start(part: Part): void {
    const opened = this.#open(part);
    // Whoever opens the part hears of it.
    opened.catch(() => {});
    this.#started.add(part);
    this.#opened.set(part, opened);
    this.#bytes += part.size;
  }

  async #open(part: Part): Promise<ParquetFile> {
    const file = await ParquetFile.open(part.folder.store.open(part), this.#signal);
    try {
      await this.#prepare(file, part, this.#signal);
      return file;
    } catch (error) {
      file[Symbol.dispose]();
      throw error;
    }
  }
}

/** Opens one part and prepares nothing. */
export function openPart(part: Part, signal?: AbortSignal): ParquetFile | Promise<ParquetFile> {
  return ParquetFile.open(part.folder.store.open(part), signal);
}

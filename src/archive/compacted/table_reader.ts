/**
 * The files of one table of one pass as one table.
 *
 * @module
 */

import { type Shared, shared } from "../../async/shared.ts";
import type { Store } from "../disk/store.ts";
import { damageReason } from "../parquet/damage.ts";
import { ParquetError } from "../parquet/format/thrift.ts";
import type { TableFileEntry } from "./manifest.ts";
import { type LeafRequest, type LeafRows, type Load, type Range, type Stretch, TableFile } from "./table_file.ts";

/** A file of a table cannot be read. */
export class TableFault extends Error {
  override name = "TableFault";

  /** @param file Below the project's folder. */
  constructor(readonly file: string, readonly reason: string, options?: ErrorOptions) {
    super(`${file}: ${reason}`, options);
  }
}

/** What could be read of some rows. */
export interface SoundRows {
  /** Which rows: all that were asked for, where nothing is damaged. */
  stretches: readonly Stretch[];
  leaves: LeafRows[];
}

/** Reads a table, whose rows are numbered through all its files. */
export class TableReader {
  readonly #files: { entry: TableFileEntry; first: number; open: Shared<TableFile> }[] = [];
  readonly #byNumber = new Map<number, number>();
  /** How many rows there are. */
  readonly rows: number;

  /** @param entries In their order. */
  constructor(store: Store, folder: string, entries: readonly TableFileEntry[]) {
    let first = 0;
    for (const entry of entries) {
      const load = fetcher(store, `${folder}/${entry.name}`, entry.bytes);
      this.#files.push({ entry, first, open: shared(({ signal }) => TableFile.open(entry, load, signal)) });
      this.#byNumber.set(Number(/(\d+)\.parquet$/.exec(entry.name)?.[1]), first);
      first += entry.rows;
    }
    this.rows = first;
  }

  /** The number of a row that is named by the number of its file. */
  row(file: number, row: number): number {
    const first = this.#byNumber.get(file);
    if (first === undefined) throw new ParquetError(`there is no file ${file} of this table`);
    return first + row;
  }

  /** Looks at every word of the files' metadata. Throws a {@linkcode TableFault}. */
  async checkWords(signal?: AbortSignal): Promise<void> {
    for (const file of this.#files) await this.#in(file, signal, (one) => one.checkWords(signal));
  }

  /** Reads leaves of some rows, ascending and without overlaps. Throws a {@linkcode TableFault}. */
  async read(leaves: readonly LeafRequest[], stretches: readonly Stretch[], signal?: AbortSignal): Promise<LeafRows[]> {
    const parts: LeafRows[][] = [];
    for (const file of this.#files) {
      const inside = within(stretches, file.first, file.first + file.entry.rows);
      if (inside.length === 0) continue;
      parts.push(await this.#in(file, signal, (one) => one.read(leaves, inside, signal)));
    }
    return parts.length === 1 ? parts[0] : leaves.map((_, i) => together(parts.map((part) => part[i])));
  }

  /**
   * The same, but goes on without what cannot be read.
   *
   * @param onLost Told of rows that cannot be read, and why; may throw.
   */
  async readSound(
    leaves: readonly LeafRequest[],
    stretches: readonly Stretch[],
    onLost: (lost: Stretch, fault: TableFault) => Promise<void> | void,
    signal?: AbortSignal,
  ): Promise<SoundRows> {
    try {
      return { stretches, leaves: await this.read(leaves, stretches, signal) };
    } catch (error) {
      if (!(error instanceof TableFault)) throw error;
    }
    // Each by itself: together they would be read across what is damaged between them.
    const sound: Stretch[] = [], parts: LeafRows[][] = [];
    for (const unit of await this.#units(stretches, signal)) {
      try {
        parts.push(await this.read(leaves, [unit], signal));
        sound.push(unit);
      } catch (error) {
        if (!(error instanceof TableFault)) throw error;
        await onLost(unit, error);
      }
    }
    return { stretches: sound, leaves: leaves.map((_, i) => together(parts.map((part) => part[i]))) };
  }

  /** Stretches cut where pages begin. */
  async #units(stretches: readonly Stretch[], signal?: AbortSignal): Promise<Stretch[]> {
    const units: Stretch[] = [];
    for (const file of this.#files) {
      const inside = within(stretches, file.first, file.first + file.entry.rows);
      if (inside.length === 0) continue;
      const cuts = await this.#in(file, signal, (one) => Promise.resolve(one.pageRows())).catch((error) => {
        if (!(error instanceof TableFault)) throw error;
        return [];
      });
      for (const { row, rows } of inside) {
        const inner = cuts.filter((cut) => cut > row && cut < row + rows);
        let from = row;
        for (const cut of [...inner, row + rows]) {
          units.push({ row: file.first + from, rows: cut - from });
          from = cut;
        }
      }
    }
    return units;
  }

  async #in<T>(
    file: { entry: TableFileEntry; open: Shared<TableFile> },
    signal: AbortSignal | undefined,
    work: (file: TableFile) => Promise<T>,
  ): Promise<T> {
    try {
      return await work(await file.open({ signal }));
    } catch (error) {
      signal?.throwIfAborted();
      throw new TableFault(file.entry.name, damageReason(error), { cause: error });
    }
  }
}

/** What of stretches lies between two rows, counted from the first of these. */
function within(stretches: readonly Stretch[], first: number, end: number): Stretch[] {
  return stretches.flatMap(({ row, rows }) => {
    const from = Math.max(row, first), until = Math.min(row + rows, end);
    return until > from ? [{ row: from - first, rows: until - from }] : [];
  });
}

function together(parts: LeafRows[]): LeafRows {
  const [first] = parts;
  if (first === undefined) return { values: new Float64Array(0), present: null, texts: [], lists: [] };
  if (first.texts) return { ...first, texts: parts.flatMap(({ texts }) => texts!) };
  if (first.lists) return { ...first, lists: parts.flatMap(({ lists }) => lists!) };
  const total = parts.reduce((sum, { values }) => sum + values.length, 0);
  const values = new (first.values.constructor as Float64ArrayConstructor)(total);
  const present = parts.some((part) => part.present !== null) ? new Uint8Array(total).fill(1) : null;
  let at = 0;
  for (const part of parts) {
    values.set(part.values as Float64Array, at);
    if (part.present) present!.set(part.present, at);
    at += part.values.length;
  }
  return { ...first, values, present };
}

/** Reads ranges of a file, wherever it lies. */
function fetcher(store: Store, path: string, size: number): Load {
  return async (ranges: readonly Range[], signal?: AbortSignal) => {
    const file = store.open({ path, size, etag: null });
    try {
      if (file.size !== size) throw new ParquetError(`it has ${file.size} bytes, but had ${size} when it was written`);
      const bytes = file.load ? await file.load(ranges, signal) : ranges.map(({ at, length }) => file.read(at, length));
      if (bytes.some((some, i) => some.length < ranges[i].length)) {
        throw new ParquetError("it became shorter while it was read");
      }
      return bytes;
    } finally {
      file.close();
    }
  };
}

/**
 * The files of a table of a pass: they end by size, appear only when they are whole, and are read back before that.
 *
 * @module
 */

import { createHash, type Hash } from "node:crypto";
import { crc32 } from "node:zlib";
import { type TableFileEntry, tableFileName } from "../archive/compacted/manifest.ts";
import { requestsOf } from "../archive/compacted/report.ts";
import { TableReader } from "../archive/compacted/table_reader.ts";
import { type TableName, TABLES } from "../archive/compacted/tables.ts";
import { hashFile } from "../archive/disk/hashes.ts";
import { DISK } from "../archive/disk/local.ts";
import { ArchiveError } from "../errors.ts";
import { tidyUp } from "../memory.ts";
import { sayingWhatFailed, sayingWhatFailedSync } from "../write/whole.ts";
import { histogramsOf } from "../archive/compacted/pass.ts";
import type { Limits } from "./limits.ts";
import { TableWriter, type WrittenColumn } from "../parquet/table.ts";
import { digestOf, GrowingGroup } from "../export/row_group.ts";

/** Where the files go. */
export interface TablePlace {
  /** The project's folder. */
  folder: string;
  pass: number;
  limits: Limits;
}

/** Columns whose pages have extremes. */
const INDEXED = new Set([
  "run_id",
  "attribute_path",
  "attribute_type",
  "step",
  "timestamp",
  "run_number",
  "source_run_id",
]);

/** As long as nobody knows how many rows there are. */
const FIRST_ROOM = 1 << 10;

interface OpenFile {
  number: number;
  path: string;
  file: Deno.FsFile;
  writer: TableWriter;
  hash: Hash;
  /** The last bytes, of which a checksum is kept. */
  tail: { checksum: number; isTail: boolean };
  /** The rows of each group, and the digests of its columns. */
  groups: { rows: number; digests: Map<string, number> }[];
}

/** The files of one table. */
export class TableFiles {
  readonly #name: TableName;
  readonly #place: TablePlace;
  readonly #columns: readonly WrittenColumn[];
  readonly entries: TableFileEntry[] = [];
  group: GrowingGroup;
  #open: OpenFile | null = null;

  constructor(name: TableName, place: TablePlace) {
    this.#name = name;
    this.#place = place;
    this.#columns = TABLES[name].columns.map(({ name, holds, elements }) => ({
      name,
      type: holds,
      elements,
      indexed: INDEXED.has(name),
      plain: name === "string_value",
    }));
    this.group = new GrowingGroup(this.#columns, place.limits, FIRST_ROOM);
  }

  /** The number of the file that the next row goes to, and the row in it. */
  next(): { file: number; row: number } {
    const number = this.#open?.number ?? this.entries.length + 1;
    return { file: number, row: (this.#open?.writer.rows ?? 0) + this.group.rows };
  }

  /** To be called when rows were added: writes the group where it is full. */
  async flush(atEnd: boolean, signal?: AbortSignal): Promise<void> {
    const { rows, bytes } = this.group;
    const { groupRows, mostGroupRows, groupBytes } = this.#place.limits;
    if (rows >= mostGroupRows || bytes >= groupBytes || (atEnd && rows >= groupRows)) await this.#write(signal);
  }

  /** Writes what is left, checks the last file, and gives all. */
  async finish(signal?: AbortSignal): Promise<TableFileEntry[]> {
    if (this.group.rows > 0 || this.entries.length === 0 && this.#open === null) await this.#write(signal);
    await this.#close(signal);
    return this.entries;
  }

  /** Closes what is open; what is not whole has a name of its own. */
  dispose(): void {
    try {
      this.#open?.file.close();
    } catch {
      // It is closed.
    }
    this.#open = null;
  }

  async #write(signal?: AbortSignal): Promise<void> {
    const { group } = this;
    this.group = new GrowingGroup(this.#columns, this.#place.limits, group.rows + FIRST_ROOM);
    const open = this.#open ??= await this.#create();
    if (group.rows > 0) {
      open.groups.push({ rows: group.rows, digests: group.digests() });
      sayingWhatFailedSync(open.path, () => open.writer.write(group.rows, group.data(), group.cuts));
      tidyUp();
    }
    if (open.writer.bytes >= this.#place.limits.fileBytes) await this.#close(signal);
  }

  async #create(): Promise<OpenFile> {
    const { sorting } = TABLES[this.#name];
    const { folder, pass } = this.#place;
    const number = this.entries.length + 1;
    const path = `${folder}/${tableFileName(this.#name, pass, number)}.tmp`;
    return await sayingWhatFailed(path, async () => {
      await Deno.mkdir(`${folder}/${this.#name}`, { recursive: true });
      const file = await Deno.open(path, { write: true, create: true, truncate: true });
      const hash = createHash("sha256"), tail = { checksum: 0, isTail: false };
      const sink = {
        write(bytes: Uint8Array) {
          for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
          hash.update(bytes);
          if (tail.isTail) tail.checksum = crc32(bytes, tail.checksum);
        },
      };
      return { number, path, file, writer: new TableWriter(this.#columns, sorting, sink), hash, tail, groups: [] };
    });
  }

  async #close(signal?: AbortSignal): Promise<void> {
    const open = this.#open;
    if (!open) return;
    this.#open = null;
    const { path, file, writer, hash, tail } = open;
    tail.isTail = true;
    const bytes = sayingWhatFailedSync(path, () => {
      const length = writer.finish();
      file.close();
      return length;
    });
    const entry: TableFileEntry = {
      name: tableFileName(this.#name, this.#place.pass, open.number),
      rows: writer.rows,
      bytes: writer.bytes,
      sha256: hash.digest("hex"),
      tail: { bytes, crc32: tail.checksum },
    };
    await verify(this.#name, this.#place.folder, entry, open.groups, signal);
    await sayingWhatFailed(path, () => Deno.rename(path, path.replace(/\.tmp$/, "")));
    this.entries.push(entry);
  }
}

/** Reads a file back: its bytes, and all of its values. */
async function verify(
  table: TableName,
  folder: string,
  entry: TableFileEntry,
  groups: OpenFile["groups"],
  signal?: AbortSignal,
): Promise<void> {
  const path = `${folder}/${entry.name}.tmp`;
  if (await hashFile(path, signal) !== entry.sha256) throw spoilt(path);
  const reader = new TableReader(DISK, folder, [{ ...entry, name: `${entry.name}.tmp` }]);
  let row = 0;
  for (const { rows, digests } of groups) {
    for (const column of TABLES[table].columns) {
      const wanted = digests.get(column.name);
      const leaves = await reader.read(requestsOf(column), [{ row, rows }], signal);
      tidyUp();
      const [{ texts, lists, values, present }] = leaves;
      if (wanted === undefined) {
        const isEmpty = texts?.every((text) => text === null) ?? lists?.every((list) => list === null) ??
          present?.every((there) => there === 0);
        if (!isEmpty) throw spoilt(path);
        continue;
      }
      const found = column.holds === "histogram"
        ? digestOf({ histograms: histogramsOf(leaves) })
        : texts
        ? digestOf({ texts })
        : lists
        ? digestOf({ lists: lists as string[][] })
        : values instanceof BigInt64Array
        ? digestOf({ ints: values, present })
        : values instanceof Uint8Array
        ? digestOf({ bools: values, present })
        : digestOf({ floats: values as Float64Array, present });
      if (found !== wanted) throw spoilt(path);
    }
    row += rows;
    signal?.throwIfAborted();
  }
}

function spoilt(path: string): ArchiveError {
  return new ArchiveError(
    `The file ${path} holds something else than was written to it: the disk, or the memory of the machine, is not to be trusted.`,
    { path },
  );
}

/**
 * The files of one run: parts that roll over by size, appear only when they are whole, and are checked before that.
 *
 * @module
 */

import { hashFile } from "../archive/disk/hashes.ts";
import { openBytes } from "../archive/disk/local.ts";
import { distinct, stringListsOf } from "../archive/parquet/decoded.ts";
import { ParquetFile } from "../archive/parquet/file.ts";
import type { RowGroupReader } from "../archive/parquet/row_group.ts";
import { pauseNowAndThen } from "../async/pause.ts";
import { pointValues } from "../archive/parquet/point_values.ts";
import { type ArchiveColumn, COLUMN_LIST, COLUMNS, elementsOf } from "../archive/parquet/schema.ts";
import { ArchiveError } from "../errors.ts";
import { tidyUp } from "../memory.ts";
import { sayingWhatFailed, sayingWhatFailedSync } from "../write/whole.ts";
import { addHashes } from "./log.ts";
import { partName } from "./names.ts";
import type { ColumnData } from "../parquet/leaves.ts";
import { TableWriter, type WrittenColumn } from "../parquet/table.ts";
import { digestOf, GrowingGroup, type PageLimits } from "./row_group.ts";
import type { RowCells } from "./rows.ts";
import type { Histogram } from "../types.ts";

/** Steps are decimals of eight bytes, as with the exporter. */
const WRITTEN: readonly WrittenColumn[] = COLUMN_LIST.map(([name, { holds }]) => ({
  name,
  type: holds === "decimal" ? "fixed" : holds,
  elements: elementsOf(name, holds),
  indexed: ["attribute_path", "attribute_type", "step"].includes(name),
}));
const PAGES: PageLimits = { pageRows: 20_000, pageBytes: 1 << 20 };

/** The exporter begins a new part with the next batch once a file is larger. */
const PART_BYTES = 50 * 1024 * 1024;

/** A part that waits for its name. */
interface WrittenPart {
  path: string;
  /** The digests of the columns of each row group. */
  groups: Map<string, number>[];
}

/** The part under construction. What its writer knows of pages is let go with it. */
interface OpenPart extends WrittenPart {
  file: Deno.FsFile;
  writer: TableWriter;
}

/** The parts of one run in a project folder. */
export class RunParts {
  readonly #folder: string;
  readonly #project: string;
  readonly #run: string;
  readonly #partBytes: number;
  readonly #parts: WrittenPart[] = [];
  #open: OpenPart | null = null;

  constructor(folder: string, projectId: string, runId: string, partBytes: number = PART_BYTES) {
    this.#folder = folder;
    this.#project = projectId;
    this.#run = runId;
    this.#partBytes = partBytes;
  }

  /** Tells whether the run is there already: part 0 is the last to appear. */
  async finished(): Promise<boolean> {
    return await Deno.stat(`${this.#folder}/${partName(this.#run)}`).then(() => true, () => false);
  }

  /** Writes some rows as a row group. */
  write({ rows, cells }: RowCells): void {
    const part = this.#current();
    const group = new GrowingGroup(WRITTEN, PAGES, rows);
    group.add(rows, { ...cells, project_id: { text: this.#project }, run_id: { text: this.#run } });
    part.groups.push(group.digests());
    sayingWhatFailedSync(part.path, () => part.writer.write(rows, group.data(), group.cuts));
    tidyUp();
  }

  /** Closes the parts, reads them back, and gives them their names. A run without rows has a part without rows. */
  async finish(signal?: AbortSignal): Promise<void> {
    if (this.#parts.length === 0) this.#current();
    this.#close();
    for (const { path, groups } of this.#parts) await verify(path, groups, signal);
    const hashes = new Map<string, string>();
    for (const [number, { path }] of this.#parts.entries()) {
      hashes.set(partName(this.#run, number), await hashFile(path, signal));
    }
    await addHashes(this.#folder, hashes);
    await sayingWhatFailed(`${this.#folder}/${partName(this.#run)}`, async () => {
      for (const { path } of this.#parts.toReversed()) await Deno.rename(path, path.replace(/\.tmp$/, ""));
    });
    this.#parts.length = 0;
  }

  /** Takes away what is not finished, of this attempt or an earlier one. */
  async discard(): Promise<void> {
    if (this.#open) close(this.#open.file);
    this.#open = null;
    this.#parts.length = 0;
    for (let number = 0;; number++) {
      const path = `${this.#folder}/${partName(this.#run, number)}`;
      const found = await Promise.all(
        [path, `${path}.tmp`].map((path) => Deno.remove(path).then(() => true, () => false)),
      );
      if (number > 0 && !found.includes(true)) return;
    }
  }

  #current(): OpenPart {
    if (this.#open && this.#open.writer.bytes <= this.#partBytes) return this.#open;
    this.#close();
    const path = `${this.#folder}/${partName(this.#run, this.#parts.length)}.tmp`;
    const file = sayingWhatFailedSync(path, () => Deno.openSync(path, { write: true, create: true, truncate: true }));
    const write = (bytes: Uint8Array) => {
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    };
    const groups: WrittenPart["groups"] = [];
    this.#parts.push({ path, groups });
    return this.#open = { path, groups, file, writer: new TableWriter(WRITTEN, [], { write }) };
  }

  #close(): void {
    if (!this.#open) return;
    const { path, file, writer } = this.#open;
    sayingWhatFailedSync(path, () => writer.finish());
    close(file);
    this.#open = null;
  }
}

function close(file: Deno.FsFile): void {
  try {
    file.close();
  } catch {
    // It was closed when its part was finished.
  }
}

/** The cells of a column, as they are read. */
function cellsOf(group: RowGroupReader, name: ArchiveColumn): Exclude<ColumnData, null> {
  const { short, holds } = COLUMNS[name];
  switch (holds) {
    case "string":
    case "file":
      return { ...distinct(group.strings(short)), sorted: false };
    case "strings":
      return { lists: stringListsOf(group.lists(short, "string")) };
    case "histogram":
      return { histograms: pointValues(group, "histogram_series") as (Histogram | null)[] };
    case "int": {
      const { values, present } = group.ints(short);
      return { ints: values, present };
    }
    case "bool": {
      const { values, present } = group.bools(short);
      return { bools: values, present };
    }
    default: {
      const { values, present } = group.floats(short);
      return { floats: values, present };
    }
  }
}

/** Reads a part back: all of its values. */
async function verify(path: string, groups: Map<string, number>[], signal?: AbortSignal): Promise<void> {
  const pause = pauseNowAndThen(signal);
  try {
    using file = new ParquetFile(openBytes(path));
    let number = 0;
    for (const group of file.groups()) {
      const written = groups[number++];
      for (const [name] of COLUMN_LIST) {
        const wanted = written.get(name);
        if (wanted === undefined ? !isEmpty(group, name) : digestOf(cellsOf(group, name)) !== wanted) {
          throw new Error(`${name} of row group ${number} is another one`);
        }
      }
      tidyUp();
      await pause();
    }
    if (number !== groups.length) throw new Error(`${groups.length} row groups written, ${number} read`);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new ArchiveError(
      `The file ${path} does not read back as it was written (${
        cause instanceof Error ? cause.message : cause
      }): check the disk, and export the run again.`,
      { path },
      { cause },
    );
  }
}

/** Tells whether no row has a value in a column. */
function isEmpty(group: RowGroupReader, name: ArchiveColumn): boolean {
  const { short, holds } = COLUMNS[name];
  if (holds === "strings") return group.lists(short, "string").lengths.every((length) => length < 0);
  const kind = holds === "string" || holds === "file" || holds === "histogram" ? "strings" : "floats";
  const { present } = group[kind](short);
  return present !== null && !present.includes(1);
}

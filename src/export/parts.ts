/**
 * The files of one run: parts that roll over by size, appear only when they are whole, and are checked before that.
 *
 * @module
 */

import { type Checksums, checksums } from "../archive/parquet/checksums.ts";
import { hashFile } from "../archive/disk/hashes.ts";
import { ArchiveError } from "../errors.ts";
import { sayingWhatFailed, sayingWhatFailedSync } from "../write/whole.ts";
import { FileByteWriter, PartWriter, rowsToColumns } from "./encode.ts";
import { addHashes } from "./log.ts";
import { partName } from "./names.ts";
import type { ArchiveColumns, ArchiveRow, RowBatch } from "../archive/parquet/schema.ts";

/** The exporter begins a new part with the next batch once a file is larger. */
const PART_BYTES = 50 * 1024 * 1024;

/** A part under construction. */
interface OpenPart {
  path: string;
  file: Deno.FsFile;
  writer: PartWriter;
  written: Map<string, Checksums>;
}

/** The parts of one run in a project folder. */
export class RunParts {
  readonly #folder: string;
  readonly #project: string;
  readonly #run: string;
  readonly #partBytes: number;
  readonly #parts: OpenPart[] = [];

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

  /** Writes one batch as a row group. */
  write(batch: RowBatch): void {
    const columns = Array.isArray(batch) ? rowsToColumns(batch) : batch;
    const part = this.#current();
    sayingWhatFailedSync(part.path, () => part.writer.write(columns));
    count(part.written, columns);
  }

  /** Closes the parts, reads them back, and gives them their names. A run without rows has a part without rows. */
  async finish(signal?: AbortSignal): Promise<void> {
    if (this.#parts.length === 0) this.#current();
    this.#close();
    for (const { path, written } of this.#parts) await verify(path, written, signal);
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
    for (const { file } of this.#parts.splice(0)) close(file);
    for (let number = 0;; number++) {
      const path = `${this.#folder}/${partName(this.#run, number)}`;
      const found = await Promise.all(
        [path, `${path}.tmp`].map((path) => Deno.remove(path).then(() => true, () => false)),
      );
      if (number > 0 && !found.includes(true)) return;
    }
  }

  #current(): OpenPart {
    const last = this.#parts.at(-1);
    if (last && last.writer.size <= this.#partBytes) return last;
    this.#close();
    const path = `${this.#folder}/${partName(this.#run, this.#parts.length)}.tmp`;
    const file = sayingWhatFailedSync(path, () => Deno.openSync(path, { write: true, create: true, truncate: true }));
    const options = { projectId: this.#project, runId: this.#run, keepNaN: true };
    const part = { path, file, writer: new PartWriter(new FileByteWriter(file), options), written: new Map() };
    this.#parts.push(part);
    return part;
  }

  #close(): void {
    const last = this.#parts.at(-1);
    if (!last) return;
    sayingWhatFailedSync(last.path, () => last.writer.finish());
    close(last.file);
  }
}

function close(file: Deno.FsFile): void {
  try {
    file.close();
  } catch {
    // It was closed when its part was finished.
  }
}

const COLUMNS: Record<string, keyof ArchiveRow> = {
  step: "step",
  timestamp: "timestamp",
  int: "int_value",
  float: "float_value",
  string: "string_value",
  bool: "bool_value",
  datetime: "datetime_value",
  set: "string_set_value",
  file: "file_value",
  histogram: "histogram_value",
};

function count(tallies: Map<string, Checksums>, columns: ArchiveColumns): void {
  const types = columns.attribute_type!;
  for (let row = 0; row < types.length; row++) {
    let one = tallies.get(types[row]);
    if (!one) {
      one = { rows: 0, steps: 0, times: 0, ...Object.fromEntries(Object.keys(COLUMNS).map((name) => [name, 0])) };
      tallies.set(types[row], one);
    }
    one.rows++;
  }
  for (const [name, column] of Object.entries(COLUMNS)) {
    const values = columns[column];
    if (!values) continue;
    for (let row = 0; row < types.length; row++) {
      const value = values[row];
      if (value === null || value === undefined || (name === "timestamp" && Number.isNaN(value))) continue;
      const one = tallies.get(types[row])!;
      one[name]++;
      if (name === "step") one.steps += Number(value);
      if (name === "timestamp") one.times += Number(value);
    }
  }
}

async function verify(path: string, written: Map<string, Checksums>, signal?: AbortSignal): Promise<void> {
  const read = await checksums(path, signal).catch((cause) => {
    signal?.throwIfAborted();
    throw mismatch(path, String(cause), cause);
  });
  for (const type of new Set([...written.keys(), ...read.keys()])) {
    const [wanted, found] = [written.get(type) ?? {}, read.get(type) ?? {}];
    for (const name of new Set([...Object.keys(wanted), ...Object.keys(found)])) {
      const [x, y] = [wanted[name] ?? 0, found[name] ?? 0];
      // Sums of many numbers differ in their last digits by the order of adding.
      if (Math.abs(x - y) > 1e-9 * Math.abs(x)) throw mismatch(path, `${name} of ${type}: ${x} written, ${y} read`);
    }
  }
}

function mismatch(path: string, what: string, cause?: unknown): ArchiveError {
  return new ArchiveError(
    `The file ${path} does not read back as it was written (${what}): check the disk, and export the run again.`,
    { path },
    { cause },
  );
}

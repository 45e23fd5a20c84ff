/**
 * The points of all series of some runs, part by part, into portions that are sorted by attribute. What was read is not read again
 * after an interruption.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { hashFile } from "../archive/disk/hashes.ts";
import type { Part } from "../archive/disk/layout.ts";
import { partsOf } from "../archive/index/batches.ts";
import { keepOwn, readGroups } from "../archive/index/read_parts.ts";
import { distinct } from "../archive/parquet/decoded.ts";
import type { RowGroupReader } from "../archive/parquet/row_group.ts";
import { EVERY_COLUMN } from "../archive/parquet/schema.ts";
import { isLogged, pointValues } from "../archive/parquet/point_values.ts";
import type { PartsContext } from "../archive/read/context.ts";
import { RowNotes, type SavedNotes } from "../archive/report/rows.ts";
import { tidyUp } from "../memory.ts";
import { type AttributeType, isSeriesType, type SeriesType } from "../types.ts";
import { makeWhole, sayingWhatFailed } from "../write/whole.ts";
import type { Limits } from "./limits.ts";
import { attributeKey, Spill, Spiller, type SpillIndex } from "./spill.ts";

/** What is asked of the source. */
export interface SeriesReading {
  context: PartsContext;
  /** The runs, by number in the index, in the order of the pass. */
  runs: readonly number[];
  /** Where portions wait. */
  folder: string;
  limits: Limits;
  /** Told how many parts have been read. */
  onProgress: (by: number) => void;
}

/** What was read, in portions. */
export interface SortedSeries {
  spills: Spill[];
  /** Runs of the pass one of whose parts turned out to be damaged. */
  lost: Set<number>;
  notes: RowNotes;
}

/** How far an earlier attempt came. */
interface Checkpoint {
  /** What it read: other runs or parts make it worthless. */
  source: string;
  /** How many parts are in the portions. */
  parts: number;
  spills: { name: string; sha256: string; index: SpillIndex }[];
  lost: number[];
  notes?: SavedNotes;
}

const CHECKPOINT = "read.json";

/** Reads the points of all series. */
export async function readAllSeries(
  { context, runs, folder, limits, onProgress }: SeriesReading,
): Promise<SortedSeries> {
  const { index, readOptions, signal } = context;
  const parts = partsOf(index, runs);
  const source = sourceOf(parts);
  await sayingWhatFailed(folder, () => Deno.mkdir(folder, { recursive: true }));
  const before = await readCheckpoint(folder, source);
  const done = before?.parts ?? 0;
  onProgress(done);
  const saved: Checkpoint = before ?? { source, parts: 0, spills: [], lost: [] };
  const spiller = new Spiller(
    folder,
    limits,
    saved.spills.map(({ name, index }) => new Spill(`${folder}/${name}`, index)),
  );
  const lost = new Set(saved.lost);
  const notes = new RowNotes(context, false, saved.notes);
  const reader = new SeriesReader(context, runs, spiller, notes);
  let read = done;
  // Parts are stretches of the work: a portion that ends with one is a place to go on from.
  for (let from = done; from < parts.length;) {
    const some = portion(parts, from, limits.partsTogether);
    const owners = new Map(some.map((part) => [part, reader.ownerOf(part)]));
    await readGroups(some, {
      signal,
      onDamaged: (part, cause) => {
        readOptions.onDamaged(part, cause);
        for (const run of reader.runsOf(part)) lost.add(run);
      },
    }, {
      telling: ["type", "path", "project", "run"],
      columns: EVERY_COLUMN,
      read: (group, part) => {
        reader.read(group, part, owners.get(part)!);
        tidyUp();
      },
    });
    from += some.length;
    read += some.length;
    onProgress(some.length);
    if (
      spiller.rows < limits.checkpointPoints && from < parts.length && spiller.spills.length === saved.spills.length
    ) {
      continue;
    }
    spiller.write();
    for (const spill of spiller.spills.slice(saved.spills.length)) {
      const name = spill.path.slice(folder.length + 1);
      saved.spills.push({ name, sha256: await hashFile(spill.path, signal), index: spill.index });
    }
    saved.parts = read;
    saved.lost = [...lost];
    saved.notes = notes.saved;
    await makeWhole(`${folder}/${CHECKPOINT}`, (path) => Deno.writeTextFile(path, JSON.stringify(saved)));
  }
  return { spills: spiller.spills, lost, notes };
}

/** Of large parts fewer are read before anybody asks. */
const BYTES_TOGETHER = 8 << 20;

function portion(parts: readonly Part[], from: number, most: number): Part[] {
  let bytes = 0, end = from;
  while (end < parts.length && end - from < most && (end === from || bytes < BYTES_TOGETHER)) {
    bytes += parts[end++].size;
  }
  return parts.slice(from, end);
}

/** A hash of what is read: names, sizes and times of all parts. */
function sourceOf(parts: readonly Part[]): string {
  const hash = createHash("sha256");
  for (const { path, size, modified, inode } of parts) hash.update(`${path} ${size} ${modified} ${inode}\n`);
  return hash.digest("hex");
}

/** How far an earlier attempt came with the same parts; null: nowhere. */
async function readCheckpoint(folder: string, source: string): Promise<Checkpoint | null> {
  try {
    const saved = JSON.parse(await Deno.readTextFile(`${folder}/${CHECKPOINT}`)) as Checkpoint;
    if (saved.source !== source) return null;
    for (const { name, sha256 } of saved.spills) if (await hashFile(`${folder}/${name}`) !== sha256) return null;
    return saved;
  } catch {
    // There was none, or it is not whole: the work begins anew.
    return null;
  }
}

/** Takes in row groups. */
class SeriesReader {
  readonly #context: PartsContext;
  readonly #spiller: Spiller;
  readonly #notes: RowNotes;
  /** The number in the pass of each run of the index; -1: it is not asked for. */
  readonly #numbers: Int32Array;
  readonly #parts = new Map<Part, number[]>();

  constructor(context: PartsContext, runs: readonly number[], spiller: Spiller, notes: RowNotes) {
    this.#context = context;
    this.#spiller = spiller;
    this.#notes = notes;
    this.#numbers = new Int32Array(context.index.keys.length).fill(-1);
    runs.forEach((run, number) => {
      this.#numbers[run] = number;
      for (const part of context.index.parts[run]) {
        const known = this.#parts.get(part);
        if (known) known.push(number);
        else this.#parts.set(part, [number]);
      }
    });
  }

  /** The runs of the pass that a part holds rows of. */
  runsOf(part: Part): readonly number[] {
    return this.#parts.get(part) ?? [];
  }

  /** The run that all rows of a part belong to; null: the rows tell. */
  ownerOf(part: Part): number | null {
    return this.#context.index.mixed.has(part) ? null : this.runsOf(part)[0];
  }

  read(group: RowGroupReader, part: Part, owner: number | null): void {
    if (owner === null) {
      const { project, numbers } = this.#context.index;
      keepOwn(group, project, part);
      group.where("run", (name) => (this.#numbers[numbers.get(name) ?? -1] ?? -1) >= 0);
    }
    if (group.length === 0) return;
    this.#notes.read(group);
    const { names, codes } = distinct(group.strings("type"));
    for (const [code, type] of names.entries()) {
      if (!isSeriesType(type as AttributeType)) continue;
      const rows = group.copy();
      if (names.length > 1 || codes.includes(-1)) rows.keep((row) => codes[row] === code);
      this.#take(rows, type as SeriesType, owner);
    }
  }

  #take(rows: RowGroupReader, type: SeriesType, owner: number | null): void {
    const { present } = rows.floats("step");
    // A row without a step is no point.
    if (present !== null) rows.keep((row) => present[row] === 1);
    if (type === "file_series" && rows.length > 0) rows.keep(isLogged(rows));
    const named = rows.strings("path").present;
    if (named !== null) rows.keep((row) => named[row] === 1);
    if (rows.length === 0) return;
    const path = rows.strings("path"), step = rows.floats("step").values, time = rows.floats("timestamp");
    const float = type === "float_series" ? rows.floats("float") : null;
    const values = float ? null : pointValues(rows, type);
    const run = owner === null ? rows.strings("run") : null;
    const keys: string[] = [];
    let series = new Int32Array(path.strings.length).fill(-1);
    for (let row = 0; row < step.length; row++) {
      if (this.#spiller.isFull) {
        this.#spiller.write();
        series = new Int32Array(path.strings.length).fill(-1);
      }
      const code = path.values[row];
      const key = keys[code] ??= attributeKey(type, path.strings.get(code));
      let number: number;
      if (run !== null) number = this.#spiller.series(key, this.#runOf(run.strings.get(run.values[row])));
      else {
        number = series[code];
        if (number < 0) series[code] = number = this.#spiller.series(key, owner!);
      }
      const isTimed = time.present === null || time.present[row] === 1;
      const value = float ? (float.present && float.present[row] === 0 ? NaN : float.values[row]) : values![row];
      this.#spiller.add(number, step[row], isTimed ? time.values[row] : NaN, value);
    }
  }

  #runOf(name: string): number {
    return this.#numbers[this.#context.index.numbers.get(name)!];
  }
}

/**
 * Cells of attributes of runs: from the index, or where few runs are asked for straight from their parts.
 *
 * @module
 */

import type { AttributeType } from "../../types.ts";
import type { Part } from "../disk/layout.ts";
import { damageReason } from "../parquet/damage.ts";
import { PartOpener } from "../parquet/open.ts";
import { pauseNowAndThen } from "../../async/pause.ts";
import { partsOf } from "./batches.ts";
import { ownership, type ProjectIndex } from "./project_index.ts";
import type { ReadOptions } from "./read_parts.ts";
import { SegmentBuilder } from "./segments/builder.ts";
import type { Cells, CellType, Segment } from "./segments/segment.ts";
import { isParameterType, loadForSummary, PartSummary } from "./summarize.ts";

/** Which attributes. */
export interface CellsQuery {
  types: readonly CellType[];
  /** null: all. */
  paths: ((path: string) => boolean) | null;
}

/** All cells of one attribute: pieces of several segments. */
export interface AttributeCells {
  path: string;
  type: CellType;
  pieces: {
    /** The run of each entry; -1: not asked for. */
    runs: Int32Array;
    cells: Cells;
  }[];
}

/** A segment, and the run of each of its entries. */
interface Source {
  segment: Segment;
  runs: Int32Array;
}

/** What reading a part costs, in bytes of an index that could be read in that time. */
const PART_COST = 20_000, BYTE_COST = 8;
/** Bytes of a cell, about. */
const CELL_BYTES = 12;

/** Gives the cells of some attributes of some runs, attribute by attribute. */
export async function* readCells(
  index: ProjectIndex,
  runs: readonly number[],
  query: CellsQuery,
  options: ReadOptions,
): AsyncGenerator<AttributeCells> {
  const parts = partsOf(index, runs).filter((part) => part.damage === null || options.onDamaged(part));
  await pauseNowAndThen(options.signal)();
  const sources = isCheaper(index, parts, query)
    ? [await readParts(index, parts, query, options)]
    : await readIndex(index, parts, query, options);
  yield* columnsOf(sources, runs, index.keys.length, query, options.signal);
}

/** Like {@linkcode readCells}, from the index in any case. */
export async function* readIndexCells(
  index: ProjectIndex,
  runs: readonly number[],
  query: CellsQuery,
  options: ReadOptions,
): AsyncGenerator<AttributeCells> {
  const parts = partsOf(index, runs).filter((part) => part.damage === null || options.onDamaged(part));
  yield* columnsOf(await readIndex(index, parts, query, options), runs, index.keys.length, query, options.signal);
}

function isCheaper(index: ProjectIndex, parts: readonly Part[], { types, paths }: CellsQuery): boolean {
  let stored = 0;
  for (const { segments } of index.indexes) {
    for (const { segment } of segments) {
      for (const { path, type, cells } of segment.columns) {
        if (types.includes(type) && (paths === null || paths(path))) stored += cells * CELL_BYTES;
      }
    }
  }
  let cost = 0;
  for (const { size, folder } of parts) {
    // Asking for one object takes as long as reading many of an index.
    if (!folder.store.isLocal) return false;
    cost += PART_COST + size * BYTE_COST;
    if (cost > stored) return false;
  }
  return true;
}

/** Reads nothing but what is asked for. */
async function readParts(
  index: ProjectIndex,
  parts: readonly Part[],
  { types, paths }: CellsQuery,
  { signal, onDamaged }: ReadOptions,
): Promise<Source> {
  const segment = new SegmentBuilder();
  const owners: Part[] = [], broken = new Set<number>();
  const wanted = new Set<string>(types.map(typeInFile));
  const pause = pauseNowAndThen(signal);
  using opener = new PartOpener(
    parts,
    (file, _, signal) => loadForSummary(file, (type) => wanted.has(type), signal),
    signal,
  );
  for (const part of parts) {
    const number = owners.push(part) - 1;
    try {
      const opened = opener.open(part);
      using file = opened instanceof Promise ? await opened : opened;
      const summary = new PartSummary(file, number, segment);
      const scope = { types: (type: string) => wanted.has(type), paths };
      summary.addParameters(scope);
      summary.addSeries(scope);
    } catch (error) {
      signal?.throwIfAborted();
      part.damage = damageReason(error);
      broken.add(number);
      onDamaged(part, error);
    }
    await pause();
  }
  const { part, project, run } = segment.entries;
  const isOwn = ownership(index.project);
  const runs = Int32Array.from(run, (run, entry) => {
    const number = part[entry];
    if (broken.has(number) || !isOwn(segment.projects[project[entry]], owners[number].folder)) return -1;
    return index.numbers.get(run) ?? -1;
  });
  return { segment, runs };
}

function typeInFile(type: CellType): string {
  return type === "no_float" ? "float" : type === "no_file" ? "file" : type;
}

async function readIndex(
  index: ProjectIndex,
  parts: readonly Part[],
  { types }: CellsQuery,
  options: ReadOptions,
): Promise<Source[]> {
  if (types.some((type) => !isParameterType(typeInFile(type)))) {
    for (const one of index.indexes) {
      await one.ensure(parts.filter((part) => part.folder === one.folder), "series", options);
    }
    for (const part of parts) if (part.damage !== null) options.onDamaged(part);
  }
  return index.indexes.flatMap((one) =>
    one.segments.map((live) => ({ segment: live.segment, runs: index.runsOfEntries(one, live) }))
  );
}

async function* columnsOf(
  sources: readonly Source[],
  wanted: readonly number[],
  count: number,
  { types, paths }: CellsQuery,
  signal?: AbortSignal,
): AsyncGenerator<AttributeCells> {
  const isWanted = new Uint8Array(count);
  for (const run of wanted) isWanted[run] = 1;
  const runs = sources.map((source) =>
    wanted.length === count ? source.runs : source.runs.map((run) => run >= 0 && isWanted[run] === 1 ? run : -1)
  );
  const found = new Map<string, { path: string; type: CellType; places: { source: number; column: number }[] }>();
  const passes = new Map<string, boolean>();
  sources.forEach(({ segment }, source) => {
    segment.columns.forEach(({ path, type }, column) => {
      if (!types.includes(type)) return;
      if (paths) {
        let passing = passes.get(path);
        if (passing === undefined) passes.set(path, passing = paths(path));
        if (!passing) return;
      }
      const key = `${type}:${path}`;
      const one = found.get(key);
      if (one) one.places.push({ source, column });
      else found.set(key, { path, type, places: [{ source, column }] });
    });
  });
  const pause = pauseNowAndThen(signal);
  for (const { path, type, places } of found.values()) {
    const pieces = places.map(({ source, column }) => ({
      runs: runs[source],
      cells: sources[source].segment.cells(column),
    }));
    yield { path, type, pieces };
    await pause();
  }
}

/** The types of attributes whose rows without a value matter, and the columns that hold those. */
export const VALUELESS: Partial<Record<AttributeType, "no_float" | "no_file">> = { float: "no_float", file: "no_file" };

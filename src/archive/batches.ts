/**
 * Runs in batches that fit into memory.
 *
 * @module
 */

import pl from "nodejs-polars";
import type { ProjectIndex } from "./index.ts";
import type { Part } from "./layout.ts";
import { read, type Reading } from "./scan.ts";

/** Runs that are read together. */
export interface Batch {
  /** The runs that were asked for. */
  targets: number[];
  /** Those and the runs they inherit from. */
  sources: number[];
}

/** About as many rows are in memory at once. */
const BATCH_ROWS = 2_000_000;
/** Files below this size are not opened to count their rows; a row takes some ten bytes. */
const COUNTED_FROM = 1 << 20;
const BYTES_PER_ROW = 8;

/**
 * Splits runs into batches. Many runs are put in the order of the file name's digest, so that one file pattern reads most
 * files of a batch; few keep their order.
 */
export async function* batches(
  index: ProjectIndex,
  runs: readonly number[],
  sourcesOf: (run: number) => readonly number[],
  reading: Reading,
): AsyncGenerator<Batch> {
  const many = runs.length > 512;
  const digest = (run: number) => index.parts[run][0].stem.slice(-2);
  const ordered = many ? runs.map((run) => [digest(run), run] as const).sort((a, b) => a[0] < b[0] ? -1 : 1) : null;
  let targets: number[] = [], sources = new Set<number>(), rows = 0, bucket = "";
  for (const run of ordered ? ordered.map(([, run]) => run) : runs) {
    const fresh = sourcesOf(run).filter((source) => !sources.has(source));
    let more = 0;
    for (const source of fresh) for (const part of index.parts[source]) more += await rowCount(part, reading);
    const boundary = many && digest(run)[0] !== bucket && rows > BATCH_ROWS / 2;
    if (targets.length > 0 && (boundary || rows + more > BATCH_ROWS)) {
      yield { targets, sources: [...sources] };
      [targets, sources, rows] = [[], new Set(), 0];
      for (const source of sourcesOf(run)) sources.add(source);
    } else {
      for (const source of fresh) sources.add(source);
    }
    targets.push(run);
    rows += more;
    bucket = digest(run)[0];
  }
  if (targets.length > 0) yield { targets, sources: [...sources] };
}

/** The parts of runs, each once. */
export function partsOf(index: ProjectIndex, runs: Iterable<number>): Part[] {
  const parts = new Set<Part>();
  for (const run of runs) for (const part of index.parts[run]) parts.add(part);
  return [...parts];
}

const counted = new WeakMap<Part, number>();

async function rowCount(part: Part, reading: Reading): Promise<number> {
  if (part.size < COUNTED_FROM || part.damage !== null) return part.size / BYTES_PER_ROW;
  let rows = counted.get(part);
  if (rows === undefined) {
    const frame = await read(
      [part],
      { where: null, columns: ["type"], then: (rows) => rows.select(pl.len()) },
      reading,
    );
    rows = frame ? Number(frame.getColumn("len").get(0)) : 0;
    counted.set(part, rows);
  }
  return rows;
}

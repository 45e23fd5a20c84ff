/**
 * What every reader of a project needs at hand.
 *
 * @module
 */

import type { Files } from "../disk/files.ts";
import type { RunBatch } from "../index/batches.ts";
import type { AttributeCells, CellsQuery } from "../index/cells.ts";
import type { DoubtfulType, Phantoms } from "../index/phantoms.ts";
import type { ProjectIndex, RunIndex } from "../index/project_index.ts";
import type { ReadOptions } from "../index/read_parts.ts";
import type { StepTurn } from "../index/turns.ts";
import type { StoredPoints, StoredPointsQuery } from "./points.ts";

/** One project, seen by one call: its runs, and how to get at what they hold. */
export interface ReadContext {
  index: RunIndex;
  /** Latest values of attributes of runs, attribute by attribute. */
  cells(runs: readonly number[], query: CellsQuery): AsyncIterable<AttributeCells>;
  /** The points that runs logged themselves. */
  points(runs: readonly number[], query: StoredPointsQuery): Promise<StoredPoints>;
  /**
   * Runs in batches whose points fit into memory.
   *
   * @param share Which share of the points is expected to be kept, as long as nothing is known.
   */
  batches(
    runs: readonly number[],
    sourcesOf: (run: number) => readonly number[],
    share?: number,
  ): Iterable<RunBatch>;
  /** Turns in which to read the points of a batch, one after the other by their steps, where they are too many for one. */
  turns?(runs: readonly number[]): AsyncIterable<StepTurn>;
  /** Whether a run lies in several places, so that what each says of a series is not all of it. */
  isScattered(run: number): boolean;
  /** Whether the only row of an attribute in the project has no value: then its value was lost. */
  isReal(type: DoubtfulType, path: string): Promise<boolean>;
  files: Files;
  signal?: AbortSignal;
  /** From the times stored for points of a run to UTC, both in milliseconds; null: they are UTC. */
  clock(run: number): ((stored: number) => number) | null;
}

/** The same of an archive whose runs have parts. */
export interface PartsContext extends ReadContext {
  index: ProjectIndex;
  readOptions: ReadOptions;
  phantoms: Phantoms;
}

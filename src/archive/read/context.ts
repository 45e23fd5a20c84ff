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
import type { BucketColumns, SeriesBlock } from "../../columns.ts";
import type { BatchContext, BatchQuery, SeriesBatch } from "./batch.ts";

/** One project, seen by one call: its runs, and how to get at what they hold. */
export interface ReadContext extends BatchContext {
  index: RunIndex;
  /** Latest values of attributes of runs, attribute by attribute. */
  cells(runs: readonly number[], query: CellsQuery): AsyncIterable<AttributeCells>;
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
  /** Web Workers that read the points of these runs; null: they are too little work. */
  workers?(runs: readonly number[]): BatchWorkers | null;
  /** Whether a run lies in several places, so that what each says of a series is not all of it. */
  isScattered(run: number): boolean;
  /** Whether the only row of an attribute in the project has no value: then its value was lost. */
  isReal(type: DoubtfulType, path: string): Promise<boolean>;
  files: Files;
}

/** Reads batches of float series in Web Workers. */
export interface BatchWorkers {
  /** How many there may be. */
  most: number;
  /** Also for a single batch. */
  always: boolean;
  /** How many are there and have nothing to do. */
  readonly idle: number;
  /** How many are worth having for so many milliseconds of work. */
  worth(work: number): number;
  /** Told how many milliseconds of work this thread did itself, as it was worth none. */
  spent(work: number): void;
  start(count: number): BatchReaders;
}

/** Workers of one call. */
export interface BatchReaders {
  points(batch: SeriesBatch, query: BatchQuery, signal: AbortSignal): AsyncGenerator<SeriesBlock, void>;
  buckets(
    batch: SeriesBatch,
    query: BatchQuery,
    maxBuckets: number,
    signal: AbortSignal,
  ): AsyncGenerator<BucketColumns, void>;
}

/** The same of an archive whose runs have parts. */
export interface PartsContext extends ReadContext {
  index: ProjectIndex;
  readOptions: ReadOptions;
  phantoms: Phantoms;
}

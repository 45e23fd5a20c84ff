/**
 * Reading a batch of float series, as a job that any thread can do: the batch, and what of the index it takes, as plain data.
 *
 * @module
 */

import type { BucketColumns, SeriesBlock } from "../../columns.ts";
import { type PlainError, toPlainError } from "../../errors.ts";
import { type Folder, folderAt, parsePartName, Part } from "../disk/layout.ts";
import { DISK } from "../disk/local.ts";
import type { Parents } from "../index/lineage.ts";
import type { ProjectIndex } from "../index/project_index.ts";
import { CHECK, readGroups, type ReadOptions } from "../index/read_parts.ts";
import { stepTurns } from "../index/turns.ts";
import { type BatchContext, type BatchQuery, type BatchSeries, readBatch, type SeriesBatch } from "../read/batch.ts";
import { fromLocalTime } from "../read/local_time.ts";
import { type PointsIndex, readPoints } from "../read/points.ts";
import { bucketBatch } from "../read/series.ts";
import { keepNotes, notesOf, type StepNotes } from "../read/step_notes.ts";

/** One batch. Its runs are numbered anew, from 0. */
export interface SeriesJob {
  project: string;
  runs: JobRun[];
  folders: { name: string; path: string }[];
  parts: JobPart[];
  series: BatchSeries[];
  /** By the runs of the series, as the runs of a batch are. */
  chains: Map<number, number[]>;
  query: BatchQuery;
  /** Into how many buckets each series is summarised; null: its points are wanted. */
  buckets: number | null;
  /** The zone of times that were stored as local ones; null: all are UTC. */
  timeZone: string | null;
  /** Whether to go on without what is damaged. */
  skipDamaged: boolean;
}

interface JobRun {
  key: string;
  /** The numbers of its parts. */
  parts: number[];
  forkStep: number;
  isRepeated: boolean;
  isLocalTime: boolean;
}

interface JobPart {
  folder: number;
  name: string;
  size: number;
  damage: string | null;
  isMixed: boolean;
  /** What is known of its steps. */
  notes: readonly StepNotes[];
}

/** Jobs that read series. */
export interface SeriesKind {
  settings: null;
  job: SeriesJob;
  /** Points, or buckets where the job asks for these. */
  result: SeriesBlock | BucketColumns;
  news: Damage | Noted;
}

/** What was noted of a part of the job, by its number. */
export interface Noted {
  noted: number;
  notes: readonly StepNotes[];
}

/** A part of the job, by its number, that cannot be read. */
export interface Damage {
  damaged: number;
  reason: string;
  cause?: PlainError;
}

/** How a project is read, besides the batch. */
export type JobSettings = Pick<SeriesJob, "buckets" | "timeZone" | "skipDamaged">;

/** Makes a job of a batch; with the parts that its numbers mean. */
export function jobOf(
  index: PointsIndex & Pick<ProjectIndex, "keys" | "legacy" | "parents">,
  batch: SeriesBatch,
  query: BatchQuery,
  settings: JobSettings,
): { job: SeriesJob; parts: Part[] } {
  const numbers = new Map(batch.sources.map((run, number) => [run, number]));
  const places = new Map<Part, number>(), folders = new Map<Folder, number>();
  const runs = batch.sources.map((run): JobRun => ({
    key: index.keys[run],
    parts: index.parts[run].map((part) => placeOf(places, part)),
    forkStep: index.parents.forkStep[run],
    isRepeated: index.repeated.has(run),
    isLocalTime: index.legacy[run] === 1,
  }));
  const parts = [...places.keys()];
  const job: SeriesJob = {
    project: index.project,
    runs,
    parts: parts.map((part) => ({
      folder: placeOf(folders, part.folder),
      name: part.name,
      size: part.size,
      damage: part.damage,
      isMixed: index.mixed.has(part),
      notes: notesOf(part),
    })),
    folders: [...folders.keys()].map(({ name, path }) => ({ name, path })),
    series: batch.series.map((one) => ({ ...one, run: numbers.get(one.run)! })),
    chains: new Map(
      Array.from(batch.chains, ([run, chain]) => [numbers.get(run)!, chain.map((one) => numbers.get(one)!)]),
    ),
    query,
    ...settings,
  };
  return { job, parts };
}

function placeOf<T>(places: Map<T, number>, one: T): number {
  let place = places.get(one);
  if (place === undefined) places.set(one, place = places.size);
  return place;
}

/** Does a job, in whichever thread. What is damaged is told; it ends there, unless it is to go on without. */
export async function* runSeriesJob(
  job: SeriesJob,
  signal: AbortSignal,
  tell: (news: SeriesKind["news"]) => void,
): AsyncGenerator<SeriesBlock | BucketColumns, void> {
  const folders = job.folders.map(({ name, path }) => folderAt(DISK, name, path));
  const stamp = { modified: 0, changed: 0, inode: 0, etag: null };
  const parts = job.parts.map(({ folder, name, size, damage }) =>
    new Part(folders[folder], name, parsePartName(name)!, { ...stamp, size }, damage)
  );
  parts.forEach((part, number) => keepNotes(part, job.parts[number].notes));
  const readOptions: ReadOptions = {
    signal,
    onDamaged: (part, cause) => {
      tell({
        damaged: parts.indexOf(part),
        reason: part.damage!,
        ...(cause === undefined ? {} : { cause: toPlainError(cause) }),
      });
      if (!job.skipDamaged) throw new DOMException("A part is damaged.", "AbortError");
    },
  };
  const context = contextOf(job, parts, readOptions);
  const batch = { series: job.series, chains: job.chains, sources: job.runs.map((_, run) => run) };
  if (job.buckets === null) yield* readBatch(context, job.query, batch);
  else {
    yield await bucketBatch(context, job.query, batch, job.buckets);
    parts.forEach((part, number) => {
      const notes = notesOf(part);
      if (notes.length > job.parts[number].notes.length) tell({ noted: number, notes });
    });
  }
}

function contextOf(
  { project, runs, parts, timeZone, skipDamaged }: SeriesJob,
  all: Part[],
  readOptions: ReadOptions,
): BatchContext {
  // Who goes on without damaged parts has to know them before anything of them is given.
  const check = skipDamaged ? (some: readonly Part[]) => readGroups(some, readOptions, CHECK) : undefined;
  const index: PointsIndex & { parents: Pick<Parents, "forkStep"> } = {
    project,
    numbers: new Map(runs.map(({ key }, run) => [key, run])),
    parts: runs.map((run) => run.parts.map((part) => all[part])),
    mixed: new Set(all.filter((_, part) => parts[part].isMixed)),
    repeated: new Set(runs.flatMap(({ isRepeated }, run) => isRepeated ? [run] : [])),
    parents: { forkStep: Float64Array.from(runs, ({ forkStep }) => forkStep) },
  };
  const toUtc = timeZone === null ? null : utcOf(timeZone);
  return {
    index,
    points: (runs, query) => readPoints(index, runs, query, readOptions),
    turns: (runs, backwards) => stepTurns(index, runs, { signal: readOptions.signal, backwards, check }),
    clock: (run) => runs[run].isLocalTime ? toUtc : null,
    signal: readOptions.signal,
  };
}

const zones = new Map<string, (local: number) => number>();

/** What was found out about a zone is kept. */
function utcOf(timeZone: string): (local: number) => number {
  let toUtc = zones.get(timeZone);
  if (!toUtc) zones.set(timeZone, toUtc = fromLocalTime(timeZone));
  return toUtc;
}

/**
 * Parts read into segments: here, or several segments at once in Web Workers where there is work enough.
 *
 * @module
 */

import { concurrently, type Job } from "../../async/concurrent.ts";
import { workSince } from "../../async/work_time.ts";
import type { Part } from "../disk/layout.ts";
import { SegmentBuilder } from "./segments/builder.ts";
import { encodeSegment } from "./segments/stored.ts";
import { summarizeParts, type SummaryJob } from "./summarize_parts.ts";

/** Web Workers that read parts. */
export interface SegmentWorkers {
  /** How many there may be. */
  most: number;
  /** Also for a single segment. */
  always: boolean;
  /** How many are worth having for so many milliseconds of work. */
  worth(work: number): number;
  start(count: number): ReadSegment;
}

/** Reads parts into a segment, and gives its bytes, piece by piece. */
export type ReadSegment = (
  jobs: readonly SummaryJob[],
  signal: AbortSignal,
  onProgress: (by: number) => void,
) => Promise<Uint8Array<ArrayBuffer>[]>;

/** The workers that reading files of so many bytes earns; null: none. */
export type SegmentWorkersFor = (bytes: number) => SegmentWorkers | null;

/** A segment that has been read. */
export interface SegmentRead {
  parts: Part[];
  /** Which one it is, in the order of the parts: workers may be done with a later one before. */
  number: number;
  /** Its bytes, piece by piece; can be had more than once. */
  pieces: () => Iterable<Uint8Array<ArrayBuffer>>;
  /** How many threads are reading. */
  threads: number;
}

/** How parts are read. */
export interface SegmentReading {
  /** What the segments belong to. */
  owner: string;
  /** How many segments there may be without need. */
  room: number;
  workers: SegmentWorkersFor | null;
  signal?: AbortSignal;
  onProgress: (by: number) => void;
}

/** Opening a part takes as long as reading so many bytes. */
const OPENING = 12 << 10;
/** A segment ends after so many bytes, so that not much is lost when reading is interrupted. */
const MOST_BYTES = 64 << 20;
/** After so many bytes it is seen whether workers are worth it. The first ones of a process take longer than others. */
const LOOK_EVERY = 2 << 20, FIRST_LOOKS = 6;
/** When so much less work would be worth as many workers, there is no need to look again. */
const CLEARLY = 5;
/** So many segments for each thread that reads, so that all of them have something to do until the end. */
const SHARES = 3;

/** Reads parts of one folder. */
export async function* readSegments(jobs: readonly SummaryJob[], reading: SegmentReading): AsyncGenerator<SegmentRead> {
  const { owner, signal, onProgress } = reading;
  const bytes = costOf(jobs);
  // What is far away is waited for, not computed.
  const isFar = jobs.some(({ part }) => !part.folder.store.isLocal);
  const workers = isFar ? null : reading.workers?.(bytes) ?? null;
  let count = workers?.always ? workers.most : 0;
  let number = 0, at = 0, left = bytes, least = Infinity, looks = 0;
  while (at < jobs.length && count === 0) {
    const segment = new SegmentBuilder(), parts: Part[] = [];
    for (let own = 0; at < jobs.length && own < MOST_BYTES && count === 0;) {
      const some = someOf(jobs, at, workers ? LOOK_EVERY : MOST_BYTES), size = costOf(some), work = workSince();
      await summarizeParts(some, segment, signal, onProgress);
      least = Math.min(least, work() / size);
      for (const { part } of some) parts.push(part);
      at += some.length;
      own += size;
      left -= size;
      const worth = workers?.worth(least * left) ?? 0;
      if (++looks >= FIRST_LOOKS || workers?.worth(least * left / CLEARLY) === worth) count = worth;
    }
    yield { parts, number: number++, pieces: () => encodeSegment(segment, owner), threads: count + 1 };
  }
  if (!workers || at === jobs.length) return;
  const read = workers.start(count);
  // Beside a single worker this thread reads, too.
  const readers = Math.max(2, count);
  const room = reading.room - number, needed = Math.ceil(left / MOST_BYTES), wanted = SHARES * readers;
  // Where segments are going to be put together in any case, it does not matter how many there are.
  const segments = needed > room ? Math.max(needed, wanted) : Math.max(needed, Math.min(room, wanted));
  const all: Job<SegmentRead>[] = [];
  while (at < jobs.length) {
    const some = someOf(jobs, at, left / segments), place = number++;
    all.push(async function* (signal) {
      const pieces = await read(some, signal, onProgress);
      yield { parts: some.map(({ part }) => part), number: place, pieces: () => pieces, threads: count + 1 };
    });
    at += some.length;
  }
  yield* concurrently(all, count + 1, signal);
}

/** Jobs from one on, of at least so many bytes together. */
function someOf(jobs: readonly SummaryJob[], from: number, bytes: number): SummaryJob[] {
  let to = from;
  while (to < jobs.length && bytes > 0) bytes -= costOf([jobs[to++]]);
  return jobs.slice(from, to);
}

function costOf(jobs: readonly SummaryJob[]): number {
  return jobs.reduce((sum, { part }) => sum + OPENING + part.size, 0);
}

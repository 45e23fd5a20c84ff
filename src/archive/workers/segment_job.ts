/**
 * Reading parts into a segment of the index, as a job that any thread can do.
 *
 * @module
 */

import { pauseNowAndThen } from "../../async/pause.ts";
import { concat } from "../../columns.ts";
import { tidyUp } from "../../memory.ts";
import { folderAt, parsePartName, Part } from "../disk/layout.ts";
import { DISK } from "../disk/local.ts";
import { SegmentBuilder } from "../index/segments/builder.ts";
import type { Stage } from "../index/segments/segment.ts";
import { encodeSegment } from "../index/segments/stored.ts";
import { summarizeParts, type SummaryJob } from "../index/summarize_parts.ts";

/** Parts of one folder, and how much of each to read. */
export interface SegmentJob {
  folder: { name: string; path: string };
  parts: JobPart[];
  /** How many threads of this process do such jobs. */
  threads: number;
}

/** A part as it was when the folder was listed: what is noted of it has to be that. */
interface JobPart {
  name: string;
  size: number;
  modified: number;
  changed: number;
  inode: number;
  stage: Stage;
}

/** Jobs that read parts. */
export interface SegmentKind {
  settings: null;
  job: SegmentJob;
  /** A segment of the index as it is stored, piece by piece. */
  result: { bytes: Uint8Array<ArrayBuffer> };
  /** So many parts more have been read. */
  news: { read: number };
}

/** Pieces of this size are handed over, in bytes: columns are mostly small. */
const PIECE = 1 << 20;

/** Makes a job of parts of one folder. */
export function segmentJobOf(jobs: readonly SummaryJob[], threads: number): SegmentJob {
  const { name, path } = jobs[0].part.folder;
  return {
    folder: { name, path },
    parts: jobs.map(({ part: { name, size, modified, changed, inode }, stage }) => ({
      name,
      size,
      modified,
      changed,
      inode,
      stage,
    })),
    threads,
  };
}

/** Does a job, in whichever thread. What is damaged is in the segment. */
export async function* runSegmentJob(
  job: SegmentJob,
  signal: AbortSignal,
  tell: (news: SegmentKind["news"]) => void,
): AsyncGenerator<SegmentKind["result"], void> {
  const folder = folderAt(DISK, job.folder.name, job.folder.path);
  const jobs = job.parts.map(({ stage, name, ...stamp }): SummaryJob => ({
    part: new Part(folder, name, parsePartName(name)!, { ...stamp, etag: null }, null),
    stage,
  }));
  const segment = new SegmentBuilder();
  await summarizeParts(jobs, segment, signal, (read) => tell({ read }));
  const pause = pauseNowAndThen(signal);
  let pieces: Uint8Array<ArrayBuffer>[] = [], length = 0;
  for (const piece of encodeSegment(segment, folder.path)) {
    pieces.push(piece);
    length += piece.length;
    await pause();
    if (length < PIECE) continue;
    yield { bytes: concat(Uint8Array, pieces) };
    [pieces, length] = [[], 0];
  }
  yield { bytes: concat(Uint8Array, pieces) };
  tidyUp(job.threads);
}

/**
 * What Web Workers do for archives: jobs that any thread can do, as plain data.
 *
 * @module
 */

import { runSegmentJob, type SegmentKind } from "./segment_job.ts";
import { runSeriesJob, type SeriesKind } from "./series_job.ts";

/** Jobs of archives, and what they give. */
export interface ArchiveKind {
  settings: null;
  job: SeriesKind["job"] | SegmentKind["job"];
  result: SeriesKind["result"] | SegmentKind["result"];
  news: SeriesKind["news"] | SegmentKind["news"];
}

/** Does a job, in whichever thread. */
export function runArchiveJob(
  job: ArchiveKind["job"],
  signal: AbortSignal,
  tell: (news: ArchiveKind["news"]) => void,
): AsyncGenerator<ArchiveKind["result"], void> {
  return "series" in job ? runSeriesJob(job, signal, tell) : runSegmentJob(job, signal, tell);
}

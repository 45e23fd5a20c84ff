/**
 * Reads parts into a segment of the index.
 *
 * @module
 */

import type { Part } from "../disk/layout.ts";
import { damageReason } from "../parquet/damage.ts";
import { PartOpener } from "../parquet/open.ts";
import { pauseNowAndThen } from "../../async/pause.ts";
import type { PartRecord, SegmentBuilder } from "./segments/builder.ts";
import { Stage } from "./segments/segment.ts";
import { isParameterType, loadForSummary, PartSummary } from "./summarize.ts";

/** A part, and how much of it to read. */
export interface SummaryJob {
  part: Part;
  stage: Stage;
}

const EVERYTHING = { types: () => true, paths: null };

/**
 * Reads parts one after the other. One that cannot be read is in the segment too, with the reason.
 *
 * @param segment Where what they hold is added.
 * @param onProgress Told how many parts have been read.
 */
export async function summarizeParts(
  jobs: readonly SummaryJob[],
  segment: SegmentBuilder,
  signal?: AbortSignal,
  onProgress?: (by: number) => void,
): Promise<void> {
  const pause = pauseNowAndThen(signal);
  let told = 0;
  const stages = new Map(jobs.map(({ part, stage }) => [part, stage]));
  using opener = new PartOpener(stages.keys(), async (file, part, signal) => {
    const stage = stages.get(part)!;
    const isRead = (type: string) => stage === Stage.both || isParameterType(type) === (stage === Stage.parameters);
    await loadForSummary(file, isRead, signal);
  }, signal);
  for (const [number, { part, stage }] of jobs.entries()) {
    const { name, size, modified, changed, inode } = part;
    const record: PartRecord = {
      name,
      size,
      modified,
      changed,
      inode,
      footer: 0,
      read: Date.now(),
      stage,
      alike: false,
      damage: null,
    };
    segment.records.push(record);
    try {
      const opened = opener.open(part);
      using file = opened instanceof Promise ? await opened : opened;
      record.footer = file.footerChecksum;
      record.alike = file.isAlike;
      const summary = new PartSummary(file, segment.records.length - 1, segment);
      if (stage !== Stage.series) summary.addParameters(EVERYTHING);
      if (stage === Stage.both) {
        // Whoever asks for the series hears of their damage: the run can be listed all the same.
        if (isDamaged(() => summary.addSeries(EVERYTHING))) record.stage = Stage.parameters;
      } else if (stage === Stage.series) {
        for (const _ of summary.seriesOf(EVERYTHING)) await pause();
      }
    } catch (error) {
      signal?.throwIfAborted();
      record.damage = damageReason(error);
    }
    if (await pause()) {
      onProgress?.(number + 1 - told);
      told = number + 1;
    }
  }
  onProgress?.(jobs.length - told);
}

function isDamaged(read: () => void): boolean {
  try {
    read();
    return false;
  } catch (error) {
    damageReason(error);
    return true;
  }
}

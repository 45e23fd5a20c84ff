/**
 * The one way to read parts: what is wrong with one of them is told here, and nowhere else.
 *
 * @module
 */

import type { Part } from "../disk/layout.ts";
import { damageReason } from "../parquet/damage.ts";
import { ParquetFile, type RowGroupReader } from "../parquet/file.ts";
import { pauseNowAndThen } from "../parquet/pause.ts";

/** How a reading goes on when something happens. */
export interface ReadOptions {
  signal?: AbortSignal;
  /** Called for a part that cannot be read; throws, or returns to go on without it. */
  onDamaged: (part: Part, cause?: unknown) => void;
}

/**
 * Reads parts one after the other, and lets others have their turn now and then.
 *
 * @param read Takes in the rows of a row group.
 * @param forget Takes back what was taken in of a part whose later rows cannot be read.
 */
export async function readGroups(
  parts: Iterable<Part>,
  { signal, onDamaged }: ReadOptions,
  read: (group: RowGroupReader, part: Part) => void,
  forget?: (part: Part) => void,
): Promise<void> {
  const pause = pauseNowAndThen(signal);
  for (const part of parts) {
    if (part.damage !== null) {
      onDamaged(part);
      continue;
    }
    try {
      using file = new ParquetFile(part.path, part.size);
      for (const group of file.groups()) {
        read(group, part);
        await pause();
      }
    } catch (error) {
      if (signal?.aborted) throw error;
      part.damage = damageReason(error);
      forget?.(part);
      onDamaged(part, error);
    }
  }
}

/**
 * What every reader of a project needs at hand.
 *
 * @module
 */

import type { SeriesRef } from "../../columns.ts";
import type { Source } from "../../source.ts";
import type { DiskContent } from "../content.ts";
import type { OfflineIndex } from "../index/project_index.ts";

/** One project, seen by one call. */
export interface OfflineContext {
  index: OfflineIndex;
  /** The source beneath, or null. */
  base: Source | null;
  /** What a run has on disk; null: nothing. Throws `DamagedFileError` where some of it cannot be read and must not be passed over. */
  content(run: number): Promise<DiskContent | null>;
  signal?: AbortSignal;
}

/** One series that was asked for. */
export interface AskedSeries extends SeriesRef {
  /** Its number in the query. */
  series: number;
}

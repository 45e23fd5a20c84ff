/**
 * How much is in memory at once, and how large what is written gets.
 *
 * @module
 */

import type { PageLimits } from "../export/row_group.ts";

/** Sizes. */
export interface Limits extends PageLimits {
  /** So many points, or about so many bytes of texts and histograms, are sorted at once. */
  spillPoints: number;
  spillBytes: number;
  /** Sorted points are read back in blocks of so many; points that are not floats in smaller ones. */
  blockPoints: number;
  otherPoints: number;
  /** From so many points on, what was read is kept for a later attempt. */
  checkpointPoints: number;
  /** So many parts are read before anybody asks how many points there are. */
  partsTogether: number;
  /** Rows are handed on in pieces of at most so many. */
  pieceRows: number;
  /** A row group ends after so many rows where an attribute ends, after so many in any case, and after so many bytes of texts. */
  groupRows: number;
  mostGroupRows: number;
  groupBytes: number;
  /** A file ends after so many bytes. */
  fileBytes: number;
}

/** The sizes in use. */
export const LIMITS: Limits = {
  spillPoints: 1 << 21,
  spillBytes: 48 << 20,
  blockPoints: 1 << 17,
  otherPoints: 1 << 13,
  checkpointPoints: 1 << 20,
  partsTogether: 500,
  pieceRows: 1 << 16,
  pageRows: 20_000,
  pageBytes: 1 << 20,
  groupRows: 131_072,
  mostGroupRows: 262_144,
  groupBytes: 64 << 20,
  fileBytes: 512 << 20,
};

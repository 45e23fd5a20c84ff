/**
 * What every reader of a project needs at hand.
 *
 * @module
 */

import type { Files } from "../disk/files.ts";
import type { ProjectIndex } from "../index/project_index.ts";
import type { Phantoms } from "../index/phantoms.ts";
import type { ReadOptions } from "../index/read_parts.ts";

/** One project of an archive, seen by one call. */
export interface ReadContext {
  index: ProjectIndex;
  readOptions: ReadOptions;
  phantoms: Phantoms;
  files: Files;
  /** From the times stored for points of a run to UTC, both in milliseconds. */
  clock(run: number): (stored: number) => number;
}

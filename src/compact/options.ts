/**
 * What `compactArchive` takes.
 *
 * @module
 */

import { NONEMPTY, oneOf, PATH } from "../options/kinds.ts";
import { declare, needed, optional } from "../options/options.ts";
import { LONG_CALL, type LongCallOptions } from "../progress/show.ts";

/** What {@linkcode compactArchive} takes beside where to read. */
export interface CompactOptions extends LongCallOptions {
  /** The folder to write to: the compacted data become `data` in it, stored files `files`. Not the folder that is read. */
  destination: string | URL;
  /** The project to compact. Default: all of the archive. */
  project?: string;
  /**
   * What to do with stored files. `"link"`: they get a second name in the destination, which takes no room; where that cannot be, on
   * another disk, they are copied. `"copy"`: they are copied. `"leave"`: they stay, and the compacted archive remembers where.
   * Default: `"link"`, so that the old archive may be deleted and no file is lost with it.
   */
  storedFiles?: "link" | "copy" | "leave";
}

/** The options of `compactArchive` but for where to read. */
export const COMPACT = declare<CompactOptions>()({
  ...LONG_CALL,
  destination: needed(PATH),
  project: optional(NONEMPTY),
  storedFiles: optional(oneOf("link", "copy", "leave"), "link"),
});

/**
 * What `exportArchive` takes.
 *
 * @module
 */

import { RUN_SELECTION, type RunSelection } from "../bulk/select.ts";
import { FLAG, PATH } from "../options/kinds.ts";
import { declare, needed, optional } from "../options/options.ts";
import { LONG_CALL, type LongCallOptions } from "../progress/show.ts";

/** Options of {@linkcode ReadOnlyProject.exportArchive}. */
export interface ExportArchiveOptions extends RunSelection, LongCallOptions {
  /** The folder to write to: the archive's data folder becomes `data` in it, the files folder `files`. */
  destination: string | URL;
  /** Copy the files too. Default: true. */
  files?: boolean;
  /**
   * Also export the runs from which the chosen ones were forked, up to the root: without them the points inherited from them
   * would be lost. Default: true.
   */
  ancestors?: boolean;
}

/** The options of `exportArchive`. */
export const EXPORT_ARCHIVE = declare<ExportArchiveOptions>()({
  ...RUN_SELECTION,
  ...LONG_CALL,
  destination: needed(PATH),
  files: optional(FLAG, true),
  ancestors: optional(FLAG, true),
});

/**
 * The files of the section Run.
 *
 * @module
 */

import style from "../page/run/run.css" with { type: "text" };
import section from "../page/run/section.ts" with { type: "text" };

/** The files by their path in `src/`. */
export const RUN_FILES: Record<string, string> = {
  "view/page/run/run.css": style,
  "view/page/run/section.ts": section,
};

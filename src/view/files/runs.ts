/**
 * The files of the section Runs.
 *
 * @module
 */

import style from "../page/runs/runs.css" with { type: "text" };
import section from "../page/runs/section.ts" with { type: "text" };

/** The files by their path in `src/`. */
export const RUNS_FILES: Record<string, string> = {
  "view/page/runs/runs.css": style,
  "view/page/runs/section.ts": section,
};

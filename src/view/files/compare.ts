/**
 * The files of the section Compare.
 *
 * @module
 */

import style from "../page/compare/compare.css" with { type: "text" };
import section from "../page/compare/section.ts" with { type: "text" };

/** The files by their path in `src/`. */
export const COMPARE_FILES: Record<string, string> = {
  "view/page/compare/compare.css": style,
  "view/page/compare/section.ts": section,
};

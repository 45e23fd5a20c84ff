/**
 * The files of the section Charts.
 *
 * @module
 */

import style from "../page/charts/charts.css" with { type: "text" };
import section from "../page/charts/section.ts" with { type: "text" };

/** The files by their path in `src/`. */
export const CHARTS_FILES: Record<string, string> = {
  "view/page/charts/charts.css": style,
  "view/page/charts/section.ts": section,
};

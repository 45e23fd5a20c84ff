/**
 * The files of the section Compare, and those that draw what only it shows.
 *
 * @module
 */

import drawnParallel from "../../display/draw/parallel.ts" with { type: "text" };
import ramp from "../../display/draw/ramp.ts" with { type: "text" };
import style from "../page/compare/compare.css" with { type: "text" };
import compared from "../page/compare/compared.ts" with { type: "text" };
import images from "../page/compare/images.ts" with { type: "text" };
import parallel from "../page/compare/parallel.ts" with { type: "text" };
import printedRuns from "../page/compare/printed_runs.ts" with { type: "text" };
import scatter from "../page/compare/scatter.ts" with { type: "text" };
import section from "../page/compare/section.ts" with { type: "text" };
import state from "../page/compare/state.ts" with { type: "text" };
import values from "../page/compare/values.ts" with { type: "text" };

/** The files by their path in `src/`. */
export const COMPARE_FILES: Record<string, string> = {
  "display/draw/parallel.ts": drawnParallel,
  "display/draw/ramp.ts": ramp,
  "view/page/compare/compare.css": style,
  "view/page/compare/compared.ts": compared,
  "view/page/compare/images.ts": images,
  "view/page/compare/parallel.ts": parallel,
  "view/page/compare/printed_runs.ts": printedRuns,
  "view/page/compare/scatter.ts": scatter,
  "view/page/compare/section.ts": section,
  "view/page/compare/state.ts": state,
  "view/page/compare/values.ts": values,
};

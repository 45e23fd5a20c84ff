/**
 * The files of the section Run.
 *
 * @module
 */

import density from "../../display/draw/density.ts" with { type: "text" };
import answer from "../page/answer.ts" with { type: "text" };
import files from "../page/run/files.ts" with { type: "text" };
import health from "../page/run/health.ts" with { type: "text" };
import histograms from "../page/run/histograms.ts" with { type: "text" };
import identity from "../page/run/identity.ts" with { type: "text" };
import images from "../page/run/images.ts" with { type: "text" };
import lineage from "../page/run/lineage.ts" with { type: "text" };
import logs from "../page/run/logs.ts" with { type: "text" };
import part from "../page/run/part.ts" with { type: "text" };
import section from "../page/run/section.ts" with { type: "text" };
import state from "../page/run/state.ts" with { type: "text" };
import steps from "../page/run/steps.ts" with { type: "text" };
import values from "../page/run/values.ts" with { type: "text" };
import style from "../page/run/run.css" with { type: "text" };

/** The files by their path in `src/`. */
export const RUN_FILES: Record<string, string> = {
  "display/draw/density.ts": density,
  "view/page/answer.ts": answer,
  "view/page/run/files.ts": files,
  "view/page/run/health.ts": health,
  "view/page/run/histograms.ts": histograms,
  "view/page/run/identity.ts": identity,
  "view/page/run/images.ts": images,
  "view/page/run/lineage.ts": lineage,
  "view/page/run/logs.ts": logs,
  "view/page/run/part.ts": part,
  "view/page/run/section.ts": section,
  "view/page/run/state.ts": state,
  "view/page/run/steps.ts": steps,
  "view/page/run/values.ts": values,
  "view/page/run/run.css": style,
};

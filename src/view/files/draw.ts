/**
 * The files that draw pictures in the sections Charts and Compare.
 *
 * @module
 */

import axes from "../../display/draw/axes.ts" with { type: "text" };
import curve from "../../display/draw/curve.ts" with { type: "text" };
import endLabels from "../../display/draw/end_labels.ts" with { type: "text" };
import panel from "../../display/draw/panel.ts" with { type: "text" };
import scale from "../../display/draw/scale.ts" with { type: "text" };
import smoothing from "../../display/draw/smooth.ts" with { type: "text" };
import text from "../../display/draw/text.ts" with { type: "text" };
import group from "../../display/chart/group.ts" with { type: "text" };
import pictureLegend from "../../display/chart/legend.ts" with { type: "text" };
import markup from "../../display/html.ts" with { type: "text" };
import picture from "../page/picture.ts" with { type: "text" };

/** The files by their path in `src/`. */
export const DRAW_FILES: Record<string, string> = {
  "display/draw/axes.ts": axes,
  "display/draw/curve.ts": curve,
  "display/draw/end_labels.ts": endLabels,
  "display/draw/panel.ts": panel,
  "display/draw/scale.ts": scale,
  "display/draw/smooth.ts": smoothing,
  "display/draw/text.ts": text,
  "display/chart/group.ts": group,
  "display/chart/legend.ts": pictureLegend,
  "display/html.ts": markup,
  "view/page/picture.ts": picture,
};

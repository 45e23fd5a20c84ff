/**
 * The files of the section Charts, and those that draw its pictures.
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
import style from "../page/charts/charts.css" with { type: "text" };
import chart from "../page/charts/chart.ts" with { type: "text" };
import chartData from "../page/charts/chart_data.ts" with { type: "text" };
import legend from "../page/charts/legend.ts" with { type: "text" };
import lines from "../page/charts/lines.ts" with { type: "text" };
import plot from "../page/charts/plot.ts" with { type: "text" };
import save from "../page/charts/save.ts" with { type: "text" };
import section from "../page/charts/section.ts" with { type: "text" };
import state from "../page/charts/state.ts" with { type: "text" };
import toolbar from "../page/charts/toolbar.ts" with { type: "text" };
import picture from "../page/picture.ts" with { type: "text" };

/** The files by their path in `src/`. */
export const CHARTS_FILES: Record<string, string> = {
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
  "view/page/charts/charts.css": style,
  "view/page/charts/chart.ts": chart,
  "view/page/charts/chart_data.ts": chartData,
  "view/page/charts/legend.ts": legend,
  "view/page/charts/lines.ts": lines,
  "view/page/charts/plot.ts": plot,
  "view/page/charts/save.ts": save,
  "view/page/charts/section.ts": section,
  "view/page/charts/state.ts": state,
  "view/page/charts/toolbar.ts": toolbar,
  "view/page/picture.ts": picture,
};

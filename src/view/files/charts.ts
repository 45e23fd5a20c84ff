/**
 * The files of the section Charts.
 *
 * @module
 */

import csv from "../csv.ts" with { type: "text" };
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

/** The files by their path in `src/`. */
export const CHARTS_FILES: Record<string, string> = {
  "view/csv.ts": csv,
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
};

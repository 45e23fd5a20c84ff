/**
 * The files of the section Runs.
 *
 * @module
 */

import names from "../../nql/names.ts" with { type: "text" };
import types from "../../types.ts" with { type: "text" };
import cells from "../page/runs/cells.ts" with { type: "text" };
import columns from "../page/runs/columns.ts" with { type: "text" };
import complete from "../page/runs/complete.ts" with { type: "text" };
import grid from "../page/runs/grid.ts" with { type: "text" };
import head from "../page/runs/head.ts" with { type: "text" };
import knownRows from "../page/runs/known_rows.ts" with { type: "text" };
import picker from "../page/runs/picker.ts" with { type: "text" };
import query from "../page/runs/query.ts" with { type: "text" };
import row from "../page/runs/row.ts" with { type: "text" };
import rows from "../page/runs/rows.ts" with { type: "text" };
import style from "../page/runs/runs.css" with { type: "text" };
import section from "../page/runs/section.ts" with { type: "text" };
import state from "../page/runs/state.ts" with { type: "text" };
import width from "../page/runs/width.ts" with { type: "text" };

/** The files by their path in `src/`. */
export const RUNS_FILES: Record<string, string> = {
  "nql/names.ts": names,
  "types.ts": types,
  "view/page/runs/cells.ts": cells,
  "view/page/runs/columns.ts": columns,
  "view/page/runs/complete.ts": complete,
  "view/page/runs/grid.ts": grid,
  "view/page/runs/head.ts": head,
  "view/page/runs/known_rows.ts": knownRows,
  "view/page/runs/picker.ts": picker,
  "view/page/runs/query.ts": query,
  "view/page/runs/row.ts": row,
  "view/page/runs/rows.ts": rows,
  "view/page/runs/runs.css": style,
  "view/page/runs/section.ts": section,
  "view/page/runs/state.ts": state,
  "view/page/runs/width.ts": width,
};

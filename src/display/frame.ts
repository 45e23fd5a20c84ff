/**
 * Polars frames as people read them: shape, types, first and last rows, numbers aligned, nulls marked.
 *
 * @module
 */

import type { Frame } from "../frame/typed.ts";
import { FRAME } from "../frame/frame.ts";
import { noteFrame } from "../memory.ts";
import { methodsFirst, wrap } from "../frame/wrap.ts";
import { COUNT } from "../options/kinds.ts";
import { checkArgument, checkOptions, declare, optional } from "../options/options.ts";
import { bundle, type Displayable, jupyterDisplay, type MediaBundle } from "./bundle.ts";
import { counted } from "./format.ts";
import { columnCells, isNumeric, typeName } from "./frame_cells.ts";
import type { GridCell } from "./draw/grid.ts";
import { gridHtml } from "./grid.ts";
import { markup, note, view } from "./html.ts";
import type { TableColumn } from "./table.ts";

/** How much of a frame to show. */
export interface FrameDisplayOptions {
  /** At most this many rows at first, two thirds of them from the start and one third from the end. Default: 15. */
  rows?: number;
  /** At most this many columns, from the start and from the end. Default: 16. */
  columns?: number;
  /** At most this many characters of a text. Default: 160. */
  textLength?: number;
}

const FRAME_DISPLAY = declare<FrameDisplayOptions>()({
  rows: optional(COUNT, 15),
  columns: optional(COUNT, 16),
  textLength: optional(COUNT, 160),
});

/** A frame that shows itself in a notebook our way. The frame itself is not changed. */
export function displayFrame(frame: Frame, options: FrameDisplayOptions = {}): Displayable {
  checkArgument("show", "frame", FRAME, frame);
  const asked = checkOptions("show", FRAME_DISPLAY, options);
  return { [jupyterDisplay]: () => frameBundle(frame, asked) };
}

/**
 * The frame with our display in place of that of Polars, also for all frames that are made from it.
 *
 * @typeParam Row The columns that the frame has.
 * @param notes What a person has to know to read it, one sentence each.
 */
// deno-lint-ignore no-explicit-any
export function withDisplay<Row extends object = any>(
  frame: Frame,
  notes: readonly string[] = [],
  options: FrameDisplayOptions = {},
): Frame<Row> {
  const { height, width } = frame as { height?: unknown; width?: unknown };
  if (typeof height === "number" && typeof width === "number") noteFrame({ height, width });
  // Polars does not know which columns the frame has: the call that made it says so.
  return wrap(frame, { page: (one) => frameBundle(one, options, notes), notes }) as Frame as unknown as Frame<Row>;
}

/** So many rows travel to a page, where its reader asks for more of them, sorts and filters. */
const MAX_ROWS = 1000;
const BYTES = 230_000;

/** The bundle of a frame. Its text is the table that Polars prints. */
export function frameBundle(
  frame: Frame,
  options: FrameDisplayOptions = {},
  notes: readonly string[] = [],
): MediaBundle {
  const { rows = 15, columns = 16, textLength = 160 } = options;
  const series = methodsFirst(frame).getColumns();
  const height = series[0]?.length ?? 0;
  const shape = `${counted(height, "row")} × ${counted(series.length, "column")}`;

  const [left, right] = ends(series.length, columns);
  const [head, tail] = ends(height, rows);
  const [first, last] = height <= MAX_ROWS ? [height, 0] : [MAX_ROWS - tail, tail];
  const shown = [...series.slice(0, left), ...series.slice(series.length - right)];
  const cells = shown.map((one) => columnCells(one, first, last, textLength));
  const header: TableColumn[] = shown.map((one) => ({
    title: one.name,
    note: typeName(one),
    align: isNumeric(one) ? "right" : "left",
  }));
  if (left + right < series.length) {
    header.splice(left, 0, { title: "…" });
    cells.splice(left, 0, Array(first + last).fill("…"));
  }
  const lines: GridCell[][] = Array.from({ length: first + last }, (_, row) => cells.map((column) => column[row]));
  const skipped = height - lines.length;
  const grid = gridHtml({ columns: header, rows: lines, skippedAt: first, skipped, head, tail }, BYTES);

  const leftOut = series.length - left - right;
  const size = markup`<b>${shape}</b>${leftOut > 0 && ` · ${counted(leftOut, "column")} not shown`}`;
  const below = notes.map((text) => note(text));
  return bundle(view(note(size), grid, ...below), [frame.toString(), ...notes].join("\n"));
}

/** How many items to show from the start and from the end. */
function ends(length: number, limit: number): [start: number, end: number] {
  if (length <= limit) return [length, 0];
  const end = Math.floor(limit / 3);
  return [limit - end, end];
}

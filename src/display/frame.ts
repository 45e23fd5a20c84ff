/**
 * Polars frames as people read them: shape, types, first and last rows, numbers aligned, nulls marked.
 *
 * @module
 */

import type { Frame } from "../frame/typed.ts";
import { FRAME } from "../frame/frame.ts";
import { methodsFirst, wrap } from "../frame/wrap.ts";
import { COUNT } from "../options/kinds.ts";
import { checkArgument, checkOptions, declare, optional } from "../options/options.ts";
import { Budget, bundle, type Displayable, jupyterDisplay, type MediaBundle } from "./bundle.ts";
import { counted, formatCount } from "./format.ts";
import { columnCells, isNumeric, typeName } from "./frame_cells.ts";
import { type Content, markup, note, view } from "./html.ts";
import { table, type TableColumn } from "./table.ts";

/** How much of a frame to show. */
export interface FrameDisplayOptions {
  /** At most this many rows, two thirds of them from the start and one third from the end. Default: 15. */
  rows?: number;
  /** At most this many columns, from the start and from the end. Default: 16. */
  columns?: number;
  /** At most this many characters of a text. Default: 80. */
  textLength?: number;
}

const FRAME_DISPLAY = declare<FrameDisplayOptions>()({
  rows: optional(COUNT, 15),
  columns: optional(COUNT, 16),
  textLength: optional(COUNT, 80),
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
 * @param notes What a person has to know to read it, one sentence each.
 */
export function withDisplay<F extends object>(frame: F, notes: readonly string[] = []): F {
  return wrap(frame, (one) => frameBundle(one, {}, notes));
}

/** The bundle of a frame. Its text is the table that Polars prints. */
export function frameBundle(
  frame: Frame,
  options: FrameDisplayOptions = {},
  notes: readonly string[] = [],
): MediaBundle {
  const { rows = 15, columns = 16, textLength = 80 } = options;
  const series = methodsFirst(frame).getColumns();
  const height = series[0]?.length ?? 0;
  const shape = `${counted(height, "row")} × ${counted(series.length, "column")}`;

  const [left, right] = ends(series.length, columns);
  const [head, tail] = ends(height, rows);
  const shown = [...series.slice(0, left), ...series.slice(series.length - right)];
  const cells = shown.map((one) => columnCells(one, head, tail, textLength));
  const header: TableColumn[] = shown.map((one) => ({
    title: one.name,
    note: typeName(one),
    align: isNumeric(one) ? "right" : "left",
  }));
  if (left + right < series.length) {
    header.splice(left, 0, { title: "…" });
    cells.splice(left, 0, Array(head + tail).fill("…"));
  }
  const lines: (Content[] | string)[] = Array.from(
    { length: head + tail },
    (_, row) => cells.map((column) => column[row]),
  );
  const budget = new Budget();
  const fitting = lines.findIndex((line) => !budget.take(markup`${line}`.toString().length + 80 * line.length));
  const cut = fitting < 0 ? lines : lines.slice(0, fitting);
  const hidden = height - cut.length;
  if (hidden > 0) {
    cut.splice(Math.min(head, cut.length), 0, `… ${formatCount(hidden)} more ${hidden === 1 ? "row" : "rows"} …`);
  }

  const leftOut = series.length - left - right;
  const size = markup`<b>${shape}</b>${leftOut > 0 && ` · ${counted(leftOut, "column")} not shown`}`;
  const below = notes.map((text) => note(text));
  return bundle(view(note(size), table(header, cut), ...below), [frame.toString(), ...notes].join("\n"));
}

/** How many items to show from the start and from the end. */
function ends(length: number, limit: number): [start: number, end: number] {
  if (length <= limit) return [length, 0];
  const end = Math.floor(limit / 3);
  return [limit - end, end];
}

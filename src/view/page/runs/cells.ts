/// <reference lib="dom" />

/**
 * What stands in a cell.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { formatBytes, formatNumber, formatTime } from "../../../display/format.ts";
import type { RunsCell } from "../../api.ts";
import { html } from "../html.ts";
import { sizeAndType } from "../stored_file.ts";
import type { PickedColumn } from "./columns.ts";

/** A value as a text of one line. */
export function cellText(cell: RunsCell, { type }: PickedColumn): string {
  if (cell === null) return "";
  if (type === "datetime") return formatTime(Number(cell)).slice(0, 19);
  if (typeof cell === "boolean" || typeof cell === "string" && type === "string") return String(cell);
  if (Array.isArray(cell)) return cell.join(", ");
  if (typeof cell === "object") return cell.size === null ? sizeAndType(cell) : formatBytes(cell.size);
  // Integers beyond 2^53 travel as texts, and are shown as they are.
  if (type === "int") return String(cell);
  if (type === "float" || type === "float_series") return formatNumber(Number(cell));
  return String(cell);
}

/** A value as it is drawn; `undefined` while it is awaited. */
export function cellContent(
  cell: RunsCell | undefined,
  column: PickedColumn,
  onTag: (tag: string) => void,
): ComponentChild {
  if (cell === undefined) return html`<span class="runs-awaited">…</span>`;
  if (cell === null) return null;
  if (column.path === "sys/tags" && Array.isArray(cell)) {
    return cell.map((tag) =>
      html`<button class="chip" tabindex="-1" title=${`Only runs with the tag ${tag}`} onClick=${() =>
        onTag(tag)}>${tag}</button>`
    );
  }
  // Seconds are in the tooltip: minutes tell runs apart, and are easier to read.
  return column.type === "datetime" ? cellText(cell, column).slice(0, 16) : cellText(cell, column);
}

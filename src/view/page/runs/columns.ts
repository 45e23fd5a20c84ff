/// <reference lib="dom" />

/**
 * The columns of the table: how they are written in the address, and which there are at first.
 *
 * @module
 */

import type { AttributeDefinition, AttributeType } from "../../../types.ts";
import type { RunsColumn } from "../../api.ts";

/** What a column shows of a float series. `best` is the least or the greatest value, whichever is better by the name. */
export type ShownAggregate = "last" | "min" | "max" | "average" | "variance" | "best";

/** What can be shown of a float series. */
export const SHOWN: readonly ShownAggregate[] = ["last", "min", "max", "best", "average", "variance"];

/** A column as it was picked. */
export interface PickedColumn extends AttributeDefinition {
  /** For float series; `last` for all else. */
  shown: ShownAggregate;
  /** Stays at the left. */
  pinned: boolean;
  /** In pixels, where somebody chose it. */
  width?: number;
}

/** Where columns are. */
export interface ColumnPlaces {
  pinned: readonly PickedColumn[];
  /** The others, where each begins behind the pinned ones, and where all end. */
  free: readonly PickedColumn[];
  starts: readonly number[];
  /** How wide the pinned columns are, the first one counted. */
  left: number;
  width: number;
}

/** What of the free columns is drawn, and how much room there is before it. */
export interface DrawnColumns {
  places: ColumnPlaces;
  shown: readonly PickedColumn[];
  /** The place of the first one among the free columns. */
  from: number;
  before: number;
}

/** One letter for each type, as addresses should be short. */
const LETTERS: Readonly<Record<AttributeType, string>> = {
  int: "i",
  float: "f",
  string: "s",
  bool: "b",
  datetime: "d",
  string_set: "t",
  float_series: "m",
  string_series: "l",
  histogram_series: "h",
  file: "a",
  file_series: "p",
  file_set: "z",
  artifact: "r",
  experiment_state: "e",
};
const TYPES = new Map(Object.entries(LETTERS).map(([type, letter]) => [letter, type as AttributeType]));

/**
 * `train/loss:m.min@180`, with `!` at the start where it is pinned; a path that starts with a sign itself has a backslash before it.
 */
export function textOfColumn(column: PickedColumn): string {
  return `${column.pinned ? "!" : ""}${keyOfColumn(column)}${column.width === undefined ? "" : `@${column.width}`}`;
}

/** What a column shows, without how: `train/loss:m.min`. */
export function keyOfColumn({ path, type, shown }: PickedColumn): string {
  return `${path.replace(/^[!\\-]/, "\\$&")}:${LETTERS[type]}${shown === "last" ? "" : `.${shown}`}`;
}

/** The column of such a text; null where it is none. */
export function columnOfText(text: string): PickedColumn | null {
  const [, pinned, path, letter, shown = "last", width] =
    /^(!?)\\?([^]+):(\w)(?:\.(\w+))?(?:@(\d{2,4}))?$/.exec(text) ?? [];
  const type = TYPES.get(letter ?? "");
  if (path === undefined || !type || !SHOWN.includes(shown as ShownAggregate)) return null;
  const column = { path, type, shown: shown as ShownAggregate, pinned: pinned === "!" };
  return width === undefined ? column : { ...column, width: fittingWidth(Number(width)) };
}

/** Whether two columns show the same. */
export function isSame(a: PickedColumn, b: PickedColumn): boolean {
  return a.path === b.path && a.type === b.type && a.shown === b.shown;
}

/** Names of metrics of which less is better. */
const LESS_IS_BETTER =
  /loss|err|perplex|ppl|mse|mae|rmse|\bwer\b|\bcer\b|\bfid\b|nll|cost|regret|divergence|latency|duration|time/i;

/** Whether the best value of a series is its least. */
export function isLessBetter(path: string): boolean {
  return LESS_IS_BETTER.test(path);
}

/** The column as the server knows it. */
export function askedColumn({ path, type, shown }: PickedColumn): RunsColumn {
  if (type !== "float_series") return { path, type, aggregation: null };
  const aggregation = shown === "best" ? isLessBetter(path) ? "min" : "max" : shown;
  return { path, type, aggregation: aggregation === "last" ? null : aggregation };
}

/** What stands at the top of a column, behind its path. */
export function shownLabel({ path, shown }: PickedColumn): string {
  if (shown === "last") return "";
  return shown === "best" ? `best (${isLessBetter(path) ? "min" : "max"})` : shown;
}

/** Whether the cells are numbers, which stand at the right. */
export function isNumberColumn({ type }: AttributeDefinition): boolean {
  return type === "int" || type === "float" || type === "float_series";
}

/** Whether runs can be sorted by it. */
export function isSortable({ type }: AttributeDefinition): boolean {
  return ["string", "int", "float", "bool", "datetime", "float_series"].includes(type);
}

/** Whether runs can be grouped by it. */
export function isGroupable({ type }: AttributeDefinition): boolean {
  return ["string", "int", "float", "bool", "string_set"].includes(type);
}

/** The least width that a column may be given, in pixels. */
export const LEAST_WIDTH = 60;
/** And the greatest. */
export const MOST_WIDTH = 1200;

/** A width that a column may have. */
export function fittingWidth(width: number): number {
  return Math.round(Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, width)));
}

/** How wide a column is, in pixels. */
export function columnWidth({ path, type, shown, width }: PickedColumn): number {
  if (width !== undefined) return width;
  const least = type === "datetime" ? 150 : type === "string_set" ? 170 : type === "string" ? 130 : 110;
  const name = path.split("/").at(-1)!.length + (shown === "last" ? 0 : shown.length + 6);
  return Math.min(220, Math.max(least, 46 + name * 7));
}

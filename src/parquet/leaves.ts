/**
 * The columns of a row group as Parquet's leaves: levels and values.
 *
 * @module
 */

import type { CellTypes } from "../archive/parquet/schema.ts";
import type { Histogram } from "../types.ts";
import {
  BoolValues,
  DecimalValues,
  FloatValues,
  IntValues,
  type LeafValues,
  NumberValues,
  TextValues,
} from "./values.ts";

/** What columns hold: as in archives, whole numbers of 32 bits, and decimals of eight bytes as the exporter writes them. */
export type ColumnType = keyof CellTypes | "number" | "fixed";

/** The cells of some rows of a column. */
export type ColumnData =
  /** No row has a value. */
  | null
  /** All rows have the same. */
  | { text: string }
  /** Numbers of names, -1 where there is none. `sorted`: names ascend by their bytes. */
  | { names: readonly string[]; codes: Int32Array; sorted: boolean }
  | { texts: readonly (string | null)[] }
  /** Floats, whole numbers that are safe as floats, or times in milliseconds; 1 in `present` where there is one. */
  | { floats: Float64Array; present?: Uint8Array | null }
  | { ints: BigInt64Array; present?: Uint8Array | null }
  | { bools: Uint8Array; present?: Uint8Array | null }
  | { lists: readonly (readonly string[] | null)[] }
  | { histograms: readonly (Histogram | null)[] };

/** The rows of one leaf. */
export interface LeafSlots {
  /** Below the column. */
  path: readonly string[];
  /** The greatest levels. */
  definitions: number;
  repetitions: number;
  /** The level of each slot, or of all. */
  definition: Uint8Array | number;
  repetition: Uint8Array | null;
  /** The first slot of each row, and how many there are; null: each row has one. */
  starts: Uint32Array | null;
  /** How many values come before each slot, and how many there are; null: each slot has one, or none has. */
  counts: Uint32Array | null;
  /** null: no slot has one. */
  values: LeafValues | null;
}

/** The leaves of a column. */
export function slotsOf(type: ColumnType, data: ColumnData, rows: number): LeafSlots[] {
  switch (type) {
    case "strings":
      return [listLeaf(["list", "element"], 0, data && "lists" in data ? data.lists : null, rows, textsOf)];
    case "histogram": {
      const all = data && "histograms" in data ? data.histograms : null;
      const lists = (name: "edges" | "values") => all && all.map((one) => one && one[name]);
      const types = all && { texts: all.map((one) => one && one.type) };
      return [
        flatLeaf(["type"], 2, types, rows),
        listLeaf(["edges", "list", "element"], 1, lists("edges"), rows, floatsOf),
        listLeaf(["values", "list", "element"], 1, lists("values"), rows, floatsOf),
      ];
    }
    case "file":
      return [flatLeaf(["path"], 2, data, rows)];
    case "number":
      return [flatLeaf([], 1, data, rows, 4)];
    case "float":
      return [flatLeaf([], 1, data, rows, null)];
    case "fixed":
      return [flatLeaf([], 1, data, rows, "fixed")];
    default:
      return [flatLeaf([], 1, data, rows)];
  }
}

/** Bytes of whole numbers that are given as floats; null: they are floats; "fixed": of decimals. */
type Width = 4 | 8 | null | "fixed";

/**
 * @param depth The level at which a value is there; above it all is absent.
 */
function flatLeaf(
  path: string[],
  depth: number,
  data: ColumnData,
  rows: number,
  width: Width = 8,
): LeafSlots {
  const leaf = { path, definitions: depth, repetitions: 0, repetition: null, starts: null };
  const none: LeafSlots = { ...leaf, definition: 0, counts: null, values: null };
  if (data === null || rows === 0) return none;
  const present = presentOf(data);
  if (present === null) return { ...leaf, definition: depth, counts: null, values: valuesOf(data, rows, null, width) };
  if (!present.includes(1)) return none;
  const counts = new Uint32Array(rows + 1);
  for (let row = 0; row < rows; row++) counts[row + 1] = counts[row] + present[row];
  const definition = depth === 1 ? present : present.map((there) => there * depth);
  return { ...leaf, definition, counts, values: valuesOf(data, rows, present, width) };
}

/** 1 where a row has a value; null: everywhere. */
function presentOf(data: Exclude<ColumnData, null>): Uint8Array | null {
  if ("text" in data) return null;
  if ("names" in data) return data.codes.includes(-1) ? Uint8Array.from(data.codes, (code) => code < 0 ? 0 : 1) : null;
  if ("texts" in data) {
    return data.texts.includes(null) ? Uint8Array.from(data.texts, (text) => text === null ? 0 : 1) : null;
  }
  const present = "lists" in data || "histograms" in data ? null : data.present ?? null;
  return present?.includes(0) ? present : null;
}

function valuesOf(
  data: Exclude<ColumnData, null>,
  rows: number,
  present: Uint8Array | null,
  width: Width,
): LeafValues {
  const there = <T extends { filter(test: (value: never, i: number) => boolean): T }>(values: T): T =>
    present === null ? values : values.filter((_, i) => present[i] === 1);
  if ("text" in data) return new TextValues([data.text], new Int32Array(rows), true);
  if ("names" in data) return new TextValues(data.names, data.codes, data.sorted);
  if ("texts" in data) return textsOf(data.texts.filter((text) => text !== null));
  if ("ints" in data) {
    const values = there(data.ints as unknown as never) as BigInt64Array;
    return width === "fixed" ? new DecimalValues(values) : new IntValues(values);
  }
  if ("bools" in data) return new BoolValues(there(data.bools as unknown as never));
  if ("floats" in data) {
    const values = there(data.floats as unknown as never) as Float64Array;
    if (width === "fixed") return new DecimalValues(values);
    return width === null ? new FloatValues(values) : new NumberValues(values, width);
  }
  throw new TypeError("Lists are no flat column.");
}

function textsOf(texts: readonly string[]): LeafValues {
  const numbers = new Map<string, number>();
  const codes = new Int32Array(texts.length);
  texts.forEach((text, i) => {
    let number = numbers.get(text);
    if (number === undefined) numbers.set(text, number = numbers.size);
    codes[i] = number;
  });
  return new TextValues([...numbers.keys()], codes, false);
}

function floatsOf(values: readonly number[]): LeafValues {
  return new FloatValues(Float64Array.from(values));
}

/** @param above How many optional groups are above the list. */
function listLeaf<T>(
  path: string[],
  above: number,
  lists: readonly (ArrayLike<T> | null)[] | null,
  rows: number,
  values: (all: T[]) => LeafValues,
): LeafSlots {
  const leaf = { path, definitions: above + 3, repetitions: 1 };
  const starts = new Uint32Array(rows + 1);
  for (let row = 0; row < rows; row++) starts[row + 1] = starts[row] + Math.max(1, lists?.[row]?.length ?? 0);
  const slots = starts[rows];
  const definition = new Uint8Array(slots), repetition = new Uint8Array(slots), counts = new Uint32Array(slots + 1);
  const all: T[] = [];
  for (let row = 0, slot = 0; row < rows; row++) {
    const list = lists?.[row] ?? null;
    const length = list?.length ?? 0;
    if (length === 0) {
      definition[slot] = list === null ? 0 : above + 1;
      counts[slot + 1] = counts[slot];
      slot++;
    }
    for (let i = 0; i < length; i++, slot++) {
      definition[slot] = above + 3;
      repetition[slot] = i === 0 ? 0 : 1;
      counts[slot + 1] = counts[slot] + 1;
      all.push(list![i]);
    }
  }
  return { ...leaf, definition, repetition, starts, counts, values: all.length === 0 ? null : values(all) };
}

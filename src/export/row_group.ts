/**
 * Rows of a table that are put together, column by column, until they are written as a row group.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import type { Histogram } from "../types.ts";
import type { ColumnData } from "../parquet/leaves.ts";
import type { WrittenColumn } from "../parquet/table.ts";
import { storedSteps } from "./steps.ts";

/** How large pages get. */
export interface PageLimits {
  /** Pages have at most so many rows, or about so many bytes of texts. */
  pageRows: number;
  pageBytes: number;
}

/** ColumnCells of some rows of a column. */
export type ColumnCells =
  | { text: string }
  | { names: readonly string[]; codes: ArrayLike<number>; sorted: boolean }
  | { texts: readonly (string | null)[] }
  /** `gaps`: NaN is none. `present`: 1 where there is one; absent: everywhere. */
  | { floats: ArrayLike<number>; gaps?: true; present?: Uint8Array }
  | { ints: BigInt64Array; present?: Uint8Array }
  | { bools: ArrayLike<number>; present?: Uint8Array }
  | { lists: readonly (readonly string[] | null)[] }
  | { histograms: readonly (Histogram | null)[] };

/** A row group under construction. */
export class GrowingGroup {
  readonly #columns: readonly WrittenColumn[];
  readonly #limits: PageLimits;
  readonly #room: number;
  readonly #growing = new Map<string, Growing>();
  readonly #cuts: number[] = [0];
  #sincePage = 0;
  rows = 0;
  /** About how many bytes its texts and lists take. */
  bytes = 0;

  /** @param room How many rows are expected. */
  constructor(columns: readonly WrittenColumn[], limits: PageLimits, room: number) {
    this.#room = room;
    this.#columns = columns;
    this.#limits = limits;
  }

  /** Adds rows; columns that are not named have no values in them. */
  add(rows: number, cells: Record<string, ColumnCells>): void {
    for (const [name, some] of Object.entries(cells)) {
      let column = this.#growing.get(name);
      if (!column) this.#growing.set(name, column = new Growing(some, this.#room));
      column.add(this.rows, rows, some);
    }
    this.#cut(rows, cells);
    this.rows += rows;
  }

  /** What is to be written. */
  data(): Record<string, ColumnData> {
    const data: Record<string, ColumnData> = {};
    for (const { name, type } of this.#columns) {
      const found = this.#growing.get(name)?.data(this.rows) ?? null;
      const isDecimal = found && "floats" in found && (type === "decimal" || type === "fixed");
      const present = isDecimal ? found.present ?? null : null;
      data[name] = isDecimal ? { ...storedSteps(found.floats, present), present } : found;
    }
    return data;
  }

  /** The first row of each page. */
  get cuts(): readonly number[] {
    return this.#cuts;
  }

  /** Numbers by which the same rows, read back, can be told from others: one for each column. */
  digests(): Map<string, number> {
    const digests = new Map<string, number>();
    for (const { name, type } of this.#columns) {
      const data = this.#growing.get(name)?.data(this.rows);
      if (!data) continue;
      const asRead = type === "int" && "floats" in data
        ? {
          ints: BigInt64Array.from(data.floats, (value) => value === value ? BigInt(value) : 0n),
          present: data.present,
        }
        : data;
      digests.set(name, digestOf(asRead));
    }
    return digests;
  }

  #cut(rows: number, cells: Record<string, ColumnCells>): void {
    const heavy = Object.values(cells).filter((some) => "texts" in some || "lists" in some || "histograms" in some);
    const first = this.rows;
    for (let row = 0; row < rows;) {
      const last = this.#cuts.at(-1)!;
      if (heavy.length === 0) {
        // Until the page is full.
        const room = this.#limits.pageRows - (first + row - last);
        if (rows - row <= room) break;
        row += room;
      } else {
        const weight = heavy.reduce((sum, some) => sum + weightOf(some, row), 0);
        this.bytes += weight;
        const isFull = first + row - last >= this.#limits.pageRows ||
          (this.#sincePage + weight > this.#limits.pageBytes && first + row > last);
        this.#sincePage = (isFull ? 0 : this.#sincePage) + weight;
        if (!isFull) {
          row++;
          continue;
        }
        this.#cuts.push(first + row);
        row++;
        continue;
      }
      this.#cuts.push(first + row);
      this.#sincePage = 0;
    }
  }
}

function weightOf(cells: ColumnCells, row: number): number {
  if ("texts" in cells) return 4 + (cells.texts[row]?.length ?? 0);
  if ("lists" in cells) return (cells.lists[row] ?? []).reduce((sum, text) => sum + 4 + text.length, 0);
  return "histograms" in cells ? 16 * (cells.histograms[row]?.edges.length ?? 0) : 0;
}

type Numbers = Float64Array | Int32Array | Uint8Array | BigInt64Array;

/** A column that grows. */
class Growing {
  readonly #kind: ColumnCells;
  #numbers: Numbers;
  #others: unknown[] | null = null;
  #present: Uint8Array;
  #text: string | null = null;

  constructor(first: ColumnCells, room: number) {
    this.#kind = first;
    this.#present = new Uint8Array(room);
    this.#numbers = "names" in first
      ? new Int32Array(room)
      : "ints" in first
      ? new BigInt64Array(room)
      : "bools" in first
      ? new Uint8Array(room)
      : new Float64Array("floats" in first ? room : 0);
    if ("texts" in first || "lists" in first || "histograms" in first) this.#others = [];
    if ("text" in first) this.#text = first.text;
  }

  add(at: number, rows: number, cells: ColumnCells): void {
    if ("text" in cells) return;
    this.#grow(at + rows);
    if (this.#others) {
      const values = "texts" in cells
        ? cells.texts
        : "lists" in cells
        ? cells.lists
        : "histograms" in cells
        ? cells.histograms
        : [];
      while (this.#others.length < at) this.#others.push(null);
      for (const value of values) this.#others.push(value);
      return;
    }
    const values = "names" in cells
      ? cells.codes
      : "ints" in cells
      ? cells.ints
      : "bools" in cells
      ? cells.bools
      : "floats" in cells
      ? cells.floats
      : [];
    this.#numbers.set(values as never, at);
    if ("floats" in cells && cells.gaps) {
      for (let i = 0; i < rows; i++) this.#present[at + i] = cells.floats[i] === cells.floats[i] ? 1 : 0;
    } else if ("present" in cells && cells.present) this.#present.set(cells.present, at);
    else this.#present.fill(1, at, at + rows);
  }

  data(rows: number): Exclude<ColumnData, null> {
    const kind = this.#kind;
    if (this.#text !== null) return { text: this.#text };
    if (this.#others) {
      const all = this.#others;
      while (all.length < rows) all.push(null);
      if ("lists" in kind) return { lists: all as (string[] | null)[] };
      return "texts" in kind ? { texts: all as (string | null)[] } : { histograms: all as (Histogram | null)[] };
    }
    this.#grow(rows);
    const present = this.#present.subarray(0, rows);
    const gaps = present.includes(0) ? present : null;
    const numbers = this.#numbers.subarray(0, rows);
    if ("names" in kind) {
      const codes = numbers as Int32Array;
      return {
        names: kind.names,
        sorted: kind.sorted,
        codes: gaps ? codes.map((code, i) => gaps[i] ? code : -1) : codes,
      };
    }
    if ("ints" in kind) return { ints: numbers as BigInt64Array, present: gaps };
    if ("bools" in kind) return { bools: numbers as Uint8Array, present: gaps };
    return { floats: numbers as Float64Array, present: gaps };
  }

  #grow(rows: number): void {
    if (this.#present.length < rows) this.#present = larger(this.#present, rows);
    if (!this.#others && this.#text === null && this.#numbers.length < rows) {
      this.#numbers = larger(this.#numbers, rows);
    }
  }
}

function larger<T extends Numbers>(array: T, length: number): T {
  const Kind = array.constructor as new (length: number) => T;
  const all = new Kind(Math.max(length, 2 * array.length));
  all.set(array as never);
  return all;
}

/** A number that tells cells from others. */
export function digestOf(data: Exclude<ColumnData, null>): number {
  if ("text" in data) return digestOfTexts(1, () => data.text);
  if ("names" in data) {
    return digestOfTexts(data.codes.length, (row) => data.codes[row] < 0 ? null : data.names[data.codes[row]]);
  }
  if ("texts" in data) return digestOfTexts(data.texts.length, (row) => data.texts[row]);
  if ("lists" in data) return crc32(JSON.stringify(data.lists));
  if ("histograms" in data) {
    return crc32(JSON.stringify(data.histograms.map((one) => one && [one.type, one.edges, one.values].map(spelled))));
  }
  const present = data.present ?? null;
  const numbers = "ints" in data ? data.ints : "bools" in data ? data.bools : data.floats;
  const zero = "ints" in data ? 0n : 0;
  const clean = (numbers as Float64Array).slice();
  let odd = 0;
  for (let i = 0; i < clean.length; i++) {
    const isThere = present === null || present[i] === 1;
    if (isThere && clean[i] === clean[i]) continue;
    // There is more than one NaN.
    odd = (odd * 31 + i + (isThere ? 1 : 2)) >>> 0;
    clean[i] = zero as number;
  }
  return crc32(new Uint8Array(clean.buffer, clean.byteOffset, clean.byteLength), odd);
}

function spelled(value: string | Float64Array): unknown {
  return typeof value === "string" ? value : Array.from(value, String);
}

/** Of texts that are mostly like the one before. A column of one text is the same however long it is. */
function digestOfTexts(rows: number, text: (row: number) => string | null): number {
  const numbers = new Map<string | null, number>();
  let runs = new Int32Array(1 << 8), length = 0, before: string | null | undefined = undefined;
  for (let row = 0; row < rows; row++) {
    const one = text(row);
    if (one === before) continue;
    before = one;
    let number = numbers.get(one);
    if (number === undefined) numbers.set(one, number = numbers.size);
    if (length === runs.length) {
      const larger = new Int32Array(2 * length);
      larger.set(runs);
      runs = larger;
    }
    runs[length++] = number;
    runs[length++] = row;
  }
  const texts = JSON.stringify([...numbers.keys()]);
  return crc32(new Uint8Array(runs.buffer, 0, length * 4), crc32(texts));
}

/**
 * Which rows belong to a series, ascending by step: mostly they lie one after the other, and need not be listed.
 *
 * @module
 */

import { firstPlace } from "../../columns.ts";

/** Rows of one series. */
export class SeriesRows {
  /** All rows; null: they lie one after the other. */
  readonly #list: Uint32Array | null;
  readonly #first: number;
  readonly length: number;

  private constructor(list: Uint32Array | null, first: number, length: number) {
    [this.#list, this.#first, this.length] = [list, first, length];
  }

  /** These rows. */
  static listed(rows: Uint32Array): SeriesRows {
    return new SeriesRows(rows, 0, rows.length);
  }

  /** All rows from `start` to before `end`. */
  static together(start: number, end: number): SeriesRows {
    return new SeriesRows(null, start, end - start);
  }

  /** Some of the rows, by their positions. */
  part(from: number, until = this.length): SeriesRows {
    const end = Math.max(from, Math.min(until, this.length));
    if (this.#list) return SeriesRows.listed(this.#list.subarray(from, end));
    return SeriesRows.together(this.#first + from, this.#first + end);
  }

  /** The row at a position. */
  at(position: number): number {
    return this.#list ? this.#list[position] : this.#first + position;
  }

  /** How many of the rows come before the first whose step is not less, or greater if `included`. */
  upTo(step: Float64Array, limit: number, included: boolean): number {
    return firstPlace(this.length, (position) => {
      const one = step[this.at(position)];
      return included ? one > limit : one >= limit;
    });
  }

  /** Their values in a column, where these are: null if they do not lie together. */
  view(column: Float64Array): Float64Array | null {
    return this.#list ? null : column.subarray(this.#first, this.#first + this.length);
  }

  /** Puts their values in a column into `out` from `to` on. */
  pick(column: Float64Array, out: Float64Array, to: number): void {
    const view = this.view(column);
    if (view) return out.set(view, to);
    const rows = this.#list!, [first] = rows;
    // Series that were logged alone lie together for long.
    let together = 0;
    while (together < rows.length && rows[together] === first + together) together++;
    out.set(column.subarray(first, first + together), to);
    for (let i = together; i < rows.length; i++) out[to + i] = column[rows[i]];
  }
}

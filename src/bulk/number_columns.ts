/**
 * Many columns of numbers with gaps, filled cell by cell. They lie side by side in large arrays, since tens of thousands of small
 * ones take longer to make than to fill.
 *
 * @module
 */

import { type ArrowColumn, numberColumn, type NumberKind } from "../frame/arrow.ts";

/** About as many cells lie side by side. */
const CHUNK_CELLS = 1 << 18;

interface Chunk {
  data: Float64Array | BigInt64Array | Uint8Array;
  /** 1 where there is a value. */
  present: Uint8Array;
  columns: number;
}

/** Columns of one kind and one length. */
export class NumberColumns {
  readonly #kind: NumberKind;
  readonly #rows: number;
  readonly #width: number;
  #chunk: Chunk | null = null;

  constructor(kind: NumberKind, rows: number) {
    this.#kind = kind;
    this.#rows = rows;
    this.#width = Math.min(512, Math.max(1, Math.floor(CHUNK_CELLS / Math.max(1, rows))));
  }

  /** A new column, all gaps. */
  add(): NumberColumn {
    if (this.#chunk === null || this.#chunk.columns === this.#width) {
      const length = this.#rows * this.#width;
      const Data = { float: Float64Array, int: BigInt64Array, datetime: Float64Array, bool: Uint8Array }[this.#kind];
      this.#chunk = { data: new Data(length), present: new Uint8Array(length), columns: 0 };
    }
    return new NumberColumn(this.#kind, this.#chunk, this.#chunk.columns++ * this.#rows, this.#rows);
  }
}

/** The cells of a column: the one of row r is at `start + r`. */
export interface NumberCells {
  data: (number | bigint)[];
  /** To be set to 1 where there is a value. */
  present: Uint8Array;
  start: number;
}

/** One column. */
export class NumberColumn {
  readonly #kind: NumberKind;
  readonly #chunk: Chunk;
  readonly #start: number;
  readonly #rows: number;

  constructor(kind: NumberKind, chunk: Chunk, start: number, rows: number) {
    this.#kind = kind;
    this.#chunk = chunk;
    this.#start = start;
    this.#rows = rows;
  }

  set(row: number, value: number | bigint): void {
    const { data, present, start } = this.place;
    data[start + row] = value;
    present[start + row] = 1;
  }

  /** Where the cells are, for those who fill millions of them. */
  get place(): NumberCells {
    return {
      data: this.#chunk.data as unknown as NumberCells["data"],
      present: this.#chunk.present,
      start: this.#start,
    };
  }

  /** The value of a row, or null. */
  get(row: number): number | bigint | null {
    return this.#chunk.present[this.#start + row] === 1 ? this.#chunk.data[this.#start + row] : null;
  }

  /** A column of this kind with a single gap. */
  gap(): ArrowColumn {
    return numberColumn(
      this.#kind,
      new (this.#chunk.data.constructor as new (length: number) => Float64Array)(1),
      new Uint8Array(1),
    );
  }

  /**
   * The column of a frame.
   *
   * @param order Which rows, in which order. Default: all as they are.
   */
  column(order?: number[]): ArrowColumn {
    const { data, present } = this.#chunk;
    const start = this.#start, end = start + this.#rows;
    const values = data.subarray(start, end), there = present.subarray(start, end);
    if (!order) return numberColumn(this.#kind, values, there);
    const moved = new (data.constructor as new (length: number) => Float64Array)(order.length);
    order.forEach((row, at) => moved[at] = values[row] as number);
    return numberColumn(this.#kind, moved, Uint8Array.from(order, (row) => there[row]));
  }
}

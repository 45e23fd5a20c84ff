/**
 * Many columns of numbers with gaps, filled cell by cell.
 *
 * Columns lie side by side in large arrays, because making one Polars column with gaps takes as long as making a thousand: each
 * array becomes one long column, of which the others are slices.
 *
 * @module
 */

import pl, { type Series } from "nodejs-polars";

/** What the numbers are: f64, i64, milliseconds since the epoch, or 0 and 1. */
export type NumberKind = "float" | "int" | "datetime" | "bool";

/** About as many cells lie side by side. */
const CHUNK_CELLS = 1 << 18;

interface Chunk {
  data: Float64Array | BigInt64Array | Uint8Array;
  /** 1 where there is a value. */
  present: Uint8Array;
  columns: number;
  /** The long column, once it was asked for, and the order of its rows. */
  series?: { all: Series; order: number[] | undefined };
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
export interface Place {
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
  get place(): Place {
    return { data: this.#chunk.data as unknown as Place["data"], present: this.#chunk.present, start: this.#start };
  }

  /** The value of a row, or null. */
  get(row: number): number | bigint | null {
    return this.#chunk.present[this.#start + row] === 1 ? this.#chunk.data[this.#start + row] : null;
  }

  /**
   * The column in Polars.
   *
   * @param order Which rows, in which order; the same for all columns. Default: all as they are.
   */
  series(name: string, order?: number[]): Series {
    const chunk = this.#chunk;
    if (chunk.series?.order !== order || !chunk.series) {
      chunk.series = { all: longSeries(this.#kind, order ? reordered(chunk, this.#rows, order) : chunk), order };
    }
    const rows = order?.length ?? this.#rows;
    const slice = chunk.series.all.slice(this.#start / Math.max(1, this.#rows) * rows, rows);
    slice.rename(name, true);
    return slice;
  }
}

function reordered({ data, present, columns }: Chunk, rows: number, order: number[]): Chunk {
  const length = columns * order.length;
  const copy = new (data.constructor as new (length: number) => Uint8Array)(length) as Chunk["data"];
  const there = new Uint8Array(length);
  for (let column = 0, at = 0; column < columns; column++) {
    for (const row of order) {
      copy[at] = data[column * rows + row];
      there[at++] = present[column * rows + row];
    }
  }
  return { data: copy, present: there, columns };
}

function longSeries(kind: NumberKind, { data, present }: Chunk): Series {
  const type = { float: pl.Float64, int: pl.Int64, datetime: pl.Float64, bool: pl.UInt8 }[kind];
  const target = { float: pl.Float64, int: pl.Int64, datetime: pl.Int64, bool: pl.Bool }[kind];
  const value = pl.col("value").cast(target);
  const frame = pl.DataFrame([pl.Series("value", data as Float64Array, type), pl.Series("present", present)])
    .select(pl.when(pl.col("present").eq(pl.lit(1))).then(value).otherwise(pl.lit(null)).alias("value"));
  const series = frame.getColumn("value");
  return kind === "datetime" ? series.cast(pl.Datetime("ms", "UTC")) : series;
}

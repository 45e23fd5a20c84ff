/**
 * A block of points of float series that grows while they are decoded.
 *
 * @module
 */

import { numbers, type SeriesBlock, type Span } from "../columns.ts";

const FIRST_ROWS = 1 << 10;
/** As many points as one answer may have, so that most answers are one block. */
const FULL_ROWS = 1_000_000;

type Column = Float64Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** Columns with room for `capacity` rows, of which `rows` are filled. */
export class FloatBlock {
  rows = 0;
  capacity = 0;
  readonly previews: boolean;
  step!: Float64Array<ArrayBuffer>;
  timestamp!: Float64Array<ArrayBuffer>;
  value!: Float64Array<ArrayBuffer>;
  isPreview!: Uint8Array<ArrayBuffer>;
  completion!: Float64Array<ArrayBuffer>;

  #spans: Span[] = [];
  #spanStart = 0;

  /**
   * @param previews Has the columns that tell previews.
   * @param expectedRows How many rows there will be, as far as it is known.
   */
  constructor(previews: boolean, expectedRows: number) {
    this.previews = previews;
    this.#start(Math.ceil(Math.min(Math.max(expectedRows, FIRST_ROWS), FULL_ROWS)));
  }

  /** Tells whether the block has enough rows to be passed on. */
  get full(): boolean {
    return this.rows >= FULL_ROWS;
  }

  /** Makes room for as many rows again. */
  grow(): void {
    const capacity = this.capacity *= 2;
    this.step = copied(this.step, new Float64Array(capacity));
    this.timestamp = copied(this.timestamp, new Float64Array(capacity));
    this.value = copied(this.value, new Float64Array(capacity));
    if (!this.previews) return;
    this.isPreview = copied(this.isPreview, new Uint8Array(capacity));
    this.completion = copied(this.completion, new Float64Array(capacity));
  }

  /** Says that the rows since the last span are points of this series. */
  endSpan(series: number): void {
    if (this.rows > this.#spanStart) this.#spans.push({ series, start: this.#spanStart, end: this.rows });
    this.#spanStart = this.rows;
  }

  /** Gives the rows and starts anew; `series` is the one that goes on in the next block, or null. */
  take(series: number | null): SeriesBlock {
    if (series !== null) this.endSpan(series);
    const { previews } = this;
    // Rows of a series that is not known are of no use.
    const rows = this.#spanStart;
    const block: SeriesBlock = {
      spans: this.#spans,
      step: cut(this.step, rows),
      timestamp: cut(this.timestamp, rows),
      values: { kind: "float", data: cut(this.value, rows) },
      preview: previews ? { isPreview: cut(this.isPreview, rows), completion: cut(this.completion, rows) } : null,
      owned: true,
    };
    this.#start(FIRST_ROWS);
    return block;
  }

  /** Tells whether {@linkcode take} would give any rows; those of the open series count only where it is known. */
  hasRows(openToo: boolean): boolean {
    return this.#spans.length > 0 || (openToo && this.rows > this.#spanStart);
  }

  #start(capacity: number): void {
    this.capacity = capacity;
    this.rows = this.#spanStart = 0;
    this.#spans = [];
    this.step = numbers(capacity);
    this.timestamp = numbers(capacity);
    this.value = numbers(capacity);
    this.isPreview = new Uint8Array(this.previews ? capacity : 0);
    this.completion = new Float64Array(this.previews ? capacity : 0);
  }
}

function copied<T extends Column>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** The first rows of a column; where much of its memory would be left over, in memory of their own. */
function cut<T extends Column>(column: T, rows: number): T {
  return (column.length - rows < rows / 16 ? column.subarray(0, rows) : column.slice(0, rows)) as T;
}

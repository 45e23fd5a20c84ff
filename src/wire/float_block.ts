/**
 * A block of points of float series that grows while they are decoded.
 *
 * @module
 */

import type { SeriesBlock, Span } from "../columns.ts";

const FIRST_ROWS = 1 << 10;
/** 1 MB for each column of doubles. */
const FULL_ROWS = 1 << 17;

type Column = Float64Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** Columns with room for `capacity` rows, of which `rows` are filled. */
export class FloatBlock {
  rows = 0;
  capacity: number = FIRST_ROWS;
  readonly previews: boolean;
  step: Float64Array<ArrayBuffer> = new Float64Array(FIRST_ROWS);
  timestamp: Float64Array<ArrayBuffer> = new Float64Array(FIRST_ROWS);
  value: Float64Array<ArrayBuffer> = new Float64Array(FIRST_ROWS);
  isPreview: Uint8Array<ArrayBuffer>;
  completion: Float64Array<ArrayBuffer>;

  #spans: Span[] = [];
  #spanStart = 0;

  /** @param previews Has the columns that tell previews. */
  constructor(previews: boolean) {
    this.previews = previews;
    this.isPreview = new Uint8Array(previews ? FIRST_ROWS : 0);
    this.completion = new Float64Array(previews ? FIRST_ROWS : 0);
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
    const { rows, previews } = this;
    const block: SeriesBlock = {
      spans: this.#spans,
      step: cut(this.step, rows),
      timestamp: cut(this.timestamp, rows),
      values: { kind: "float", data: cut(this.value, rows) },
      preview: previews ? { isPreview: cut(this.isPreview, rows), completion: cut(this.completion, rows) } : null,
    };
    // The next block will be about as large: what fills a block goes on for a while.
    const capacity = this.capacity = rows >= FULL_ROWS ? FULL_ROWS : FIRST_ROWS;
    this.rows = this.#spanStart = 0;
    this.#spans = [];
    this.step = new Float64Array(capacity);
    this.timestamp = new Float64Array(capacity);
    this.value = new Float64Array(capacity);
    this.isPreview = new Uint8Array(previews ? capacity : 0);
    this.completion = new Float64Array(previews ? capacity : 0);
    return block;
  }
}

function copied<T extends Column>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** The first rows of a column, in memory of their own size. */
function cut<T extends Column>(column: T, rows: number): T {
  return (column.length === rows ? column : column.slice(0, rows)) as T;
}

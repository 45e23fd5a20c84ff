/**
 * Fewer points for a picture, so that the picture stays the same; the data stay whole.
 *
 * @module
 */

/** What of a line is drawn. */
export interface Reduced {
  /** Ascending row numbers. */
  rows: Uint32Array;
  /** The columns by their middle rows: average, lowest, highest and number of values; NaN where all are gaps. null: all rows are kept. */
  columns: Columns | null;
  /** What the values hold that is no point of a line. */
  nan: number;
  infinite: number;
  /** Values that a logarithmic axis cannot show. */
  negative: number;
}

/** A line cut into columns, as long as it has columns. */
export interface Columns {
  row: Uint32Array;
  mean: Float64Array;
  low: Float64Array;
  high: Float64Array;
  count: Float64Array;
}

/** How a line is cut into columns. */
export interface ColumnOptions {
  /** How many columns the line crosses. */
  columns: number;
  /** Where a value of `x` lies on the axis, for scales that are not linear. */
  position?: (x: number) => number;
  /** Whether values have to be positive. */
  positive?: boolean;
}

/**
 * The rows to draw so that a line looks as if all were drawn: of every column the first, lowest, highest and last point, and one
 * row without a value where there are any, so that gaps stay gaps. All rows where that is no more than four a column.
 *
 * @param x Ascending, without NaN.
 * @param y As long as `x`; what is no finite number is a gap.
 */
export function downsample(x: Float64Array, y: Float64Array, options: ColumnOptions): Reduced {
  const { columns, position = (value) => value, positive = false } = options;
  const length = x.length;
  const least = positive ? Number.MIN_VALUE : -Number.MAX_VALUE;
  const count = { nan: 0, infinite: 0, negative: 0 };
  const note = (value: number) => {
    if (Number.isNaN(value)) count.nan++;
    else if (Math.abs(value) === Infinity) count.infinite++;
    else count.negative++;
  };
  if (length <= 4 * columns) {
    for (const value of y) if (!(value >= least && value <= Number.MAX_VALUE)) note(value);
    return { rows: Uint32Array.from({ length }, (_, row) => row), columns: null, ...count };
  }
  const start = position(x[0]);
  const scale = columns / (position(x[length - 1]) - start || 1);
  const columnOf = (row: number) => Math.floor((position(x[row]) - start) * scale);
  const kept: number[] = [];
  const cut = { row: [], mean: [], low: [], high: [], count: [] } as Record<keyof Columns, number[]>;
  for (let from = 0; from < length;) {
    const until = columnEnd(from, length, columnOf);
    let [first, last, gap, low, high] = [-1, -1, -1, Infinity, -Infinity];
    let [lowRow, highRow, sum, finite] = [-1, -1, 0, 0];
    for (let row = from; row < until; row++) {
      const value = y[row];
      if (value >= low && value <= high) {
        // Most values are neither the lowest nor the highest.
      } else if (value >= least && value <= Number.MAX_VALUE) {
        if (first < 0) first = row;
        if (value < low) [low, lowRow] = [value, row];
        if (value > high) [high, highRow] = [value, row];
      } else {
        note(value);
        if (gap < 0) gap = row;
        continue;
      }
      sum += value;
      finite++;
      last = row;
    }
    const some = [gap, first, lowRow, highRow, last].filter((row) => row >= 0).sort((a, b) => a - b);
    for (const row of some) if (row !== kept.at(-1)) kept.push(row);
    cut.row.push((from + until - 1) >> 1);
    cut.mean.push(finite > 0 ? sum / finite : NaN);
    cut.low.push(finite > 0 ? low : NaN);
    cut.high.push(finite > 0 ? high : NaN);
    cut.count.push(finite);
    from = until;
  }
  const cutColumns: Columns = {
    row: Uint32Array.from(cut.row),
    mean: Float64Array.from(cut.mean),
    low: Float64Array.from(cut.low),
    high: Float64Array.from(cut.high),
    count: Float64Array.from(cut.count),
  };
  return { rows: Uint32Array.from(kept), columns: cutColumns, ...count };
}

/** The first row after the column of row `from`: steps that double, then halving. */
function columnEnd(from: number, length: number, columnOf: (row: number) => number): number {
  const column = columnOf(from);
  let [inside, outside] = [from, from + 1];
  for (let step = 1; outside < length && columnOf(outside) === column; step *= 2) {
    inside = outside;
    outside = Math.min(length, inside + step);
  }
  outside = Math.min(outside, length);
  while (outside - inside > 1) {
    const middle = (inside + outside) >> 1;
    if (columnOf(middle) === column) inside = middle;
    else outside = middle;
  }
  return outside;
}

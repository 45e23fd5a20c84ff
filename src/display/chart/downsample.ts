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

/** A line after one look at every value: narrow columns, of which wider ones are put together. */
export interface CutLine {
  /** How many points it has. */
  length: number;
  y: Float64Array;
  /** How many columns the line crosses; those without points are not among the lists. */
  columns: number;
  /** The number of each column, and its first row. */
  number: Uint32Array;
  from: Uint32Array;
  /** The first row without a value, with one, with the lowest, with the highest, and the last; -1 where there is none. */
  keep: Int32Array[];
  sum: Float64Array;
  finite: Uint32Array;
  /** What the values hold that is no point of a line. */
  nan: number;
  infinite: number;
  /** Values that a logarithmic axis cannot show. */
  negative: number;
}

/**
 * Cuts a line into columns.
 *
 * @param x Ascending, without NaN.
 * @param y As long as `x`; what is no finite number is a gap.
 */
export function cutLine(x: Float64Array, y: Float64Array, options: ColumnOptions): CutLine {
  const { columns, position = (value) => value, positive = false } = options;
  const length = x.length;
  const least = positive ? Number.MIN_VALUE : -Number.MAX_VALUE;
  const lost = { nan: 0, infinite: 0, negative: 0 };
  const note = (value: number) => {
    if (Number.isNaN(value)) lost.nan++;
    else if (Math.abs(value) === Infinity) lost.infinite++;
    else lost.negative++;
  };
  // In halves, because a whole range can be more than a number holds; a range of nothing is one column.
  const start = position(x[0]) / 2;
  const scale = columns / (position(x[length - 1]) / 2 - start || 1);
  const columnOf = (row: number) => Math.min(columns, Math.floor((position(x[row]) / 2 - start) * scale)) || 0;
  const most = Math.min(length, columns + 1);
  const number = new Uint32Array(most), starts = new Uint32Array(most), finites = new Uint32Array(most);
  const keep = Array.from({ length: 5 }, () => new Int32Array(most));
  const sums = new Float64Array(most);
  let at = 0;
  for (let from = 0; from < length; at++) {
    const until = columnEnd(from, length, columnOf);
    let [first, last, gap, low, high] = [-1, -1, -1, Infinity, -Infinity];
    let [lowRow, highRow, sum, finite] = [-1, -1, 0, 0];
    for (let row = from; row < until; row++) {
      const value = y[row];
      if (value >= low && value <= high) {
        // Most values are neither the lowest nor the highest.
      } else if (value >= least && value <= Number.MAX_VALUE) {
        if (first < 0) first = row;
        if (value < low) {
          low = value;
          lowRow = row;
        }
        if (value > high) {
          high = value;
          highRow = row;
        }
      } else {
        note(value);
        if (gap < 0) gap = row;
        continue;
      }
      sum += value;
      finite++;
      last = row;
    }
    number[at] = columnOf(from);
    [starts[at], sums[at], finites[at]] = [from, sum, finite];
    [keep[0][at], keep[1][at], keep[2][at], keep[3][at], keep[4][at]] = [gap, first, lowRow, highRow, last];
    from = until;
  }
  return {
    length,
    y,
    columns,
    number: number.subarray(0, at),
    from: starts.subarray(0, at),
    keep,
    sum: sums,
    finite: finites,
    ...lost,
  };
}

/**
 * The rows to draw so that a line looks as if all were drawn: of every column the first, lowest, highest and last point, and one
 * row without a value where there are any, so that gaps stay gaps. All rows where that is no more than four a column.
 *
 * @param columns No more than the line was cut into.
 */
export function reduceLine(cut: CutLine, columns: number): Reduced {
  const { length, y, number, from } = cut;
  if (length <= 4 * columns) return { rows: Uint32Array.from({ length }, (_, row) => row), columns: null };
  const share = columns / cut.columns;
  const wider = (at: number) => Math.floor(number[at] * share);
  const kept: number[] = [];
  const wide = { row: [], mean: [], low: [], high: [], count: [] } as Record<keyof Columns, number[]>;
  for (let at = 0; at < number.length;) {
    const begin = at;
    let [gap, first, low, high, last] = cut.keep.map((rows) => rows[at]);
    let [sum, finite] = [cut.sum[at], cut.finite[at]];
    for (at++; at < number.length && wider(at) === wider(begin); at++) {
      sum += cut.sum[at];
      finite += cut.finite[at];
      if (gap < 0) gap = cut.keep[0][at];
      if (cut.finite[at] === 0) continue;
      if (first < 0) [, first, low, high] = cut.keep.map((rows) => rows[at]);
      if (y[cut.keep[2][at]] < y[low]) low = cut.keep[2][at];
      if (y[cut.keep[3][at]] > y[high]) high = cut.keep[3][at];
      last = cut.keep[4][at];
    }
    const some = [gap, first, low, high, last].filter((row) => row >= 0).sort((a, b) => a - b);
    for (const row of some) if (row !== kept.at(-1)) kept.push(row);
    wide.row.push((from[begin] + (from[at] ?? length) - 1) >> 1);
    wide.mean.push(finite > 0 ? sum / finite : NaN);
    wide.low.push(finite > 0 ? y[low] : NaN);
    wide.high.push(finite > 0 ? y[high] : NaN);
    wide.count.push(finite);
  }
  const made: Columns = {
    row: Uint32Array.from(wide.row),
    mean: Float64Array.from(wide.mean),
    low: Float64Array.from(wide.low),
    high: Float64Array.from(wide.high),
    count: Float64Array.from(wide.count),
  };
  return { rows: Uint32Array.from(kept), columns: made };
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

/** The values of a column in these rows; a loop, because there are tens of thousands. */
export function valuesIn<T extends Float64Array | Uint8Array>(column: T, rows: Uint32Array): T {
  const some = new (column.constructor as new (length: number) => T)(rows.length);
  for (let i = 0; i < rows.length; i++) some[i] = column[rows[i]];
  return some;
}

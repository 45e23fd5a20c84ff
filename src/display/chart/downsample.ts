/**
 * Fewer points for a picture, so that the picture stays the same; the data stay whole.
 *
 * @module
 */

/**
 * The rows to draw so that a line looks as if all were drawn: of every pixel column the first, lowest, highest and last
 * point, and one NaN where there are any, so that gaps stay gaps.
 *
 * @param x Ascending, without NaN.
 * @param y As long as `x`; NaN is a gap.
 * @param columns How many pixel columns the line crosses.
 * @param position Where a value of `x` lies on the axis, for scales that are not linear.
 * @return Ascending row numbers; all of them where that is no more than four a column.
 */
export function downsample(
  x: Float64Array,
  y: Float64Array,
  columns: number,
  position: (x: number) => number = (x) => x,
): Uint32Array {
  const length = x.length;
  if (length <= 4 * columns) return Uint32Array.from({ length }, (_, row) => row);
  const start = position(x[0]);
  const scale = columns / (position(x[length - 1]) - start || 1);
  const kept: number[] = [];
  for (let row = 0; row < length;) {
    const column = Math.floor((position(x[row]) - start) * scale);
    const bucket = { first: -1, low: -1, high: -1, last: -1, gap: -1 };
    for (; row < length && Math.floor((position(x[row]) - start) * scale) === column; row++) {
      if (Number.isNaN(y[row])) {
        if (bucket.gap < 0) bucket.gap = row;
        continue;
      }
      if (bucket.first < 0) bucket.first = bucket.low = bucket.high = row;
      if (y[row] < y[bucket.low]) bucket.low = row;
      if (y[row] > y[bucket.high]) bucket.high = row;
      bucket.last = row;
    }
    const rows = Object.values(bucket).filter((one) => one >= 0).sort((a, b) => a - b);
    for (const one of rows) if (one !== kept.at(-1)) kept.push(one);
  }
  return Uint32Array.from(kept);
}

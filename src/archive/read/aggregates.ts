import type { FloatAggregates } from "../../columns.ts";

/**
 * Aggregates of float series over rows ascending by step. Values that are not finite spread as in arithmetic: one NaN makes
 * all but `last` NaN, an infinity makes the variance NaN.
 */
export function aggregates(series: Uint32Array[], step: Float64Array, value: Float64Array): FloatAggregates {
  const column = () => new Float64Array(series.length);
  const result = {
    present: new Uint8Array(series.length).fill(1),
    lastStep: column(),
    last: column(),
    min: column(),
    max: column(),
    average: column(),
    variance: column(),
  };
  series.forEach((rows, i) => {
    let min = Infinity, max = -Infinity, sum = 0, squares = 0;
    for (const row of rows) {
      const x = value[row];
      min = Math.min(min, x);
      max = Math.max(max, x);
      sum += x;
    }
    const average = sum / rows.length;
    for (const row of rows) squares += (value[row] - average) ** 2;
    const last = rows[rows.length - 1];
    result.lastStep[i] = step[last];
    result.last[i] = value[last];
    result.min[i] = min;
    result.max[i] = max;
    result.average[i] = average;
    result.variance[i] = squares / rows.length;
  });
  return result;
}

/**
 * Smoothing of noisy series.
 *
 * @module
 */

/**
 * The exponential moving average, corrected for its start, so that the first value counts no more than its share.
 *
 * @param values NaN stays NaN and does not enter the average.
 * @param weight How much of the average so far each point keeps: 0 gives the values themselves, 0.99 is very smooth.
 */
export function smooth(values: Float64Array, weight: number): Float64Array {
  let average = 0;
  let share = 1;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    average = average * weight + value * (1 - weight);
    share *= weight;
    return average / (1 - share);
  });
}

/**
 * Smoothing of noisy series. Runs in browsers, too.
 *
 * @module
 */

/**
 * The exponential moving average, corrected for its start, so that the first value counts no more than its share.
 *
 * @param values NaN stays NaN and does not enter the average.
 * @param weight How much of the average so far each point keeps: 0 gives the values themselves, 0.99 is very smooth.
 * @param count How many points each value is the average of. Default: one.
 */
export function smooth(values: Float64Array, weight: number, count?: Float64Array): Float64Array {
  let average = 0;
  let share = 1;
  return values.map((value, i) => {
    if (!Number.isFinite(value)) return value;
    const kept = count ? weight ** count[i] : weight;
    average = average * kept + value * (1 - kept);
    share *= kept;
    return average / (1 - share);
  });
}

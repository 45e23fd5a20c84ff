/**
 * SeriesStatistics of float series, point by point: nothing but a few numbers for each series is held.
 *
 * @module
 */

import type { FloatAggregates } from "../../columns.ts";

/** The numbers that a series comes down to, in the order in which they are stored. */
export type SeriesStatistics = readonly [
  firstStep: number,
  lastStep: number,
  last: number,
  min: number,
  max: number,
  average: number,
  variance: number,
];

/** Where the numbers of a series are among its own, and how many there are. */
const COUNT = 0, FIRST_STEP = 1, LAST_STEP = 2, LAST = 3, MIN = 4, MAX = 5, SUM = 6, MEAN = 7, SQUARES = 8, FIELDS = 9;

/**
 * SeriesStatistics of several series, by number. Points may come in any order; of several at the last step the latest counts. Values
 * that are not finite spread as in arithmetic: one NaN makes all but `last` NaN, an infinity makes the variance NaN.
 */
export class SeriesAggregator {
  /** All of one series, then all of the next one: a single array, as most parts have few series, and making one takes long. */
  #numbers = new Float64Array(8 * FIELDS);

  /** Takes a point in. */
  add(series: number, step: number, value: number): void {
    const at = series * FIELDS;
    if (at >= this.#numbers.length) this.#grow(at + FIELDS);
    const all = this.#numbers;
    const count = ++all[at + COUNT];
    if (count === 1) {
      all[at + FIRST_STEP] = all[at + LAST_STEP] = step;
      all[at + LAST] =
        all[at + MIN] =
        all[at + MAX] =
        all[at + SUM] =
        all[at + MEAN] =
          value;
      all[at + SQUARES] = value - value;
      return;
    }
    if (step >= all[at + LAST_STEP]) {
      all[at + LAST_STEP] = step;
      all[at + LAST] = value;
    } else if (step < all[at + FIRST_STEP]) all[at + FIRST_STEP] = step;
    // What is no number must stay so: a comparison alone would pass over it.
    if (!(value >= all[at + MIN])) all[at + MIN] = Math.min(value, all[at + MIN]);
    if (!(value <= all[at + MAX])) all[at + MAX] = Math.max(value, all[at + MAX]);
    all[at + SUM] += value;
    // Welford's method: exact where the average is large and the spread is small.
    const distance = value - all[at + MEAN];
    all[at + MEAN] += distance / count;
    all[at + SQUARES] += distance * (value - all[at + MEAN]);
  }

  /** How many points a series has. */
  count(series: number): number {
    return this.#numbers[series * FIELDS + COUNT] ?? 0;
  }

  /** The greatest step of a series with points. */
  lastStep(series: number): number {
    return this.#numbers[series * FIELDS + LAST_STEP];
  }

  /** What a series with points comes down to. */
  of(series: number): SeriesStatistics {
    const at = series * FIELDS, all = this.#numbers;
    const count = all[at + COUNT];
    return [
      all[at + FIRST_STEP],
      all[at + LAST_STEP],
      all[at + LAST],
      all[at + MIN],
      all[at + MAX],
      all[at + SUM] / count,
      all[at + SQUARES] / count,
    ];
  }

  #grow(length: number): void {
    const larger = new Float64Array(Math.max(length, 2 * this.#numbers.length));
    larger.set(this.#numbers);
    this.#numbers = larger;
  }
}

/** SeriesStatistics over rows ascending by step. */
export function aggregates(series: Uint32Array[], step: Float64Array, value: Float64Array): FloatAggregates {
  const aggregator = new SeriesAggregator();
  series.forEach((rows, i) => {
    for (const row of rows) aggregator.add(i, step[row], value[row]);
  });
  const all = series.map((_, i) => aggregator.of(i));
  const column = (at: number) => Float64Array.from(all, (one) => one[at]);
  return {
    present: new Uint8Array(series.length).fill(1),
    lastStep: column(1),
    last: column(2),
    min: column(3),
    max: column(4),
    average: column(5),
    variance: column(6),
  };
}

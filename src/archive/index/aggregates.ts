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

/**
 * SeriesStatistics of several series, by number. Points may come in any order; of several at the last step the latest counts. Values
 * that are not finite spread as in arithmetic: one NaN makes all but `last` NaN, an infinity makes the variance NaN.
 */
export class SeriesAggregator {
  #count = new Float64Array(16);
  #firstStep = new Float64Array(16);
  #lastStep = new Float64Array(16);
  #last = new Float64Array(16);
  #min = new Float64Array(16);
  #max = new Float64Array(16);
  #sum = new Float64Array(16);
  #mean = new Float64Array(16);
  #squares = new Float64Array(16);
  #room = 16;

  /** Takes a point in. */
  add(series: number, step: number, value: number): void {
    if (series >= this.#room) this.#grow(series + 1);
    const count = ++this.#count[series];
    if (count === 1) {
      this.#firstStep[series] = this.#lastStep[series] = step;
      this.#last[series] =
        this.#min[series] =
        this.#max[series] =
        this.#sum[series] =
        this.#mean[series] =
          value;
      this.#squares[series] = value - value;
      return;
    }
    if (step >= this.#lastStep[series]) {
      this.#lastStep[series] = step;
      this.#last[series] = value;
    } else if (step < this.#firstStep[series]) this.#firstStep[series] = step;
    // What is no number must stay so: a comparison alone would pass over it.
    if (!(value >= this.#min[series])) this.#min[series] = Math.min(value, this.#min[series]);
    if (!(value <= this.#max[series])) this.#max[series] = Math.max(value, this.#max[series]);
    this.#sum[series] += value;
    // Welford's method: exact where the average is large and the spread is small.
    const distance = value - this.#mean[series];
    this.#mean[series] += distance / count;
    this.#squares[series] += distance * (value - this.#mean[series]);
  }

  /** How many points a series has. */
  count(series: number): number {
    return series < this.#room ? this.#count[series] : 0;
  }

  /** The greatest step of a series with points. */
  lastStep(series: number): number {
    return this.#lastStep[series];
  }

  /** What a series with points comes down to. */
  of(series: number): SeriesStatistics {
    const count = this.#count[series];
    return [
      this.#firstStep[series],
      this.#lastStep[series],
      this.#last[series],
      this.#min[series],
      this.#max[series],
      this.#sum[series] / count,
      this.#squares[series] / count,
    ];
  }

  #grow(room: number): void {
    this.#room = Math.max(room, 2 * this.#room);
    const larger = (old: Float64Array) => {
      const array = new Float64Array(this.#room);
      array.set(old);
      return array;
    };
    this.#count = larger(this.#count);
    this.#firstStep = larger(this.#firstStep);
    this.#lastStep = larger(this.#lastStep);
    this.#last = larger(this.#last);
    this.#min = larger(this.#min);
    this.#max = larger(this.#max);
    this.#sum = larger(this.#sum);
    this.#mean = larger(this.#mean);
    this.#squares = larger(this.#squares);
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

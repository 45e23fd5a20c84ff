/**
 * What a progress bar is, for those who bring their own.
 *
 * @module
 */

import { STRING } from "../options/kinds.ts";
import { checkOptions, declare, optional } from "../options/options.ts";

/** What a progress bar is told when it is made. */
export interface ProgressBarOptions {
  /** What is being done, for example `metrics/loss`. */
  description?: string;
  /** What is counted, in the singular: `point`, `run`, `file`. */
  unit?: string;
}

const PROGRESS_BAR_OPTIONS = declare<ProgressBarOptions>()({
  description: optional(STRING, ""),
  unit: optional(STRING, ""),
});

/**
 * A progress bar. Extend it and pass the class, not an instance, as `progressBar`.
 *
 * For each call that shows progress one bar is made, entered, updated any number of times, and left, also when the work
 * fails or is aborted.
 *
 * @example
 * ```ts
 * class MyProgressBar extends ProgressBarCallback {
 *   #done = 0;
 *   override update({ by, total }: ProgressUpdate) {
 *     this.#done += by;
 *     console.error(`${this.#done} of ${total ?? "?"}`);
 *   }
 * }
 * await run.prefetchSeriesValues(["metrics/loss"], { progressBar: MyProgressBar });
 * ```
 */
export class ProgressBarCallback {
  /** What is being done, or the empty string. */
  readonly description: string;
  /** What is counted, in the singular, or the empty string. */
  readonly unit: string;

  /** Called once for every piece of work. */
  constructor(options: ProgressBarOptions = {}) {
    const { description, unit } = checkOptions("ProgressBarCallback", PROGRESS_BAR_OPTIONS, options);
    [this.description, this.unit] = [description, unit];
  }

  /** Called before the work starts. */
  enter(): void {}

  /** Called as work is done. */
  update(_update: ProgressUpdate): void {}

  /** Called when the work has ended; with the error when it failed. */
  exit(_error?: unknown): void {}
}

/** One step forward. */
export interface ProgressUpdate {
  /** How much was done since the last update, in points of series, runs or bytes. */
  by: number;
  /** How much there is in all, in the same unit; null while it is not known. It may change. */
  total?: number | null;
}

/** A class of progress bars. */
export type ProgressBarType = new (options?: ProgressBarOptions) => ProgressBarCallback;

/**
 * Whether and how progress is shown: `true` or absent for the default (a line on stderr in a terminal, a bar in a notebook,
 * nothing elsewhere), `false` or `null` for none, or a class of your own.
 */
export type ProgressBarOption = boolean | null | ProgressBarType;

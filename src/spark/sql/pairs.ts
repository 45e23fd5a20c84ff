/**
 * Series by the runs and paths that rows name.
 *
 * @module
 */

import type { Answer } from "../connect/answer.ts";

/** Where as much as this of what is read is asked for, the rest is thrown away here: less work than a join. */
export const SHARE = 1 / 2;

/** Nearly all pairs of some runs and some paths, each with the number of its series. */
export class SeriesPairs {
  /** What rows have to name, in the order of compacted tables: what all have in common is known. */
  readonly names: readonly ("path" | "run_id")[];
  readonly #runs: Map<string, number>;
  readonly #paths: Map<string, number>;
  readonly #width: number;
  readonly #numbers: Int32Array;

  private constructor(runs: readonly string[], paths: readonly string[]) {
    this.names = [...paths.length > 1 ? ["path"] as const : [], ...runs.length > 1 ? ["run_id"] as const : []];
    this.#runs = new Map(runs.map((one, number) => [one, number]));
    this.#paths = new Map(paths.map((one, number) => [one, number]));
    this.#width = runs.length;
    this.#numbers = new Int32Array(runs.length * paths.length).fill(-1);
  }

  /** Null: too many pairs are not asked for, or one is asked for twice. */
  static of(
    series: readonly { number: number; run: string; path: string }[],
    runs: readonly string[],
    paths: readonly string[],
  ): SeriesPairs | null {
    if (SHARE * runs.length * paths.length > series.length) return null;
    const pairs = new SeriesPairs(runs, paths);
    for (const { number, run, path } of series) {
      const at = pairs.#paths.get(path)! * pairs.#width + pairs.#runs.get(run)!;
      if (pairs.#numbers[at] >= 0) return null;
      pairs.#numbers[at] = number;
    }
    return pairs;
  }

  /** Of which series each row is; -1: of none that is asked for. */
  numbersOf(answer: Answer): Int32Array {
    const none = new Int32Array(answer.rows);
    const run = this.names.includes("run_id") ? answer.codes("run_id", this.#runs) : none;
    const path = this.names.includes("path") ? answer.codes("path", this.#paths) : none;
    return run.map((one, row) => one < this.#width ? this.#numbers[path[row] * this.#width + one] : -1);
  }
}

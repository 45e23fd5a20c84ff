/**
 * Single values as a frame.
 *
 * @module
 */

import pl, { type DataFrame } from "nodejs-polars";
import { floats, strings } from "./frame.ts";

/** A row for each of `runs` and a column for each name: f64 where all values are numbers, else strings; null stays null. */
export function valuesFrame(runs: string[], columns: [name: string, values: (number | string | null)[]][]): DataFrame {
  const rest = columns.map(([name, values]) => {
    const numeric = values.every((value) => value === null || typeof value === "number");
    if (!numeric) return strings(name, values.map((value) => value === null ? null : String(value)));
    if (values.includes(null)) return pl.Series(name, values as (number | null)[], pl.Float64);
    return floats(name, Float64Array.from(values as number[]));
  });
  return pl.DataFrame([strings("run", runs), ...rest]);
}

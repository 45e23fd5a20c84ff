/**
 * Single values as a frame.
 *
 * @module
 */

import pl, { type DataFrame } from "nodejs-polars";
import { floats, strings } from "./frame.ts";

/** One column per name: f64 where all values are numbers, else strings; null stays null. */
export function valuesFrame(columns: [name: string, values: (number | string | null)[]][]): DataFrame {
  return pl.DataFrame(columns.map(([name, values]) => {
    const numeric = values.every((value) => value === null || typeof value === "number");
    if (!numeric) return strings(name, values.map((value) => value === null ? null : String(value)));
    if (values.includes(null)) return pl.Series(name, values as (number | null)[], pl.Float64);
    return floats(name, Float64Array.from(values as number[]));
  }));
}

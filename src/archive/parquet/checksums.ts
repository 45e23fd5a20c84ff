/**
 * What a file holds, in numbers by which its writer can check it.
 *
 * @module
 */

import pl, { type DataFrame } from "nodejs-polars";
import { stringValues } from "./decode.ts";
import type { Part } from "../disk/layout.ts";
import { readRows } from "./scan.ts";

const COUNTED = [
  "step",
  "timestamp",
  "int",
  "float",
  "string",
  "bool",
  "datetime",
  "set",
  "file",
  "histogram",
] as const;

/** Numbers of the rows of one attribute type: how many, and how many have each column; the sum of steps and times. */
export type Checksums = Record<string, number>;

/** Tallies of a file by attribute type. Reads all of it; fails where it cannot be read. */
export async function checksums(path: string, signal?: AbortSignal): Promise<Map<string, Checksums>> {
  const part: Part = {
    folder: { name: "", path: "", parts: [], unfinished: [], strays: [], models: [] },
    name: path,
    path,
    size: 0,
    modified: 0,
    stem: "",
    number: 0,
    foreign: null,
    damage: null,
  };
  const frame = await readRows([part], {
    columns: ["type", ...COUNTED],
    then: (rows) =>
      rows.groupBy("type").agg(
        pl.len().alias("rows"),
        ...COUNTED.map((name) => pl.col(name).count().alias(name)),
        pl.col("step").sum().alias("steps"),
        pl.col("timestamp").cast(pl.Float64).sum().alias("times"),
      ),
  }, {
    signal,
    onDamaged: (_, cause) => {
      throw cause;
    },
  }) as DataFrame;
  const names = ["rows", ...COUNTED, "steps", "times"];
  const columns = names.map((name) => frame.getColumn(name).cast(pl.Float64).toArray() as number[]);
  return new Map(
    stringValues(frame, "type").map((
      type,
      i,
    ) => [type!, Object.fromEntries(names.map((name, c) => [name, columns[c][i]]))]),
  );
}

/**
 * What a file holds, in numbers by which its writer can check it.
 *
 * @module
 */

import { openBytes } from "../disk/local.ts";
import type { DecodedColumn } from "./format/column.ts";
import { ParquetFile } from "./file.ts";
import { pauseNowAndThen } from "./pause.ts";
import type { ColumnKind } from "./format/values.ts";

/** Numbers of the rows of one attribute type: how many, and how many have each column; the sum of steps and times. */
export type Checksums = Record<string, number>;

/** Checksums of a file by attribute type. Reads all of it; fails where it cannot be read. */
export async function checksums(path: string, signal?: AbortSignal): Promise<Map<string, Checksums>> {
  using file = new ParquetFile(openBytes(path));
  const pause = pauseNowAndThen(signal);
  const all = new Map<string, Checksums>();
  for (const group of file.groups()) {
    const type = group.strings("type"), step = group.floats("step"), timestamp = group.floats("timestamp");
    const columns: [string, (row: number) => boolean][] = [
      ["step", has(step)],
      ["timestamp", has(timestamp)],
      ["int", has(group.ints("int"))],
      ["float", has(group.floats("float"))],
      ["string", has(group.strings("string"))],
      ["bool", has(group.bools("bool"))],
      ["datetime", has(group.floats("datetime"))],
      ["file", has(group.strings("file"))],
      ["histogram", has(group.strings("histogram"))],
    ];
    const { lengths } = group.lists("set", "string");
    columns.push(["set", (row) => lengths[row] >= 0]);
    const sums = Array.from({ length: type.strings.length }, (_, code) => sumsOf(all, type.strings.get(code), columns));
    for (let row = 0; row < group.length; row++) {
      const sum = type.present && type.present[row] === 0 ? sumsOf(all, "", columns) : sums[type.values[row]];
      sum.rows++;
      for (const [name, isThere] of columns) if (isThere(row)) sum[name]++;
      if (step.present === null || step.present[row] === 1) sum.steps += step.values[row];
      if (timestamp.present === null || timestamp.present[row] === 1) sum.times += timestamp.values[row];
    }
    await pause();
  }
  return all;
}

function has({ present }: DecodedColumn<ColumnKind>): (row: number) => boolean {
  return present === null ? () => true : (row) => present[row] === 1;
}

function sumsOf(all: Map<string, Checksums>, type: string, columns: [string, unknown][]): Checksums {
  let sums = all.get(type);
  if (!sums) {
    const counts = columns.map(([name]) => [name, 0] as const);
    all.set(type, sums = { rows: 0, ...Object.fromEntries(counts), steps: 0, times: 0 });
  }
  return sums;
}

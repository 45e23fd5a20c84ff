/**
 * The values of one run, one entry per attribute.
 *
 * @module
 */

import { naturally } from "../format.ts";
import { type Cell, cells } from "../../frame/cell.ts";
import type { FloatAggregates, ValueBlock } from "../../columns.ts";

/** One attribute of a run. */
export interface Entry {
  path: string;
  /** Its value; for a series its last point. */
  cell: Cell;
  /** For float series that have points. */
  aggregates: Record<Exclude<keyof FloatAggregates, "present">, number> | null;
}

/** All attributes of the one run that is in these blocks, sorted by path. */
export function entriesOf(blocks: ValueBlock[]): Entry[] {
  return blocks.flatMap(blockEntries).sort((a, b) => naturally(a.path, b.path));
}

/** The value of an attribute, or undefined. */
export function valueOf<T extends Cell["value"]>(entries: Entry[], path: string): T | undefined {
  return entries.find((entry) => entry.path === path)?.cell.value as T | undefined ?? undefined;
}

function blockEntries(block: ValueBlock): Entry[] {
  const entries = new Map(
    Array.from(cells(block), ({ path, cell }): [string, Entry] => [path, { path, cell, aggregates: null }]),
  );
  for (const column of block.columns) {
    if (column.type !== "float_series") continue;
    const { present, lastStep, last, min, max, average, variance } = column.data;
    for (let row = 0; row < present.length; row++) {
      if (present[row] === 0) continue;
      entries.get(block.paths[column.path[row]])!.aggregates = {
        lastStep: lastStep[row],
        last: last[row],
        min: min[row],
        max: max[row],
        average: average[row],
        variance: variance[row],
      };
    }
  }
  return [...entries.values()];
}

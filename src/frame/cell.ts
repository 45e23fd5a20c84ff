/**
 * Typed columns to single values, for those who ask for one thing at a time.
 *
 * @module
 */

import type { ValueBlock, ValueColumn } from "../columns.ts";
import type { AttributeType, FileRef, Histogram } from "../types.ts";

/** One value of one attribute; for a series its last point. */
export interface Cell {
  type: AttributeType;
  /** null: the attribute exists but holds nothing (a series without points, a file that was lost). */
  value: number | bigint | boolean | string | Date | Set<string> | Histogram | FileRef | null;
}

/** Goes through the cells of a block, in no particular order. */
export function* cells(block: ValueBlock): Generator<{ run: string; path: string; cell: Cell }> {
  for (const column of block.columns) {
    for (let row = 0; row < column.run.length; row++) {
      yield {
        run: block.runs[column.run[row]],
        path: block.paths[column.path[row]],
        cell: { type: column.type, value: valueAt(column, row) },
      };
    }
  }
}

function valueAt(column: ValueColumn, row: number): Cell["value"] {
  switch (column.type) {
    case "int":
      return toInteger(column.data[row]);
    case "bool":
      return column.data[row] === 1;
    case "datetime":
      return new Date(column.data[row]);
    case "string_set":
      return new Set(column.data[row]);
    case "float_series":
      return column.data.present[row] === 1 ? column.data.last[row] : null;
    case "string_series":
    case "histogram_series":
    case "file_series":
      return column.data.last[row];
    case "experiment_state":
      return null;
    default:
      return column.data[row];
  }
}

/** A number where it is exact, a bigint beyond 2^53. */
function toInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

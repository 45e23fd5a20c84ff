/**
 * What decoded columns hold, as JavaScript's own arrays: one entry for each row.
 *
 * @module
 */

import type { DecodedColumn, ListColumn } from "./format/column.ts";

/** The numbers of a column, NaN where there is none; written where they are. */
export function withNaN({ values, present }: { values: Float64Array; present: Uint8Array | null }): Float64Array {
  if (present !== null) { for (let i = 0; i < values.length; i++) if (present[i] === 0) values[i] = NaN; }
  return values;
}

/** The lists of a column, one for each row; null where there is none. */
export function listsOf({ elements, lengths, starts }: ListColumn<"float">): (Float64Array | null)[] {
  return Array.from(lengths, (length, i) => length < 0 ? null : elements.slice(starts[i], starts[i] + length));
}

/** The lists of strings of a column, one for each row; null where there is none. */
export function stringListsOf({ elements, lengths, starts, strings }: ListColumn<"string">): (string[] | null)[] {
  return Array.from(
    lengths,
    (length, i) =>
      length < 0 ? null : Array.from(elements.subarray(starts[i], starts[i] + length), (n) => strings.get(n)),
  );
}

/** The strings of a column, one for each row; null where there is none. */
export function stringsOf({ values, present, strings }: DecodedColumn<"string">): (string | null)[] {
  return Array.from(values, (code, i) => present && present[i] === 0 ? null : strings.get(code));
}

/** The strings of a column, each once, and which of them each row has; -1: none. Files may hold a string several times. */
export function distinct(
  { values, present, strings }: DecodedColumn<"string">,
): { names: string[]; codes: Int32Array } {
  if (strings.length === 1 && present === null && values.length > 0) {
    return { names: [strings.get(0)], codes: new Int32Array(values.length) };
  }
  const numbers = new Int32Array(strings.length).fill(-1);
  const known = new Map<string, number>();
  const codes = new Int32Array(values.length);
  for (let row = 0; row < values.length; row++) {
    if (present && present[row] === 0) {
      codes[row] = -1;
      continue;
    }
    let number = numbers[values[row]];
    if (number < 0) {
      const name = strings.get(values[row]);
      number = known.get(name) ?? known.size;
      known.set(name, number);
      numbers[values[row]] = number;
    }
    codes[row] = number;
  }
  return { names: [...known.keys()], codes };
}

/**
 * Answers of a Spark server: streams of Arrow IPC as typed columns.
 *
 * @module
 */

import { type Column, type Table, tableFromIPC } from "@uwdata/flechette";
import { decimalFloat } from "../../archive/parquet/format/values.ts";
import { DecodeError } from "../../errors.ts";
import type { Histogram } from "../../types.ts";

/** Some rows of an answer. */
export class Answer {
  readonly rows: number;
  readonly #table: Table;

  /** @throws {DecodeError} The bytes are not what Spark promises. */
  constructor(bytes: Uint8Array) {
    try {
      // Numbers of eight bytes are looked at in place, wherever the message began.
      const aligned = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
      this.#table = tableFromIPC(aligned, { useBigInt: true });
    } catch (cause) {
      const what = "a stream of Arrow IPC";
      throw new DecodeError(`The Spark server's answer is not ${what}: ${(cause as Error).message}`, {
        offset: 0,
        what,
      }, { cause });
    }
    this.rows = this.#table.numRows;
  }

  /** Texts; null where there is none. */
  texts(name: string): (string | null)[] {
    return this.#column(name).toArray() as unknown as (string | null)[];
  }

  /** Texts of which each occurs often, as numbers into a list that grows; -1 where there is none. */
  codes(name: string, known: Map<string, number>): Int32Array {
    const codes = new Int32Array(this.rows);
    const codeOf = (text: string | null) => {
      if (text === null) return -1;
      const code = known.get(text);
      if (code === undefined) known.set(text, known.size);
      return code ?? known.size - 1;
    };
    let at = 0;
    for (const batch of this.#column(name).data) {
      const isAgain = repeats(batch);
      for (let row = 0; row < batch.length; row++, at++) {
        codes[at] = row > 0 && isAgain(row) ? codes[at - 1] : codeOf(batch.at(row) as string | null);
      }
    }
    return codes;
  }

  /** Floats; NaN where there is none. */
  floats(name: string): Float64Array {
    return this.#gather(name, (values) => values as Float64Array);
  }

  /** Whole numbers of 32 bits; 0 where there is none. */
  counts(name: string): Int32Array {
    const counts = new Int32Array(this.rows);
    let at = 0;
    for (const value of this.#column(name) as Iterable<number | bigint | null>) counts[at++] = Number(value ?? 0);
    return counts;
  }

  /** Whole numbers of 64 bits. */
  ints(name: string): (bigint | null)[] {
    return Array.from(
      this.#column(name) as Iterable<bigint | number | null>,
      (one) => one === null ? null : BigInt(one),
    );
  }

  bools(name: string): (boolean | null)[] {
    return [...this.#column(name) as Iterable<boolean | null>];
  }

  lists(name: string): (string[] | null)[] {
    return Array.from(this.#column(name) as Iterable<Iterable<string> | null>, (one) => one === null ? null : [...one]);
  }

  histograms(name: string): (Histogram | null)[] {
    type Stored = { type: string; edges: Iterable<number>; values: Iterable<number> };
    return Array.from(
      this.#column(name) as Iterable<Stored | null>,
      (one) =>
        one === null
          ? null
          : { type: one.type, edges: Float64Array.from(one.edges), values: Float64Array.from(one.values) },
    );
  }

  /** Steps: decimals with six places, as the floats next to them. NaN where there is none. */
  steps(name: string): Float64Array {
    return this.#gather(name, (values) => wholes(values, 4, 1e6));
  }

  /** Times, in milliseconds since the epoch; NaN where there is none. */
  times(name: string): Float64Array {
    const { unit } = this.#column(name).type as unknown as { unit: number };
    const times = this.#gather(name, (values) => wholes(values, 2, 1));
    const finer = 1000 ** (unit - 1);
    for (let i = 0; i < times.length; i++) times[i] = Math.floor(times[i] / finer);
    return times;
  }

  #gather(name: string, read: (values: ArrayBufferView) => Float64Array): Float64Array {
    const all = new Float64Array(this.rows);
    let at = 0;
    for (const batch of this.#column(name).data) {
      const { length, nullCount, values, validity } = batch as unknown as {
        length: number;
        nullCount: number;
        values: ArrayBufferView;
        validity: Uint8Array;
      };
      const numbers = length > 0 && nullCount < length ? read(values) : new Float64Array(length);
      all.set(numbers.subarray(0, length), at);
      if (nullCount > 0) {
        for (let i = 0; i < length; i++) if ((validity[i >> 3] >> (i & 7) & 1) === 0) all[at + i] = NaN;
      }
      at += length;
    }
    return all;
  }

  #column(name: string): Column<unknown> {
    const column = this.#table.getChild(name);
    if (!column) {
      throw new DecodeError(`The Spark server's answer has no column ${name}.`, { offset: 0, what: name });
    }
    return column as Column<unknown>;
  }
}

/** Tells whether a text is the one before it: of texts in order most are, and need not be decoded. */
function repeats(batch: object): (row: number) => boolean {
  const { offsets, values, nullCount } = batch as Partial<Record<"offsets" | "values", unknown>> & {
    nullCount: number;
  };
  if (nullCount > 0 || !(offsets instanceof Int32Array && values instanceof Uint8Array)) return () => false;
  return (row) => {
    const before = offsets[row - 1], start = offsets[row], length = offsets[row + 1] - start;
    if (length !== start - before) return false;
    // Names that differ mostly do at their end.
    for (let i = length - 1; i >= 0; i--) if (values[start + i] !== values[before + i]) return false;
    return true;
  };
}

/** Whole numbers of which every one takes so many words of 32 bits, divided, as the nearest floats; of wide ones the lower half counts. */
function wholes({ buffer, byteOffset, byteLength }: ArrayBufferView, words: number, by: number): Float64Array {
  const low = new Uint32Array(buffer, byteOffset, byteLength / 4),
    high = new Int32Array(buffer, byteOffset, byteLength / 4);
  const numbers = new Float64Array(low.length / words);
  for (let i = 0, at = 0; i < numbers.length; i++, at += words) numbers[i] = decimalFloat(high[at + 1], low[at], by);
  return numbers;
}

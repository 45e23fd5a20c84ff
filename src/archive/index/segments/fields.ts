/**
 * The bytes of a column of an index: one field after the other, each starting at a multiple of eight.
 *
 * @module
 */

import { concat } from "../../../columns.ts";
import type { Histogram } from "../../../types.ts";

/** How the values of a column are stored. */
export type FieldKind = "float" | "int" | "bool" | "string" | "strings" | "histogram";

/** The values of one field of a column. */
export interface Fields {
  float: Float64Array;
  int: BigInt64Array;
  bool: Uint8Array;
  string: (string | null)[];
  strings: string[][];
  histogram: (Histogram | null)[];
}

interface NumberArray<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, start: number, count: number): T;
}

/** Stands for a value that is not there, where a length is stored. */
const NONE = 0xffffffff;
const encoder = new TextEncoder(), decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Puts fields one after the other. */
export class FieldWriter {
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  numbers(values: Uint32Array): void {
    this.#add(values);
  }

  field(kind: FieldKind, values: Fields[FieldKind]): void {
    if (kind === "string") this.#stringCells(values as Fields["string"]);
    else if (kind === "strings") this.#lists(values as Fields["strings"], (all) => this.#stringCells(all.flat()));
    else if (kind === "histogram") {
      const all = values as Fields["histogram"];
      this.#stringCells(all.map((one) => one?.type ?? null));
      for (const name of ["edges", "values"] as const) {
        this.#lists(all.map((one) => one?.[name] ?? null), (lists) => this.#add(concat(Float64Array, lists)));
      }
    } else this.#add(values as Float64Array | BigInt64Array | Uint8Array);
  }

  finish(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      bytes.set(piece, at);
      at += padded(piece.length);
    }
    return bytes;
  }

  #add({ buffer, byteOffset, byteLength }: ArrayBufferView): void {
    this.#pieces.push(new Uint8Array(buffer, byteOffset, byteLength));
    this.#length += padded(byteLength);
  }

  /** Lengths are those of strings, so that they are cut as strings. */
  #stringCells(strings: readonly (string | null)[]): void {
    const bytes = encoder.encode(strings.map((text) => text ?? "").join(""));
    this.#add(Uint32Array.from(strings, (text) => text === null ? NONE : text.length));
    this.#add(Uint32Array.of(bytes.length));
    this.#add(bytes);
  }

  #lists<T extends ArrayLike<unknown>>(lists: readonly (T | null)[], add: (there: T[]) => void): void {
    this.#add(Uint32Array.from(lists, (list) => list === null ? NONE : list.length));
    add(lists.filter((list) => list !== null));
  }
}

/** Takes fields out again, in the same order. Numbers are not copied: they are the bytes that were given, and nobody may write to them. */
export class FieldReader {
  #at = 0;

  /** @param cells How many values each field has. */
  constructor(readonly bytes: Uint8Array<ArrayBuffer>, readonly cells: number) {}

  numbers(count: number): Uint32Array {
    return this.#take(Uint32Array, count);
  }

  field(kind: FieldKind): Fields[FieldKind] {
    const { cells } = this;
    switch (kind) {
      case "float":
        return this.#floats(cells);
      case "int":
        return this.#take(BigInt64Array, cells);
      case "bool":
        return this.#take(Uint8Array, cells);
      case "string":
        return this.#stringCells(cells);
      case "strings": {
        const lengths = this.numbers(cells);
        return split(lengths, this.#stringCells(sum(lengths))) as string[][];
      }
      case "histogram":
        return this.#histograms();
    }
  }

  #histograms(): (Histogram | null)[] {
    const types = this.#stringCells(this.cells);
    const lists = () => {
      const lengths = this.numbers(this.cells);
      return split(lengths, this.#floats(sum(lengths)));
    };
    const edges = lists(), values = lists();
    return types.map((type, i) => type === null ? null : { type, edges: edges[i]!, values: values[i]! });
  }

  #floats(count: number): Float64Array {
    return this.#take(Float64Array, count);
  }

  #stringCells(count: number): (string | null)[] {
    const lengths = this.numbers(count);
    const size = this.numbers(1)[0];
    const all = decoder.decode(this.#take(Uint8Array, size));
    const cells: (string | null)[] = new Array(count);
    for (let i = 0, at = 0; i < count; i++) cells[i] = lengths[i] === NONE ? null : all.slice(at, at += lengths[i]);
    return cells;
  }

  #take<T>(Kind: NumberArray<T>, count: number): T {
    const length = count * Kind.BYTES_PER_ELEMENT, start = this.bytes.byteOffset + this.#at;
    this.#at += padded(length);
    if (this.#at > this.bytes.length) throw new RangeError("A column of the index ends too early.");
    return new Kind(this.bytes.buffer, start, count);
  }
}

function padded(length: number): number {
  return (length + 7) & ~7;
}

function sum(lengths: Uint32Array): number {
  let all = 0;
  for (const length of lengths) if (length !== NONE) all += length;
  return all;
}

function split<T extends { slice(from: number, to: number): T }>(lengths: Uint32Array, all: T): (T | null)[] {
  let at = 0;
  return Array.from(lengths, (length) => length === NONE ? null : all.slice(at, at += length));
}

/** Those of values that are at these places. */
export function valuesAt<T extends ArrayLike<unknown>>(values: T, places: Uint32Array): T {
  if (places.length === values.length) return values;
  if (Array.isArray(values)) return Array.from(places, (place) => values[place]) as unknown as T;
  const some = new (values.constructor as new (length: number) => T & unknown[])(places.length);
  for (let i = 0; i < places.length; i++) some[i] = values[places[i]];
  return some;
}

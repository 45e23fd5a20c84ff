/**
 * The bytes of one column in one row group, which need not be in memory all at once.
 *
 * @module
 */

import { ParquetError } from "./thrift.ts";

/** The bytes of a column. */
export interface ColumnBytes {
  readonly length: number;
  /** Those from a place on: so many at least, as far as there are. They may be gone when others are asked for. */
  from(at: number, atLeast: number): Uint8Array;
  /** Some of those that were given, to be kept when others are asked for. */
  lasting(some: Uint8Array): Uint8Array;
}

/** Bytes that are all there. */
export function allThere(bytes: Uint8Array): ColumnBytes {
  return { length: bytes.length, from: (at) => bytes.subarray(at), lasting: (some) => some };
}

/** So many are read at once: they fit into the processor's cache, and a call of the system takes less time than reading them. */
const PIECE = 1 << 19;
/** New memory takes longer than filling it, so that all columns share this. */
let shared = new ArrayBuffer(PIECE);
/** Whose bytes are in it. */
let owner: PassingBytes | null = null;

/** Bytes that are read when they are needed. */
export class PassingBytes implements ColumnBytes {
  readonly length: number;
  readonly #read: (at: number, into: Uint8Array<ArrayBuffer>) => Uint8Array;
  /** Which of them are there. */
  #from = 0;
  #until = 0;

  /** @param read Reads bytes of the column, and gives as many as there are. */
  constructor(length: number, read: (at: number, into: Uint8Array<ArrayBuffer>) => Uint8Array) {
    this.length = length;
    this.#read = read;
  }

  from(at: number, atLeast: number): Uint8Array {
    if (owner === this && at >= this.#from && Math.min(at + atLeast, this.length) <= this.#until) {
      return new Uint8Array(shared, at - this.#from, this.#until - at);
    }
    const length = Math.min(Math.max(atLeast, PIECE), this.length - at);
    const before = shared;
    if (shared.byteLength < length) shared = new ArrayBuffer(length);
    const bytes = new Uint8Array(shared, 0, length);
    // What was read already of what is wanted is moved to the front.
    const isThere = owner === this && at >= this.#from && at < this.#until;
    const kept = isThere ? this.#until - at : 0;
    if (isThere) bytes.set(new Uint8Array(before, at - this.#from, kept));
    owner = this;
    [this.#from, this.#until] = [at, at + length];
    const rest = bytes.subarray(kept);
    if (this.#read(at + kept, rest).length < rest.length) {
      owner = null;
      throw new ParquetError("it became shorter while it was read");
    }
    return bytes;
  }

  lasting(some: Uint8Array): Uint8Array {
    return some.slice();
  }
}

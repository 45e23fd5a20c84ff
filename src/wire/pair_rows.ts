/**
 * Gathers which attributes exist on which runs, as they are decoded, into the columns of a block.
 *
 * @module
 */

import type { PairBlock } from "../columns.ts";
import type { AttributeType } from "../types.ts";
import type { Reader } from "./reader.ts";
import { fromWireType } from "./types.ts";
import { indexOf } from "./value_rows.ts";

/** Where a text is in the bytes of a page. */
interface Place {
  start: number;
  end: number;
}

/** A growing block of pairs, all from one page. */
export class PairRows {
  readonly #runs = new Map<string, number>();
  readonly #paths = new Map<string, number>();
  /** Where each path was first read. */
  readonly #places: Place[] = [];
  readonly #types = new Map<string, number>();
  readonly #run: number[] = [];
  readonly #path: number[] = [];
  readonly #type: number[] = [];
  #currentRun = 0;
  #lastPath = -1;
  #lastType: Place & { number: number } = { start: 0, end: 0, number: -1 };

  /** Says whose the attributes are that follow. */
  run(key: string): void {
    this.#currentRun = indexOf(this.#runs, key);
  }

  /** Adds the attribute whose path and type are at these places; one whose type has no name here is left out. */
  add(reader: Reader, path: Place, type: Place): void {
    const number = this.#typeAt(reader, type);
    if (number < 0) return;
    this.#run.push(this.#currentRun);
    this.#path.push(this.#lastPath = this.#pathAt(reader, path));
    this.#type.push(number);
  }

  /** The columns of what was added. */
  finish(): PairBlock {
    return {
      runs: [...this.#runs.keys()],
      paths: [...this.#paths.keys()],
      types: [...this.#types.keys()] as AttributeType[],
      run: Uint32Array.from(this.#run),
      path: Uint32Array.from(this.#path),
      type: Uint8Array.from(this.#type),
    };
  }

  /** Runs mostly have the same paths in the same order, so that the one that followed last time is likely to follow again. */
  #pathAt(reader: Reader, { start, end }: Place): number {
    const likely = this.#lastPath + 1 < this.#places.length ? this.#lastPath + 1 : 0;
    const place = this.#places[likely];
    if (place && reader.same(start, end, place.start, place.end)) return likely;
    const path = indexOf(this.#paths, reader.textAt(start, end));
    if (path === this.#places.length) this.#places.push({ start, end });
    return path;
  }

  #typeAt(reader: Reader, { start, end }: Place): number {
    const last = this.#lastType;
    if (last.end > 0 && reader.same(start, end, last.start, last.end)) return last.number;
    const type = fromWireType(reader.textAt(start, end));
    const number = type === null ? -1 : indexOf(this.#types, type);
    this.#lastType = { start, end, number };
    return number;
  }
}

/**
 * Gathers which attributes exist on which runs, as they are decoded, into the columns of a block.
 *
 * @module
 */

import type { PairBlock } from "../columns.ts";
import { type AttributeType, attributeTypeOf } from "../types.ts";
import type { ByteRange, Reader } from "./reader.ts";
import type { StringTable } from "./string_table.ts";
import { indexOf } from "./value_rows.ts";

/** A growing block of pairs, all from one page. */
export class PairRows {
  readonly #runs = new Map<string, number>();
  readonly #paths: StringTable;
  readonly #types = new Map<string, number>();
  readonly #run: number[] = [];
  readonly #path: number[] = [];
  readonly #type: number[] = [];
  #currentRun = 0;
  #lastPath = -1;
  #lastType: ByteRange & { number: number } = { start: 0, end: 0, number: -1 };

  /** @param paths The paths of all pages. */
  constructor(paths: StringTable) {
    this.#paths = paths;
  }

  /** Says whose the attributes are that follow. */
  run(key: string): void {
    this.#currentRun = indexOf(this.#runs, key);
    this.#lastPath = -1;
  }

  /** Adds the attribute whose path and type are at these places; one whose type has no name here is left out. */
  add(reader: Reader, path: ByteRange, type: ByteRange): void {
    const number = this.#typeAt(reader, type);
    if (number < 0) return;
    this.#run.push(this.#currentRun);
    // Runs mostly have the same paths in the same order.
    this.#path.push(this.#lastPath = reader.numberAt(path, this.#paths, this.#lastPath + 1));
    this.#type.push(number);
  }

  /** The columns of what was added. */
  finish(): PairBlock {
    return {
      runs: [...this.#runs.keys()],
      paths: this.#paths.names,
      types: [...this.#types.keys()] as AttributeType[],
      run: Uint32Array.from(this.#run),
      path: Uint32Array.from(this.#path),
      type: Uint8Array.from(this.#type),
    };
  }

  #typeAt(reader: Reader, place: ByteRange): number {
    const last = this.#lastType;
    if (last.end > 0 && reader.same(place, last)) return last.number;
    const type = attributeTypeOf(reader.textAt(place));
    const number = type === null ? -1 : indexOf(this.#types, type);
    this.#lastType = { ...place, number };
    return number;
  }
}

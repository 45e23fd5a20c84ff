/**
 * Gathers which attributes exist on which runs, as they are decoded, into the columns of a block.
 *
 * @module
 */

import type { PairBlock } from "../columns.ts";
import type { AttributeType } from "../types.ts";
import { indexOf } from "./value_rows.ts";

/** A growing block of pairs. */
export class PairRows {
  readonly #runs = new Map<string, number>();
  readonly #paths = new Map<string, number>();
  readonly #types = new Map<string, number>();
  readonly #run: number[] = [];
  readonly #path: number[] = [];
  readonly #type: number[] = [];
  #current = 0;

  /** Says whose the attributes are that follow. */
  run(key: string): void {
    this.#current = indexOf(this.#runs, key);
  }

  /** Adds one attribute. */
  add(type: AttributeType, path: string): void {
    this.#run.push(this.#current);
    this.#path.push(indexOf(this.#paths, path));
    this.#type.push(indexOf(this.#types, type));
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
}

/**
 * The rules that Neptune's server had for the points of a series, applied to what was queued for it.
 *
 * Steps strictly increase: the same step and value again is a duplicate, the same step with another value or a lower one was
 * refused. Times do not decrease. A fork logs behind its fork step. Of previews, the last one for a step counts, and a
 * committed point ends those at and below its step.
 *
 * @module
 */

import type { PointValues } from "../../columns.ts";
import type { PointKind } from "../../types.ts";
import { joinPoints, type OwnPoints, type OwnSeries, pickPoints, type Previews } from "../content.ts";

/** Why a point was dropped. */
export type DropReason = "duplicate" | "conflict" | "step" | "time" | "fork" | "preview" | "no_step";

/** How strict the server was, which depends on the client's generation. */
export interface SeriesRules {
  /** Steps at or below this one are inherited from the parent; -Infinity: no fork. */
  forkStep: number;
  /** Whether times must not decrease. */
  timesAscend: boolean;
}

const FIRST_ROOM = 64;

/** One series under construction. */
export class SeriesBuilder {
  readonly kind: PointKind;
  readonly dropped = new Map<DropReason, number>();
  readonly #rules: SeriesRules;
  #length = 0;
  #step = new Float64Array(FIRST_ROOM);
  #timestamp = new Float64Array(FIRST_ROOM);
  #floats = new Float64Array(FIRST_ROOM);
  readonly #others: unknown[] = [];
  readonly #previews = new Map<number, { timestamp: number; value: number; completion: number }>();

  constructor(kind: PointKind, rules: SeriesRules) {
    this.kind = kind;
    this.#rules = rules;
  }

  /** The last step; -Infinity where there is none. */
  get lastStep(): number {
    return this.#length === 0 ? -Infinity : this.#step[this.#length - 1];
  }

  /** Adds a number, or notes why it is dropped. */
  pushFloat(step: number, timestamp: number, value: number): void {
    if (!this.#accepts(step, timestamp, value)) return;
    this.#floats[this.#length] = value;
    this.#add(step, timestamp);
  }

  /** Adds a text, histogram or file, or notes why it is dropped. */
  push(step: number, timestamp: number, value: unknown): void {
    if (!this.#accepts(step, timestamp, value)) return;
    this.#others.push(value);
    this.#add(step, timestamp);
  }

  /** Adds a preview point. */
  preview(step: number, timestamp: number, value: number, completion: number): void {
    if (step <= this.lastStep) this.drop("preview");
    else if (step <= this.#rules.forkStep) this.drop("fork");
    else this.#previews.set(step, { timestamp, value, completion });
  }

  /** Notes that a point was dropped. */
  drop(why: DropReason): void {
    this.dropped.set(why, (this.dropped.get(why) ?? 0) + 1);
  }

  /** Forgets all points. */
  clear(): void {
    this.#length = 0;
    this.#others.length = 0;
    this.#previews.clear();
  }

  /** What was built; nothing can be added any more. */
  finish(): OwnSeries {
    const data = this.kind === "float" ? resized(this.#floats, this.#length) : this.#others;
    return {
      step: resized(this.#step, this.#length),
      timestamp: resized(this.#timestamp, this.#length),
      values: { kind: this.kind, data } as PointValues,
      previews: this.#finishPreviews(),
    };
  }

  #accepts(step: number, timestamp: number, value: unknown): boolean {
    const at = this.#length - 1;
    if (at >= 0 && !(step > this.#step[at])) {
      this.drop(step !== this.#step[at] ? "step" : sameValue(this.#valueAt(at), value) ? "duplicate" : "conflict");
    } else if (at >= 0 && this.#rules.timesAscend && timestamp < this.#timestamp[at]) this.drop("time");
    else if (step <= this.#rules.forkStep) this.drop("fork");
    else return true;
    return false;
  }

  #valueAt(at: number): unknown {
    return this.kind === "float" ? this.#floats[at] : this.#others[at];
  }

  #add(step: number, timestamp: number): void {
    this.#step[this.#length] = step;
    this.#timestamp[this.#length] = timestamp;
    if (++this.#length === this.#step.length) this.#grow();
    if (this.#previews.size > 0) {
      for (const old of this.#previews.keys()) {
        if (old <= step) this.#previews.delete(old);
      }
    }
  }

  #grow(): void {
    const room = 2 * this.#step.length;
    this.#step = resized(this.#step, room);
    this.#timestamp = resized(this.#timestamp, room);
    if (this.kind === "float") this.#floats = resized(this.#floats, room);
  }

  #finishPreviews(): Previews | null {
    if (this.#previews.size === 0) return null;
    const steps = [...this.#previews.keys()].sort((a, b) => a - b);
    const all = steps.map((step) => this.#previews.get(step)!);
    return {
      step: Float64Array.from(steps),
      timestamp: Float64Array.from(all, (one) => one.timestamp),
      value: Float64Array.from(all, (one) => one.value),
      completion: Float64Array.from(all, (one) => one.completion),
    };
  }
}

/** The same numbers in more or less room; the old room is given back at once, not when somebody collects it. */
function resized(from: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  return new Float64Array(from.buffer.transfer(8 * length));
}

/** Points of two origins as one series, and what of the second was left out. */
export interface Union {
  points: OwnPoints;
  /** Points of the second that the first has too. */
  duplicates: number;
  /** Points of the second for which the first has another value at the same step. */
  conflicts: number;
  /** Points of the second that were added. */
  added: number;
}

/** Puts the points of the second behind and between those of the first, which wins on equal steps. */
export function uniteSeries(first: OwnPoints, second: OwnPoints): Union {
  const [a, b] = [first.step, second.step];
  const rows = new Uint32Array(a.length + b.length);
  let length = 0, duplicates = 0, conflicts = 0, i = 0;
  for (let j = 0; j < b.length; j++) {
    while (i < a.length && a[i] <= b[j]) rows[length++] = i++;
    if (i === 0 || a[i - 1] !== b[j]) rows[length++] = a.length + j;
    else if (sameValue(first.values.data[i - 1], second.values.data[j])) duplicates++;
    else conflicts++;
  }
  while (i < a.length) rows[length++] = i++;
  const added = b.length - duplicates - conflicts;
  if (added === 0) return { points: first, duplicates, conflicts, added };
  const both = joinPoints(first.values.kind, [first, second]);
  const points = added === b.length && a.length > 0 && a[a.length - 1] < b[0]
    ? both
    : pickPoints(both, rows.subarray(0, length));
  return { points, duplicates, conflicts, added };
}

/** Tells whether two values are the same; NaN is itself. Files of different origins are told apart by what is known of them. */
function sameValue(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Object.is(a, b) || a === b;
  if ("mimeType" in a && "mimeType" in b) {
    const [x, y] = [a, b] as { size?: number; mimeType: string }[];
    return x.size === y.size && x.mimeType === y.mimeType;
  }
  const plain = (value: object) => JSON.stringify(value, (_, one) => one instanceof Float64Array ? [...one] : one);
  return plain(a) === plain(b);
}

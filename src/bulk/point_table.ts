/**
 * The points of many float series as columns, series after series.
 *
 * @module
 */

import type { PreviewColumns, SeriesBlock } from "../columns.ts";

/** Shorter stretches are copied number by number. */
const SHORT = 32;
const NOTHING = new Float64Array(0);

/** A block whose spans are columns, so that a million of them take little memory. */
interface Part {
  /** For each span: its series, its first row and the row behind its last. */
  series: Uint32Array;
  start: Uint32Array;
  end: Uint32Array;
  /** Where each span goes. */
  target: Uint32Array;
  step: Float64Array;
  timestamp: Float64Array;
  value: Float64Array;
  preview: PreviewColumns | null;
  /** Its memory is given back as soon as it was copied. */
  owned: boolean;
}

/** Points of float series. Every column can be taken once: the memory behind it is given up then. */
export class PointTable {
  /** The points of series `i` are the rows from `offsets[i]` to before `offsets[i + 1]`. */
  readonly offsets: Uint32Array;
  readonly #parts: Part[];

  private constructor(parts: Part[], offsets: Uint32Array) {
    this.#parts = parts;
    this.offsets = offsets;
  }

  /** Reads a stream of blocks to its end. `count`: how many series were asked for. */
  static async of(blocks: AsyncIterable<SeriesBlock>, count: number): Promise<PointTable> {
    const parts: Part[] = [];
    const counts = new Uint32Array(count);
    for await (const { spans, step, timestamp, values, preview, owned = false } of blocks) {
      const part: Part = {
        series: new Uint32Array(spans.length),
        start: new Uint32Array(spans.length),
        end: new Uint32Array(spans.length),
        target: new Uint32Array(spans.length),
        step,
        timestamp,
        value: values.data as Float64Array,
        preview,
        owned,
      };
      spans.forEach(({ series, start, end }, i) => {
        part.series[i] = series;
        part.start[i] = start;
        part.end[i] = end;
        counts[series] += end - start;
      });
      parts.push(part);
    }
    const offsets = new Uint32Array(count + 1);
    for (let i = 0; i < count; i++) offsets[i + 1] = offsets[i] + counts[i];
    const next = offsets.slice();
    for (const { series, start, end, target } of parts) {
      for (let i = 0; i < series.length; i++) {
        target[i] = next[series[i]];
        next[series[i]] += end[i] - start[i];
      }
    }
    return new PointTable(parts, offsets);
  }

  /** How many points there are. */
  get length(): number {
    return this.offsets[this.offsets.length - 1];
  }

  /**
   * What is made of a column that is copied in the making, and may be written over where it is disposable. Its memory is given back at
   * once rather than when it is looked for.
   */
  use<T>(column: "step" | "value" | "timestamp", make: (all: Float64Array, disposable: boolean) => T): T {
    const all = this.#take(column);
    const disposable = this.#parts.every((part) => part.owned || part[column] !== all);
    const made = make(all, disposable);
    if (disposable) giveBack(all);
    return made;
  }

  steps(): Float64Array {
    return this.#take("step");
  }

  values(): Float64Array {
    return this.#take("value");
  }

  /** Milliseconds since the epoch; NaN where there is none. */
  timestamps(): Float64Array {
    return this.#take("timestamp");
  }

  /** Which points are previews; for blocks that were read with previews. */
  previews(): PreviewColumns {
    const isPreview = new Uint8Array(this.length);
    const completion = new Float64Array(this.length);
    for (const part of this.#parts) {
      copy(part, part.preview!.isPreview, isPreview);
      copy(part, part.preview!.completion, completion);
      part.preview = null;
    }
    return { isPreview, completion };
  }

  #take(column: "step" | "value" | "timestamp"): Float64Array {
    const [first] = this.#parts;
    if (this.#parts.length === 1 && isInOrder(first)) return first[column];
    const all = new Float64Array(this.length);
    for (const part of this.#parts) {
      copy(part, part[column], all);
      if (part.owned) giveBack(part[column]);
      part[column] = NOTHING;
    }
    return all;
  }
}

/** Sooner than the garbage collector would: of millions of points, what waits for it is as much as the frame. */
function giveBack(column: Float64Array): void {
  (column.buffer as ArrayBuffer).transfer(0);
}

/** Tells whether the rows of a part are where they belong. */
function isInOrder({ start, end, target, step }: Part): boolean {
  return end.at(-1) === step.length && target.every((at, i) => at === start[i]);
}

function copy<T extends Float64Array | Uint8Array>({ start, end, target }: Part, from: T, to: T): void {
  for (let i = 0; i < start.length; i++) {
    if (end[i] - start[i] > SHORT) to.set(from.subarray(start[i], end[i]), target[i]);
    else for (let row = start[i], at = target[i]; row < end[i]; row++, at++) to[at] = from[row];
  }
}

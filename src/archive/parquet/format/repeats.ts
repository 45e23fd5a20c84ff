/**
 * Stretches of a page that repeat one number, which need not be written for whoever wants few of its values.
 *
 * @module
 */

/** From so many bytes on, a copy that repeats a few bytes is a pattern that is filled in. */
export const FILLED = 64;
/** Where a stretch that repeats eight bytes is written: at its start, wherever in them a value begins, and at its end. */
const HEAD = 16, TAIL = 8;

/**
 * Stretches of a block that repeat eight bytes, or fewer, and are written at their ends only. Who wants few values of a block finds
 * the same bytes at the start of the stretch.
 */
export class Repeats {
  #starts = new Uint32Array(0);
  #ends = new Uint32Array(0);
  #count = 0;
  #output = new Uint8Array(0);
  #view = new DataView(this.#output.buffer);
  /** Bytes before those that places are counted from. */
  #skipped = 0;

  /** Forgets all. */
  clear(): this {
    [this.#count, this.#skipped] = [0, 0];
    return this;
  }

  /** Where the block is written to. */
  into(output: Uint8Array<ArrayBuffer>, view: DataView<ArrayBuffer>): void {
    const most = Math.ceil(output.length / FILLED);
    if (this.#starts.length < most) [this.#starts, this.#ends] = [new Uint32Array(most), new Uint32Array(most)];
    [this.#output, this.#view] = [output, view];
  }

  /** The first bytes are no values: stretches that begin there are written, and places are counted from where values begin. */
  skip(bytes: number): void {
    for (let i = 0; i < this.#count && this.#starts[i] < bytes; i++) this.#fill(i);
    this.#skipped = bytes;
  }

  /** A stretch whose first bytes are written, as far as they do not repeat. */
  add(start: number, to: number, end: number): void {
    const output = this.#output, view = this.#view, distance = to - start;
    if (distance === 8) copyEight(view, start, view, to);
    else for (; to < start + HEAD; to++) output[to] = output[to - distance];
    copyEight(view, start + ((end - TAIL - start) & 7), view, end - TAIL);
    this.#starts[this.#count] = start;
    this.#ends[this.#count++] = end;
  }

  /** Writes what is not written yet from a place to another. */
  write(from: number, until: number): void {
    this.reach(from + this.#skipped, until + this.#skipped);
  }

  /** The same, of bytes of the block. */
  reach(from: number, until: number): void {
    const starts = this.#starts, ends = this.#ends;
    let i = this.#count - 1;
    while (i >= 0 && starts[i] + HEAD >= until) i--;
    for (; i >= 0 && ends[i] - TAIL > from; i--) this.#fill(i);
  }

  #fill(i: number): void {
    const start = this.#starts[i], length = this.#ends[i] - start;
    for (let written = HEAD; written < length; written *= 2) {
      this.#output.copyWithin(start + written, start, start + Math.min(written, length - written));
    }
    // What is written need not be found elsewhere.
    this.#starts[i] += length;
  }

  /**
   * Where the bytes of values are written.
   *
   * @param places Where the values start, ascending; overwritten.
   * @param width How many bytes each has: eight at most.
   */
  find(places: Uint32Array, count: number, width: number): void {
    const starts = this.#starts, ends = this.#ends, skipped = this.#skipped;
    let at = 0, start = 0, end = 0;
    for (let i = 0; i < count; i++) {
      const place = places[i], last = place + width;
      while (end < last && at < this.#count) {
        start = starts[at] - skipped;
        end = ends[at++] - skipped;
      }
      if (place >= start && last <= end) places[i] = start + ((place - start) & 7);
    }
  }
}

/** Copies eight bytes, in two steps that work at any place. */
export function copyEight(input: DataView, from: number, output: DataView, to: number): void {
  output.setInt32(to, input.getInt32(from));
  output.setInt32(to + 4, input.getInt32(from + 4));
}

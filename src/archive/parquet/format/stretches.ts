/**
 * Snappy blocks of long stretches: values in which nothing could be compressed, and the steps and times of rows that were written step
 * by step, of a hundred series each.
 *
 * The library copies byte by byte, or a few bytes at a time, and into memory of its own first. Here long stretches are copied at once,
 * and a number that is repeated is filled in as a number ([figures](../../../../docs/decisions/0016-archives-in-workers.md)).
 *
 * @module
 */

import { damagedBytes } from "./thrift.ts";

/** Longer copies are worth the call of a native function. */
const LONG = 128;
/** From so many bytes on, a copy that repeats a few bytes is a pattern that is filled in. */
const FILLED = 64;
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

/**
 * Decompresses what follows the length that a block begins with, into a buffer of whole numbers of eight bytes.
 *
 * @param repeats Where to put stretches that need not be written; else all is written.
 */
export function fromStretches(
  input: Uint8Array,
  at: number,
  buffer: ArrayBuffer,
  length: number,
  repeats?: Repeats,
): Uint8Array {
  const output = new Uint8Array(buffer, 0, length), words = new Uint32Array(buffer, 0, (length + 3) >> 2);
  const numbers = new Float64Array(buffer, 0, (length + 7) >> 3);
  const view = new DataView(input.buffer, input.byteOffset, input.length);
  const outputView = new DataView(buffer, 0, length);
  repeats?.into(output, outputView);
  let to = 0;
  while (at < input.length) {
    const tag = input[at++];
    let size: number, distance: number;
    switch (tag & 3) {
      case 0: {
        size = (tag >> 2) + 1;
        if (size > 60) {
          const bytes = size - 60;
          if (at + bytes > input.length) throw damagedBytes();
          size = 0;
          for (let i = 0; i < bytes; i++) size += input[at++] * 2 ** (8 * i);
          size++;
        }
        if (at + size > input.length || to + size > length) throw damagedBytes();
        // Eight bytes at once; what is too much is written over.
        if (size <= 8 && at + 8 <= input.length && to + 8 <= length) copyEight(view, at, outputView, to);
        else if (size > 24) output.set(input.subarray(at, at + size), to);
        else for (let i = 0; i < size; i++) output[to + i] = input[at + i];
        at += size;
        to += size;
        continue;
      }
      case 1:
        size = ((tag >> 2) & 7) + 4;
        distance = ((tag >> 5) << 8) | input[at++];
        break;
      case 2: {
        size = (tag >> 2) + 1;
        const low = input[at], high = input[at + 1];
        distance = low | (high << 8);
        at += 2;
        // A value that is repeated for long comes as many copies of 64 bytes from the same distance: four of them are twelve bytes.
        const first = 0xfe | (low << 8) | (high << 16) | 0xfe000000,
          second = low | (high << 8) | 0xfe0000 | (low << 24);
        const third = high | 0xfe00 | (low << 16) | (high << 24);
        while (
          at + 12 <= input.length && view.getInt32(at, true) === first && view.getInt32(at + 4, true) === second &&
          view.getInt32(at + 8, true) === third
        ) {
          size += 256;
          at += 12;
        }
        while ((input[at] & 3) === 2 && input[at + 1] === low && input[at + 2] === high) {
          size += (input[at] >> 2) + 1;
          at += 3;
        }
        break;
      }
      default:
        size = (tag >> 2) + 1;
        distance = (input[at] | (input[at + 1] << 8) | (input[at + 2] << 16) | (input[at + 3] << 24)) >>> 0;
        at += 4;
    }
    if (at > input.length || distance === 0 || distance > to || to + size > length) throw damagedBytes();
    const end = to + size;
    let from = to - distance;
    if (distance > 8) repeats?.reach(from, Math.min(from + size, to));
    if (size <= 8 && distance >= 8 && to + 8 <= length) {
      copyEight(outputView, from, outputView, to);
      to = end;
      continue;
    }
    if (size >= FILLED && 8 % distance === 0) {
      if (repeats) {
        repeats.add(from, to, end);
        to = end;
        continue;
      }
      // One number again and again: bytes until a whole one is there, then number by number.
      const first = (to + 7) & ~7;
      while (to < first + 8) output[to++] = output[from++];
      const number = numbers[first >> 3];
      // The bytes of what is no number might not survive.
      if (number === number) {
        numbers.fill(number, to >> 3, end >> 3);
        to = end & ~7;
        from = to - distance;
      }
      size = end - to;
    }
    if (size >= LONG) {
      // The stretch repeats itself: what is there of it is doubled until it is whole.
      let copied = Math.min(distance, size);
      output.copyWithin(to, from, from + copied);
      while (copied < size) {
        const more = Math.min(copied, size - copied);
        output.copyWithin(to + copied, to, to + more);
        copied += more;
      }
      to = end;
      continue;
    }
    if (size >= 16 && (distance & 3) === 0) {
      // What is far enough apart is copied word by word.
      while ((to & 3) !== 0) output[to++] = output[from++];
      let word = to >> 2, source = from >> 2;
      for (const last = end >> 2; word < last;) words[word++] = words[source++];
      from += (word << 2) - to;
      to = word << 2;
    }
    while (to < end) output[to++] = output[from++];
  }
  if (to !== length) throw damagedBytes();
  return output;
}

/** Copies eight bytes, in two steps that work at any place. */
function copyEight(input: DataView, from: number, output: DataView, to: number): void {
  output.setInt32(to, input.getInt32(from));
  output.setInt32(to + 4, input.getInt32(from + 4));
}

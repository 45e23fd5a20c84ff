/**
 * Points of float series (`ProtoFloatPointValueDTO`), decoded into the rows of a block.
 *
 * @module
 */

import type { DecodeError } from "../errors.ts";
import type { FloatBlock } from "./float_block.ts";
import { notThat } from "./reader.ts";

/** The furthest a `Date` reaches from the epoch, in milliseconds. */
const MAX_TIME = 8.64e15;

/** The first four bytes of a plain point, but for seven bits of its time; and the bits of a time that say that it goes on. */
const PLAIN_START = 0x8008_1e12 | 0, HIGH_BITS = 0x8080_8080 | 0;

/**
 * What the loop over plain points is for is speed, so that it says what V8 would have to find out: places are small, so that no sum of
 * them needs a look for overflow; and times are added as fractions, as sums of whole numbers are made in integers and looked at again.
 * Together that is a quarter of its time.
 */
const PLACE = 0x3fff_ffff;

/** What the bytes are, for errors. */
export const FLOAT_SERIES = "points of float series";

/** Bytes of a list of points, and where the next one starts. */
export interface PointBytes {
  data: Uint8Array;
  view: DataView;
  /** Where `data` starts in the whole answer. */
  base: number;
}

/** Reads the points of one series after the other. */
export class FloatPoints {
  readonly #block: FloatBlock;
  readonly #direction: 1 | -1;
  #lastStep!: number;

  constructor(block: FloatBlock, descending: boolean) {
    this.#block = block;
    this.#direction = descending ? -1 : 1;
    this.startSeries();
  }

  /** Says that the next point belongs to another series. */
  startSeries(): void {
    this.#lastStep = -Infinity * this.#direction;
  }

  /**
   * Reads points that look like nearly all do: 32 bytes, a time between 1971 and 3084, a step, a value, a completion.
   *
   * @returns Where the first point starts that looks otherwise, does not fit before `end`, or finds the block full.
   */
  plain({ view }: PointBytes, at: number, end: number): number {
    const block = this.#block;
    const { step, timestamp, value, completion, previews, capacity } = block;
    const ascends = this.#direction > 0;
    // Between which steps the next one is: none goes back, and all are finite.
    let least = ascends ? Math.max(this.#lastStep, -Number.MAX_VALUE) : -Number.MAX_VALUE;
    let most = ascends ? Number.MAX_VALUE : Math.min(this.#lastStep, Number.MAX_VALUE);
    const from = block.rows, until = Math.min(capacity, from + Math.floor((end - at) / 32));
    let row = from;
    for (; row < until; at = at + 32 & PLACE, row++) {
      // 12 values, 1e its size, 08 timestamp_millis of six bytes, 11 step, 19 value, 2d completion_ratio: all in few words
      const first = view.getInt32(at, true), middle = view.getInt32(at + 4, true), last = view.getInt16(at + 8, true);
      const otherwise = (first & 0x80ff_ffff) ^ PLAIN_START | (middle & HIGH_BITS) ^ HIGH_BITS |
        (last & 0xff80) ^ 0x1100 |
        view.getInt8(at + 18) ^ 0x19 | view.getInt8(at + 27) ^ 0x2d;
      const next = view.getFloat64(at + 10, true);
      if (otherwise !== 0 || !(next >= least && next <= most)) break;
      // Seven bits of each byte, the lowest first.
      const low = first >>> 24 & 0x7f | (middle & 0x7f) << 7 | (middle & 0x7f00) << 6 | (middle & 0x7f_0000) << 5;
      const high = middle >>> 24 & 0x7f | (last & 0x7f) << 7;
      timestamp[row] = (high + low / 0x1000_0000) * 0x1000_0000;
      step[row] = next;
      value[row] = view.getFloat64(at + 19, true);
      if (ascends) least = next;
      else most = next;
    }
    block.rows = row;
    if (previews) completion.fill(1, from, row);
    if (row > from) this.#lastStep = step[row - 1];
    return at;
  }

  // ProtoFloatPointValueDTO: 1 timestamp_millis, 2 step, 3 value, 4 is_preview, 5 completion_ratio
  /** Reads one point, whatever it looks like, into a block that has room. */
  any(bytes: PointBytes, at: number, end: number): void {
    const { data, view } = bytes;
    let time = 0n;
    let step = 0;
    let value = 0;
    let isPreview = false;
    let completion = 0;
    while (at < end) {
      const start = at + 1;
      switch (data[at]) {
        case 0x08:
          at = endOfVarint(bytes, start, end);
          time = BigInt.asIntN(64, bits(data, start, at));
          break;
        case 0x11:
          at = endOf(bytes, start, 8, end);
          step = view.getFloat64(start, true);
          break;
        case 0x19:
          at = endOf(bytes, start, 8, end);
          value = view.getFloat64(start, true);
          break;
        case 0x20:
          at = endOfVarint(bytes, start, end);
          isPreview = bits(data, start, at) !== 0n;
          break;
        case 0x2d:
          at = endOf(bytes, start, 4, end);
          completion = view.getFloat32(start, true);
          break;
        default:
          at = endOfUnknown(bytes, at, end);
      }
    }
    const milliseconds = Number(time);
    if (Math.abs(milliseconds) > MAX_TIME) throw broken(bytes, at, `the time ${time} is not a date`);
    // Steps that writers rounded may be equal.
    if (!Number.isFinite(step)) throw broken(bytes, at, `a step is ${step}`);
    if ((step - this.#lastStep) * this.#direction < 0) {
      throw broken(bytes, at, `step ${step} comes after step ${this.#lastStep}`);
    }
    this.#lastStep = step;
    const block = this.#block;
    const row = block.rows++;
    block.step[row] = step;
    // 0 is how the protocol says that there is no time.
    block.timestamp[row] = milliseconds === 0 ? NaN : milliseconds;
    block.value[row] = value;
    if (block.previews) {
      block.isPreview[row] = isPreview ? 1 : 0;
      block.completion[row] = isPreview ? completion : 1;
    }
  }
}

/** Passes over a field of a later version. */
function endOfUnknown(bytes: PointBytes, start: number, end: number): number {
  let at = endOfVarint(bytes, start, end);
  const tag = Number(bits(bytes.data, start, at));
  const field = Math.floor(tag / 8);
  if (field <= 5) throw broken(bytes, start, `field ${field} of a point has the wrong type`);
  switch (tag & 7) {
    case 0:
      return endOfVarint(bytes, at, end);
    case 1:
      return endOf(bytes, at, 8, end);
    case 2: {
      const sizeAt = at;
      at = endOfVarint(bytes, at, end);
      return endOf(bytes, at, Number(bits(bytes.data, sizeAt, at)), end);
    }
    case 5:
      return endOf(bytes, at, 4, end);
    default:
      throw broken(bytes, start, `a point has the unknown wire type ${tag & 7}`);
  }
}

function endOf(bytes: PointBytes, at: number, size: number, end: number): number {
  if (size > end - at) throw broken(bytes, at, "a point is cut off");
  return at + size;
}

function endOfVarint(bytes: PointBytes, at: number, end: number): number {
  for (let i = at; i < end && i < at + 10; i++) if (bytes.data[i] < 0x80) return i + 1;
  throw broken(bytes, at, "a number does not end");
}

/** The bits of a varint, at most 64 of them. */
function bits(data: Uint8Array, start: number, end: number): bigint {
  let value = 0n;
  for (let i = end - 1; i >= start; i--) value = value << 7n | BigInt(data[i] & 0x7f);
  return BigInt.asUintN(64, value);
}

function broken({ base }: PointBytes, at: number, why: string): DecodeError {
  return notThat(FLOAT_SERIES, base + at, why);
}

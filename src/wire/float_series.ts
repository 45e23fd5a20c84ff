/**
 * Points of float series (`ProtoFloatSeriesValuesResponseDTO`), decoded while their bytes arrive.
 *
 * @module
 */

import type { SeriesBlock } from "../columns.ts";
import type { DecodeError } from "../errors.ts";
import { FloatBlock } from "./float_block.ts";
import { notThat } from "./reader.ts";

/** No request id is longer than an integer. */
const MAX_ID_BYTES = 20;
/** A point has 42 bytes; the rest is room for fields of later versions. */
const MAX_POINT_BYTES = 1 << 12;
/** The furthest a `Date` reaches from the epoch, in milliseconds. */
const MAX_TIME = 8.64e15;

const WHAT = "points of float series";

/** How to decode. */
export interface FloatSeriesOptions {
  /** Fill the preview columns. */
  previews: boolean;
  /** Steps descend: the request asked so. Rows stay in the order in which they came. Default: false. */
  descending?: boolean;
}

/**
 * Takes the bytes of one answer in any pieces, and gives columns. Request ids must be non-negative integers in decimal; they
 * become {@linkcode Span.series}.
 */
export class FloatSeriesDecoder {
  /** The requests that were answered, those without points too. */
  readonly answered: Set<number> = new Set();

  readonly #block: FloatBlock;
  readonly #direction: 1 | -1;

  /** Bytes before `#data`, so that offsets count from the start of the answer. */
  #base = 0;
  #data = new Uint8Array(0);
  #view = new DataView(new ArrayBuffer(0));
  #at = 0;

  /** Where the answer of one request, and the list of points in it, end; Infinity outside of them. */
  #entryEnd = Infinity;
  #pointsEnd = Infinity;
  #skip = 0;
  #number = 0;

  #id: number | null = null;
  #lastStep = NaN;

  /** @param options How to decode. */
  constructor({ previews, descending = false }: FloatSeriesOptions) {
    this.#block = new FloatBlock(previews);
    this.#direction = descending ? -1 : 1;
  }

  /** Takes the next bytes, and gives the blocks that are full. The bytes may be overwritten afterwards. */
  push(chunk: Uint8Array): SeriesBlock[] {
    this.#append(chunk);
    const full: SeriesBlock[] = [];
    while (this.#next()) {
      if (this.#block.full && this.#id !== null) full.push(this.#block.take(this.#id));
    }
    return full;
  }

  /** Says that all bytes were given, and gives what is left; null where nothing is. */
  finish(): SeriesBlock | null {
    if (this.#at < this.#data.length || this.#skip > 0 || this.#entryEnd !== Infinity) {
      throw this.#broken("the bytes end in the middle of a message");
    }
    return this.#block.rows > 0 ? this.#block.take(null) : null;
  }

  /** Joins what is left of the last bytes, at most one small message, and the new ones. */
  #append(chunk: Uint8Array): void {
    const left = this.#data.length - this.#at;
    this.#base += this.#at;
    if (left === 0) {
      this.#data = chunk as Uint8Array<ArrayBuffer>;
    } else {
      const joined = new Uint8Array(left + chunk.length);
      joined.set(this.#data.subarray(this.#at));
      joined.set(chunk, left);
      this.#data = joined;
    }
    this.#view = new DataView(this.#data.buffer, this.#data.byteOffset, this.#data.byteLength);
    this.#at = 0;
  }

  /** Reads on; false when more bytes are needed. */
  #next(): boolean {
    if (this.#skip > 0) {
      const passed = Math.min(this.#skip, this.#data.length - this.#at);
      this.#skip -= passed;
      this.#at += passed;
      if (this.#skip > 0) return false;
    }
    if (this.#base + this.#at === this.#pointsEnd) this.#pointsEnd = Infinity;
    if (this.#pointsEnd !== Infinity) return this.#inPoints();
    if (this.#base + this.#at === this.#entryEnd) this.#endEntry();
    if (this.#at === this.#data.length) return false;
    return this.#entryEnd === Infinity ? this.#inAnswer() : this.#inEntry();
  }

  // ProtoFloatSeriesValuesResponseDTO: 1 series
  #inAnswer(): boolean {
    if (this.#data[this.#at] !== 0x0a) return this.#unknown(1, Infinity);
    const size = this.#sizeAfterTag();
    if (size < 0) return false;
    this.#entryEnd = this.#base + this.#at + size;
    return true;
  }

  // ProtoFloatSeriesValuesSingleSeriesResponseDTO: 1 requestId, 2 series
  #inEntry(): boolean {
    const start = this.#at;
    const tag = this.#data[start];
    if (tag !== 0x0a && tag !== 0x12) return this.#unknown(2, this.#entryEnd);
    const size = this.#sizeAfterTag();
    if (size < 0) return false;
    if (this.#base + this.#at + size > this.#entryEnd) throw this.#broken("a length runs past the end of its message");
    if (tag === 0x12) {
      this.#pointsEnd = this.#base + this.#at + size;
      return true;
    }
    if (size > MAX_ID_BYTES) throw this.#broken("a request id is too long");
    if (this.#at + size > this.#data.length) return this.#wait(start);
    this.#id = this.#requestId(size);
    return true;
  }

  // ProtoFloatSeriesValuesDTO: 1 total_item_count, 2 values
  #inPoints(): boolean {
    const data = this.#data;
    const available = data.length;
    const end = this.#pointsEnd - this.#base;
    const block = this.#block;
    let at = this.#at;
    while (at + 1 < available && at < end && data[at] === 0x12) {
      const size = data[at + 1];
      if (size >= 0x80) break;
      const pointEnd = at + 2 + size;
      if (pointEnd > end) throw this.#broken("a point runs past the end of its series");
      if (pointEnd > available) break;
      if (block.rows === block.capacity) {
        this.#at = at;
        if (block.full && this.#id !== null) return true;
        block.grow();
      }
      this.#point(at + 2, pointEnd, block.rows++);
      at = pointEnd;
    }
    this.#at = at;
    if (at === end) return true;
    if (at >= available) return false;
    if (data[at] !== 0x12) return this.#unknown(1, this.#pointsEnd, 0x08);
    return this.#longPoint();
  }

  /** A point with a size of two bytes or more, or one whose bytes are not all there. */
  #longPoint(): boolean {
    const start = this.#at;
    const size = this.#sizeAfterTag();
    if (size < 0) return false;
    if (size > MAX_POINT_BYTES) throw this.#broken("a point is too long");
    if (this.#base + this.#at + size > this.#pointsEnd) throw this.#broken("a point runs past the end of its series");
    if (this.#at + size > this.#data.length) return this.#wait(start);
    if (this.#block.rows === this.#block.capacity) this.#block.grow();
    const end = this.#at + size;
    this.#point(this.#at, end, this.#block.rows++);
    this.#at = end;
    return true;
  }

  // ProtoFloatPointValueDTO: 1 timestamp_millis, 2 step, 3 value, 4 is_preview, 5 completion_ratio
  #point(at: number, end: number, row: number): void {
    const data = this.#data;
    const view = this.#view;
    let time = 0;
    let step = 0;
    let value = 0;
    let isPreview = 0;
    let completion = 0;
    while (at < end) {
      switch (data[at++]) {
        case 0x08: {
          let scale = 1;
          let byte = 0x80;
          const start = at;
          while (byte >= 0x80 && at < end && at - start < 8) {
            byte = data[at++];
            time += (byte & 0x7f) * scale;
            scale *= 128;
          }
          if (byte >= 0x80) {
            at = this.#endOfVarint(start, end);
            time = Number(BigInt.asIntN(64, bits(data, start, at)));
          }
          break;
        }
        case 0x11:
          if (at + 8 > end) throw this.#broken("a point is cut off");
          step = view.getFloat64(at, true);
          at += 8;
          break;
        case 0x19:
          if (at + 8 > end) throw this.#broken("a point is cut off");
          value = view.getFloat64(at, true);
          at += 8;
          break;
        case 0x20: {
          const start = at;
          at = this.#endOfVarint(start, end);
          isPreview = bits(data, start, at) === 0n ? 0 : 1;
          break;
        }
        case 0x2d:
          if (at + 4 > end) throw this.#broken("a point is cut off");
          completion = view.getFloat32(at, true);
          at += 4;
          break;
        default:
          at = this.#skipInPoint(at - 1, end);
      }
    }
    // Steps that writers rounded may be equal.
    const ahead = (step - this.#lastStep) * this.#direction;
    if (!(ahead >= 0 && ahead < Infinity)) this.#checkStep(step);
    if (time > MAX_TIME || time < -MAX_TIME) throw this.#broken(`the time ${time} is no date`);
    this.#lastStep = step;
    const block = this.#block;
    block.step[row] = step;
    // 0 is how the protocol says that there is no time.
    block.timestamp[row] = time === 0 ? NaN : time;
    block.value[row] = value;
    if (block.previews) {
      block.isPreview[row] = isPreview;
      block.completion[row] = isPreview ? completion : 1;
    }
  }

  #checkStep(step: number): void {
    if (!Number.isFinite(step)) throw this.#broken(`a step is ${step}`);
    if (Number.isFinite(this.#lastStep)) throw this.#broken(`step ${step} comes after step ${this.#lastStep}`);
  }

  #skipInPoint(at: number, end: number): number {
    const start = at;
    at = this.#endOfVarint(at, end);
    const tag = Number(bits(this.#data, start, at));
    if (tag >>> 3 <= 5) throw this.#broken(`field ${tag >>> 3} of a point has the wrong type`);
    const type = tag & 7;
    if (type === 0) return this.#endOfVarint(at, end);
    let size = type === 1 ? 8 : 4;
    if (type === 2) {
      const from = at;
      at = this.#endOfVarint(at, end);
      size = Number(bits(this.#data, from, at));
    } else if (type !== 1 && type !== 5) throw this.#broken(`a point has the unknown wire type ${type}`);
    if (size > end - at) throw this.#broken("a point is cut off");
    return at + size;
  }

  #endOfVarint(at: number, end: number): number {
    for (let i = at; i < end && i < at + 10; i++) if (this.#data[i] < 0x80) return i + 1;
    throw this.#broken("a number does not end");
  }

  /** The size after a tag of one byte, and the place after it; -1, and the place as it was, when more bytes are needed. */
  #sizeAfterTag(): number {
    const start = this.#at;
    this.#at = start + 1;
    if (!this.#varint()) {
      this.#at = start;
      return -1;
    }
    if (this.#number > 0x7fff_ffff) throw this.#broken("a length is too large");
    return this.#number;
  }

  /** A varint that may not be all there, into `#number`. */
  #varint(): boolean {
    this.#number = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      if (this.#at === this.#data.length) return false;
      const byte = this.#data[this.#at++];
      this.#number += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return true;
    }
    throw this.#broken("a number has more than ten bytes");
  }

  /** Passes over a field that has no use; `known` and smaller numbers have one, but for the tag `unused`. */
  #unknown(known: number, end: number, unused = -1): boolean {
    const start = this.#at;
    if (!this.#varint()) return this.#wait(start);
    const tag = this.#number;
    const number = Math.floor(tag / 8);
    if (tag !== unused && (number <= known || tag > 0xffff_ffff)) {
      throw this.#broken(`there is a field ${number} of a wrong type`);
    }
    const type = tag & 7;
    if ((type === 0 || type === 2) && !this.#varint()) return this.#wait(start);
    if (type === 3 || type === 4 || type > 5) throw this.#broken(`field ${number} has the unknown wire type ${type}`);
    const size = type === 0 ? 0 : type === 1 ? 8 : type === 2 ? this.#number : 4;
    if (this.#base + this.#at + size > end) throw this.#broken("a length runs past the end of its message");
    if (size > 0x7fff_ffff) throw this.#broken("a length is too large");
    this.#skip = size;
    return true;
  }

  /** Goes back to the start of something whose bytes are not all there. */
  #wait(start: number): false {
    this.#at = start;
    return false;
  }

  #requestId(size: number): number {
    let text = "";
    for (let i = 0; i < size; i++) text += String.fromCharCode(this.#data[this.#at + i]);
    if (!/^(0|[1-9]\d{0,14})$/.test(text)) throw this.#broken("a request id is none that was asked");
    this.#at += size;
    return Number(text);
  }

  #endEntry(): void {
    this.#entryEnd = Infinity;
    if (this.#id === null) throw this.#broken("an answer has no request id");
    if (this.answered.has(this.#id)) throw this.#broken(`request ${this.#id} is answered twice`);
    this.answered.add(this.#id);
    this.#block.endSpan(this.#id);
    this.#id = null;
    this.#lastStep = NaN;
  }

  #broken(why: string): DecodeError {
    return notThat(WHAT, this.#base + this.#at, why);
  }
}

/** The bits of a varint, at most 64 of them. */
function bits(data: Uint8Array, start: number, end: number): bigint {
  let value = 0n;
  for (let i = end - 1; i >= start; i--) value = value << 7n | BigInt(data[i] & 0x7f);
  return BigInt.asUintN(64, value);
}

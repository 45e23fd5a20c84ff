/**
 * Points of float series (`ProtoFloatSeriesValuesResponseDTO`), decoded while their bytes arrive.
 *
 * @module
 */

import type { SeriesBlock } from "../columns.ts";
import type { DecodeError } from "../errors.ts";
import { FloatBlock } from "./float_block.ts";
import { FLOAT_SERIES, FloatPoints, type PointBytes } from "./float_points.ts";
import { notThat } from "./reader.ts";

/** No request id is longer. */
const MAX_ID_BYTES = 9;
/** A point has 42 bytes; the rest is room for fields of later versions. */
const MAX_POINT_BYTES = 1 << 12;
/** Enough of the next bytes to end whatever the last ones broke off in. */
const SEAM_BYTES = 1 << 13;
const NO_BYTES = new Uint8Array(0);

/** How to decode. */
export interface FloatSeriesOptions {
  /** Fill the preview columns. */
  previews: boolean;
  /** Steps descend: the request asked so. Rows stay in the order in which they came. Default: false. */
  descending?: boolean;
  /** How many series were asked for; their request ids are the numbers from 0. Each must be answered, once. */
  requests: number;
  /** The most points of one series that were asked for. */
  pointsEach: number;
}

/** Takes the bytes of one answer in any pieces, and gives columns. Request ids become {@linkcode Span.series}. */
export class FloatSeriesDecoder {
  /** The points decoded so far. */
  points = 0;

  /** 1 for each request that was answered, also without points. */
  readonly #answered: Uint8Array;
  readonly #pointsEach: number;
  readonly #block: FloatBlock;
  readonly #rows: FloatPoints;
  readonly #bytes: PointBytes = { data: NO_BYTES, view: new DataView(NO_BYTES.buffer), base: 0 };
  #at = 0;

  /** Where the answer of one request, and the list of points in it, end; Infinity outside of them. */
  #entryEnd = Infinity;
  #pointsEnd = Infinity;
  #id: number | null = null;
  #pointsBefore = 0;
  /** Bytes to pass over. */
  #skip = 0;
  #number = 0;

  /**
   * @param options How to decode.
   * @param expectedBytes The size of the whole answer, where it is known: room is made for it at once.
   */
  constructor({ previews, descending = false, requests, pointsEach }: FloatSeriesOptions, expectedBytes = 0) {
    this.#answered = new Uint8Array(requests);
    this.#pointsEach = pointsEach;
    this.#block = new FloatBlock(previews, expectedBytes / 32);
    this.#rows = new FloatPoints(this.#block, descending);
  }

  /** Takes the next bytes, and gives the blocks that are full. The bytes are not needed any more afterwards. */
  push(chunk: Uint8Array): SeriesBlock[] {
    const full: SeriesBlock[] = [];
    const { data } = this.#bytes;
    const left = data.length - this.#at;
    let taken = 0;
    if (left > 0) {
      // What broke off, at most one small thing, is joined with the start of the new bytes.
      const seam = new Uint8Array(left + Math.min(chunk.length, SEAM_BYTES));
      seam.set(data.subarray(this.#at));
      seam.set(chunk.subarray(0, SEAM_BYTES), left);
      this.#read(seam, full);
      if (chunk.length <= SEAM_BYTES) return full;
      taken = this.#at - left;
    }
    this.#read(chunk.subarray(taken), full);
    this.#keepRest();
    return full;
  }

  /** Keeps the bytes of what broke off, whose memory is another's. */
  #keepRest(): void {
    const bytes = this.#bytes;
    bytes.base += this.#at;
    bytes.data = bytes.data.slice(this.#at);
    bytes.view = new DataView(bytes.data.buffer);
    this.#at = 0;
  }

  /** Says that all bytes were given, and gives what is left; null where nothing is. */
  finish(): SeriesBlock | null {
    if (this.#at < this.#bytes.data.length || this.#skip > 0 || this.#entryEnd !== Infinity) {
      throw this.#broken("the bytes end in the middle of a message");
    }
    const missing = this.#answered.indexOf(0);
    if (missing >= 0) throw this.#broken(`there is no answer to request ${missing}`);
    return this.#block.rows > 0 ? this.#block.take(null) : null;
  }

  /** Gives the points that came before the bytes broke off; null where there are none. */
  rescue(): SeriesBlock | null {
    return this.#block.hasRows(this.#id !== null) ? this.#block.take(this.#id) : null;
  }

  #read(data: Uint8Array, full: SeriesBlock[]): void {
    const bytes = this.#bytes;
    bytes.base += this.#at;
    bytes.data = data;
    bytes.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    this.#at = 0;
    while (this.#next()) {
      if (this.#block.full && this.#id !== null) full.push(this.#block.take(this.#id));
    }
  }

  /** Reads on; false when more bytes are needed. */
  #next(): boolean {
    const { data, base } = this.#bytes;
    if (this.#skip > 0) {
      const passed = Math.min(this.#skip, data.length - this.#at);
      this.#skip -= passed;
      this.#at += passed;
      if (this.#skip > 0) return false;
    }
    if (base + this.#at === this.#pointsEnd) this.#pointsEnd = Infinity;
    if (this.#pointsEnd !== Infinity) return this.#inPoints();
    if (base + this.#at === this.#entryEnd) this.#endEntry();
    if (this.#at === data.length) return false;
    return this.#entryEnd === Infinity ? this.#inAnswer() : this.#inEntry();
  }

  // ProtoFloatSeriesValuesResponseDTO: 1 series
  #inAnswer(): boolean {
    if (this.#bytes.data[this.#at] !== 0x0a) return this.#unknown(1, Infinity);
    const size = this.#sizeAfterTag(Infinity);
    if (size < 0) return false;
    this.#entryEnd = this.#bytes.base + this.#at + size;
    return true;
  }

  // ProtoFloatSeriesValuesSingleSeriesResponseDTO: 1 requestId, 2 series
  #inEntry(): boolean {
    const { data, base } = this.#bytes;
    const start = this.#at;
    const tag = data[start];
    if (tag !== 0x0a && tag !== 0x12) return this.#unknown(2, this.#entryEnd);
    const size = this.#sizeAfterTag(this.#entryEnd);
    if (size < 0) return false;
    if (tag === 0x12) {
      this.#pointsEnd = base + this.#at + size;
      return true;
    }
    if (size > MAX_ID_BYTES) throw this.#broken("a request id is too long");
    if (this.#at + size > data.length) return this.#wait(start);
    this.#id = this.#requestId(size);
    return true;
  }

  // ProtoFloatSeriesValuesDTO: 1 total_item_count, 2 values
  #inPoints(): boolean {
    const { data, base } = this.#bytes;
    const block = this.#block;
    const before = block.rows;
    this.#at = this.#rows.plain(this.#bytes, this.#at, Math.min(data.length, this.#pointsEnd - base));
    this.points += block.rows - before;
    const start = this.#at;
    if (base + start === this.#pointsEnd) return true;
    if (block.rows === block.capacity) {
      if (block.full && this.#id !== null) return true;
      block.grow();
      return true;
    }
    if (start === data.length) return false;
    if (data[start] !== 0x12) return this.#unknown(1, this.#pointsEnd, 0x08);
    const size = this.#sizeAfterTag(this.#pointsEnd);
    if (size < 0) return false;
    if (size > MAX_POINT_BYTES) throw this.#broken("a point is too long");
    const end = this.#at + size;
    if (end > data.length) return this.#wait(start);
    this.#rows.any(this.#bytes, this.#at, end);
    this.points++;
    this.#at = end;
    return true;
  }

  #endEntry(): void {
    this.#entryEnd = Infinity;
    if (this.#id === null) throw this.#broken("an answer has no request id");
    if (this.#answered[this.#id] !== 0) throw this.#broken(`request ${this.#id} is answered twice`);
    this.#answered[this.#id] = 1;
    const points = this.points - this.#pointsBefore;
    if (points > this.#pointsEach) {
      throw this.#broken(
        `request ${this.#id} is answered with ${points} points, more than the ${this.#pointsEach} asked for,`,
      );
    }
    this.#pointsBefore = this.points;
    this.#block.endSpan(this.#id);
    this.#rows.startSeries();
    this.#id = null;
  }

  #requestId(size: number): number {
    const { data } = this.#bytes;
    let id = size === 0 ? NaN : 0;
    for (const end = this.#at + size; this.#at < end; this.#at++) {
      const digit = data[this.#at] - 0x30;
      id = digit >= 0 && digit <= 9 ? 10 * id + digit : NaN;
    }
    if (!(id < this.#answered.length)) throw this.#broken("a request id was not asked for");
    return id;
  }

  /** The size after a tag of one byte; -1, and the place as it was, when more bytes are needed. */
  #sizeAfterTag(end: number): number {
    const start = this.#at;
    this.#at = start + 1;
    if (!this.#varint()) {
      this.#at = start;
      return -1;
    }
    this.#checkSize(end);
    return this.#number;
  }

  #checkSize(end: number): void {
    if (this.#number > 0x7fff_ffff) throw this.#broken("a length is too large");
    if (this.#bytes.base + this.#at + this.#number > end) {
      throw this.#broken("a length runs past the end of its message");
    }
  }

  /** A varint that may not be all there, into `#number`. */
  #varint(): boolean {
    const { data } = this.#bytes;
    this.#number = 0;
    for (let i = 0, scale = 1; i < 10; i++, scale *= 128) {
      if (this.#at === data.length) return false;
      const byte = data[this.#at++];
      this.#number += (byte & 0x7f) * scale;
      if (byte < 0x80) return true;
    }
    throw this.#broken("a number has more than ten bytes");
  }

  /** Passes over a field that has no use; `known` and smaller numbers have one, but for the tag `unused`. */
  #unknown(known: number, end: number, unused = -1): boolean {
    const start = this.#at;
    if (!this.#varint()) return this.#wait(start);
    const tag = this.#number;
    const field = Math.floor(tag / 8);
    if (tag !== unused && (field <= known || tag > 0xffff_ffff)) {
      throw this.#broken(`there is a field ${field} of a wrong type`);
    }
    const type = tag % 8;
    if (type === 3 || type === 4 || type > 5) throw this.#broken(`field ${field} has the unknown wire type ${type}`);
    if ((type === 0 || type === 2) && !this.#varint()) return this.#wait(start);
    if (type !== 2) this.#number = type === 0 ? 0 : type === 1 ? 8 : 4;
    this.#checkSize(end);
    this.#skip = this.#number;
    return true;
  }

  /** Goes back to the start of something whose bytes are not all there. */
  #wait(start: number): false {
    this.#at = start;
    return false;
  }

  #broken(why: string): DecodeError {
    return notThat(FLOAT_SERIES, this.#bytes.base + this.#at, why);
  }
}

/**
 * Reads protobuf from bytes that are all there. What cannot be right is a `DecodeError`.
 *
 * @module
 */

import { DecodeError } from "../errors.ts";
import type { StringTable } from "./string_table.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The furthest a `Date` reaches from the epoch, in milliseconds. */
const MAX_TIME = 8.64e15;

/** Makes the error for bytes that are not the message they should be. */
export function notThat(what: string, offset: number, why: string, cause?: unknown): DecodeError {
  return new DecodeError(
    `The server's answer is damaged: ${why} at byte ${offset} of the ${what}. Ask again; if it stays so, report it.`,
    { offset, what },
    cause === undefined ? undefined : { cause },
  );
}

/** Where a text is in the bytes of a message. */
export interface ByteRange {
  start: number;
  end: number;
}

/** Reads one message, field by field: `while (reader.more()) switch (reader.tag()) { … }`. */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;
  #at = 0;
  #end: number;
  #tag = 0;
  #low = 0;
  #high = 0;

  /**
   * @param bytes The whole message.
   * @param what What it should be, for errors.
   */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
    this.#end = bytes.length;
  }

  /** Tells whether the message that is being read has another field. */
  more(): boolean {
    return this.#at < this.#end;
  }

  /** The tag of the next field: its number times 8 plus its wire type. */
  tag(): number {
    return this.#tag = this.#size("tag");
  }

  /** Enters a sub-message; give the result to {@linkcode leave} when it is read. */
  enter(): number {
    const size = this.#size("length");
    const outer = this.#end;
    if (size > outer - this.#at) throw this.#broken("a length runs past the end of its message");
    this.#end = this.#at + size;
    return outer;
  }

  /** Goes back to the message around. */
  leave(outer: number): void {
    this.#end = outer;
  }

  /** A string; texts that are not UTF-8 are refused. */
  string(): string {
    const { start, end } = this.#slice();
    return this.#decoded(start, end);
  }

  #decoded(start: number, end: number): string {
    if (end - start <= 48 && this.#isAscii(start, end)) return ascii(this.#bytes, start, end);
    try {
      return utf8.decode(this.#bytes.subarray(start, end));
    } catch (cause) {
      throw notThat(this.#what, start, "a string is not UTF-8", cause);
    }
  }

  /** Reads a string without making it, and says where in the bytes it is. */
  text(into: ByteRange): void {
    const size = this.#size("length");
    into.start = this.#take(size);
    into.end = into.start + size;
  }

  /** The string at this place; texts that are not UTF-8 are refused. */
  textAt({ start, end }: ByteRange): string {
    return this.#decoded(start, end);
  }

  /** The number of the string at this place. */
  numberAt(place: ByteRange, table: StringTable, likely: number): number {
    return table.number(this.#bytes, place.start, place.end, likely, () => this.textAt(place));
  }

  /** Tells whether the bytes at two places are the same. */
  same(a: ByteRange, b: ByteRange): boolean {
    if (a.end - a.start !== b.end - b.start) return false;
    for (let i = a.end - a.start - 1; i >= 0; i--) {
      if (this.#bytes[a.start + i] !== this.#bytes[b.start + i]) return false;
    }
    return true;
  }

  /** Which of some texts in ASCII a string is, by index; -1 for another. Faster than making the string. */
  oneOf(texts: readonly Uint8Array[]): number {
    const { start, end } = this.#slice();
    for (let which = 0; which < texts.length; which++) {
      const text = texts[which];
      if (text.length !== end - start) continue;
      let same = 0;
      while (same < text.length && text[same] === this.#bytes[start + same]) same++;
      if (same === text.length) return which;
    }
    return -1;
  }

  #isAscii(start: number, end: number): boolean {
    let bits = 0;
    for (let at = start; at < end; at++) bits |= this.#bytes[at];
    return bits < 0x80;
  }

  /** Passes over a string or message that has no use here. */
  pass(): void {
    this.#slice();
  }

  double(): number {
    const at = this.#take(8);
    return this.#view.getFloat64(at, true);
  }

  float(): number {
    return this.#view.getFloat32(this.#take(4), true);
  }

  int64(): bigint {
    this.#varint();
    return BigInt(this.#high) << 32n | BigInt(this.#low >>> 0);
  }

  /** An int64 as a number, exact up to 2^53. */
  integer(): number {
    this.#varint();
    return this.#high * 0x1_0000_0000 + (this.#low >>> 0);
  }

  bool(): boolean {
    this.#varint();
    return (this.#low | this.#high) !== 0;
  }

  /** An int64 that is a time in milliseconds since the epoch. */
  time(): number {
    const time = this.integer();
    if (Math.abs(time) > MAX_TIME) throw this.#broken(`the time ${time} is not a date`);
    return time;
  }

  /** Appends `repeated double`: packed or, as older writers do, one by one. */
  doubles(into: number[]): void {
    if ((this.#tag & 7) === 1) {
      into.push(this.double());
      return;
    }
    const { start, end } = this.#slice();
    if ((end - start) % 8 !== 0) throw this.#broken("a list of numbers has half a number");
    for (let at = start; at < end; at += 8) into.push(this.#view.getFloat64(at, true));
  }

  /** Appends `repeated uint64` as numbers, exact up to 2^53: packed, or one by one. */
  integers(into: number[]): void {
    if ((this.#tag & 7) === 0) {
      into.push(this.integer());
      return;
    }
    const outer = this.enter();
    while (this.more()) into.push(this.integer());
    this.leave(outer);
  }

  /** Passes over the field whose tag was read; `known` are the numbers of the fields that have a meaning in this message. */
  skip(known: number): void {
    const number = this.#tag >>> 3;
    if (number === 0) throw this.#broken("a field has the number 0");
    if (number <= known) throw this.#broken(`field ${number} has the wrong type`);
    const type = this.#tag & 7;
    if (type === 0) this.#varint();
    else if (type === 1) this.#take(8);
    else if (type === 2) this.#slice();
    else if (type === 5) this.#take(4);
    else throw this.#broken(`field ${number} has the unknown wire type ${type}`);
  }

  /** An error at the place that was reached. */
  #broken(why: string): DecodeError {
    return notThat(this.#what, this.#at, why);
  }

  #take(size: number): number {
    const at = this.#at;
    if (size > this.#end - at) throw this.#broken("a value is cut off");
    this.#at = at + size;
    return at;
  }

  #slice(): { start: number; end: number } {
    const size = this.#size("length");
    const start = this.#take(size);
    return { start, end: start + size };
  }

  /** A varint that is a tag or a length. */
  #size(what: string): number {
    const first = this.#at < this.#end ? this.#bytes[this.#at] : 0x80;
    if (first < 0x80) {
      this.#at++;
      return first;
    }
    this.#varint();
    if (this.#high !== 0 || this.#low < 0) throw this.#broken(`a ${what} is too large`);
    return this.#low;
  }

  /** Reads a varint into `#low` and `#high`, both signed 32-bit. */
  #varint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#at >= this.#end) throw this.#broken("a number is cut off");
      const byte = this.#bytes[this.#at++];
      if (shift < 28) low |= (byte & 0x7f) << shift;
      else if (shift === 28) {
        low |= (byte & 0x0f) << 28;
        high = (byte & 0x7f) >> 4;
      } else high |= (byte & 0x7f) << (shift - 32);
      if (byte < 0x80) {
        this.#low = low;
        this.#high = high;
        return;
      }
    }
    throw this.#broken("a number has more than ten bytes");
  }
}

/** A short text, eight characters at a time: three times as fast as a decoder, six times as fast as one by one. */
function ascii(b: Uint8Array, at: number, end: number): string {
  let text = "";
  for (; end - at >= 8; at += 8) {
    text += String.fromCharCode(b[at], b[at + 1], b[at + 2], b[at + 3], b[at + 4], b[at + 5], b[at + 6], b[at + 7]);
  }
  switch (end - at) {
    case 1:
      return text + String.fromCharCode(b[at]);
    case 2:
      return text + String.fromCharCode(b[at], b[at + 1]);
    case 3:
      return text + String.fromCharCode(b[at], b[at + 1], b[at + 2]);
    case 4:
      return text + String.fromCharCode(b[at], b[at + 1], b[at + 2], b[at + 3]);
    case 5:
      return text + String.fromCharCode(b[at], b[at + 1], b[at + 2], b[at + 3], b[at + 4]);
    case 6:
      return text + String.fromCharCode(b[at], b[at + 1], b[at + 2], b[at + 3], b[at + 4], b[at + 5]);
    case 7:
      return text + String.fromCharCode(b[at], b[at + 1], b[at + 2], b[at + 3], b[at + 4], b[at + 5], b[at + 6]);
    default:
      return text;
  }
}

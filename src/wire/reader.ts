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

/** Texts of at most so many bytes are short. */
const SHORT = 48;

const DAMAGED = "The server's answer is damaged: ", AGAIN = ". Ask again; if it stays so, report it.";

/** Makes the error for bytes that are not the message they should be. */
export function notThat(what: string, offset: number, why: string, cause?: unknown): DecodeError {
  return new DecodeError(
    `${DAMAGED}${why} at byte ${offset} of the ${what}${AGAIN}`,
    { offset, what },
    cause === undefined ? undefined : { cause },
  );
}

/** What is wrong with bytes that are no server's answer: nobody can ask for them again. */
export function whatIsWrong({ message }: Error): string {
  return message.startsWith(DAMAGED) ? message.slice(DAMAGED.length, -AGAIN.length) : message;
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
  readonly #base: number;
  #at = 0;
  #end: number;
  #tag = 0;
  #low = 0;
  #high = 0;

  /**
   * @param bytes The whole message.
   * @param what What it should be, for errors.
   * @param place Where in the bytes it is. Default: everywhere.
   * @param base Where the bytes start in the whole answer, for errors.
   */
  constructor(bytes: Uint8Array, what: string, place: Readonly<ByteRange> = { start: 0, end: bytes.length }, base = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
    this.#base = base;
    this.#at = place.start;
    this.#end = place.end;
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
    if (size > outer - this.#at) throw this.broken("a length runs past the end of its message");
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
    const short = end - start <= SHORT ? ascii(this.#bytes, start, end) : null;
    if (short !== null) return short;
    try {
      return utf8.decode(this.#bytes.subarray(start, end));
    } catch (cause) {
      throw notThat(this.#what, this.#base + start, "a string is not UTF-8", cause);
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
    if (Math.abs(time) > MAX_TIME) throw this.broken(`the time ${time} is not a date`);
    return time;
  }

  /** Appends `repeated double`: packed or, as older writers do, one by one. */
  doubles(into: number[]): void {
    if ((this.#tag & 7) === 1) {
      into.push(this.double());
      return;
    }
    const { start, end } = this.#slice();
    if ((end - start) % 8 !== 0) throw this.broken("a list of numbers has half a number");
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
    if (number === 0) throw this.broken("a field has the number 0");
    if (number <= known) throw this.broken(`field ${number} has the wrong type`);
    const type = this.#tag & 7;
    if (type === 0) this.#varint();
    else if (type === 1) this.#take(8);
    else if (type === 2) this.#slice();
    else if (type === 5) this.#take(4);
    else throw this.broken(`field ${number} has the unknown wire type ${type}`);
  }

  /** An error at the place that was reached. */
  broken(why: string): DecodeError {
    return notThat(this.#what, this.#base + this.#at, why);
  }

  #take(size: number): number {
    const at = this.#at;
    if (size > this.#end - at) throw this.broken("a value is cut off");
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
    if (this.#high !== 0 || this.#low < 0) throw this.broken(`a ${what} is too large`);
    return this.#low;
  }

  /** Reads a varint into `#low` and `#high`, both signed 32-bit. */
  #varint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#at >= this.#end) throw this.broken("a number is cut off");
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
    throw this.broken("a number has more than ten bytes");
  }
}

/** Room for the characters of short texts, by their number. */
const CODES: readonly number[][] = Array.from({ length: SHORT + 1 }, (_, size) => new Array<number>(size).fill(0));

/**
 * A short text in ASCII, null for another: four times as fast as a decoder, from the first call on, and one string instead of a chain
 * of them.
 */
function ascii(bytes: Uint8Array, start: number, end: number): string | null {
  const codes = CODES[end - start];
  let bits = 0;
  for (let i = 0; i < codes.length; i++) bits |= codes[i] = bytes[start + i];
  // Half the time of a call whose arguments are spread.
  return bits < 0x80 ? String.fromCharCode.apply(null, codes) : null;
}

/**
 * Where the field ends that starts here; -1 where it is not all there yet. What is no field ends somewhere before, for a reader to find.
 *
 * @param bytes A message, as far as it has come.
 */
export function endOfField(bytes: Uint8Array, start: number): number {
  const at = endOfNumber(bytes, start);
  if (at < 0) return -1;
  const type = bytes[start] & 7;
  if (type === 0) return endOfNumber(bytes, at);
  let end = type === 1 ? at + 8 : type === 5 ? at + 4 : at;
  if (type === 2) {
    end = endOfNumber(bytes, at);
    if (end < 0) return -1;
    let size = 0;
    for (let i = end - 1; i >= at; i--) size = 128 * size + (bytes[i] & 0x7f);
    end += size;
  }
  return end <= bytes.length ? end : -1;
}

function endOfNumber(bytes: Uint8Array, at: number): number {
  for (let i = 0; i < 10; i++, at++) {
    if (at >= bytes.length) return -1;
    if (bytes[at] < 0x80) return at + 1;
  }
  return at;
}

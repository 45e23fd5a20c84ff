/**
 * Strings as they lie in pages: made into strings only where somebody asks.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { ParquetError } from "./thrift.ts";

/** Strings in bytes: string i goes from `starts[i]` to `ends[i]`. */
export interface StringBytes {
  bytes: Uint8Array;
  starts: Uint32Array;
  ends: Uint32Array;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** From so many strings on, all of them are decoded together. */
const TOGETHER = 8;
/** Shorter strings are made of their characters: a call of the decoder takes longer. */
const SHORT = 64;

/** Strings by number, of several pages. */
export class Strings {
  readonly #pages: StringBytes[] = [];
  /** The number of the first text of each page. */
  readonly #firsts: number[] = [];
  readonly #together: (string | null | undefined)[] = [];
  readonly #strings: (string | undefined)[] = [];
  length = 0;

  /** Adds the strings of a page; gives the number of the first. */
  add(page: StringBytes): number {
    const first = this.length;
    this.#pages.push(page);
    this.#firsts.push(first);
    this.#together.push(undefined);
    this.length += page.starts.length;
    return first;
  }

  /** Tells whether these are the same strings with the same numbers. */
  equals(other: Strings): boolean {
    return this.length === other.length && this.#pages.length === other.#pages.length &&
      this.#pages.every(({ bytes }, page) => Buffer.compare(bytes, other.#pages[page].bytes) === 0);
  }

  /** The string with a number. */
  get(number: number): string {
    return this.#strings[number] ??= this.#decode(number);
  }

  /** Where the bytes of a string are. */
  bytes(number: number): { bytes: Uint8Array; start: number; end: number } {
    const page = this.#pageOf(number);
    const { bytes, starts, ends } = this.#pages[page];
    const at = number - this.#firsts[page];
    return { bytes, start: starts[at], end: ends[at] };
  }

  /** All strings. */
  all(): string[] {
    return Array.from({ length: this.length }, (_, number) => this.get(number));
  }

  #pageOf(number: number): number {
    let page = this.#pages.length - 1;
    while (page > 0 && this.#firsts[page] > number) page--;
    return page;
  }

  #decode(number: number): string {
    const page = this.#pageOf(number);
    const { bytes, starts, ends } = this.#pages[page];
    const at = number - this.#firsts[page];
    if (this.#together[page] === undefined) {
      this.#together[page] = starts.length >= TOGETHER && isAscii(bytes) ? decoder.decode(bytes) : null;
    }
    const together = this.#together[page];
    if (together) return together.slice(starts[at], ends[at]);
    const own = bytes.subarray(starts[at], ends[at]);
    if (own.length < SHORT && isAscii(own)) return String.fromCharCode.apply(null, own as unknown as number[]);
    try {
      return decoder.decode(own);
    } catch (cause) {
      throw new ParquetError("a string is not UTF-8", { cause });
    }
  }
}

function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] > 0x7f) return false;
  return true;
}

/** Strings of which each comes after its length. */
export function plainTexts(bytes: Uint8Array, count: number): StringBytes {
  if (count * 4 > bytes.length) throw new ParquetError("a page ends too early");
  const starts = new Uint32Array(count), ends = new Uint32Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.length) throw new ParquetError("a page ends too early");
    const length = (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
    starts[i] = at += 4;
    if (length > bytes.length - at) throw new ParquetError("a page ends in the middle of a text");
    ends[i] = at += length;
  }
  return { bytes, starts, ends };
}

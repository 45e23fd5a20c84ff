/**
 * JSON written piece by piece, for requests that say nearly the same thousands of times.
 *
 * @module
 */

const encoder = new TextEncoder();
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** A text as bytes. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Bytes that grow. */
export class JsonBytes {
  #bytes: Uint8Array<ArrayBuffer>;
  #size = 0;

  /** @param expected How many bytes there will be, about. */
  constructor(expected: number) {
    this.#bytes = new Uint8Array(expected);
  }

  bytes(piece: Uint8Array): void {
    this.#room(piece.length);
    this.#bytes.set(piece, this.#size);
    this.#size += piece.length;
  }

  text(piece: string): void {
    this.bytes(utf8(piece));
  }

  /** A text in quotes. */
  string(text: string): void {
    this.#room(text.length + 2);
    const bytes = this.#bytes;
    let at = this.#size;
    bytes[at++] = QUOTE;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit < 0x20 || unit > 0x7e || unit === QUOTE || unit === BACKSLASH) return this.text(JSON.stringify(text));
      bytes[at++] = unit;
    }
    bytes[at++] = QUOTE;
    this.#size = at;
  }

  /** A whole number from 0. */
  integer(value: number): void {
    this.#room(10);
    let end = this.#size + 1;
    for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) end++;
    this.#size = end;
    do {
      this.#bytes[--end] = 0x30 + value % 10;
      value = Math.floor(value / 10);
    } while (value > 0);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#size);
  }

  #room(more: number): void {
    if (this.#size + more <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#size + more));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

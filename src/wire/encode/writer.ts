/**
 * Writes protobuf into bytes that grow. Fields are named by their tag: the number times 8 plus the wire type.
 *
 * @module
 */

const utf8 = new TextEncoder();

/** A growing message. */
export class Writer {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #at = 0;

  /** @param capacity Bytes to make room for at first. */
  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** What was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#at);
  }

  /** A string, also an empty one. */
  string(tag: number, text: string): void {
    this.#reserve(text.length * 3 + 20);
    this.varint(tag);
    const start = this.#at;
    if (text.length <= 32) {
      let i = 0;
      for (; i < text.length; i++) {
        const unit = text.charCodeAt(i);
        if (unit >= 0x80) break;
        this.#bytes[start + 1 + i] = unit;
      }
      if (i === text.length) {
        this.#bytes[start] = i;
        this.#at = start + 1 + i;
        return;
      }
    }
    this.#sized(start, () => this.#at += utf8.encodeInto(text, this.#bytes.subarray(this.#at)).written);
  }

  double(tag: number, value: number): void {
    this.#reserve(14);
    this.varint(tag);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  float(tag: number, value: number): void {
    this.#reserve(10);
    this.varint(tag);
    this.#view.setFloat32(this.#at, value, true);
    this.#at += 4;
  }

  /** A bool, or an integer from 0 to 2^53. */
  integer(tag: number, value: number): void {
    this.#reserve(16);
    this.varint(tag);
    this.varint(value);
  }

  int64(tag: number, value: bigint): void {
    this.#reserve(16);
    this.varint(tag);
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#at++] = Number(rest);
  }

  /** A packed list of doubles. */
  doubles(tag: number, values: ArrayLike<number>): void {
    this.#reserve(16 + values.length * 8);
    this.varint(tag);
    this.varint(values.length * 8);
    for (let i = 0; i < values.length; i++, this.#at += 8) this.#view.setFloat64(this.#at, values[i], true);
  }

  /** A sub-message, written by `content`. */
  message(tag: number, content: () => void): void {
    this.#reserve(16);
    this.varint(tag);
    this.#sized(this.#at, content);
  }

  /** Fields that were written elsewhere. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** A bare number from 0 to 2^53; what calls it has made room. */
  varint(value: number): void {
    while (value > 0x7f) {
      this.#bytes[this.#at++] = (value % 128) | 0x80;
      value = Math.floor(value / 128);
    }
    this.#bytes[this.#at++] = value;
  }

  /** Writes `content` after its size; most sizes fit one byte, so room is made for more only where it is needed. */
  #sized(start: number, content: () => void): void {
    this.#at = start + 1;
    content();
    const size = this.#at - start - 1;
    const extra = sizeOfVarint(size) - 1;
    if (extra > 0) {
      this.#reserve(extra);
      this.#bytes.copyWithin(start + 1 + extra, start + 1, this.#at);
    }
    this.#at = start;
    this.varint(size);
    this.#at += size;
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + size));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** How many bytes a number from 0 to 2^53 takes. */
function sizeOfVarint(value: number): number {
  let size = 1;
  for (; value > 0x7f; value = Math.floor(value / 128)) size++;
  return size;
}

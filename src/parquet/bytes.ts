/**
 * Bytes under construction, and Thrift's compact protocol over them.
 *
 * @module
 */

const encoder = new TextEncoder();

/** A buffer that grows. */
export class Bytes {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  length = 0;

  constructor(room = 1 << 12) {
    this.#bytes = new Uint8Array(room);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** What was written, until something is written again. */
  get written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  byte(value: number): void {
    this.#need(1);
    this.#bytes[this.length++] = value;
  }

  bytes(values: Uint8Array): void {
    this.#need(values.length);
    this.#bytes.set(values, this.length);
    this.length += values.length;
  }

  uint32(value: number): void {
    this.#need(4);
    this.#view.setUint32(this.length, value, true);
    this.length += 4;
  }

  /** A whole number of up to 53 bits, in groups of seven bits. */
  varint(value: number): void {
    while (value >= 128) {
      this.byte((value % 128) | 128);
      value = Math.floor(value / 128);
    }
    this.byte(value);
  }

  /** A whole number with its sign in the last bit; exact below 2^52. */
  zigzag(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** A text of PLAIN encoding: its length and its bytes. */
  text(value: string): void {
    this.#need(4 + value.length * 3);
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(this.length + 4));
    this.#view.setUint32(this.length, written, true);
    this.length += 4 + written;
  }

  /** Room for more, of which each value takes so many bytes; set one by one through the view. */
  numbers(count: number, width: 4 | 8): DataView {
    this.#need(count * width);
    const view = new DataView(this.#bytes.buffer, this.length, count * width);
    this.length += count * width;
    return view;
  }

  #need(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.length + more, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** A value of a structure. A list names the type of its elements; a number is 64 bits wide where it stands in `long`. */
export type Thrift =
  | { int: number }
  | { long: number }
  | { byte: number }
  | { bool: boolean }
  | { text: string }
  | { binary: Uint8Array }
  | { struct: Struct }
  | { structs: Struct[] }
  | { texts: string[] }
  | { binaries: Uint8Array[] }
  | { ints: number[] }
  | { longs: number[] }
  | { bools: boolean[] };

/** The fields of a structure by their numbers, ascending; undefined ones are left out. */
export type Struct = { [id: number]: Thrift | undefined };

const TRUE = 1, FALSE = 2, BYTE = 3, I32 = 5, I64 = 6, BINARY = 8, LIST = 9, STRUCT = 12;

/** Writes a structure. */
export function writeStruct(to: Bytes, struct: Struct): void {
  let before = 0;
  for (const [key, value] of Object.entries(struct)) {
    if (value === undefined) continue;
    const id = Number(key), type = typeOf(value);
    if (id - before <= 15) to.byte(((id - before) << 4) | type);
    else {
      to.byte(type);
      to.zigzag(id);
    }
    before = id;
    writeValue(to, value);
  }
  to.byte(0);
}

function typeOf(value: Thrift): number {
  if ("bool" in value) return value.bool ? TRUE : FALSE;
  if ("int" in value) return I32;
  if ("long" in value) return I64;
  if ("byte" in value) return BYTE;
  if ("text" in value || "binary" in value) return BINARY;
  return "struct" in value ? STRUCT : LIST;
}

function writeValue(to: Bytes, value: Thrift): void {
  if ("bool" in value) return;
  if ("int" in value) to.zigzag(value.int);
  else if ("long" in value) to.zigzag(value.long);
  else if ("byte" in value) to.byte(value.byte);
  else if ("text" in value) writeBinary(to, encoder.encode(value.text));
  else if ("binary" in value) writeBinary(to, value.binary);
  else if ("struct" in value) writeStruct(to, value.struct);
  else if ("structs" in value) writeList(to, STRUCT, value.structs, writeStruct);
  else if ("texts" in value) writeList(to, BINARY, value.texts, (to, text) => writeBinary(to, encoder.encode(text)));
  else if ("binaries" in value) writeList(to, BINARY, value.binaries, writeBinary);
  else if ("ints" in value) writeList(to, I32, value.ints, (to, int) => to.zigzag(int));
  else if ("longs" in value) writeList(to, I64, value.longs, (to, long) => to.zigzag(long));
  else writeList(to, TRUE, value.bools, (to, bool) => to.byte(bool ? TRUE : FALSE));
}

function writeBinary(to: Bytes, bytes: Uint8Array): void {
  to.varint(bytes.length);
  to.bytes(bytes);
}

function writeList<T>(to: Bytes, type: number, all: readonly T[], write: (to: Bytes, one: T) => void): void {
  if (all.length < 15) to.byte((all.length << 4) | type);
  else {
    to.byte(0xf0 | type);
    to.varint(all.length);
  }
  for (const one of all) write(to, one);
}

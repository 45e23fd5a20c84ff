/**
 * Thrift's compact protocol, as far as Parquet's footers and page headers need it.
 *
 * Every length is checked against the bytes there are, so that no input can make it read outside them, or go on for ever.
 *
 * @module
 */

/** Bytes that are no Parquet, or not what they say they are. */
export class ParquetError extends Error {
  override name = "ParquetError";
}

/** The error for bytes that cannot be decompressed. */
export function damagedBytes(cause?: unknown): ParquetError {
  return new ParquetError("its compressed bytes are damaged", { cause });
}

const TRUE = 1, FALSE = 2, BYTE = 3, I16 = 4, I32 = 5, I64 = 6, DOUBLE = 7, BINARY = 8, LIST = 9, SET = 10, MAP = 11;
const STRUCT = 12, UUID = 13;
/** Parquet's own structures are at most this deep. */
const DEEPEST = 16;
const decoder = new TextDecoder();

/** Reads one structure after the other. */
export class ThriftReader {
  /** The type of the field that {@linkcode ThriftReader.field} has come to. */
  type = 0;

  constructor(readonly bytes: Uint8Array, public at = 0) {}

  byte(): number {
    if (this.at >= this.bytes.length) throw new ParquetError("its metadata end too early");
    return this.bytes[this.at++];
  }

  /** An unsigned number of up to 64 bits; exact up to 2^53. */
  varint(): number {
    let value = 0, scale = 1;
    for (let length = 0; length < 10; length++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new ParquetError("its metadata hold a number that does not end");
  }

  /** A signed number. */
  int(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A number that counts something. */
  count(): number {
    const value = this.int();
    if (!Number.isSafeInteger(value) || value < 0) throw new ParquetError(`its metadata count ${value} of something`);
    return value;
  }

  /** Goes on behind these bytes where they are what comes next. */
  pass(expected: Uint8Array): boolean {
    const { bytes, at } = this;
    if (expected.length > bytes.length - at) return false;
    for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return false;
    this.at += expected.length;
    return true;
  }

  binary(): Uint8Array {
    const length = this.varint();
    if (length > this.bytes.length - this.at) throw new ParquetError("its metadata end in the middle of a text");
    return this.bytes.subarray(this.at, this.at += length);
  }

  text(): string {
    return decoder.decode(this.binary());
  }

  /** Goes to the next field of a structure: its id, or 0 at the end. `before` is the id of the field before, 0 at the start. */
  field(before: number): number {
    const header = this.byte();
    if (header === 0) return 0;
    this.type = header & 15;
    const id = header >> 4 ? before + (header >> 4) : this.int();
    if (id <= 0 || id > 0x7fff) throw new ParquetError(`its metadata have a field ${id}`);
    return id;
  }

  /** The value of a field of type bool. */
  bool(): boolean {
    return this.type === TRUE;
  }

  /** Makes sure that the field at hand has a type. */
  expect(type: number): void {
    if (this.type !== type) throw new ParquetError(`its metadata have a field of type ${this.type}, not ${type}`);
  }

  /** Enters a list of elements of a type: how many there are. */
  list(type: number): number {
    this.expect(LIST);
    return this.#listHeader(type);
  }

  /** Passes over the value of the field at hand. */
  skip(type: number = this.type, depth = 0): void {
    if (depth > DEEPEST) throw new ParquetError("its metadata are too deep");
    switch (type) {
      case TRUE:
      case FALSE:
        return;
      case BYTE:
        this.byte();
        return;
      case I16:
      case I32:
      case I64:
        this.varint();
        return;
      case DOUBLE:
        return this.#pass(8);
      case UUID:
        return this.#pass(16);
      case BINARY:
        return this.#pass(this.varint());
      case LIST:
      case SET: {
        const count = this.#listHeader(null);
        const element = this.type;
        for (let i = 0; i < count; i++) this.#skipElement(element, depth);
        return;
      }
      case MAP: {
        const count = this.varint();
        if (count === 0) return;
        this.#checkCount(count);
        const types = this.byte();
        for (let i = 0; i < count; i++) {
          this.#skipElement(types >> 4, depth);
          this.#skipElement(types & 15, depth);
        }
        return;
      }
      case STRUCT:
        for (let id = this.field(0); id > 0; id = this.field(id)) this.skip(this.type, depth + 1);
        return;
    }
    throw new ParquetError(`its metadata have a value of the unknown type ${type}`);
  }

  #skipElement(type: number, depth: number): void {
    // In lists a bool takes a byte.
    if (type === TRUE || type === FALSE) this.byte();
    else this.skip(type, depth + 1);
  }

  #listHeader(type: number | null): number {
    const header = this.byte();
    const element = header & 15;
    const count = header >> 4 === 15 ? this.varint() : header >> 4;
    if (type !== null && element !== type && count > 0) {
      throw new ParquetError(`its metadata have a list of type ${element}, not ${type}`);
    }
    this.#checkCount(count);
    this.type = element;
    return count;
  }

  /** Every element takes at least a byte. */
  #checkCount(count: number): void {
    if (count > this.bytes.length - this.at) throw new ParquetError("its metadata end in the middle of a list");
  }

  #pass(bytes: number): void {
    this.at += bytes;
    if (this.at > this.bytes.length) throw new ParquetError("its metadata end too early");
  }
}

/** The types of Thrift's compact protocol that Parquet uses. */
export const ThriftType = { TRUE, FALSE, I32, I64, BINARY, LIST, STRUCT } as const;

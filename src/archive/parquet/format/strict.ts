/**
 * Metadata word by word, for readers that end the process over words they do not expect: every field of the structures that Parquet
 * knows has the type, and where it chooses from a list the value, that Parquet gives it. Fields that Parquet does not know yet are
 * refused.
 *
 * Our own reading needs none of this: it looks at few fields, and passes over all others.
 *
 * @module
 */

import { ParquetError, ThriftReader, ThriftType } from "./thrift.ts";

const { TRUE, FALSE, LIST, STRUCT } = ThriftType;
const BYTE = 3, I16 = 4, I32 = 5, I64 = 6, BINARY = 8;

/** What a field holds: a number of a type, of a range; bytes or a text; a structure; a list. */
type Shape =
  | "bool"
  | "bytes"
  | "text"
  | { number: typeof BYTE | typeof I16 | typeof I32 | typeof I64; least: number; most: number }
  | { struct: Fields }
  | { list: Shape };

/** Fields by their ids. Of a union, exactly one is there. */
type Fields = { readonly [id: number]: Shape };

const number = (type: 3 | 4 | 5 | 6, least: number, most: number): Shape => ({ number: type, least, most });
const int = number(I32, -(2 ** 31), 2 ** 31 - 1), long = number(I64, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
const count = number(I32, 0, 2 ** 31 - 1), size = number(I64, 0, Number.MAX_SAFE_INTEGER);
const choice = (most: number): Shape => number(I32, 0, most);
const struct = (fields: Fields = {}): Shape => ({ struct: fields });
const list = (shape: Shape): Shape => ({ list: shape });
const encoding = choice(9), pageType = choice(3);

const STATISTICS = struct({
  1: "bytes",
  2: "bytes",
  3: size,
  4: size,
  5: "bytes",
  6: "bytes",
  7: "bool",
  8: "bool",
  9: size,
});
const UNIT = struct({ 1: struct(), 2: struct(), 3: struct() });
const LOGICAL_TYPE = struct({
  1: struct(),
  2: struct(),
  3: struct(),
  4: struct(),
  5: struct({ 1: count, 2: count }),
  6: struct(),
  7: struct({ 1: "bool", 2: UNIT }),
  8: struct({ 1: "bool", 2: UNIT }),
  10: struct({ 1: number(BYTE, 0, 64), 2: "bool" }),
  11: struct(),
  12: struct(),
  13: struct(),
  14: struct(),
  15: struct(),
});
const SCHEMA_ELEMENT = struct({
  1: choice(7),
  2: count,
  3: choice(2),
  4: "text",
  5: count,
  6: choice(21),
  7: count,
  8: count,
  9: int,
  10: LOGICAL_TYPE,
});
const KEY_VALUE = struct({ 1: "text", 2: "text" });
const COLUMN = struct({
  1: choice(7),
  2: list(encoding),
  3: list("text"),
  4: choice(7),
  5: size,
  6: size,
  7: size,
  8: list(KEY_VALUE),
  9: size,
  10: size,
  11: size,
  12: STATISTICS,
  13: list(struct({ 1: pageType, 2: encoding, 3: count })),
  14: size,
  15: count,
  16: struct({ 1: size, 2: list(size), 3: list(size) }),
});
const CHUNK = struct({ 1: "text", 2: long, 3: COLUMN, 4: size, 5: count, 6: size, 7: count });
const SORTING = struct({ 1: count, 2: "bool", 3: "bool" });
const ROW_GROUP = struct({
  1: list(CHUNK),
  2: size,
  3: size,
  4: list(SORTING),
  5: size,
  6: size,
  7: number(I16, 0, 32767),
});
const FOOTER: Fields = {
  1: int,
  2: list(SCHEMA_ELEMENT),
  3: size,
  4: list(ROW_GROUP),
  5: list(KEY_VALUE),
  6: "text",
  7: list(struct({ 1: struct() })),
};
const PAGE: Fields = {
  1: pageType,
  2: count,
  3: count,
  4: int,
  5: struct({ 1: count, 2: encoding, 3: encoding, 4: encoding, 5: STATISTICS }),
  6: struct(),
  7: struct({ 1: count, 2: encoding, 3: "bool" }),
  8: struct({ 1: count, 2: count, 3: count, 4: encoding, 5: count, 6: count, 7: "bool", 8: STATISTICS }),
};

/** Fails where a footer has a word that no reader expects: the bytes between the last column and the last eight bytes. */
export function checkFooter(bytes: Uint8Array): void {
  const thrift = new ThriftReader(bytes);
  checkFields(thrift, FOOTER);
  if (thrift.at !== bytes.length) throw new ParquetError("its footer ends too early");
}

/** Fails where the header of one of the pages of a column has a word that no reader expects. */
export function checkPageHeaders(bytes: Uint8Array): void {
  const thrift = new ThriftReader(bytes);
  while (thrift.at < bytes.length) {
    const from = thrift.at;
    checkFields(thrift, PAGE);
    const header = new ThriftReader(bytes, from);
    for (let id = header.field(0); id > 0; id = header.field(id)) {
      if (id === 3) thrift.at += header.count();
      else header.skip();
    }
  }
  if (thrift.at !== bytes.length) throw new ParquetError("a page is longer than its column");
}

const text = new TextDecoder("utf-8", { fatal: true });

function checkFields(thrift: ThriftReader, fields: Fields): void {
  for (let id = thrift.field(0); id > 0; id = thrift.field(id)) {
    const shape = fields[id];
    if (shape === undefined) throw new ParquetError(`its metadata have a field ${id} that is not known`);
    if (shape === "bool") {
      if (thrift.type !== TRUE && thrift.type !== FALSE) thrift.expect(TRUE);
    } else {
      thrift.expect(typeOf(shape));
      checkValue(thrift, shape);
    }
  }
}

function typeOf(shape: Exclude<Shape, "bool">): number {
  if (typeof shape === "string") return BINARY;
  return "number" in shape ? shape.number : "struct" in shape ? STRUCT : LIST;
}

function checkValue(thrift: ThriftReader, shape: Exclude<Shape, "bool">): void {
  if (shape === "bytes") thrift.binary();
  else if (shape === "text") {
    try {
      text.decode(thrift.binary());
    } catch (error) {
      if (error instanceof ParquetError) throw error;
      throw new ParquetError("its metadata have a text that is no UTF-8");
    }
  } else if ("struct" in shape) checkFields(thrift, shape.struct);
  else if ("list" in shape) {
    const inside = shape.list as Exclude<Shape, "bool">;
    const length = thrift.list(typeOf(inside));
    for (let i = 0; i < length; i++) checkValue(thrift, inside);
  } else {
    const value = shape.number === BYTE ? thrift.byte() : thrift.int();
    if (!(value >= shape.least && value <= shape.most)) {
      throw new ParquetError(`its metadata hold the number ${value} where none like it can be`);
    }
  }
}

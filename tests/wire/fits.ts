/** Whether bytes are a message: what generated code takes for granted. */

import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** Whether all fields have the wire type of their kind and end within their message. */
export function fits(schema: DescMessage, bytes: Uint8Array): boolean {
  const reader = new BinaryReader(bytes);
  const fields = new Map(schema.fields.map((field) => [field.number, field]));
  try {
    while (reader.pos < bytes.length) {
      const [number, type] = reader.tag();
      const field = fields.get(number);
      if (field && wireTypeOf(field) !== type) return false;
      if (!field?.message) reader.skip(type, number);
      else if (!fits(field.message, reader.bytes())) return false;
    }
  } catch {
    return false;
  }
  return reader.pos === bytes.length;
}

function wireTypeOf(field: DescField): WireType {
  if (field.message || field.fieldKind === "map") return WireType.LengthDelimited;
  switch (field.scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.LengthDelimited;
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return WireType.Bit64;
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return WireType.Bit32;
    default:
      return WireType.Varint;
  }
}

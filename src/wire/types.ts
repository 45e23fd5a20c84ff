/**
 * The names of attribute types on the wire (JSON, protobuf, NQL).
 *
 * @module
 */

import { ATTRIBUTE_TYPES, type AttributeType, attributeTypeOf, wireTypeName } from "../types.ts";

export { attributeTypeOf as fromWireType, wireTypeName as toWireType };

/** Every attribute type that travels under a name: `fileRef` stands for three, an unknown name for none. */
export function typesOfWireType(name: string): readonly AttributeType[] {
  return ATTRIBUTE_TYPES.filter((type) => wireTypeName(type) === name);
}

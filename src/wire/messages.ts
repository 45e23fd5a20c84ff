/**
 * The messages that generated code reads.
 *
 * @module
 */

import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import type { AttributeDefinition } from "../types.ts";
import { ProtoAttributesSearchResultDTOSchema } from "./gen/neptune_pb.ts";
import { notThat } from "./reader.ts";
import { fromWireType } from "./types.ts";

/**
 * Decodes a message with generated code.
 *
 * @param schema The message.
 * @param bytes All of its bytes.
 * @param what What it is, for the error.
 * @throws {DecodeError} when the bytes are not the message.
 */
export function decodeMessage<T extends DescMessage>(schema: T, bytes: Uint8Array, what: string): MessageShape<T> {
  try {
    return fromBinary(schema, bytes);
  } catch (cause) {
    throw notThat(what, 0, "there is something that is no message", cause);
  }
}

/** Decodes which attributes a run has; types without a name here are left out. */
export function decodeDefinitions(bytes: Uint8Array): AttributeDefinition[] {
  const { entries } = decodeMessage(ProtoAttributesSearchResultDTOSchema, bytes, "list of attributes");
  return entries.flatMap(({ name, type: wireType }) => {
    const type = fromWireType(wireType);
    return type === null ? [] : [{ path: name, type }];
  });
}

/**
 * The messages that generated code reads.
 *
 * @module
 */

import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { notThat } from "./reader.ts";

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
    throw notThat(what, 0, "there is something that is not a message", cause);
  }
}

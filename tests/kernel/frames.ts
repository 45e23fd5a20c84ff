/**
 * ZMTP 3.0, the framing of ZeroMQ, as far as a Jupyter client needs it (https://rfc.zeromq.org/spec/23).
 */

const encoder = new TextEncoder();

/** The frame flags. */
export const MORE = 1;
export const LONG = 2;
export const COMMAND = 4;

/** The 64 bytes that open a connection: signature, version 3.0, mechanism NULL. */
export function greeting(): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 0]);
  bytes.set(encoder.encode("NULL"), 12);
  return bytes;
}

/** The command that ends the handshake and says what kind of socket this is. */
export function ready(socketType: "DEALER" | "SUB"): Uint8Array {
  const body = concat([lengthPrefixed("READY"), property("Socket-Type", socketType), property("Identity", "")]);
  return concat([Uint8Array.of(COMMAND, body.length), body]);
}

/** A message of several parts. */
export function message(parts: Uint8Array[]): Uint8Array {
  return concat(parts.flatMap((part, i) => {
    const more = i < parts.length - 1 ? MORE : 0;
    if (part.length <= 255) return [Uint8Array.of(more, part.length), part];
    const head = new Uint8Array(9);
    head[0] = more | LONG;
    new DataView(head.buffer).setBigUint64(1, BigInt(part.length));
    return [head, part];
  }));
}

/** Joins byte arrays. */
export function concat(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function lengthPrefixed(text: string): Uint8Array {
  const bytes = encoder.encode(text);
  return concat([Uint8Array.of(bytes.length), bytes]);
}

function property(name: string, value: string): Uint8Array {
  const bytes = encoder.encode(value);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return concat([lengthPrefixed(name), length, bytes]);
}

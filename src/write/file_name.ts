/**
 * Names that file systems take.
 *
 * @module
 */

import { blake2b } from "@noble/hashes/blake2.js";

/** What file systems take at most, in bytes of UTF-8. */
const MAX_BYTES = 255;

/**
 * A name of at most 255 bytes with its suffix. What does not fit is cut off, and a digest of all of the name stands in its place, so that
 * names that differ stay different.
 */
export function fitName(name: string, suffix = ""): string {
  const room = MAX_BYTES - byteLength(suffix);
  if (byteLength(name) <= room) return name + suffix;
  const end = `_${digest(name)}`;
  return firstBytes(name, room - end.length) + end + suffix;
}

/** Eight bytes that tell texts apart whose readable forms are the same. */
export function digest(text: string): string {
  const bytes = blake2b(new TextEncoder().encode(text), { dkLen: 8 });
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The longest start of a text that has no more than so many bytes, with no character cut in two. */
function firstBytes(text: string, bytes: number): string {
  const kept = new Uint8Array(bytes);
  return text.slice(0, new TextEncoder().encodeInto(text, kept).read);
}

/** Bytes of this text as UTF-8. */
function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/**
 * The identifiers of the API.
 *
 * @module
 */

import { createHash } from "node:crypto";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What a holder identifier names. */
export interface HolderName {
  kind: "uuid" | "sysId" | "customId";
  /** `workspace/project`; null for UUIDs. */
  project: string | null;
  id: string;
}

/** Reads a holder identifier; null where it is not one. */
export function parseHolder(identifier: string): HolderName | null {
  if (UUID.test(identifier)) return { kind: "uuid", project: null, id: identifier.toLowerCase() };
  const custom = /^CUSTOM\/([^/]+\/[^/]+)\/(.+)$/s.exec(identifier);
  if (custom) return { kind: "customId", project: custom[1], id: custom[2] };
  const plain = /^([^/]+\/[^/]+)\/(.+)$/s.exec(identifier);
  return plain && { kind: "sysId", project: plain[1], id: plain[2] };
}

/** A UUID that is always the same for the same words. */
export function uuidOf(...words: string[]): string {
  const hex = createHash("sha256").update(JSON.stringify(words)).digest("hex").slice(0, 32);
  const variant = "89ab"[parseInt(hex[16], 16) & 3];
  return [hex.slice(0, 8), hex.slice(8, 12), "8" + hex.slice(13, 16), variant + hex.slice(17, 20), hex.slice(20)].join(
    "-",
  );
}

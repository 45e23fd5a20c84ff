/**
 * The file `SHA256SUMS` of a folder: what every file was when it was written, in the format of `sha256sum`. By it a silent change of
 * bytes can be found: `sha256sum -c SHA256SUMS` tells the same as the report.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { DISK } from "./local.ts";
import { type Store, textOf } from "./store.ts";

/** The name of the file. */
export const HASHES = "SHA256SUMS";

/** The hashes of files by their paths below the folder; null where the folder has none. Lines that are not hashes are passed over. */
export async function readHashes(folder: string, store: Store = DISK): Promise<Map<string, string> | null> {
  const text = await textOf(store, `${folder}/${HASHES}`);
  if (text === null) return null;
  const lines = text.split("\n").map((line) => /^([0-9a-f]{64}) [ *](.+)$/.exec(line));
  // A file that was written again stands in a later line.
  return new Map(lines.filter((line) => line !== null).map(([, hash, path]) => [path, hash]));
}

/** The lines for these files. */
export function hashLines(hashes: Iterable<readonly [path: string, hash: string]>): string {
  return Array.from(hashes, ([path, hash]) => `${hash}  ${path}\n`).join("");
}

/** The SHA-256 of a file, in hexadecimal digits. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const piece = new Uint8Array(1 << 20);
  for (let count; (count = await file.read(piece)) !== null;) {
    signal?.throwIfAborted();
    hash.update(piece.subarray(0, count));
  }
  return hash.digest("hex");
}

/** The SHA-256 of a file in a store. */
export async function hashIn(store: Store, path: string, signal?: AbortSignal): Promise<string> {
  // With a large piece of memory that is used again and again: a disk is faster than a stream.
  if (store.isLocal) return await hashFile(path, signal);
  const hash = createHash("sha256");
  for await (const piece of (await store.stream(path, { signal })).bytes) hash.update(piece);
  return hash.digest("hex");
}

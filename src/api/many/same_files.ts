/**
 * Whether stored files hold the same.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { forEach } from "../../async/concurrent.ts";
import { isNeptuneError } from "../../errors.ts";
import type { Source } from "../../source.ts";
import { type FileRef, sameFile } from "../../types.ts";

/** What two files are. `unknown`: neither is there to be compared. */
export type Likeness = "same" | "different" | "unknown";

type Pair = readonly [FileRef, FileRef];

/** How many pairs are compared at a time. */
const AT_ONCE = 8;
/** Folders within folders; more there are where a link leads in circles. */
const DEEPEST = 32;

/**
 * Compares files by type, size and bytes, and file sets by their files. What is missing in one differs. Nothing is read where the sizes
 * differ, and no more than up to the first difference; a file that cannot be read is an error.
 */
export async function compareFiles(source: Source, pairs: readonly Pair[], signal: AbortSignal): Promise<Likeness[]> {
  const found: Likeness[] = [];
  await forEach(pairs, AT_ONCE, async (pair, at, signal) => {
    found[at] = await compare(source, pair, signal, 0);
  }, signal);
  return found;
}

async function compare(source: Source, [a, b]: Pair, signal: AbortSignal, depth: number): Promise<Likeness> {
  if (!sameFile(a, b)) return "different";
  const one = await open(source, a, signal);
  const other = await open(source, b, signal).catch(async (error) => {
    await one?.bytes?.cancel().catch(() => {});
    throw error;
  });
  if (one === null && other === null) return "unknown";
  if (one?.bytes && other?.bytes) return await sameBytes(one.bytes, other.bytes) ? "same" : "different";
  await (one?.bytes ?? other?.bytes)?.cancel().catch(() => {});
  const [names, others] = [one?.inside, other?.inside];
  if (!names || !others || names.length !== others.length || !names.every((name, i) => name === others[i])) {
    return "different";
  }
  if (names.length > 0 && depth >= DEEPEST) return "unknown";
  let likeness: Likeness = "same";
  for (const name of names) {
    const inner = await compare(source, [within(a, name), within(b, name)], signal, depth + 1);
    if (inner === "different") return inner;
    if (inner === "unknown") likeness = inner;
  }
  return likeness;
}

/** A file of a set, of which nothing is known yet. */
function within({ path }: FileRef, name: string): FileRef {
  return { path: `${path}/${name}`, size: null, mimeType: "application/octet-stream" };
}

/** The bytes of a file, or the names in a folder, in order; null where it is missing. */
async function open(source: Source, ref: FileRef, signal: AbortSignal): Promise<
  { bytes: ReadableStream<Uint8Array>; inside?: undefined } | { inside: readonly string[]; bytes?: undefined } | null
> {
  try {
    return { bytes: (await source.file(ref, { signal })).bytes };
  } catch (error) {
    if (!isNeptuneError(error, "FileMissingError")) throw error;
    return error.fields.inside ? { inside: error.fields.inside.toSorted() } : null;
  }
}

/** Reads both up to the first difference. */
async function sameBytes(a: ReadableStream<Uint8Array>, b: ReadableStream<Uint8Array>): Promise<boolean> {
  const readers = [a.getReader(), b.getReader()];
  try {
    let [one, other] = await Promise.all(readers.map(next));
    while (one.length > 0 && other.length > 0) {
      const length = Math.min(one.length, other.length);
      if (Buffer.compare(one.subarray(0, length), other.subarray(0, length)) !== 0) return false;
      one = one.length > length ? one.subarray(length) : await next(readers[0]);
      other = other.length > length ? other.subarray(length) : await next(readers[1]);
    }
    return one.length === other.length;
  } finally {
    await Promise.all(readers.map((reader) => reader.cancel().catch(() => {})));
  }
}

/** The next bytes; none at the end. */
async function next(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array> {
  while (true) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array();
    if (value.length > 0) return value;
  }
}

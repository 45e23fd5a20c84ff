/**
 * Bytes of files on disk.
 *
 * @module
 */

/** Most columns of row groups are shorter, and share one buffer: new memory takes longer than filling it. */
const MOST_SHARED = 16 << 20;
let shared = new ArrayBuffer(0);

/**
 * Reads bytes of an open file, as many as there are.
 *
 * @param passing They are only needed until the next ones are read so.
 */
export function readAt(file: Deno.FsFile, at: number, length: number, passing = false): Uint8Array<ArrayBuffer> {
  const bytes = passing && length <= MOST_SHARED ? room(length) : new Uint8Array(length);
  file.seekSync(at, Deno.SeekMode.Start);
  for (let read = 0; read < length;) {
    const some = file.readSync(bytes.subarray(read));
    if (some === null) return bytes.subarray(0, read);
    read += some;
  }
  return bytes;
}

function room(length: number): Uint8Array<ArrayBuffer> {
  if (shared.byteLength < length) shared = new ArrayBuffer(Math.min(2 * length, MOST_SHARED));
  return new Uint8Array(shared, 0, length);
}

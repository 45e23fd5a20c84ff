/**
 * Bytes of files on disk.
 *
 * @module
 */

/**
 * Reads bytes of an open file, as many as there are.
 *
 * @param bytes Where to: as long as what is read.
 */
export function readAt(
  file: Deno.FsFile,
  at: number,
  length: number,
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(length),
): Uint8Array<ArrayBuffer> {
  file.seekSync(at, Deno.SeekMode.Start);
  for (let read = 0; read < length;) {
    const some = file.readSync(bytes.subarray(read));
    if (some === null) return bytes.subarray(0, read);
    read += some;
  }
  return bytes;
}

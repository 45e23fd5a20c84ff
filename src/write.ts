/**
 * Writes files whole or not at all.
 *
 * @module
 */

import { dirname, join } from "node:path";

/**
 * Writes a file in place of what is there. Until all bytes have come they are in a file of another name beside it, which is taken away
 * when they do not come.
 *
 * @param path Where to.
 * @param bytes What to write.
 * @param signal Ends it.
 */
export async function writeWhole(
  path: string | URL,
  bytes: ReadableStream<Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  // A short name of its own: two writers never share it, and it fits where the name of the file just does.
  const name = `.${crypto.randomUUID()}.part`;
  const part = path instanceof URL ? new URL(name, path) : join(dirname(path), name);
  try {
    await Deno.writeFile(part, bytes, { signal, createNew: true });
    await Deno.rename(part, path);
  } catch (error) {
    await bytes.cancel().catch(() => {});
    await Deno.remove(part).catch(() => {});
    throw error;
  }
}

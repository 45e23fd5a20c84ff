/**
 * The bytes of files for a page.
 *
 * @module
 */

import { FileMissingError } from "../../errors.ts";
import { imageType, MAX_IMAGE_BYTES, type StoredImage } from "../../display/image.ts";
import type { Source } from "../../source.ts";
import type { FileRef } from "../../types.ts";

const MAX_TEXT_BYTES = 100_000;

/**
 * Reads files that are images, one after the other, until they add up to what a page can show.
 *
 * @param files By the key under which the page knows them.
 * @param total Bytes of all images together.
 */
export async function readImages<Key>(
  source: Source,
  files: Iterable<[Key, FileRef | null]>,
  total: number,
  signal?: AbortSignal,
): Promise<Map<Key, StoredImage>> {
  const images = new Map<Key, StoredImage>();
  let left = total;
  for (const [key, file] of files) {
    if (left <= 0) break;
    if (!file || !mayBeImage(file) || (file.size ?? 0) > MAX_IMAGE_BYTES) continue;
    const bytes = await read(source, file, signal);
    const mimeType = bytes && imageType(bytes);
    if (!bytes || !mimeType) continue;
    images.set(key, { mimeType, bytes });
    left -= bytes.length;
  }
  return images;
}

/** Names without an ending say nothing about their contents. */
function mayBeImage({ mimeType }: FileRef): boolean {
  return mimeType.startsWith("image/") || mimeType === "application/octet-stream";
}

/** The text of a file, where it is a small one with text in it. */
export async function readText(source: Source, file: FileRef, signal?: AbortSignal): Promise<string | null> {
  if (!/^text\/|json|xml|yaml|toml/.test(file.mimeType) || (file.size ?? 0) > MAX_TEXT_BYTES) return null;
  const bytes = await read(source, file, signal);
  return bytes && new TextDecoder().decode(bytes);
}

async function read(source: Source, file: FileRef, signal?: AbortSignal): Promise<Uint8Array | null> {
  try {
    const { bytes } = await source.file(file, { signal });
    return await new Response(bytes as ReadableStream<Uint8Array<ArrayBuffer>>).bytes();
  } catch (error) {
    if (error instanceof FileMissingError) return null;
    throw error;
  }
}

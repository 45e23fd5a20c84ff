/**
 * The bytes of files for a page.
 *
 * @module
 */

import { FileMissingError } from "../../errors.ts";
import { imageType, MAX_IMAGE_BYTES, type StoredImage } from "../../display/file/image.ts";
import { bundle, type MediaBundle } from "../../display/bundle.ts";
import { type FileBytes, fileView, readableBytes } from "../../display/file/file_view.ts";
import { view } from "../../display/html.ts";
import type { Source } from "../../source.ts";
import type { FileRef } from "../../types.ts";

/**
 * Reads files that are images, one after the other; one that is too large for what is left is passed over.
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
    if (!file || !mayBeImage(file) || (file.size ?? 0) > Math.min(MAX_IMAGE_BYTES, left)) continue;
    const bytes = await readBytes(source, file, signal);
    const mimeType = bytes && imageType(bytes);
    if (!bytes || !mimeType || bytes.length > left) continue;
    images.set(key, { mimeType, bytes });
    left -= bytes.length;
  }
  return images;
}

/** Tells whether a file can be an image. Names without an ending say nothing about their contents. */
export function mayBeImage({ mimeType }: FileRef): boolean {
  return mimeType.startsWith("image/") || mimeType === "application/octet-stream";
}

/** A file as a notebook shows it. */
export async function showFile(source: Source, file: FileRef): Promise<MediaBundle> {
  const { html, text } = fileView(file, await readShown(source, file));
  return bundle(view(html), text);
}

/** The bytes of a file, where they can be shown. */
export async function readShown(source: Source, file: FileRef, signal?: AbortSignal): Promise<FileBytes> {
  const limit = readableBytes(file);
  if (limit === 0 || (file.size ?? 0) > limit) return "not read";
  const bytes = await readBytes(source, file, signal);
  return bytes === null ? "missing" : bytes.length <= limit ? bytes : "not read";
}

async function readBytes(source: Source, file: FileRef, signal?: AbortSignal): Promise<Uint8Array | null> {
  try {
    const { bytes } = await source.file(file, { signal });
    return await new Response(bytes as ReadableStream<Uint8Array<ArrayBuffer>>).bytes();
  } catch (error) {
    if (error instanceof FileMissingError) return null;
    throw error;
  }
}

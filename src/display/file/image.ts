/**
 * Image files as pictures.
 *
 * @module
 */

import type { Budget } from "../bundle.ts";
import { formatBytes } from "../format.ts";
import { type Html, LINE, markup, QUIET } from "../html.ts";
import { dataAddress } from "../svg.ts";

/** The bytes of a stored image. */
export interface StoredImage {
  mimeType: string;
  bytes: Uint8Array;
}

const SIGNATURES: [mimeType: string, start: number[]][] = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/gif", [0x47, 0x49, 0x46, 0x38]],
];

/** The kind of image that browsers show, told by the first bytes as names of stored files may lack an ending; else null. */
export function imageType(bytes: Uint8Array): string | null {
  const known = SIGNATURES.find(([, start]) => start.every((byte, i) => bytes[i] === byte));
  if (known) return known[0];
  const text = new TextDecoder().decode(bytes.subarray(0, 256));
  if (text.startsWith("RIFF") && text.startsWith("WEBP", 8)) return "image/webp";
  if (text.startsWith("ftypavif", 4)) return "image/avif";
  return /^\s*(<\?xml[^>]*>\s*)?(<!--[^]*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/.test(text)
    ? "image/svg+xml"
    : null;
}

/** The size up to which an image is shown, in bytes. */
export const MAX_IMAGE_BYTES = 180_000;

/** An image in its own size, but no wider than the page. */
export function imageHtml({ mimeType, bytes }: StoredImage, title: string, height?: number): Html {
  const size = height === undefined ? "max-height:480px;height:auto" : `height:${height}px`;
  const pixels = height !== undefined && pngHeight(bytes) <= height ? ";image-rendering:pixelated" : "";
  return markup`
    <img src="${dataAddress(mimeType, bytes)}" alt="${title}" title="${title}"
      style="max-width:100%;${size};display:block;margin:0 0 2px;background:none${pixels}">
  `;
}

/** Small images are enlarged without blur. */
function pngHeight(bytes: Uint8Array): number {
  if (imageType(bytes) !== "image/png" || bytes.length < 24) return Infinity;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(20);
}

/** A picture in a row of pictures, with its caption; a box in its place where the budget does not allow it. */
export function picture(
  image: StoredImage,
  { caption, title, height, budget }: { caption: string; title: string; height: number; budget: Budget },
): Html {
  const shown = budget.take(600 + Math.ceil(image.bytes.length / 3) * 4)
    ? imageHtml(image, title, height)
    : markup`<div style="height:${height}px;width:${height}px;border:1px dashed ${LINE};box-sizing:border-box;padding:6px;margin:0 0 2px;${QUIET};font-size:11px">${
      formatBytes(image.bytes.length)
    }, too large for this page</div>`;
  return markup`
    <div style="display:inline-block;vertical-align:top;margin:0 10px 10px 0;max-width:${height * 3}px">
      ${shown}
      <div style="${QUIET};font-size:11px;line-height:1.3;overflow-wrap:anywhere">${caption}</div>
    </div>
  `;
}

/**
 * SVG pictures inside HTML, in the form that every notebook front end shows: an image with a base64 data address.
 *
 * @module
 */

import { type Html, markup } from "./html.ts";

/** The size of a picture, in CSS pixels. */
export interface Size {
  width: number;
  height: number;
}

/**
 * Wraps drawn content in an SVG document that stands on its own. Its text is of one grey that reads on white (4.5 to 1) and on the
 * dark pages of notebooks; a page that says that it is dark gets a lighter one.
 */
export function svgDocument({ width, height }: Size, content: Html): string {
  const viewBox = `0 0 ${width} ${height}`;
  return markup`
    <svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${viewBox}" color="#767676">
      <style>@media (prefers-color-scheme:dark){svg{color:#a6a6a6}}</style>
      <g font-family="${FONT}" font-size="11" fill="currentColor">${content}</g>
    </svg>
  `.toString();
}

const FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";

/** The picture as an image element that shrinks with the page, but not below the width given. */
export function svgImage(svg: string, { width, height }: Size, alt: string, least = 0): Html {
  const address = dataAddress("image/svg+xml", new TextEncoder().encode(svg));
  return markup`
    <img src="${address}" width="${width}" height="${height}" alt="${alt}"
      style="max-width:100%;${
    least > 0 && markup`min-width:${least}px;`
  }height:auto;vertical-align:middle;background:none">
  `;
}

/** Bytes as a data address. */
export function dataAddress(mimeType: string, bytes: Uint8Array): Html {
  return markup`data:${mimeType};base64,${bytes.toBase64()}`;
}

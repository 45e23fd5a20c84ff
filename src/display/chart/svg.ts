/**
 * SVG pictures inside HTML, in the form that every notebook front end shows: an image with a base64 data address.
 *
 * @module
 */

import { type Html, markup } from "../html.ts";

/** The size of a picture, in CSS pixels. */
export interface Size {
  width: number;
  height: number;
}

/** Wraps drawn content in an SVG document that stands on its own. */
export function svgDocument({ width, height }: Size, content: Html): string {
  const viewBox = `0 0 ${width} ${height}`;
  return markup`
    <svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${viewBox}">${content}</svg>
  `.toString();
}

/** The picture as an image element that shrinks with the page. */
export function svgImage(svg: string, { width, height }: Size, alt: string): Html {
  const address = dataAddress("image/svg+xml", new TextEncoder().encode(svg));
  return markup`
    <img src="${address}" width="${width}" height="${height}" alt="${alt}"
      style="max-width:100%;height:auto;vertical-align:middle;background:none">
  `;
}

/** Bytes as a data address. */
export function dataAddress(mimeType: string, bytes: Uint8Array): Html {
  return markup`data:${mimeType};base64,${bytes.toBase64()}`;
}

/** How wide text of the default size is, roughly: good enough to place labels next to each other. */
export function textWidth(text: string, fontSize = 11): number {
  let width = 0;
  for (const sign of text) {
    width += /[ilj.,:;'|!]/.test(sign) ? 0.3 : /[mwMW@%\u0250-\u{10ffff}]/u.test(sign) ? 0.92 : 0.58;
  }
  return width * fontSize;
}

/**
 * What a notebook shows: one value in several MIME types, of which the front end takes the richest it can.
 *
 * @module
 */

import { printable } from "../errors.ts";
import { jupyterDisplay } from "../kernel.ts";
import type { Html } from "./html.ts";

/** MIME types and their contents: text as strings, JSON as plain objects. */
export type MediaBundle = Record<string, string | object>;

export { jupyterDisplay };

/** Something that shows itself in a notebook. */
export interface Displayable {
  /** What to show, by MIME type. */
  [jupyterDisplay](): MediaBundle | Promise<MediaBundle>;
}

/** The size that no bundle exceeds, in bytes of UTF-8. Notebooks with larger outputs get slow to open and to review. */
export const MAX_BUNDLE_BYTES = 300_000;

const MAX_PLAIN_BYTES = 30_000;

/**
 * The bundle of an HTML view and its text. Views keep to a {@linkcode Budget}, so that they can say what they leave out; one
 * that is too large all the same shows its text alone.
 */
export function bundle(html: Html, plain: string): MediaBundle {
  const text = shorten(plain);
  const page = html.toString();
  if (byteLength(page) + byteLength(text) <= MAX_BUNDLE_BYTES) return { "text/html": page, "text/plain": text };
  return { "text/plain": `${text}\n(The full view has more than ${MAX_BUNDLE_BYTES / 1000} kB and is left out.)` };
}

/** How many bytes a view may still spend. */
export class Budget {
  #left: number;

  /** @param bytes What may be spent; by default what a bundle holds, less a margin for its frame and text. */
  constructor(bytes: number = MAX_BUNDLE_BYTES - MAX_PLAIN_BYTES - 10_000) {
    this.#left = bytes;
  }

  /** Takes the bytes of this content when they are there, and tells whether they were. */
  take(content: Html | string | number): boolean {
    const bytes = typeof content === "number" ? content : byteLength(content.toString());
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  /** Keeps the leading items that fit. */
  fit<T extends Html | string>(items: T[]): T[] {
    const end = items.findIndex((item) => !this.take(item));
    return end < 0 ? items : items.slice(0, end);
  }
}

/** Bytes of this text as UTF-8. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function shorten(text: string): string {
  const plain = printable(text);
  if (byteLength(plain) <= MAX_PLAIN_BYTES) return plain;
  const kept = plain.slice(0, MAX_PLAIN_BYTES / 3).toWellFormed();
  return `${kept}\n… ${(plain.length - kept.length).toLocaleString("en-US")} more characters`;
}

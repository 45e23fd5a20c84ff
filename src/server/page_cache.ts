/**
 * Keeps what was computed beyond the page that was asked, for the request for the next page.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { SeriesBlock, ValueBlock } from "../columns.ts";
import type { CellRef } from "../wire/encode/attributes.ts";

/** One attribute as the API names it. */
export interface Definition {
  name: string;
  type: string;
}

/** Values that were read and do not fit the page. */
export interface RestOfValues {
  block: ValueBlock;
  cells: CellRef[];
}

/** Rows of a block, which belong to one series. */
export interface Piece {
  block: SeriesBlock;
  start: number;
  end: number;
}

/** Points that follow a page. */
export interface RestOfPoints {
  /** They are all there are beyond this step, up to their end; null: from the end of the series. */
  beyond: number | null;
  pieces: Piece[];
  /** Whether no others follow. */
  complete: boolean;
}

/** A remainder takes as much as so many items more, however few it has: its block has some twenty columns. */
const BESIDES = 200;

/** Remainders of listings, as many as fit; the oldest are forgotten first and have to be computed again. */
export class PageCache<T> {
  readonly #kept = new Map<string, { rest: T; size: number }>();
  readonly #room: number;
  #size = 0;

  /** @param room How many items of all remainders together to keep, at most. */
  constructor(room: number) {
    this.#room = room;
  }

  /** Keeps a remainder of `size` items for the request described by these words. */
  put(words: readonly string[], rest: T, size: number): void {
    const key = digest(words);
    this.#forget(key);
    this.#kept.set(key, { rest, size: size + BESIDES });
    this.#size += size + BESIDES;
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= this.#room) break;
      this.#forget(oldest);
    }
  }

  /** Gives what is kept for a request, once. */
  take(words: readonly string[]): T | null {
    const key = digest(words);
    const rest = this.#kept.get(key)?.rest ?? null;
    this.#forget(key);
    return rest;
  }

  #forget(key: string): void {
    this.#size -= this.#kept.get(key)?.size ?? 0;
    this.#kept.delete(key);
  }
}

function digest(words: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(words)).digest("base64");
}

/** A page token that holds plain data. */
export function encodePageToken(place: readonly string[]): string {
  return new TextEncoder().encode(JSON.stringify(place)).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** What a page token holds; null where it is not a page token. */
export function decodePageToken(token: string): string[] | null {
  try {
    return JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(token, { alphabet: "base64url" })));
  } catch {
    return null;
  }
}

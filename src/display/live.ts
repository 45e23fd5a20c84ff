/**
 * Displays that come alive where scripts may run. What stands in the page without scripts comes first and is whole by itself; the
 * data lie in an attribute, which no front end shows or runs, and a script, the same for all of one kind, reads them.
 *
 * @module
 */

import { deflateRawSync } from "node:zlib";
import { type Content, Html, markup } from "./html.ts";
import { SCRIPTS } from "./script.gen.ts";

/** What a display can become. */
export type LiveKind = keyof typeof SCRIPTS;

/** A display and its data, with the script of its kind. */
export function live(kind: LiveKind, still: Content, data?: unknown): Html {
  const run = new Html(`<script>${SCRIPTS[kind]}</script>`);
  const packed = data !== undefined && markup` data-content="${pack(data)}"`;
  return markup`<div data-neptune="${kind}"${packed}>${still}</div>${run}`;
}

/** JSON, deflated and in base64, because an output has little room; nothing in it can be markup. */
export function pack(data: unknown): string {
  return deflateRawSync(new TextEncoder().encode(JSON.stringify(data))).toBase64();
}

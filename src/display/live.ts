/**
 * Displays that come alive where scripts may run. What stands in the page without scripts comes first and is whole by itself; the
 * data lie beside it as JSON that no browser runs, and a script, the same for all of one kind, reads them.
 *
 * @module
 */

import { type Content, Html, markup } from "./html.ts";
import { SCRIPTS } from "./script.gen.ts";

/** What a display can become. */
export type LiveKind = keyof typeof SCRIPTS;

/** A display and its data, with the script of its kind. */
export function live(kind: LiveKind, still: Content, data?: unknown): Html {
  const run = new Html(`<script>${SCRIPTS[kind]}</script>`);
  return markup`<div data-neptune="${kind}">${still}${data !== undefined && inert(data)}</div>${run}`;
}

/** JSON in a script element of a type that no browser runs. */
function inert(data: unknown): Html {
  return new Html(`<script type="application/json">${inertJson(data)}</script>`);
}

/** JSON that can lie in a script element: without `<` nothing in it can end the element. */
export function inertJson(data: unknown): string {
  return JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

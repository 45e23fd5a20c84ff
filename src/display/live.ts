/**
 * Displays that come alive where scripts may run. What stands in the page without scripts comes first and is whole by itself; the
 * data lie beside it as JSON that no browser runs, and one script, the same for all, reads them.
 *
 * @module
 */

import { type Content, Html, markup } from "./html.ts";
import { SCRIPT } from "./script.gen.ts";

/** What a display can become. */
export type LiveKind = "chart" | "parallel" | "table" | "images" | "steps";

/** A display and its data, with the script. */
export function live(kind: LiveKind, still: Content, data?: unknown): Html {
  return markup`<div data-neptune="${kind}">${still}${data !== undefined && inert(data)}</div>${RUN}`;
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

const RUN = new Html(`<script>${SCRIPT}</script>`);

/**
 * The libraries of the page: their own files, as npm installed them. Nothing of them is copied into this repository, and nothing is
 * fetched from the internet once they are installed.
 *
 * @module
 */

import signals from "@preact/signals" with { type: "text" };
import signalsCore from "@preact/signals-core" with { type: "text" };
import htm from "htm" with { type: "text" };
import preact from "preact" with { type: "text" };
import hooks from "preact/hooks" with { type: "text" };

/** Where the page finds its libraries. */
const LIBRARY_PATH = "/lib/";

/** The modules by what one writes to import them. */
export const LIBRARIES: ReadonlyMap<string, string> = new Map([
  ["preact", preact],
  ["preact/hooks", hooks],
  ["htm", htm],
  ["@preact/signals", signals],
  ["@preact/signals-core", signalsCore],
]);

/** The path of a library on this server. */
export function libraryPath(name: string): string {
  return `${LIBRARY_PATH}${name}.js`;
}

/** The library that a module names: `preact`, or what publishing makes of it, `npm:/preact@^11.2.0/hooks`; null: it names a file. */
export function libraryOf(specifier: string): string | null {
  const [, name, rest = ""] = /^(?:npm:\/?)?((?:@[\w.-]+\/)?[\w-]+)(?:@[^/]+)?((?:\/[\w./-]+)?)$/.exec(specifier) ?? [];
  return LIBRARIES.has(name + rest) ? name + rest : null;
}

/** A library whose imports of others name their place on this server, as a browser knows no other names. */
export function withPaths(code: string): string {
  return code.replace(/\b(from|import)\s*(["'])([^"']+)\2/g, (whole, word, quote, specifier) => {
    const library = libraryOf(specifier);
    return library === null ? whole : `${word} ${quote}${libraryPath(library)}${quote}`;
  });
}

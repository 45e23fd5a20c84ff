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

/** The modules by what one writes to import them. */
export const LIBRARIES: Readonly<Record<string, string>> = {
  preact,
  "preact/hooks": hooks,
  htm,
  "@preact/signals": signals,
  "@preact/signals-core": signalsCore,
};

/** The library that a module names: `preact`, or what publishing makes of it, `npm:/preact@^11.2.0/hooks`; null: it names a file. */
export function libraryOf(specifier: string): string | null {
  const [, name, rest = ""] = /^(?:npm:\/?)?((?:@[\w.-]+\/)?[\w-]+)(?:@[^/]+)?((?:\/[\w./-]+)?)$/.exec(specifier) ?? [];
  return Object.hasOwn(LIBRARIES, name + rest) ? name + rest : null;
}

/// <reference lib="dom" />

/**
 * Links from one section to another.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { addressWith, go } from "./address.ts";
import { html } from "./html.ts";

/** A link to a section that keeps what is shown. */
export function Link(
  { path, params = {}, current = false, children, ...more }: {
    path: string;
    params?: Record<string, string | null>;
    current?: boolean;
    children?: ComponentChild;
  },
): ComponentChild {
  const click = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0) return;
    event.preventDefault();
    go(params, { path });
  };
  return html`<a ...${more} href=${addressWith(params, path)} aria-current=${
    current ? "page" : undefined
  } onClick=${click}>${children}</a>`;
}

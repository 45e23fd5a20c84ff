/// <reference lib="dom" />

/**
 * Pictures that are drawn as markup, whose outside texts are escaped where it is made. This is the only place where a text becomes
 * markup; the browser refuses any other.
 *
 * @module
 */

import type { Html } from "../../display/html.ts";

interface Policies {
  trustedTypes?: {
    createPolicy(name: string, rules: { createHTML(text: string): string }): { createHTML(text: string): string };
  };
}

const policy = (globalThis as Policies).trustedTypes?.createPolicy("picture", { createHTML: (text) => text });

/** Puts a picture into an element, in place of what was there. */
export function putPicture(node: Element, picture: Html): void {
  const text = String(picture);
  node.innerHTML = policy ? policy.createHTML(text) : text;
}

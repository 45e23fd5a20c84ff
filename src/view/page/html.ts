/// <reference lib="dom" />

/**
 * Elements of the page as templates: `` html`<p class="note">${text}</p>` ``. What is put in is text or an attribute's value, never
 * markup.
 *
 * @module
 */

import htm from "htm";
import { type ComponentChild, h } from "preact";

type Template<T> = (strings: TemplateStringsArray, ...values: unknown[]) => T;

/** Makes elements. A template with several elements at its top makes a list. */
export const html: Template<ComponentChild> = (htm as unknown as Template<never>).bind(h);

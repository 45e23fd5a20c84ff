/// <reference lib="dom" />

/**
 * Elements of a page. Texts become text nodes, so that nothing in them is ever markup.
 *
 * @module
 */

/** Makes an element with an inline style and what is in it. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  style: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.style.cssText = style;
  made.append(...children);
  return made;
}

/** The namespace of pictures. */
export const SVG = "http://www.w3.org/2000/svg";

/** Makes a part of a picture. */
export function svgElement(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

const BUTTON =
  "font:inherit;font-size:11px;line-height:1.4;color:inherit;background:none;border:1px solid rgba(128,128,128,.45);" +
  "border-radius:4px;padding:1px 7px;margin:0;cursor:pointer";

/** A small button. */
export function button(label: string, title: string, click: () => void): HTMLButtonElement {
  const made = element("button", BUTTON, label);
  made.type = "button";
  made.title = title;
  made.addEventListener("click", click);
  return made;
}

/** Shows whether a button is switched on. */
export function press(made: HTMLElement, on: boolean): void {
  made.setAttribute("aria-pressed", String(on));
  made.style.background = on ? "rgba(128,128,128,.28)" : "none";
}

/** The data that a display brings along. */
export async function dataOf<T>(node: HTMLElement): Promise<T> {
  const bytes = Uint8Array.from(atob(node.dataset.content!), (sign) => sign.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return await new Response(inflated).json();
}

/** The color of the page behind an element. */
export function pageColor(node: HTMLElement): string {
  for (let at: HTMLElement | null = node; at; at = at.parentElement) {
    const color = getComputedStyle(at).backgroundColor;
    if (!/^transparent$|, 0\)$/.test(color)) return color;
  }
  return "Canvas";
}

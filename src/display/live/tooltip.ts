/// <reference lib="dom" />

/**
 * The box that says what is under the pointer.
 *
 * @module
 */

import { element, pageColor } from "./element.ts";

/** One tooltip of a display. */
export class Tooltip {
  readonly #root: HTMLElement;
  readonly #box: HTMLElement;

  /** @param root The element it lies in, which has a position. */
  constructor(root: HTMLElement) {
    this.#root = root;
    this.#box = element(
      "div",
      "position:absolute;display:none;pointer-events:none;z-index:9;font-size:12px;line-height:1.45;padding:5px 9px;max-width:340px;" +
        "border:1px solid rgba(128,128,128,.5);border-radius:5px;box-shadow:0 2px 8px rgba(0,0,0,.25);overflow-wrap:anywhere",
    );
    this.#box.dataset.part = "tooltip";
    root.append(this.#box);
  }

  /** Shows a heading with its color and rows of names and texts, next to a place in the root. */
  show(color: string, heading: string, rows: [name: string, text: string][], x: number, y: number): void {
    const swatch = element(
      "span",
      `display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:6px;background:${color}`,
    );
    const head = element("div", "font-weight:600", swatch, heading);
    const grid = element(
      "div",
      "display:grid;grid-template-columns:auto 1fr;column-gap:10px;font-variant-numeric:tabular-nums",
    );
    for (const [name, text] of rows) {
      grid.append(element("span", "opacity:.75", name), element("span", "", text));
    }
    this.#box.replaceChildren(head, grid);
    this.#box.style.background = pageColor(this.#root);
    this.#box.style.display = "block";
    const { offsetWidth: width, offsetHeight: height } = this.#box;
    const room = this.#root.clientWidth;
    this.#box.style.left = `${Math.max(0, x + 14 + width <= room ? x + 14 : x - 14 - width)}px`;
    this.#box.style.top = `${Math.max(0, y - height - 10)}px`;
  }

  hide(): void {
    this.#box.style.display = "none";
  }
}

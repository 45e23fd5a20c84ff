/// <reference lib="dom" />

/**
 * A part of an upright axis that is chosen: by dragging along the axis, or with the arrow keys.
 *
 * @module
 */

import { BOTTOM, TOP } from "../draw/parallel.ts";
import { svgElement } from "./element.ts";

/** Pixels to both sides of an axis that belong to it. */
const REACH = 13;
/** Drags shorter than this choose nothing, in pixels. */
const CLICK = 4;

/** The brush of one axis. */
export class Brush {
  readonly node: SVGElement = svgElement("g", {});
  readonly #area: SVGElement;
  readonly #chosen: SVGElement;
  readonly #bottom: number;
  readonly #changed: () => void;
  #range: [top: number, bottom: number] | null = null;
  #start: number | null = null;

  /**
   * @param label What the axis is called.
   * @param height Of the whole picture.
   * @param step How far an arrow key moves an end, in pixels.
   * @param changed Called whenever another part is chosen.
   */
  constructor(label: string, height: number, step: number, changed: () => void) {
    this.#bottom = height - BOTTOM;
    this.#changed = changed;
    this.#area = svgElement("rect", {
      y: TOP - 6,
      width: 2 * REACH,
      height: this.#bottom - TOP + 12,
      fill: "transparent",
      tabindex: 0,
      role: "slider",
      "aria-label": label,
      "aria-orientation": "vertical",
      "data-lm-suppress-shortcuts": "true", // JupyterLab moves between cells by the same keys.
      style: "cursor:ns-resize;touch-action:none",
    });
    this.#chosen = svgElement("rect", {
      width: 14,
      fill: "rgba(63,120,230,.28)",
      stroke: "#3f78e6",
      "pointer-events": "none",
    });
    const title = svgElement("title", {});
    title.textContent =
      `Drag along ${label} to choose runs, double click for all. Keys: arrows move the upper end, with Shift the lower one; Escape`;
    this.#area.append(title);
    this.node.append(this.#chosen, this.#area);
    this.#listen(step);
    this.#set(null);
  }

  /** Whether a place on the axis is chosen; where nothing is, all are. */
  holds(y: number | undefined): boolean {
    return this.#range === null || (y !== undefined && y >= this.#range[0] - 0.5 && y <= this.#range[1] + 0.5);
  }

  /** The part that is chosen, in pixels. */
  get range(): [top: number, bottom: number] | null {
    return this.#range;
  }

  /** Puts it at the place where its axis is drawn. */
  place(x: number): void {
    this.#area.setAttribute("x", String(x - REACH));
    this.#chosen.setAttribute("x", String(x - 7));
  }

  /** Says what is chosen. */
  say(text: string): void {
    this.#area.setAttribute("aria-valuetext", text);
  }

  /** Chooses all again. */
  clear(): void {
    this.#set(null);
    this.#changed();
  }

  #set(range: [number, number] | null): void {
    const whole = range && range[0] <= TOP && range[1] >= this.#bottom;
    this.#range = whole ? null : range;
    const [top, bottom] = this.#range ?? [0, 0];
    this.#chosen.setAttribute("y", String(top));
    this.#chosen.setAttribute("height", String(bottom - top));
    this.#chosen.style.display = this.#range ? "" : "none";
  }

  #within(y: number): number {
    return Math.min(this.#bottom, Math.max(TOP, y));
  }

  #listen(step: number): void {
    const area = this.#area;
    const at = (event: PointerEvent) => this.#within(event.clientY - area.ownerSVGElement!.getBoundingClientRect().top);
    area.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      area.setPointerCapture(event.pointerId);
      this.#start = at(event);
    });
    area.addEventListener("pointermove", (event) => {
      if (this.#start === null || Math.abs(at(event) - this.#start) < CLICK) return;
      this.#set([Math.min(this.#start, at(event)), Math.max(this.#start, at(event))]);
      this.#changed();
    });
    for (const end of ["pointerup", "pointercancel"] as const) area.addEventListener(end, () => this.#start = null);
    area.addEventListener("dblclick", (event) => {
      event.stopPropagation();
      this.clear();
    });
    area.addEventListener("keydown", (event) => {
      const by = { ArrowUp: -step, ArrowDown: step }[event.key];
      if (by === undefined && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      if (by === undefined) return this.clear();
      const [top, bottom] = this.#range ?? [TOP, this.#bottom];
      const moved: [number, number] = event.shiftKey
        ? [top, Math.max(top, this.#within(bottom + by))]
        : [Math.min(bottom, this.#within(top + by)), bottom];
      this.#set(moved);
      this.#changed();
    });
  }
}

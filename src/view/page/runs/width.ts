/// <reference lib="dom" />

/**
 * The edge of a column, by which it is made wider or narrower.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { useRef } from "preact/hooks";
import { html } from "../html.ts";
import { fittingWidth, LEAST_WIDTH, MOST_WIDTH } from "./columns.ts";

/** How much an arrow key changes, in pixels; with Shift more. */
const STEP = 10, LARGE_STEP = 50;

interface Edge {
  /** What the column is called. */
  of: string;
  width: number;
  /** Called while the edge is dragged. */
  onMove(width: number): void;
  /** Called when a width was chosen; null: the one that there was at first. */
  onSet(width: number | null): void;
}

/** The edge: it is dragged, or moved by the arrow keys; a double click or Enter gives the column its first width again. */
export function WidthHandle({ of, width, onMove, onSet }: Edge): ComponentChild {
  const start = useRef<{ x: number; width: number } | null>(null);
  const at = (event: PointerEvent) => fittingWidth(start.current!.width + event.clientX - start.current!.x);
  const key = (event: KeyboardEvent) => {
    const step = event.shiftKey ? LARGE_STEP : STEP;
    if (event.key === "ArrowRight") onSet(fittingWidth(width + step));
    else if (event.key === "ArrowLeft") onSet(fittingWidth(width - step));
    else if (event.key === "Enter") onSet(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`
    <span role="separator" tabindex="0" class="runs-edge" aria-orientation="vertical" aria-label=${`Width of ${of}`}
      aria-valuenow=${width} aria-valuemin=${LEAST_WIDTH} aria-valuemax=${MOST_WIDTH}
      title="Drag to change the width; a double click takes it back"
      onMouseDown=${(event: MouseEvent) => event.preventDefault()}
      onPointerDown=${(event: PointerEvent) => {
        if (event.button !== 0) return;
        start.current = { x: event.clientX, width };
        (event.target as HTMLElement).setPointerCapture(event.pointerId);
      }}
      onPointerMove=${(event: PointerEvent) => start.current && onMove(at(event))}
      onPointerUp=${(event: PointerEvent) => {
        const moved = start.current && event.clientX !== start.current.x;
        if (moved) onSet(at(event));
        start.current = null;
      }}
      onDblClick=${() => onSet(null)} onKeyDown=${key}></span>
  `;
}

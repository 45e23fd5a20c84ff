/// <reference lib="dom" />

import type { Figure } from "../draw/figure.ts";
import type { Tooltip } from "./tooltip.ts";

/** What all panels of a figure share. */
export interface LiveFigure {
  figure: Figure;
  root: HTMLElement;
  tooltip: Tooltip;
  /** Dims all entries but this one; null: none is dimmed. */
  highlight(entry: number | null): void;
}

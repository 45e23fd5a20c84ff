/// <reference lib="dom" />

/**
 * The sections of the page. Each is loaded when it is shown for the first time.
 *
 * @module
 */

import type { ComponentType } from "preact";

/** One section. */
export interface Section {
  /** Its address. */
  path: string;
  title: string;
  /** Loads what draws it. */
  load: () => Promise<ComponentType>;
}

/** The sections, in the order in which they stand at the top. */
export const SECTIONS: readonly Section[] = [
  { path: "/", title: "Runs", load: async () => (await import("./runs/section.ts")).RunsSection },
  { path: "/charts", title: "Charts", load: async () => (await import("./charts/section.ts")).ChartsSection },
  { path: "/run", title: "Run", load: async () => (await import("./run/section.ts")).RunSection },
  { path: "/compare", title: "Compare", load: async () => (await import("./compare/section.ts")).CompareSection },
];

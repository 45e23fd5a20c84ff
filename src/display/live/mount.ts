/// <reference lib="dom" />

/**
 * Gives life to the displays of one kind that have none yet, wherever they are on the page. What fails stays the picture or table that
 * it was.
 *
 * After a change here or in `draw/`: `deno task generate:script`.
 *
 * @module
 */

/** Mounts every display of this kind. */
export function mountAll(kind: string, mount: (node: HTMLElement) => void | Promise<void>): void {
  for (const node of document.querySelectorAll<HTMLElement>(`[data-neptune="${kind}"]:not([data-live])`)) {
    node.dataset.live = "";
    (async () => await mount(node))().catch(console.error);
  }
}

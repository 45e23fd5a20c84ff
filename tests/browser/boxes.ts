/// <reference lib="dom" />

/** Looks at the boxes of texts: nothing may lie on something else, and nothing may be cut. */

import type { Locator } from "playwright-core";

/** What is wrong with the texts of the pictures in this part of a page, one sentence each. */
export async function wrongTexts(within: Locator): Promise<string[]> {
  return await within.evaluate((root: HTMLElement) => {
    const wrong: string[] = [];
    for (const svg of root.querySelectorAll<SVGSVGElement>("svg[viewBox], svg[height]")) {
      // A nested picture clips what lies in it.
      if (svg.parentElement!.closest("svg")) continue;
      const frame = svg.getBoundingClientRect();
      if (frame.width === 0) continue;
      const texts = [...svg.querySelectorAll("text")].filter((text) => text.textContent!.trim() !== "");
      const boxes = texts.map((text) => ({ text: text.textContent!, box: text.getBoundingClientRect() }));
      for (const [i, { text, box }] of boxes.entries()) {
        if (
          box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 2 ||
          box.bottom > frame.bottom + 2
        ) {
          wrong.push(`"${text}" is cut`);
        }
        for (const other of boxes.slice(0, i)) {
          const wide = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
          const high = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
          // Lines of text may come as close as their line height.
          if (wide > 1 && high > 3) wrong.push(`"${text}" lies on "${other.text}"`);
        }
      }
      const outside = svg.closest<HTMLElement>(".jp-OutputArea-output, body")!;
      if (frame.right > outside.getBoundingClientRect().right + 1) wrong.push("a picture is wider than its place");
    }
    for (const cell of root.querySelectorAll<HTMLElement>("td, th, summary, button")) {
      const style = getComputedStyle(cell);
      if (style.overflow !== "visible" && cell.scrollWidth > cell.clientWidth + 1) {
        wrong.push(`"${cell.textContent}" is cut`);
      }
    }
    return wrong;
  });
}

/** The pictures of a part of a page, as they are where no script runs. */
export async function stillPictures(within: Locator): Promise<string[]> {
  return await within.locator("img[src^='data:image/svg+xml']").evaluateAll((images: HTMLImageElement[]) =>
    images.map((image) =>
      new TextDecoder().decode(Uint8Array.from(atob(image.src.split(",")[1]), (c) => c.charCodeAt(0)))
    )
  );
}

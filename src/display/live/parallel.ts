/// <reference lib="dom" />

/**
 * Parallel coordinates that answer: the run under the pointer stands out, and says its values.
 *
 * @module
 */

import { type DrawnParallel, drawParallel, type ParallelData } from "../draw/parallel.ts";
import { rampLegend } from "../draw/ramp.ts";
import { dataOf, element } from "./element.ts";
import { Tooltip } from "./tooltip.ts";

/** Puts a live picture in the place of the still one. */
export function mountParallel(node: HTMLElement): void {
  const data = dataOf<ParallelData>(node);
  const image = node.querySelector("img")!;
  const root = element("div", `position:relative;max-width:min(100%,${data.width}px)`);
  root.dataset.part = "parallel";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.style.cssText = "display:block;color:inherit";
  const key = element("div", "");
  if (data.ramp) {
    const { content, height } = rampLegend(data.ramp);
    key.innerHTML = `<svg width="420" height="${height}" fill="currentColor" font-size="11">${content}</svg>`;
  }
  root.append(element("b", "font-size:13px", data.title), key, svg);
  const tooltip = new Tooltip(root);
  let drawn: DrawnParallel;
  const draw = () => {
    drawn = drawParallel(data, Math.max(200, Math.min(data.width, node.clientWidth || data.width)));
    svg.setAttribute("width", String(drawn.width));
    svg.setAttribute("height", String(drawn.height));
    svg.innerHTML = `<g fill="currentColor" font-size="11" font-family="system-ui,sans-serif">${drawn.content}</g>`;
  };
  const highlight = (line: number | null) => {
    for (const one of svg.querySelectorAll<SVGElement>("[data-entry]")) {
      one.style.opacity = line === null || one.dataset.entry === String(line) ? "" : "0.12";
    }
  };
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let least = 24;
    let found = -1;
    for (const [i, places] of drawn.places.entries()) {
      for (let j = 1; j < places.length; j++) {
        const [from, to] = [places[j - 1], places[j]];
        if (!from || !to || x < from.x - 6 || x > to.x + 6) continue;
        const share = Math.min(1, Math.max(0, (x - from.x) / (to.x - from.x)));
        const away = Math.abs(from.y + (to.y - from.y) * share - y);
        if (away < least) [least, found] = [away, i];
      }
    }
    highlight(found < 0 ? null : found);
    if (found < 0) return tooltip.hide();
    const { label, color, texts } = data.lines[found];
    tooltip.show(
      color,
      label,
      data.axes.map((axis, i) => [axis.label, texts[i]]),
      x,
      y + box.top - root.getBoundingClientRect().top,
    );
  });
  svg.addEventListener("pointerleave", () => {
    highlight(null);
    tooltip.hide();
  });
  image.style.display = "none";
  node.append(root);
  draw();
  new ResizeObserver(draw).observe(node);
}

/// <reference lib="dom" />

/**
 * Parallel coordinates that answer: the run under the pointer stands out and says its values, and parts of axes choose runs.
 *
 * @module
 */

import { type DrawnParallel, drawParallel, type ParallelData } from "../draw/parallel.ts";
import { rampLegend } from "../draw/ramp.ts";
import { formatNumber } from "../format.ts";
import { Brush } from "./brush.ts";
import { button, dataOf, element, SVG } from "./element.ts";
import { Tooltip } from "./tooltip.ts";

/** How near to a line the pointer has to be, in pixels. */
const NEAR = 24;

/** Puts a live picture in the place of the still one. */
export async function mountParallel(node: HTMLElement): Promise<void> {
  const data = await dataOf<ParallelData>(node);
  const image = node.querySelector("img")!;
  const root = element("div", `position:relative;max-width:min(100%,${data.width}px)`);
  root.dataset.part = "parallel";
  const svg = document.createElementNS(SVG, "svg");
  svg.style.cssText = "display:block;color:inherit;user-select:none;-webkit-user-select:none";
  const key = element("div", "");
  if (data.ramp) {
    const { content, height } = rampLegend(data.ramp);
    key.innerHTML = `<svg width="420" height="${height}" fill="currentColor" font-size="11">${content}</svg>`;
  }
  const count = element("span", "overflow-wrap:anywhere");
  count.setAttribute("aria-live", "polite");
  const clear = button("all runs", "Or double click the picture", () => brushes.forEach((brush) => brush.clear()));
  const bar = element("div", "display:flex;gap:8px;align-items:baseline;min-height:20px;font-size:12px", count, clear);
  bar.dataset.part = "chosen";
  root.append(element("b", "font-size:13px", data.title), key, svg, bar);
  const tooltip = new Tooltip(root);
  let drawn: DrawnParallel;
  let chosen: boolean[] = data.lines.map(() => true);

  const highlight = (line: number | null) => {
    for (const one of svg.querySelectorAll<SVGElement>("[data-entry]")) {
      const i = Number(one.dataset.entry);
      one.style.opacity = !chosen[i] ? "0.06" : line === null || line === i ? "" : "0.12";
    }
  };
  const choose = () => {
    chosen = drawn.places.map((places) => places.every((place, i) => brushes[i].holds(place?.y)));
    const parts = brushes.flatMap(({ range }, i) =>
      range ? [`${data.axes[i].label} ${spoken(data, drawn, i, range)}`] : []
    );
    const found = chosen.filter((one) => one).length;
    count.textContent = parts.length > 0
      ? `${found} of ${data.lines.length} runs: ${parts.join(", ")}`
      : "Drag along an axis to choose runs.";
    clear.style.display = parts.length > 0 ? "" : "none";
    brushes.forEach((brush, i) =>
      brush.say(brush.range ? `${spoken(data, drawn, i, brush.range)}, ${found} runs` : "all")
    );
    highlight(null);
  };
  const brushes = data.axes.map(({ label, names }) => {
    const length = data.height - 46;
    return new Brush(label, data.height, names ? length / Math.max(2, names.length) : length / 20, choose);
  });
  const draw = () => {
    drawn = drawParallel(data, Math.max(200, Math.min(data.width, node.clientWidth || data.width)));
    svg.setAttribute("width", String(drawn.width));
    svg.setAttribute("height", String(drawn.height));
    svg.innerHTML = `<g fill="currentColor" font-size="11" font-family="system-ui,sans-serif">${drawn.content}</g>`;
    brushes.forEach((brush, i) => brush.place(drawn.axes[i].x));
    svg.append(...brushes.map((brush) => brush.node));
    choose();
  };
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const found = event.buttons === 0 ? nearest(drawn, chosen, x, y) : -1;
    highlight(found < 0 ? null : found);
    if (found < 0) return tooltip.hide();
    const { label, color, texts } = data.lines[found];
    const rows = data.axes.map((axis, i): [string, string] => [axis.label, texts[i]]);
    tooltip.show(color, label, rows, x, y + box.top - root.getBoundingClientRect().top);
  });
  svg.addEventListener("pointerleave", () => {
    highlight(null);
    tooltip.hide();
  });
  svg.addEventListener("dblclick", () => brushes.forEach((brush) => brush.clear()));
  image.style.display = "none";
  node.append(root);
  draw();
  new ResizeObserver(draw).observe(node);
}

/** The chosen line that is nearest to this place; -1: none is near. */
function nearest({ places }: DrawnParallel, chosen: boolean[], x: number, y: number): number {
  let [least, found] = [NEAR, -1];
  for (const [i, line] of places.entries()) {
    if (!chosen[i]) continue;
    for (let j = 1; j < line.length; j++) {
      const [from, to] = [line[j - 1], line[j]];
      if (!from || !to || x < from.x - 6 || x > to.x + 6) continue;
      const share = Math.min(1, Math.max(0, (x - from.x) / (to.x - from.x)));
      const away = Math.abs(from.y + (to.y - from.y) * share - y);
      if (away < least) [least, found] = [away, i];
    }
  }
  return found;
}

/** The values of a part of an axis in words. */
function spoken({ axes }: ParallelData, drawn: DrawnParallel, i: number, [top, bottom]: [number, number]): string {
  const { scale } = drawn.axes[i];
  const { names } = axes[i];
  if (!names) return [bottom, top].map((y) => formatNumber(Number(scale.from(y).toPrecision(3)))).join(" to ");
  const inside = names.filter((_, place) => scale.to(place) >= top && scale.to(place) <= bottom);
  return inside.length > 0 ? inside.join(" or ") : "none";
}

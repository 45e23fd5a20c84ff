/// <reference lib="dom" />

/**
 * A chart that answers: hover, zoom, a legend that toggles, logarithmic axes and smoothing.
 *
 * @module
 */

import type { Figure, View } from "../draw/figure.ts";
import { type PackedFigure, unpackFigure } from "../draw/packed.ts";
import { firstView } from "../draw/panel.ts";
import { rampLegend } from "../draw/ramp.ts";
import { button, dataOf, element, press } from "./element.ts";
import type { LiveFigure } from "./figure.ts";
import { LivePanel } from "./panel.ts";
import { Tooltip } from "./tooltip.ts";

const GAP = 14;
/** Small charts are no smaller than this, in pixels. */
const MIN_WIDTH = 200;

/** Puts a live chart in the place of the picture. */
export async function mountChart(node: HTMLElement): Promise<void> {
  const figure = unpackFigure(await dataOf<PackedFigure>(node));
  const image = node.querySelector("img")!;
  const root = element("div", `position:relative;max-width:min(100%,${image.getAttribute("width")}px)`);
  root.dataset.part = "chart";
  const tooltip = new Tooltip(root);
  const highlight = (entry: number | null) => {
    for (const one of root.querySelectorAll<SVGElement>("[data-entry]")) {
      one.style.opacity = entry === null || one.dataset.entry === String(entry) ? "" : "0.15";
    }
  };
  const live: LiveFigure = { figure, root, tooltip, highlight };
  const views = figure.panels.map((panel) => firstView(figure, panel));
  const panels = figure.panels.map((panel, i) => new LivePanel(live, panel, views[i]));
  const redraw = () => panels.forEach((panel) => panel.draw());
  const grid = element("div", `display:flex;flex-wrap:wrap;gap:${GAP}px`, ...panels.map(({ node }) => node));
  const head = element(
    "div",
    "display:flex;flex-wrap:wrap;align-items:center;gap:6px;font-size:11px;margin:0 0 4px",
    element("b", "font-size:13px;flex:1 1 auto;min-width:0;overflow-wrap:anywhere", figure.title),
    ...switches(figure, views, redraw),
  );
  root.append(head, legend(live, views, redraw), grid);
  image.style.display = "none";
  node.append(root);

  let width = 0;
  const fit = () => {
    const room = node.clientWidth;
    if (room === 0 || room === width) return;
    width = room;
    const across = Math.min(panels.length, Math.max(1, Math.floor((room + GAP) / (MIN_WIDTH + GAP))));
    for (const panel of panels) panel.draw(Math.floor((room - GAP * (across - 1)) / across));
  };
  fit();
  if (width === 0) redraw();
  new ResizeObserver(fit).observe(node);
}

/** Buttons for logarithmic axes and a slider for smoothing. */
function switches(figure: Figure, views: View[], redraw: () => void): HTMLElement[] {
  const toggle = (label: string, title: string, key: "logX" | "logY") => {
    const made = button(label, title, () => {
      const on = !views[0][key];
      for (const view of views) {
        view[key] = on;
        view[key === "logX" ? "xDomain" : "yDomain"] = null;
      }
      press(made, on);
      redraw();
    });
    press(made, views.some((view) => view[key]));
    return made;
  };
  const slider = element("input", "width:84px;margin:0;vertical-align:middle;accent-color:#3f78e6");
  Object.assign(slider, { type: "range", min: "0", max: "0.99", step: "0.01", value: String(figure.smoothing) });
  slider.setAttribute("aria-label", "smoothing");
  const shown = element("span", "display:inline-block;min-width:26px;font-variant-numeric:tabular-nums");
  const say = () => shown.textContent = Number(slider.value).toFixed(2);
  say();
  slider.addEventListener("input", () => {
    for (const view of views) view.smoothing = Number(slider.value);
    say();
    redraw();
  });
  const lines = figure.panels.every(({ dots }) => dots === 0);
  return [
    ...figure.panels.every(({ x, xNames }) => x !== "time" && !xNames)
      ? [toggle("log x", "Logarithmic x axis", "logX")]
      : [],
    toggle("log y", "Logarithmic y axis", "logY"),
    ...lines
      ? [element(
        "label",
        "display:inline-flex;align-items:center;gap:5px;font-size:11px;margin:0",
        "smoothing",
        slider,
        shown,
      )]
      : [],
  ];
}

/** The legend: a click hides a line and shows it again, a double click shows it alone. */
function legend({ figure, highlight }: LiveFigure, views: View[], redraw: () => void): HTMLElement {
  const box = element(
    "div",
    "display:flex;flex-wrap:wrap;gap:1px 4px;margin:0 0 4px;font-size:11px;max-height:76px;overflow:auto",
  );
  if (figure.ramp) {
    const { content, height } = rampLegend(figure.ramp);
    box.innerHTML = `<svg width="420" height="${height}" fill="currentColor" font-size="11">${content}</svg>`;
    return box;
  }
  if (!figure.legend && !figure.endLabels) return box;
  const items: HTMLElement[] = [];
  const hide = (hidden: (entry: number) => boolean) => {
    const all = new Set(figure.entries.keys().filter(hidden));
    for (const view of views) view.hidden = all;
    items.forEach((item, entry) => {
      item.style.opacity = all.has(entry) ? "0.4" : "";
      item.setAttribute("aria-pressed", String(!all.has(entry)));
    });
    redraw();
  };
  figure.entries.forEach(({ label, color, dash }, entry) => {
    const line = `<svg width="20" height="10" style="flex:none"><path d="M1,5h18" stroke="${color}" stroke-width="3"${
      dash ? ` stroke-dasharray="${dash}"` : ""
    }/></svg>`;
    const item = button("", "Click: hide or show. Double click: this one alone, or all again.", () => {
      const hidden = views[0].hidden;
      hide((one) => one === entry ? !hidden.has(one) : hidden.has(one));
    });
    item.style.cssText +=
      ";border:none;padding:0 4px;display:inline-flex;align-items:center;gap:5px;text-align:left;max-width:100%";
    item.innerHTML = line;
    item.append(element("span", "overflow-wrap:anywhere", label));
    item.addEventListener("dblclick", () => {
      const alone = figure.entries.every((_, one) => one === entry || views[0].hidden.has(one));
      hide((one) => !alone && one !== entry);
    });
    item.addEventListener("pointerenter", () => highlight(entry));
    item.addEventListener("pointerleave", () => highlight(null));
    item.setAttribute("aria-pressed", "true");
    items.push(item);
  });
  box.append(...items);
  return box;
}

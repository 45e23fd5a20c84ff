/// <reference lib="dom" />

/**
 * One panel of a live chart: it finds the point under the pointer and zooms into what is dragged.
 *
 * @module
 */

import type { Curve, Panel, View } from "../draw/figure.ts";
import { type DrawnPanel, drawPanel } from "../draw/panel.ts";
import { formatCount, formatNumber, formatTime } from "../format.ts";
import type { LiveFigure } from "./figure.ts";
import { button, element, SVG, svgElement } from "./element.ts";

/** Drags shorter than this are clicks, in pixels. */
const CLICK = 6;
/** A drag less high than this zooms along x only, one less wide along y only. */
const FLAT = 16;

/** The point under the pointer. */
interface Found {
  curve: Curve;
  /** The row in what is drawn, and where that is. */
  y: number;
  x: number;
  px: number;
  py: number;
}

/** One panel with its events. */
export class LivePanel {
  readonly node: HTMLElement;
  readonly #live: LiveFigure;
  readonly #panel: Panel;
  readonly #view: View;
  readonly #svg: SVGSVGElement;
  readonly #over: SVGGElement;
  readonly #reset: HTMLElement;
  readonly #detail: HTMLElement;
  #drawn!: DrawnPanel;
  #room = Infinity;
  #start: { x: number; y: number } | null = null;

  constructor(live: LiveFigure, panel: Panel, view: View) {
    [this.#live, this.#panel, this.#view] = [live, panel, view];
    this.node = document.createElement("div");
    this.node.style.cssText = "position:relative;line-height:0";
    this.#svg = document.createElementNS(SVG, "svg");
    this.#svg.style.cssText =
      "display:block;cursor:crosshair;user-select:none;-webkit-user-select:none;touch-action:pan-y;color:inherit";
    this.#over = document.createElementNS(SVG, "g");
    this.#over.setAttribute("pointer-events", "none");
    this.#reset = button("reset zoom", "Or double click the chart", () => this.#zoom(null, null));
    this.#reset.style.cssText += ";position:absolute;right:14px;top:0;display:none";
    this.#detail = element("div", "font-size:11px;line-height:1.5;opacity:.8;display:none");
    this.#detail.dataset.part = "detail";
    this.node.append(this.#svg, this.#reset, this.#detail);
    this.#svg.addEventListener("pointermove", (event) => this.#move(event));
    this.#svg.addEventListener("pointerleave", () => this.#leave());
    this.#svg.addEventListener("pointerdown", (event) => this.#down(event));
    this.#svg.addEventListener("pointerup", (event) => this.#up(event));
    this.#svg.addEventListener("dblclick", () => this.#zoom(null, null));
  }

  /** Draws anew, in no more width than there is room. */
  draw(room: number = this.#room): void {
    this.#room = room;
    this.#drawn = drawPanel(
      this.#live.figure,
      this.#panel,
      this.#view,
      Math.max(160, Math.min(this.#panel.width, room)),
    );
    const { width, height, content } = this.#drawn;
    this.#svg.setAttribute("width", String(width));
    this.#svg.setAttribute("height", String(height));
    this.#svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.#svg.innerHTML = `<g fill="currentColor" font-size="11" font-family="system-ui,sans-serif">${content}</g>`;
    this.#over.replaceChildren();
    this.#svg.append(this.#over);
    this.#reset.style.display = this.#view.xDomain || this.#view.yDomain ? "" : "none";
    const said = this.#view.xDomain ? detail(this.#drawn.curves.map(({ curve }) => curve), this.#view.xDomain) : "";
    this.#detail.textContent = said;
    this.#detail.style.display = said === "" ? "none" : "";
  }

  #zoom(x: [number, number] | null, y: [number, number] | null): void {
    this.#view.xDomain = x;
    this.#view.yDomain = y;
    this.#leave();
    this.draw();
  }

  #place(event: PointerEvent): { x: number; y: number } {
    const box = this.#svg.getBoundingClientRect();
    const scale = this.#drawn.width / box.width;
    return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    this.#start = this.#place(event);
    this.#svg.setPointerCapture(event.pointerId);
  }

  #up(event: PointerEvent): void {
    const start = this.#start;
    this.#start = null;
    this.#over.replaceChildren();
    if (!start) return;
    const [end, { x, y }] = [this.#place(event), this.#drawn];
    const [wide, high] = [Math.abs(end.x - start.x), Math.abs(end.y - start.y)];
    if (Math.max(wide, high) < CLICK) return;
    const part = (scale: DrawnPanel["x"], from: number, to: number): [number, number] => {
      const [low, high] = [scale.from(from), scale.from(to)].sort((a, b) => a - b);
      return [Math.max(low, scale.domain[0]), Math.min(high, scale.domain[1])];
    };
    const flat = high < FLAT && wide > high, narrow = wide < FLAT && high > wide;
    this.#zoom(
      narrow ? this.#view.xDomain : part(x, start.x, end.x),
      flat ? this.#view.yDomain : part(y, end.y, start.y),
    );
  }

  #move(event: PointerEvent): void {
    const at = this.#place(event);
    if (this.#start) return this.#drag(this.#start, at);
    const found = this.#nearest(at.x, at.y);
    if (!found) return this.#leave();
    const { figure, tooltip, highlight, root } = this.#live;
    const { color, label } = figure.entries[found.curve.entry];
    highlight(found.curve.entry);
    const dot = svgElement("circle", {
      cx: found.px,
      cy: found.py,
      r: 4,
      fill: color,
      stroke: "currentColor",
      "stroke-width": 1.2,
    });
    this.#over.replaceChildren(dot);
    const [box, outer] = [this.#svg.getBoundingClientRect(), root.getBoundingClientRect()];
    const scale = box.width / this.#drawn.width;
    const x = box.left - outer.left + found.px * scale, y = box.top - outer.top + found.py * scale;
    tooltip.show(color, found.curve.name || label || this.#panel.title || this.#panel.yLabel, this.#rows(found), x, y);
  }

  #leave(): void {
    if (this.#start) return;
    this.#over.replaceChildren();
    this.#live.tooltip.hide();
    this.#live.highlight(null);
  }

  #drag(from: { x: number; y: number }, to: { x: number; y: number }): void {
    this.#live.tooltip.hide();
    const { left, top, width, height } = this.#drawn.plot;
    const [wide, high] = [Math.abs(to.x - from.x), Math.abs(to.y - from.y)];
    const flat = high < FLAT && wide > high, narrow = wide < FLAT && high > wide;
    this.#over.replaceChildren(svgElement("rect", {
      x: narrow ? left : Math.min(from.x, to.x),
      y: flat ? top : Math.min(from.y, to.y),
      width: narrow ? width : wide,
      height: flat ? height : high,
      fill: "rgba(63,120,230,.18)",
      stroke: "#3f78e6",
    }));
  }

  /** The drawn point that is nearest to the pointer. */
  #nearest(x: number, y: number): Found | null {
    const { plot, curves, x: toX, y: toY } = this.#drawn;
    let best: Found | null = null;
    let least = Infinity;
    for (const { curve, line } of curves) {
      for (let row = 0; row < line.x.length; row++) {
        const px = toX.to(line.x[row]);
        const dx = px - x;
        if (px < plot.left - 1 || px > plot.left + plot.width + 1 || dx * dx > least) continue;
        const py = toY.to(line.y[row]);
        const distance = dx * dx + (py - y) ** 2;
        if (distance < least && py > plot.top - 2 && py < plot.top + plot.height + 2) {
          [least, best] = [distance, { curve, x: line.x[row], y: line.y[row], px, py }];
        }
      }
    }
    return best;
  }

  /** What the tooltip says: the values that were logged, besides what is drawn where that differs. */
  #rows({ curve, x, y }: Found): [string, string][] {
    const { xLabel, yLabel, title, xNames, x: kind } = this.#panel;
    const rows: [string, string][] = [];
    const row = nearestRow(curve, x, y);
    if (curve.step) rows.push(["step", formatNumber(curve.step[row])]);
    if (kind !== "time") rows.push([xLabel || "x", xNames?.[curve.x[row]] ?? formatNumber(curve.x[row])]);
    rows.push([curve.low ? "mean" : title || yLabel || "value", formatNumber(curve.y[row])]);
    if (curve.low && curve.high) {
      rows.push(["band", `${formatNumber(curve.low[row])} to ${formatNumber(curve.high[row])}`]);
    }
    if (this.#view.smoothing > 0) rows.push(["smoothed", formatNumber(Number(y.toPrecision(5)))]);
    const time = kind === "time" ? curve.x[row] : curve.time?.[row];
    if (time !== undefined && !Number.isNaN(time)) rows.push(["time", `${formatTime(time)} UTC`]);
    if (curve.kind?.[row]) rows.push(["", curve.kind[row] === 1 ? "inherited from its ancestor" : "preview"]);
    return rows;
  }
}

/** How much of what lies in this part of the x axis is drawn, where that is not all. */
function detail(curves: Curve[], [low, high]: [number, number]): string {
  let [drawn, all, reduced] = [0, 0, false];
  for (const { x, mean } of curves) {
    const inside = (values: Float64Array) => values.keys().filter((row) => values[row] >= low && values[row] <= high);
    const here = inside(x).reduce((sum) => sum + 1, 0);
    drawn += here;
    if (mean === null) all += here;
    else {
      all += Math.max(here, inside(mean.x ?? x).reduce((sum, row) => sum + mean.count[row], 0));
      reduced = true;
    }
  }
  if (!reduced || drawn >= all) return "";
  const unit = 10 ** Math.floor(Math.log10((high - low) / 100));
  const range = [low, high].map((end) => Number((Math.round(end / unit) * unit).toPrecision(14))).join(", ");
  return `${formatCount(drawn)} of about ${formatCount(all)} points. More: plot(…, { xRange: [${range}] })`;
}

/** The logged point at this place; of several at one step the one with this value. */
function nearestRow({ x, y }: Curve, at: number, value: number): number {
  let best = 0;
  for (let row = 1; row < x.length; row++) {
    const [was, is] = [Math.abs(x[best] - at), Math.abs(x[row] - at)];
    if (is < was || (is === was && Math.abs(y[row] - value) < Math.abs(y[best] - value))) best = row;
    else if (x[row] > at && is > was) break;
  }
  return best;
}

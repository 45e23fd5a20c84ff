/// <reference lib="dom" />

/**
 * The picture of a chart, and what the pointer and the keyboard do with it.
 *
 * @module
 */

import { effect } from "@preact/signals";
import type { ComponentChild } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { type DrawnPanel, drawPanel } from "../../../display/draw/panel.ts";
import type { View } from "../../../display/draw/figure.ts";
import { formatNumber, formatTime } from "../../../display/format.ts";
import { html } from "../html.ts";
import { putPicture } from "../picture.ts";
import type { ChartFigure } from "./lines.ts";
import { axisX, cursor, hidden, highlighted, smoothing, zoom } from "./state.ts";

const SVG = "http://www.w3.org/2000/svg";
/** Drags shorter than this are clicks, in pixels. */
const CLICK = 6;
/** The most lines that a tooltip has. */
const MOST_ROWS = 12;

/** A chart in this width. */
export function LinePlot(
  { chart, label, content, width }: { chart: string; label: string; content: ChartFigure; width: number },
): ComponentChild {
  const svg = useRef<SVGSVGElement>(null);
  /** What moves lies above, so that it is painted without the lines. */
  const over = useRef<SVGSVGElement>(null);
  const tip = useRef<HTMLDivElement>(null);
  const drawn = useRef<DrawnPanel>(null);
  const drag = useRef<{ from: number; to: number } | null>(null);
  const { figure, panel, unit, keys } = content;
  const part = zoom.value;
  const weight = smoothing.value;
  const off = hidden.value;

  useLayoutEffect(() => {
    const view: View = {
      hidden: new Set(keys.flatMap((key, i) => off.includes(key) ? i : [])),
      xDomain: part && [part[0] / unit.size, part[1] / unit.size],
      yDomain: null,
      logX: panel.x === "log",
      logY: panel.y === "log",
      smoothing: weight,
    };
    drawn.current = drawPanel(figure, panel, view, width);
    const { height, content } = drawn.current;
    for (const { current } of [svg, over]) {
      current!.setAttribute("height", String(height));
      current!.setAttribute("viewBox", `0 0 ${width} ${height}`);
    }
    putPicture(svg.current!.querySelector(".charts-lines")!, content);
  }, [figure, panel, width, part, weight, off]);

  // The cursor moves often: it is drawn without drawing the lines again.
  useEffect(() =>
    effect(() => {
      const at = cursor.value;
      if (!drawn.current || !over.current || !tip.current) return;
      showCursor(over.current, tip.current, drawn.current, content, at, at?.chart === chart, drag.current);
    }), [content, width, part, weight, off]);
  useEffect(() =>
    effect(() => {
      const standing = highlighted.value;
      if (svg.current && over.current) showStanding(svg.current, over.current, keys, standing);
    }), [content, width, part, weight, off]);

  const place = (event: PointerEvent | MouseEvent) => {
    const box = svg.current!.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const inside = (x: number) => {
    const { left, width } = drawn.current!.plot;
    return Math.min(left + width, Math.max(left, x));
  };
  const move = (event: PointerEvent) => {
    const { x, y } = place(event);
    if (drag.current) drag.current.to = inside(x);
    cursor.value = { chart, x: drawn.current!.x.from(inside(x)) * unit.size, pixelY: y };
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const { x } = place(event);
    drag.current = { from: inside(x), to: inside(x) };
    svg.current!.setPointerCapture(event.pointerId);
  };
  const up = () => {
    const { from, to } = drag.current ?? { from: 0, to: 0 };
    drag.current = null;
    if (Math.abs(to - from) < CLICK) return;
    const ends = [from, to].map((pixel) => drawn.current!.x.from(pixel) * unit.size).sort((a, b) => a - b);
    zoom.set(rounded(ends));
  };
  const key = (event: KeyboardEvent) => {
    const { x: scale, plot } = drawn.current!;
    const now = cursor.value?.chart === chart ? scale.to(cursor.value.x / unit.size) : plot.left + plot.width / 2;
    const [low, high] = scale.domain.map((end) => end * unit.size);
    const steps: Record<string, number> = { ArrowLeft: -6, ArrowRight: 6, PageUp: -60, PageDown: 60 };
    if (event.key in steps) {
      const x = scale.from(inside(now + steps[event.key])) * unit.size;
      cursor.value = { chart, x, pixelY: null };
    } else if (event.key === "+" || event.key === "=") {
      const middle = scale.from(now) * unit.size, half = (high - low) / 4;
      zoom.set(rounded([Math.max(low, middle - half), Math.min(high, middle + half)]));
    } else if (event.key === "-" && zoom.value) {
      const [from, to] = zoom.value;
      zoom.set(rounded([from - (to - from) / 2, to + (to - from) / 2]));
    } else if (event.key === "Escape" || event.key === "0") {
      if (event.key === "Escape" && cursor.value) cursor.value = null;
      else zoom.set(null);
    } else return;
    event.preventDefault();
  };
  const leave = () => {
    if (!drag.current) cursor.value = highlighted.value = null;
  };

  return html`
    <div class="charts-plot">
      <svg ref=${svg} width=${width} role="img" tabindex="0" aria-label=${label}
        aria-keyshortcuts="ArrowLeft ArrowRight + - Escape"
        onPointerMove=${move} onPointerDown=${down} onPointerUp=${up} onPointerLeave=${leave}
        onDblClick=${() => zoom.set(null)} onKeyDown=${key} onBlur=${leave}>
        <g class="charts-lines" fill="currentColor" font-size="11" font-family="system-ui,sans-serif"></g>
      </svg>
      <svg class="charts-over" ref=${over} width=${width} aria-hidden="true">
        <g class="charts-standing"></g>
        <g class="charts-cursor"></g>
      </svg>
      <div class="charts-tip" ref=${tip} role="status" hidden></div>
    </div>
  `;
}

/** The lines of one run, or group, on top; the others become paler, all at once. */
function showStanding(svg: SVGSVGElement, over: SVGSVGElement, keys: readonly string[], standing: string | null): void {
  const layer = over.querySelector(".charts-standing")!;
  const lines = svg.querySelector(".charts-lines svg > g");
  const own = Array.from(lines?.children ?? []).filter((group) =>
    keys[Number((group as SVGGElement).dataset.entry)] === standing
  );
  lines?.setAttribute("opacity", own.length > 0 ? "0.25" : "1");
  if (!lines || own.length === 0) return layer.replaceChildren();
  const frame = lines.parentElement!.cloneNode(false) as Element, moved = lines.cloneNode(false) as Element;
  moved.removeAttribute("opacity");
  moved.append(...own.map((group) => group.cloneNode(true)));
  frame.append(moved);
  layer.replaceChildren(frame);
}

/** Ends of a range with no more digits than one can see. */
function rounded([from, to]: number[]): [number, number] {
  if (axisX.peek() !== "step") return [Math.floor(from), Math.ceil(to)];
  const unit = 10 ** Math.floor(Math.log10((to - from) / 500));
  const round = (value: number) => Number((Math.round(value / unit) * unit).toPrecision(14));
  return [round(from), round(to)];
}

/** The point of a curve that is nearest to a place on the x axis. */
function nearest(x: Float64Array, y: Float64Array, place: number): number {
  let best = -1;
  for (let row = 0; row < x.length; row++) {
    if (Number.isNaN(y[row])) continue;
    if (best < 0 || Math.abs(x[row] - place) < Math.abs(x[best] - place)) best = row;
  }
  return best;
}

interface Near {
  entry: number;
  row: number;
  x: number;
  y: number;
  pixelX: number;
  pixelY: number;
}

function showCursor(
  over: SVGSVGElement,
  tip: HTMLElement,
  drawn: DrawnPanel,
  { figure, unit, keys }: ChartFigure,
  at: { x: number; pixelY: number | null } | null,
  isHere: boolean,
  drag: { from: number; to: number } | null,
): void {
  const layer = over.querySelector(".charts-cursor")!;
  tip.hidden = true;
  const { plot, x: toX, y: toY, curves } = drawn;
  const place = at && at.x / unit.size;
  if (at === null || place === null || !(place >= toX.domain[0] && place <= toX.domain[1])) {
    layer.replaceChildren();
    return;
  }
  const pixel = toX.to(place);
  const near: Near[] = curves.flatMap(({ curve, line }) => {
    const row = nearest(line.x, line.y, place);
    if (row < 0) return [];
    const [pixelX, pixelY] = [toX.to(line.x[row]), toY.to(line.y[row])];
    const inSight = pixelX >= plot.left - 1 && pixelX <= plot.left + plot.width + 1;
    return inSight && Math.abs(pixelX - pixel) < plot.width / 4
      ? { entry: curve.entry, row, x: line.x[row], y: line.y[row], pixelX, pixelY }
      : [];
  });
  const marks = [shape("path", { d: `M${pixel},${plot.top}v${plot.height}`, class: "charts-line" })];
  for (const { entry, pixelX, pixelY } of near.length > 60 ? [] : near) {
    marks.push(shape("circle", { cx: pixelX, cy: pixelY, r: 3.2, fill: figure.entries[entry].color }));
  }
  if (drag && isHere) {
    const [left, right] = [drag.from, drag.to].sort((a, b) => a - b);
    marks.push(shape("rect", { x: left, y: plot.top, width: right - left, height: plot.height, class: "charts-drag" }));
  }
  layer.replaceChildren(...marks);
  if (!isHere || near.length === 0) return;
  const height = at.pixelY;
  const closest = height === null
    ? near[0]
    : near.reduce((best, one) => Math.abs(one.pixelY - height) < Math.abs(best.pixelY - height) ? one : best);
  highlighted.value = height === null ? null : keys[closest.entry];
  near.sort((a, b) => b.y - a.y);
  const start = Math.max(0, Math.min(near.indexOf(closest) - MOST_ROWS / 2, near.length - MOST_ROWS));
  const shown = near.slice(start, start + MOST_ROWS);
  const rest = near.length - shown.length;
  tip.replaceChildren(
    line("charts-tip-x", placeText(closest.x, unit.label)),
    ...shown.map((one) => tipRow(drawn, figure.entries[one.entry], one, one === closest && height !== null)),
    ...rest > 0 ? [line("note", `and ${rest} more`)] : [],
  );
  tip.hidden = false;
  const isLeft = pixel > plot.left + plot.width / 2;
  tip.style.left = isLeft ? "" : `${pixel + 14}px`;
  tip.style.right = isLeft ? `${drawn.width - pixel + 14}px` : "";
}

function placeText(place: number, unit: string): string {
  if (unit === "time") return `${formatTime(place)} UTC`;
  return unit === "step" ? `step ${formatNumber(place)}` : `${formatNumber(place)} ${unit.split(" ")[0]}`;
}

function tipRow(
  { curves }: DrawnPanel,
  { label, color }: { label: string; color: string },
  { entry, row, y }: Near,
  isClosest: boolean,
): HTMLElement {
  const made = line(isClosest ? "charts-tip-row charts-closest" : "charts-tip-row", "");
  const swatch = document.createElement("i");
  swatch.style.background = color;
  const name = document.createElement("span");
  name.textContent = label;
  const value = document.createElement("b");
  value.textContent = formatNumber(Number(y.toPrecision(6)));
  made.append(swatch, name, value);
  const { low, high, mean, kind, y: own } = curves.find(({ curve }) => curve.entry === entry)!.curve;
  if (low && high && low[row] < high[row]) {
    const band = document.createElement("small");
    const count = mean?.count[row];
    band.textContent = `${formatNumber(low[row])} to ${formatNumber(high[row])}${count ? `, ${count} points` : ""}`;
    made.append(band);
  } else if (own[row] !== y && own.length > row) {
    const raw = document.createElement("small");
    raw.textContent = `logged ${formatNumber(own[row])}`;
    made.append(raw);
  }
  if (kind?.[row] === 1) {
    const inherited = document.createElement("small");
    inherited.textContent = "inherited";
    made.append(inherited);
  }
  return made;
}

function line(name: string, text: string): HTMLElement {
  const made = document.createElement("div");
  made.className = name;
  made.textContent = text;
  return made;
}

function shape(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

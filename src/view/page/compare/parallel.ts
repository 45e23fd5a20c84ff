/// <reference lib="dom" />

/**
 * Parallel coordinates: an axis for each value, a line for each run. A part of an axis chooses runs.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { BOTTOM, type DrawnParallel, drawParallel, type ParallelAxis, TOP } from "../../../display/draw/parallel.ts";
import { counted, formatNumber } from "../../../display/format.ts";
import { markup } from "../../../display/html.ts";
import { html } from "../html.ts";
import { putPicture } from "../picture.ts";
import { chosenRuns, colorOf } from "../selection.ts";
import type { ComparedRow, ComparePartProps } from "./compared.ts";
import { PrintedRuns } from "./printed_runs.ts";
import { useRoom } from "../room.ts";
import { isWide } from "./scatter.ts";
import { type Brushes, brushes, parallelPaths } from "./state.ts";

const HEIGHT = 380;
/** Axes at first, and the most that there can be. */
const FIRST_CONFIGS = 5, FIRST_METRICS = 2, MOST = 12;

/** An axis with its place for each run. */
interface RowAxis extends ParallelAxis {
  path: string;
  values: (number | null)[];
  texts: (string | null)[];
}

function axisOf({ path, numbers, texts }: ComparedRow): RowAxis {
  const known = numbers.filter((number) => number !== null);
  if (known.length > 0 && texts.every((text, i) => text === null || numbers[i] !== null)) {
    const [low, high] = [Math.min(...known), Math.max(...known)];
    return { path, label: path, low, high, log: isWide(known), names: null, values: numbers, texts };
  }
  const names = [...new Set(texts.filter((text) => text !== null))].sort();
  const values = texts.map((text) => text === null ? null : names.indexOf(text));
  return { path, label: path, low: 0, high: names.length - 1, log: false, names, values, texts };
}

/** Rows that can be an axis: numbers, and words of which there are few. */
function axisRows(rows: readonly ComparedRow[]): ComparedRow[] {
  return rows.filter(({ path, type, texts }) =>
    !path.startsWith("sys/") && ["int", "float", "bool", "string", "float_series"].includes(type) &&
    (type !== "string" || new Set(texts).size <= 20)
  );
}

/** The parallel coordinates. */
export function CompareParallel({ runs, rows }: ComparePartProps): ComponentChild {
  const possible = axisRows(rows);
  const lacking = ({ texts }: ComparedRow) => texts.filter((text) => text === null).length;
  // What only a few runs have would leave the lines of the others in pieces.
  const common = possible.filter((row) => row.differs && lacking(row) <= runs.length / 2);
  const differing = common.length > 0 ? common : possible.filter(({ differs }) => differs);
  const first = [
    ...differing.filter(({ isMetric }) => !isMetric).slice(0, FIRST_CONFIGS),
    ...differing.filter(({ isMetric }) => isMetric).slice(0, FIRST_METRICS),
  ];
  const asked = parallelPaths.value.flatMap((path) => possible.find((row) => row.path === path) ?? []);
  const axes = (asked.length > 0 ? asked : first).map(axisOf);
  const paths = axes.map(({ path }) => path);
  const [node, room] = useRoom();
  const held = runs.map((_, i) => isHeld(axes, brushes.value, i));
  const chosen = runs.filter((_, i) => held[i]);
  const isBrushed = axes.some(({ path }) => brushes.value.has(path));
  return html`
    <div ref=${node}>
      <p class="compare-tools">
        <label>Add an axis <select value="" disabled=${paths.length >= MOST} onChange=${(event: Event) => {
          parallelPaths.set([...paths, (event.target as HTMLSelectElement).value]);
        }}>
          <option value="">choose…</option>
          ${possible.filter(({ path }) => !paths.includes(path)).map(({ path }) =>
            html`<option key=${path} value=${path}>${path}</option>`
          )}
        </select></label>
        ${axes.map(({ path }) =>
          html`<button key=${path} class="chip" aria-label=${`Remove the axis ${path}`} onClick=${() =>
            parallelPaths.set(paths.filter((one) => one !== path))}>${path} ×</button>`
        )}
      </p>
      <p role="status" class=${`note${isBrushed ? "" : " screen"}`}>${isBrushed
        ? `${counted(chosen.length, "run")} of ${runs.length}`
        : "Drag along an axis to choose runs."}
        ${isBrushed && html`
          ${" "}<button class="screen" onClick=${() =>
            chosenRuns.set(chosen.map(({ id }) => id))} disabled=${chosen.length === 0}>Keep these runs</button>
          ${" "}<button class="screen" onClick=${() => brushes.set(new Map())}>All runs</button>
        `}
      </p>
      ${room > 0 && axes.length > 0 &&
        html`<${Lines} runs=${runs} axes=${axes} held=${held} width=${Math.max(room, axes.length * 90)} />`}
      ${axes.length === 0 && html`<p class="note">Nothing differs between these runs that could be an axis.</p>`}
    </div>
  `;
}

/** Whether a run lies in all parts that are chosen. */
function isHeld(axes: readonly RowAxis[], chosen: Brushes, run: number): boolean {
  return axes.every(({ path, values }) => {
    const part = chosen.get(path);
    const value = values[run];
    return !part || (value !== null && value >= part[0] && value <= part[1]);
  });
}

interface LinesProps {
  runs: ComparePartProps["runs"];
  axes: RowAxis[];
  held: boolean[];
  width: number;
}

function Lines({ runs, axes, held, width }: LinesProps): ComponentChild {
  const svg = useRef<SVGSVGElement>(null);
  const [drawn, setDrawn] = useState<DrawnParallel | null>(null);
  const [near, setNear] = useState<number | null>(null);
  const key = JSON.stringify([axes, width, runs, runs.map(({ id }) => colorOf(id))]);
  useLayoutEffect(() => {
    const lines = runs.map(({ id, label }, i) => ({
      label,
      color: colorOf(id),
      values: axes.map(({ values }) => values[i]),
      texts: axes.map(({ texts }) => texts[i] ?? "none"),
    }));
    const picture = drawParallel({ title: "", ramp: null, width, height: HEIGHT, axes, lines }, width);
    putPicture(
      svg.current!.querySelector(".compare-lines")!,
      markup`<g fill="currentColor" font-size="11" font-family="system-ui,sans-serif">${picture.content}</g>`,
    );
    setDrawn(picture);
  }, [key]);
  useLayoutEffect(() => {
    for (const group of svg.current!.querySelectorAll<SVGGElement>("g[data-entry]")) {
      const run = Number(group.dataset.entry);
      group.setAttribute("opacity", !held[run] ? "0.08" : near !== null && near !== run ? "0.3" : "1");
    }
  });
  const move = (event: PointerEvent) => {
    const box = svg.current!.getBoundingClientRect();
    setNear(drawn && nearestLine(drawn, held, event.clientX - box.left, event.clientY - box.top));
  };
  return html`
    <div class="compare-plot">
      <svg ref=${svg} width=${width} height=${HEIGHT} viewBox=${`0 0 ${width} ${HEIGHT}`} role="group" aria-label=${`Parallel coordinates of ${runs.length} runs`}
        onPointerMove=${move} onPointerLeave=${() => setNear(null)}>
        <g class="compare-lines" aria-hidden="true"></g>
        ${drawn?.axes.map(({ x, scale }, i) =>
          axes[i] && html`<${AxisBrush} key=${axes[i].path} axis=${axes[i]} x=${x} scale=${scale} />`
        )}
      </svg>
      <${PrintedRuns} runs=${runs.filter((_, i) => held[i])} />
      <p class="note" role="status">${near === null
        ? ""
        : [runs[near].label, ...axes.map(({ label, texts }) => `${label} ${texts[near] ?? "none"}`)].join(" · ")}</p>
    </div>
  `;
}

/** The line that passes nearest to a place, not farther than 12 pixels. */
function nearestLine({ places, axes }: DrawnParallel, held: boolean[], x: number, y: number): number | null {
  const right = axes.findIndex((axis) => axis.x >= x);
  if (right < 1) return null;
  let best: number | null = null, least = 12;
  places.forEach((line, run) => {
    const [a, b] = [line[right - 1], line[right]];
    if (!held[run] || !a || !b) return;
    const distance = Math.abs(a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x || 1) - y);
    if (distance < least) [least, best] = [distance, run];
  });
  return best;
}

/** The part of an axis that is chosen: by dragging, or with arrow keys. */
function AxisBrush(
  { axis: { path, names }, x, scale }: { axis: RowAxis; x: number; scale: DrawnParallel["axes"][number]["scale"] },
): ComponentChild {
  const start = useRef<number | null>(null);
  const part = brushes.value.get(path);
  const [top, bottom] = [TOP, HEIGHT - BOTTOM];
  const set = (range: readonly [number, number] | null, replace = false) => {
    const next = new Map(brushes.value);
    if (range === null) next.delete(path);
    else next.set(path, range.map((end) => Number(end.toPrecision(6))) as [number, number]);
    if (replace) brushes.replace(next);
    else brushes.set(next);
  };
  const pixel = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).closest("svg")!.getBoundingClientRect();
    return Math.min(bottom, Math.max(top, event.clientY - box.top));
  };
  const down = (event: PointerEvent) => {
    start.current = pixel(event);
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    event.preventDefault();
  };
  const drag = (event: PointerEvent) => {
    if (start.current === null || Math.abs(pixel(event) - start.current) < 3) return;
    set([scale.from(Math.max(start.current, pixel(event))), scale.from(Math.min(start.current, pixel(event)))], true);
  };
  const key = (event: KeyboardEvent) => {
    const by = { ArrowUp: -8, ArrowDown: 8 }[event.key];
    if (event.key === "Escape") set(null);
    else if (by !== undefined) {
      const [low, high] = part ?? [scale.domain[0], scale.domain[1]];
      const move = (end: number) => scale.from(Math.min(bottom, Math.max(top, scale.to(end) + by)));
      // Arrows move the upper end, with Shift the lower one.
      const next: [number, number] = event.shiftKey
        ? [Math.min(move(low), high), high]
        : [low, Math.max(low, move(high))];
      set(next, true);
    } else return;
    event.preventDefault();
  };
  const say = (end: number) => names?.[Math.round(end)] ?? formatNumber(end);
  return html`
    <g>
      ${part &&
        html`<rect class="compare-part" x=${x - 7} width="14" y=${scale.to(part[1])} height=${
          Math.max(2, scale.to(part[0]) - scale.to(part[1]))
        } />`}
      <rect class="compare-brush" x=${x - 13} width="26" y=${top - 6} height=${bottom - top +
        12} tabindex="0" role="slider"
        aria-label=${path} aria-orientation="vertical" aria-valuemin=${scale.domain[0]} aria-valuemax=${scale.domain[1]}
        aria-valuenow=${part ? part[1] : scale.domain[1]} aria-valuetext=${part
          ? `${say(part[0])} to ${say(part[1])}`
          : "all"}
        onPointerDown=${down} onPointerMove=${drag} onPointerUp=${() => start.current = null} onDblClick=${() =>
          set(null)} onKeyDown=${key}>
        <title>${`Drag along ${path} to choose runs, double click for all`}</title>
      </rect>
    </g>
  `;
}

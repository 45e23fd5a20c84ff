/// <reference lib="dom" />

/**
 * One point for each run: a value across, another up, a third as colour.
 *
 * @module
 */

import type { ComponentChild } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Curve, Figure, Panel, Ramp } from "../../../display/draw/figure.ts";
import { type DrawnPanel, drawPanel, firstView } from "../../../display/draw/panel.ts";
import { rampColor, rampLegend } from "../../../display/draw/ramp.ts";
import { counted, formatNumber } from "../../../display/format.ts";
import { markup } from "../../../display/html.ts";
import type { Param } from "../address.ts";
import { html } from "../html.ts";
import { go } from "../address.ts";
import { putPicture } from "../picture.ts";
import { colorOf } from "../selection.ts";
import { type ComparedRow, type ComparePartProps, numberRows } from "./compared.ts";
import { scatterColor, scatterX, scatterY } from "./state.ts";
import { PrintedRuns } from "./printed_runs.ts";
import { useRoom } from "../room.ts";

const HEIGHT = 420;

/** The scatter plot. */
export function CompareScatter({ runs, rows }: ComparePartProps): ComponentChild {
  const known = numberRows(rows);
  const byPath = (path: string) => known.find((row) => row.path === path);
  const x = byPath(scatterX.value) ?? known.find(({ isMetric }) => !isMetric) ?? known[0];
  const y = byPath(scatterY.value) ?? known.find((row) => row.isMetric && row !== x) ?? known[1];
  const [node, room] = useRoom();
  if (!x || !y) return html`<p class="note">These runs have fewer than two values that are numbers.</p>`;
  const color = byPath(scatterColor.value) ?? null;
  const width = Math.min(room, 900);
  return html`
    <div ref=${node}>
      <p class="compare-tools">
        <${Choice} label="x" of=${scatterX} rows=${known} shown=${x.path} />
        <${Choice} label="y" of=${scatterY} rows=${known} shown=${y.path} />
        <${Choice} label="Colour" of=${scatterColor} rows=${known} shown=${color?.path ?? ""} none="the run" />
      </p>
      ${width > 0 && html`<${Points} runs=${runs} x=${x} y=${y} color=${color} width=${width} />`}
    </div>
  `;
}

function Choice(
  { label, of, rows, shown, none }: {
    label: string;
    of: Param<string>;
    rows: ComparedRow[];
    shown: string;
    none?: string;
  },
): ComponentChild {
  return html`
    <label>${label} <select aria-label=${label} value=${shown} onChange=${(event: Event) =>
      of.set((event.target as HTMLSelectElement).value)}>
      ${none !== undefined && html`<option value="">${none}</option>`}
      ${rows.map(({ path }) => html`<option key=${path} value=${path}>${path}</option>`)}
    </select></label>
  `;
}

/** A scale that fits these values: by powers where they span more than two. */
export function isWide(values: readonly number[]): boolean {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low > 0 && high / low > 100;
}

interface PointsProps {
  runs: ComparePartProps["runs"];
  x: ComparedRow;
  y: ComparedRow;
  color: ComparedRow | null;
  width: number;
}

function Points({ runs, x, y, color, width }: PointsProps): ComponentChild {
  const svg = useRef<SVGSVGElement>(null);
  const drawn = useRef<DrawnPanel>(null);
  const [near, setNear] = useState<number | null>(null);
  const shown = runs.map((_, i) => i).filter((i) => x.numbers[i] !== null && y.numbers[i] !== null);
  const columns = [x, y].map(({ numbers }) => shown.map((i) => numbers[i]!));
  const hues = color?.numbers.filter((value) => value !== null) ?? [];
  const [low, high] = [Math.min(...hues), Math.max(...hues)];
  const ramp: Ramp | null = color && Number.isFinite(high - low)
    ? { label: color.path, low, high, log: isWide(hues) }
    : null;
  useLayoutEffect(() => {
    const figure: Figure = {
      title: "",
      entries: shown.map((i) => ({
        label: runs[i].label,
        color: ramp ? rampColor(ramp, color!.numbers[i]) : colorOf(runs[i].id),
        dash: "",
      })),
      panels: [],
      ramp,
      legend: false,
      endLabels: false,
      smoothing: 0,
    };
    const panel: Panel = {
      title: "",
      width,
      height: HEIGHT,
      xLabel: x.path,
      yLabel: y.path,
      x: isWide(columns[0]) ? "log" : "linear",
      y: isWide(columns[1]) ? "log" : "linear",
      yRange: [null, null],
      domain: null,
      dots: 5,
      xNames: null,
      marks: [],
      curves: shown.map((i, entry): Curve => ({
        entry,
        x: Float64Array.of(x.numbers[i]!),
        y: Float64Array.of(y.numbers[i]!),
        time: null,
        kind: null,
        step: null,
        low: null,
        high: null,
        smooth: null,
        mean: null,
      })),
    };
    drawn.current = drawPanel(figure, panel, firstView(figure, panel), width);
    const below = ramp && rampLegend(ramp);
    const { height, content } = drawn.current;
    const whole = height + (below ? below.height + 8 : 0);
    svg.current!.setAttribute("height", String(whole));
    svg.current!.setAttribute("viewBox", `0 0 ${width} ${whole}`);
    putPicture(
      svg.current!.querySelector("g")!,
      markup`<g fill="currentColor" font-size="11" font-family="system-ui,sans-serif">${content}${
        below && markup`<g transform="translate(0,${height + 8})">${below.content}</g>`
      }</g>`,
    );
  });
  const move = (event: PointerEvent) => {
    const box = svg.current!.getBoundingClientRect();
    const { x: toX, y: toY } = drawn.current!;
    let best: number | null = null, least = 30 ** 2;
    for (const i of shown) {
      const dx = toX.to(x.numbers[i]!) - (event.clientX - box.left);
      const dy = toY.to(y.numbers[i]!) - (event.clientY - box.top);
      if (dx * dx + dy * dy < least) [least, best] = [dx * dx + dy * dy, i];
    }
    setNear(best);
  };
  const left = runs.length - shown.length;
  const open = () => near !== null && go({ r: runs[near].id }, { path: "/run" });
  // By keys one goes from run to run along the x axis.
  const key = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") open();
    else if (event.key === "Escape") setNear(null);
    else if (by !== undefined && shown.length > 0) {
      const order = shown.toSorted((a, b) => x.numbers[a]! - x.numbers[b]! || y.numbers[a]! - y.numbers[b]!);
      const at = near === null ? by > 0 ? 0 : -1 : order.indexOf(near) + by;
      setNear(order.at(at % order.length)!);
    } else return;
    event.preventDefault();
  };
  return html`
    <div class="compare-plot">
      <svg ref=${svg} width=${width} role="img" tabindex="0" aria-keyshortcuts="ArrowLeft ArrowRight Enter"
        aria-label=${`${y.path} over ${x.path} of ${shown.length} runs`}
        onPointerMove=${move} onPointerLeave=${() => setNear(null)} onClick=${open} onKeyDown=${key} onBlur=${() =>
          setNear(null)}>
        <g></g>
        ${near !== null && drawn.current && html`
          <circle class="compare-near" cx=${drawn.current.x.to(x.numbers[near]!)} cy=${drawn.current.y.to(
            y.numbers[near]!,
          )} r="9" />
        `}
      </svg>
      ${color === null && html`<${PrintedRuns} runs=${shown.map((i) => runs[i])} />`}
      <p class=${`note${near === null && left === 0 ? " screen" : ""}`} role="status">${near !== null
        ? [
          runs[near].label,
          ...[x, y, ...color ? [color] : []].map((row) => `${row.path} ${formatNumber(row.numbers[near] ?? NaN)}`),
        ].join(" · ")
        : left > 0
        ? `${counted(left, "run")} without one of the values.`
        : "Point at a run for its values; a click opens it."}</p>
    </div>
  `;
}

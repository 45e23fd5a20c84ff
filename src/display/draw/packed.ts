/**
 * A figure as it travels to a browser. Runs in browsers.
 *
 * @module
 */

import type { Curve, Figure, Panel } from "./figure.ts";

/** Numbers: words of digits, `n` for a gap, or the differences of whole numbers. */
export type Packed = string | { unit: number; by: string };

/** A curve whose numbers are packed. */
export interface PackedCurve {
  entry: number;
  name?: string;
  x: Packed;
  y: Packed;
  time?: Packed;
  step?: Packed;
  /** One digit per point. */
  kind?: string;
  low?: Packed;
  high?: Packed;
  smooth?: { x: Packed; y: Packed };
  mean?: { x?: Packed; y?: Packed; count: Packed };
}

/** A figure whose curves are packed. */
export interface PackedFigure extends Omit<Figure, "panels"> {
  panels: (Omit<Panel, "curves"> & { curves: PackedCurve[] })[];
}

/** The figure again. */
export function unpackFigure(packed: PackedFigure): Figure {
  return { ...packed, panels: packed.panels.map((panel) => ({ ...panel, curves: panel.curves.map(unpackCurve) })) };
}

function unpackCurve({ entry, name, x, y, time, step, kind, low, high, smooth, mean }: PackedCurve): Curve {
  return {
    entry,
    name,
    x: numbers(x),
    y: numbers(y),
    time: time === undefined ? null : numbers(time),
    step: step === undefined ? null : numbers(step),
    kind: kind === undefined ? null : Uint8Array.from(kind, Number),
    low: low === undefined ? null : numbers(low),
    high: high === undefined ? null : numbers(high),
    smooth: smooth ? { x: numbers(smooth.x), y: numbers(smooth.y) } : null,
    mean: mean
      ? { x: mean.x ? numbers(mean.x) : null, y: mean.y ? numbers(mean.y) : null, count: numbers(mean.count) }
      : null,
  };
}

function numbers(packed: Packed): Float64Array {
  const words = (text: string) => text === "" ? [] : text.split(" ");
  if (typeof packed === "string") return Float64Array.from(words(packed), number);
  let sum = 0;
  return Float64Array.from(words(packed.by), (word) => (sum += Number(word)) * packed.unit);
}

function number(word: string): number {
  return word === "n" ? NaN : word === "i" ? Infinity : word === "-i" ? -Infinity : Number(word);
}

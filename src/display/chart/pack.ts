/**
 * A figure for a browser: numbers as short texts, because a bundle has little room.
 *
 * @module
 */

import type { Curve, Figure } from "../draw/figure.ts";
import type { Packed, PackedCurve, PackedFigure } from "../draw/packed.ts";

/** Packs a figure. */
export function packFigure(figure: Figure): PackedFigure {
  const panels = figure.panels.map((panel) => ({ ...panel, curves: panel.curves.map(packCurve) }));
  return { ...figure, panels };
}

function packCurve({ entry, name, x, y, time, step, kind, low, high, smooth, mean }: Curve): PackedCurve {
  const curve: PackedCurve = { entry, name, x: pack(x, 9), y: pack(y, 5) };
  if (time) curve.time = packTimes(time);
  if (step) curve.step = pack(step, 9);
  if (kind) curve.kind = kind.join("");
  if (low && high) [curve.low, curve.high] = [pack(low, 5), pack(high, 5)];
  if (smooth) curve.smooth = { x: pack(smooth.x, 9), y: pack(smooth.y, 5) };
  if (mean) {
    curve.mean = { count: pack(mean.count, 3) };
    if (mean.x && mean.y) [curve.mean.x, curve.mean.y] = [pack(mean.x, 9), pack(mean.y, 4)];
  }
  return curve;
}

/** Whole numbers as differences; others with so many digits. A gap is `n`. */
function pack(values: Float64Array, digits: number): Packed {
  if (values.length > 2 && values.every((value) => Number.isInteger(value) && Math.abs(value) < 2 ** 51)) {
    return { unit: 1, by: differences(values) };
  }
  const words: string[] = [];
  for (let i = 0; i < values.length; i++) words.push(word(values[i], digits));
  return words.join(" ");
}

/** Seconds are enough where a line takes longer than ten minutes. */
function packTimes(time: Float64Array): Packed {
  if (!time.every((one) => Math.abs(one) < 2 ** 51)) return pack(time, 15);
  const unit = time.length > 0 && time[time.length - 1] - time[0] > 600_000 ? 1000 : 1;
  return { unit, by: differences(time.map((one) => Math.round(one / unit))) };
}

function differences(values: Float64Array): string {
  const steps: number[] = [];
  for (let i = 0; i < values.length; i++) steps.push(i === 0 ? values[i] : values[i] - values[i - 1]);
  return steps.join(" ");
}

function word(value: number, digits: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "n" : value > 0 ? "i" : "-i";
  const rounded = Number(value.toPrecision(digits));
  const text = String(Number.isFinite(rounded) ? rounded : value);
  // Zeros that nobody needs; looked for by what the number is, as there are tens of thousands.
  if (Math.abs(rounded) < 1) return text.startsWith("0.") ? text.slice(1) : text.replace(/^-0\./, "-.");
  return text.replace("e+", "e");
}

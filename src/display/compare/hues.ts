/**
 * Values of runs as colors: a scale for numbers, one color for each text.
 *
 * @module
 */

import { formatNumber } from "../format.ts";
import { PALETTE } from "../palette.ts";
import type { Ramp } from "../draw/figure.ts";
import { rampColor } from "../draw/ramp.ts";

/** A config or the last value of a series; null where a run has none. */
export type RunValue = number | string | null;

/** A value in a few characters. */
export function valueName(value: RunValue): string {
  return value === null ? "none" : typeof value === "number" ? formatNumber(value) : value;
}

/** Colors for these values; `label` says what they are, null: there is but one color. */
export function hueScale(
  hues: RunValue[],
  label: string | null,
): { ramp: Ramp | null; colorOf: (hue: RunValue) => string; groups: number } {
  if (label === null) return { ramp: null, colorOf: () => PALETTE[0], groups: 1 };
  const ramp = rampOf(hues, label);
  const names = [...new Set(hues.map(valueName))];
  const colorOf = (hue: RunValue) =>
    ramp ? rampColor(ramp, hue as number | null) : PALETTE[names.indexOf(valueName(hue)) % PALETTE.length];
  return { ramp, colorOf, groups: names.length };
}

/** Numbers get a scale of colors, logarithmic where they span more than two decades; a few of them are treated like strings. */
function rampOf(hues: RunValue[], label: string): Ramp | null {
  const numbers = hues.filter((hue): hue is number => typeof hue === "number" && Number.isFinite(hue));
  if (numbers.length === 0 || hues.some((hue) => typeof hue === "string") || new Set(numbers).size < 3) return null;
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  // Nothing lies between numbers whose distance is none.
  if (!Number.isFinite(high - low)) return null;
  return { label, low, high, log: low > 0 && high / low > 100 };
}

/**
 * Ticks of axes: round numbers, and labels that stay short without ever reading the same.
 *
 * @module
 */

import { formatNumber } from "../format.ts";

/** Where an axis begins, ends and has its ticks. */
export interface AxisScale {
  domain: [low: number, high: number];
  ticks: number[];
  label: (tick: number) => string;
}

/** Beyond this the length of an axis could be more than a number holds. */
const LARGEST = 4e307;

/** A linear axis with about `count` ticks; a nice one begins and ends at a round number. */
export function linearAxis([low, high]: [number, number], count: number, nice: boolean): AxisScale {
  if (low > high) return { domain: [0, 1], ticks: [], label: String };
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (size > LARGEST) return linearAxis([clamp(low, -LARGEST, LARGEST), clamp(high, -LARGEST, LARGEST)], count, nice);
  if (high - low <= size * 1e-13) return linearAxis([low - (size * 0.1 || 1), high + (size * 0.1 || 1)], count, nice);
  const step = roundStep((high - low) / count);
  const domain: [number, number] = nice ? [Math.floor(low / step) * step, Math.ceil(high / step) * step] : [low, high];
  const ticks = multiples(Math.ceil(domain[0] / step - 1e-9), Math.floor(domain[1] / step + 1e-9), step);
  return { domain, ticks, label: (tick) => linearLabel(tick, step, Math.max(...ticks.map(Math.abs))) };
}

/** A logarithmic axis over positive numbers. */
export function logAxis([low, high]: [number, number]): AxisScale {
  if (low > high) return { domain: [1, 10], ticks: [], label: String };
  if (low < 1e-300 || high > 1e300) return logAxis([clamp(low, 1e-300, 1e300), clamp(high, 1e-300, 1e300)]);
  if (low === high) return logAxis([low / 1.9, high * 1.9]);
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const every = Math.ceil((to - from) / 8);
  const leads = to - from > 3 ? [1] : to - from > 1 ? [1, 2, 5] : [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const ticks: number[] = [];
  for (let power = from; power <= to; power += every) {
    for (const lead of leads) {
      const tick = Number(`${lead}e${power}`);
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return { domain: [low, high], ticks, label: logLabel };
}

/** The label of a time in UTC: the time of day, and the date below it where a new one begins. */
export function timeLabel(tick: Date, index: number): string {
  const [date, time] = tick.toISOString().split("T");
  const midnight = time.startsWith("00:00:00.000");
  const clock = time.endsWith(":00.000Z") ? time.slice(0, 5) : time.slice(0, 8);
  return midnight ? date : index === 0 ? `${clock}\n${date}` : clock;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** 1, 2 or 5 times a power of ten, at least as large as the number given. */
function roundStep(size: number): number {
  const power = Math.floor(Math.log10(size));
  const lead = [1, 2, 5, 10].find((lead) => lead >= size / 10 ** power - 1e-9) ?? 10;
  return Number(`${lead}e${power}`);
}

/** Multiples of a step without the errors of repeated addition. */
function multiples(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => Number(((from + i) * step).toPrecision(14)));
}

function linearLabel(tick: number, step: number, size: number): string {
  if (tick === 0) return "0";
  if (size < 1e-3 || size >= 1e15) return formatNumber(Number(tick.toPrecision(4))).replaceAll("-", "−");
  const [unit, suffix] = size >= 1e9 ? [1e9, "G"] : size >= 1e6 ? [1e6, "M"] : size >= 1e4 ? [1e3, "k"] : [1, ""];
  const decimals = Math.max(0, -Math.floor(Math.log10(step / unit) + 1e-9));
  return (tick / unit).toFixed(decimals).replace("-", "−") + suffix;
}

function logLabel(tick: number): string {
  return tick >= 1e4 || tick < 1e-3 ? tick.toExponential().replace("e+", "e").replaceAll("-", "−") : String(tick);
}

/**
 * Ticks of axes: round numbers, and labels that stay short without ever reading the same. Runs in browsers, too.
 *
 * @module
 */

import { formatNumber } from "../format.ts";

/** Where an axis begins, ends and has its ticks. */
export interface AxisScale {
  domain: [low: number, high: number];
  ticks: number[];
  /** The label of each tick; empty where it has none. A line break starts a second line. */
  labels: string[];
}

/** Beyond this the length of an axis could be more than a number holds. */
const LARGEST = 4e307;

/** A linear axis over this range with about `count` ticks. */
export function linearAxis([low, high]: [number, number], count: number): AxisScale {
  if (low > high) return { domain: [0, 1], ticks: [], labels: [] };
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (size > LARGEST) return linearAxis([clamp(low, -LARGEST, LARGEST), clamp(high, -LARGEST, LARGEST)], count);
  if (high - low <= size * 1e-13) return linearAxis([low - (size * 0.1 || 1), high + (size * 0.1 || 1)], count);
  const within = (step: number) => multiples(Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9), step);
  let step = roundStep((high - low) / Math.max(1, count));
  // One label alone says nothing about the scale.
  if (count >= 2 && within(step).length < 2) step = roundStep(step / 2.5);
  const ticks = within(step);
  const largest = ticks.reduce((most, tick) => Math.max(most, Math.abs(tick)), 0);
  return { domain: [low, high], ticks, labels: ticks.map((tick) => linearLabel(tick, step, largest)) };
}

/** A logarithmic axis over positive numbers; `count` is how many labels there is room for. */
export function logAxis([low, high]: [number, number], count: number): AxisScale {
  if (low > high) return { domain: [1, 10], ticks: [], labels: [] };
  if (low < 1e-300 || high > 1e300) return logAxis([clamp(low, 1e-300, 1e300), clamp(high, 1e-300, 1e300)], count);
  if (high / low < 1 + 1e-12) return logAxis([low / 1.9, high * 1.9], count);
  const room = Math.max(2, count);
  const leads = [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 5], [1, 3], [1]];
  const [from, to] = [Math.floor(Math.log10(low)), Math.floor(Math.log10(high))];
  for (const some of leads) {
    const ticks = decades(from, to, 1, some).filter((tick) => tick >= low && tick <= high);
    if (ticks.length > room * 1.5) continue;
    // Less than a decade: round numbers of a linear axis say more.
    if (ticks.length < 3) return { ...linearAxis([low, high], count), domain: [low, high] };
    return { domain: [low, high], ticks, labels: ticks.map(logLabel) };
  }
  const every = Math.ceil((to - from + 1) / room);
  const ticks = decades(Math.ceil(from / every) * every, to, every, [1]).filter((tick) => tick >= low && tick <= high);
  return { domain: [low, high], ticks, labels: ticks.map(logLabel) };
}

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const TIME_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500].concat(
  [1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  [1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  [1, 2, 3, 6, 12].map((n) => n * HOUR),
  [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000].map((n) => n * DAY),
);

/** An axis over times, in milliseconds since the epoch; labels are in UTC, and all of one kind. */
export function timeAxis([low, high]: [number, number], count: number): AxisScale {
  if (low > high) return { domain: [0, DAY], ticks: [], labels: [] };
  if (high === low) return timeAxis([low - MINUTE, high + MINUTE], count);
  const room = Math.max(2, count);
  const step = TIME_STEPS.find((one) => (high - low) / one <= room) ?? (high - low) / room;
  const ticks = multiples(Math.ceil(low / step), Math.floor(high / step), step);
  let day = "";
  const labels = ticks.map((tick) => {
    const [date, time] = new Date(clamp(tick, -8.64e15, 8.64e15)).toISOString().split("T");
    if (step >= DAY) return date;
    const clock = step >= MINUTE ? time.slice(0, 5) : step >= SECOND ? time.slice(0, 8) : time.slice(0, 12);
    if (date === day) return clock;
    day = date;
    return `${clock}\n${date}`;
  });
  return { domain: [low, high], ticks, labels };
}

function decades(from: number, to: number, every: number, leads: number[]): number[] {
  const ticks: number[] = [];
  for (let power = from; power <= to; power += every) for (const lead of leads) ticks.push(Number(`${lead}e${power}`));
  return ticks;
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

const UNITS: [number, string][] = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]];

function linearLabel(tick: number, step: number, size: number): string {
  if (tick === 0) return "0";
  if (size < 1e-3 || size >= 1e15) return minus(formatNumber(Number(tick.toPrecision(4))));
  const [unit, suffix] = size < 1e4 ? [1, ""] : UNITS.find(([unit]) => size >= unit)!;
  const decimals = Math.max(0, -Math.floor(Math.log10(step / unit) + 1e-9));
  return minus((tick / unit).toFixed(decimals)) + suffix;
}

function logLabel(tick: number): string {
  return minus(tick >= 1e4 || tick < 1e-3 ? tick.toExponential().replace("e+", "e") : String(tick));
}

function minus(text: string): string {
  return text.replaceAll("-", "−");
}

/// <reference lib="dom" />

/**
 * The runs that are chosen, and their colours: all sections show the same.
 *
 * @module
 */

import { computed, type ReadonlySignal } from "@preact/signals";
import { type Codec, type Param, param, TEXT } from "./address.ts";

/** The project, where the address names one; empty: the one that is shown first. */
export const projectParam: Param<string> = param("p", TEXT);

/** The project as requests name it. */
export const project: ReadonlySignal<string | null> = computed(() => projectParam.value || null);

/** Ids that differ in their number only are written as one: `DIG-1.4-6` is DIG-1, DIG-4, DIG-5, DIG-6. */
const IDS: Codec<string[]> = {
  read: (text) => text === null ? [] : text.split(",").filter((part) => part !== "").flatMap(readIds),
  write: (ids) => ids.length === 0 ? null : writeIds(ids),
};

const NUMBERED = /^(.*-)(\d{1,15})$/s;

function readIds(part: string): string[] {
  const found = /^([^.]*-)(\d[\d.-]*)$/s.exec(part);
  if (!found) return [decodeURIComponent(part)];
  const prefix = decodeURIComponent(found[1]);
  return found[2].split(".").flatMap((range) => {
    const [from, to = from] = range.split("-").map(Number);
    if (!(to >= from && to - from < 100_000)) return [];
    return Array.from({ length: to - from + 1 }, (_, i) => `${prefix}${from + i}`);
  });
}

function writeIds(ids: readonly string[]): string {
  const encode = (text: string) => encodeURIComponent(text).replace(/\./g, "%2E");
  const parts: string[] = [];
  const numbers = new Map<string, number[]>();
  for (const id of ids) {
    const [, prefix, number] = NUMBERED.exec(id) ?? [];
    if (prefix === undefined || String(Number(number)) !== number) parts.push(encode(id));
    else numbers.set(prefix, [...numbers.get(prefix) ?? [], Number(number)]);
  }
  for (const [prefix, all] of numbers) {
    const ranges: [number, number][] = [];
    for (const number of all.sort((a, b) => a - b)) {
      const last = ranges.at(-1);
      if (last && number <= last[1] + 1) last[1] = Math.max(last[1], number);
      else ranges.push([number, number]);
    }
    parts.push(encode(prefix) + ranges.map(([from, to]) => from === to ? from : `${from}-${to}`).join("."));
  }
  return parts.join(",");
}

/** The runs that are chosen, by `sys/id`. */
export const chosenRuns: Param<string[]> = param("s", IDS);

/** The same, to ask whether one is among them. */
export const chosenSet: ReadonlySignal<ReadonlySet<string>> = computed(() => new Set(chosenRuns.value));

/** Chooses a run, or takes it out. */
export function toggleRun(id: string): void {
  const all = chosenRuns.value;
  chosenRuns.set(chosenSet.value.has(id) ? all.filter((one) => one !== id) : [...all, id]);
}

/** Any two differ clearly, also for people who see no red or no green; contrast of 3 or more on light and dark. */
export const COLORS: readonly string[] = [
  "#3f78e6",
  "#d9650f",
  "#1f9360",
  "#b8493a",
  "#c52275",
  "#2998a3",
  "#6263a3",
  "#706a7d",
  "#339dd7",
  "#f73b66",
];

/** Colours that were chosen by hand: `DIG-1:ff0000`. */
const ownColors: Param<string> = param("c", TEXT);

const colorsByHand = computed(() =>
  new Map(
    ownColors.value.split(",").filter((one) => /^.+:[0-9a-f]{6}$/s.test(one)).map((one) => {
      const colon = one.lastIndexOf(":");
      return [decodeURIComponent(one.slice(0, colon)), `#${one.slice(colon + 1)}`];
    }),
  )
);

/** The place of each chosen run among those that are chosen, by which it has its colour. */
const places = computed(() => new Map(chosenRuns.value.map((id, i) => [id, i])));

/** The colour of a run: chosen by hand, or by its place among the chosen runs. */
export function colorOf(id: string): string {
  return colorsByHand.value.get(id) ?? COLORS[(places.value.get(id) ?? 0) % COLORS.length];
}

/** Gives a run a colour by hand; null: takes it back. */
export function setColor(id: string, color: string | null): void {
  const all = new Map(colorsByHand.value);
  if (color === null) all.delete(id);
  else all.set(id, color);
  ownColors.set([...all].map(([id, color]) => `${encodeURIComponent(id)}:${color.slice(1)}`).join(","));
}

/// <reference lib="dom" />

/**
 * How the address names runs.
 *
 * @module
 */

import type { Codec } from "./address.ts";

/** Ids that differ in their number only are written as one: `DIG-1.4~6` is DIG-1, DIG-4, DIG-5, DIG-6. Any other id stands as it is. */
export const RUN_IDS: Codec<string[]> = {
  read: (text) => text === null ? [] : text.split(",").filter((part) => part !== "").flatMap(readIds),
  write: (ids) => ids.length === 0 ? null : writeIds(ids),
};

const NUMBERED = /^(.*-)(\d{1,15})$/s;

function readIds(part: string): string[] {
  if (part.startsWith("~")) return [decodeURIComponent(part.slice(1))];
  const found = /^([^.~]*-)(\d[\d.~]*)$/s.exec(part);
  if (!found) return [decodeURIComponent(part)];
  const prefix = decodeURIComponent(found[1]);
  return found[2].split(".").flatMap((range) => {
    const [from, to = from] = range.split("~").map(Number);
    if (!(to >= from && to - from < 100_000)) return [];
    return Array.from({ length: to - from + 1 }, (_, i) => `${prefix}${from + i}`);
  });
}

function writeIds(ids: readonly string[]): string {
  const encode = (text: string) => encodeURIComponent(text).replace(/\./g, "%2E").replace(/~/g, "%7E");
  const parts: string[] = [];
  const numbers = new Map<string, number[]>();
  for (const id of ids) {
    const [, prefix, number] = NUMBERED.exec(id) ?? [];
    // The sign before it says that it is no prefix with numbers.
    if (prefix === undefined) parts.push(encode(id));
    else if (String(Number(number)) !== number) parts.push(`~${encode(id)}`);
    else numbers.set(prefix, [...numbers.get(prefix) ?? [], Number(number)]);
  }
  for (const [prefix, all] of numbers) {
    const ranges: [number, number][] = [];
    for (const number of all.sort((a, b) => a - b)) {
      const last = ranges.at(-1);
      if (last && number <= last[1] + 1) last[1] = Math.max(last[1], number);
      else ranges.push([number, number]);
    }
    parts.push(encode(prefix) + ranges.map(([from, to]) => from === to ? from : `${from}~${to}`).join("."));
  }
  return parts.join(",");
}

/**
 * Times that were stored as local wall-clock time labelled UTC.
 *
 * @module
 */

import { OptionError } from "../../errors.ts";

const QUARTER = 900_000;
const DAY = 86_400_000;

/**
 * Gives a function from local wall-clock time to UTC, both in milliseconds. In the autumn hour that occurs twice the first
 * one is taken; a time that spring skipped is read with the offset before the change.
 *
 * @param timeZone An IANA name such as `Europe/Warsaw`.
 */
export function fromLocalTime(timeZone: string): (local: number) => number {
  const offsetAt = offsets(timeZone);
  const known = new Map<number, number>();
  return (local) => {
    if (!Number.isFinite(local)) return local;
    const quarter = Math.floor(local / QUARTER);
    let offset = known.get(quarter);
    if (offset === undefined) {
      const start = quarter * QUARTER;
      const before = offsetAt(start - DAY), after = offsetAt(start + DAY);
      offset = offsetAt(start - before) === before || offsetAt(start - after) !== after ? before : after;
      known.set(quarter, offset);
    }
    return local - offset;
  };
}

/** The offset of a zone from UTC at an instant, in milliseconds. */
function offsets(timeZone: string): (utc: number) => number {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
      era: "short",
    });
  } catch (cause) {
    throw new OptionError(
      `The time zone "${timeZone}" is not known: pass an IANA name such as "Europe/Warsaw" or "America/Denver".`,
      { option: "timeZone", value: timeZone },
      { cause },
    );
  }
  return (utc) => {
    const part = Object.fromEntries(format.formatToParts(utc).map(({ type, value }) => [type, value]));
    const year = part.era === "BC" ? 1 - Number(part.year) : Number(part.year);
    const wall = new Date(0);
    wall.setUTCFullYear(year, Number(part.month) - 1, Number(part.day));
    wall.setUTCHours(Number(part.hour), Number(part.minute), Number(part.second));
    return wall.getTime() - Math.floor(utc / 1000) * 1000;
  };
}

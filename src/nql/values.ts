/**
 * What the value of a predicate means, by the type of the attribute it is compared with.
 *
 * Each function returns null for a text that is no such value; {@linkcode valueError} says so to a person.
 *
 * @module
 */

import { NqlSyntaxError } from "../errors.ts";
import { type Kind, STRING, within } from "../options/kinds.ts";
import { checkArgument } from "../options/options.ts";
import type { AttributeType } from "../types.ts";
import type { Predicate } from "./ast.ts";
import { nqlTypeName } from "./names.ts";

/** The range of JavaScript's `Date`. */
const NOW: Kind<number> = within(-8.64e15, 8.64e15, "a time in milliseconds since the epoch");
const NUMBER = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(kb|mb|gb)?$/i;
const UNITS: Readonly<Record<string, number>> = { kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/**
 * A finite number in decimal or exponent form, with `kb`, `mb` or `gb` (any case) for multiples of 1024. Null for anything
 * else, `inf` and `nan` included.
 */
export function parseNumber(text: string): number | null {
  checkArgument("parseNumber", "text", STRING, text);
  const match = NUMBER.exec(text.trim());
  if (match === null) return null;
  const number = Number(match[1]) * (match[2] === undefined ? 1 : UNITS[match[2].toLowerCase()]);
  return Number.isFinite(number) ? number : null;
}

/**
 * A whole number, exact beyond 2^53, where the text is one; null where it is a fraction, has an exponent or a unit, or is no
 * number at all.
 */
export function parseInteger(text: string): bigint | null {
  checkArgument("parseInteger", "text", STRING, text);
  const digits = /^([+-]?)(\d+)$/.exec(text.trim());
  return digits && BigInt(digits[1] === "-" ? `-${digits[2]}` : digits[2]);
}

/** `true` or `false`, in any case. */
export function parseBool(text: string): boolean | null {
  checkArgument("parseBool", "text", STRING, text);
  const word = text.trim().toLowerCase();
  return word === "true" ? true : word === "false" ? false : null;
}

/** `running` or `idle`, in any case; `active` and `inactive` mean the same. */
export function parseState(text: string): "running" | "idle" | null {
  checkArgument("parseState", "text", STRING, text);
  const word = text.trim().toLowerCase();
  if (word === "running" || word === "active") return "running";
  if (word === "idle" || word === "inactive") return "idle";
  return null;
}

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;
const RELATIVE = /^-(\d+)\s*([smhdwMy])$/;

/**
 * An instant, in milliseconds since the epoch: ISO 8601 with `Z` or an offset (`+09`, `+0900`, `+09:00`; UTC without one),
 * fractions cut to milliseconds; or an amount of time ago, `-2h`, with `s`, `m` (minutes), `h`, `d`, `w`, `M` (calendar
 * months) or `y`.
 *
 * @param text The value.
 * @param now What relative times are counted from, in milliseconds since the epoch.
 */
export function parseInstant(text: string, now: number): number | null {
  checkArgument("parseInstant", "text", STRING, text);
  checkArgument("parseInstant", "now", NOW, now);
  const trimmed = text.trim();
  const ago = RELATIVE.exec(trimmed);
  if (ago !== null) return before(now, Number(ago[1]), ago[2]);
  const match = DATE_TIME.exec(trimmed);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const millis = Number((match[7] ?? "").slice(0, 3).padEnd(3, "0"));
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const valid = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 &&
    second < 60;
  if (!valid) return null;
  date.setUTCHours(hour, minute, second, millis);
  return date.getTime() - offsetMinutes(match[8]) * 60_000;
}

function offsetMinutes(zone: string | undefined): number {
  if (zone === undefined || zone.toUpperCase() === "Z") return 0;
  const [hours, minutes] = [zone.slice(1, 3), zone.slice(3).replace(":", "")].map(Number);
  return (zone[0] === "-" ? -1 : 1) * (hours * 60 + minutes);
}

const MILLIS: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7, w: 6.048e8 };

function before(now: number, amount: number, unit: string): number | null {
  if (unit in MILLIS) return now - amount * MILLIS[unit];
  const date = new Date(now);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - amount * (unit === "y" ? 12 : 1));
  const daysInMonth = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, daysInMonth));
  return Number.isNaN(date.getTime()) ? null : date.getTime();
}

const FORMS: Partial<Record<AttributeType, string>> = {
  int: "a number such as 3, 0.5, 1e-9 or 50MB",
  float: "a number such as 3, 0.5, 1e-9 or 50MB",
  float_series: "a number such as 3, 0.5, 1e-9 or 50MB",
  bool: "true or false",
  datetime: "an ISO 8601 time such as 2025-01-31T12:00:00Z, or a time ago such as -2h, -5d or -1M",
  experiment_state: "running or idle",
};

/** The error for a predicate whose value is no value of the attribute's type. */
export function valueError(predicate: Predicate & { value: string }, type: AttributeType): NqlSyntaxError {
  const expected = FORMS[type] ?? "a text";
  return new NqlSyntaxError(
    `The query compares the ${nqlTypeName(type)} attribute \`${predicate.operand.name}\` with "${predicate.value}"; ` +
      `expected ${expected}.`,
    { text: predicate.value, position: 0, expected, found: predicate.value },
  );
}

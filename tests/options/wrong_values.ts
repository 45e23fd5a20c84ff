/**
 * Values that a shape does not allow.
 *
 * @module
 */

import type { Shape } from "./public_calls.ts";

/** A name that no option has. */
export const UNKNOWN = "unheardOf";

class Stranger {}

/** One value of every kind that a shape does not allow. */
export function wrongValues(shape: Shape): unknown[] {
  if (shape.any) return [];
  const wrong: unknown[] = [Symbol("wrong"), NaN, new Stranger(), new Map()];
  if (!shape.string) wrong.push("no such word");
  if (!shape.number) wrong.push(-7.5);
  if (!shape.boolean) wrong.push(true);
  if (!shape.bigint) wrong.push(5n);
  if (!shape.null) wrong.push(null);
  if (!shape.function) wrong.push(() => {});
  // Fields that are not there, and others that nobody knows.
  wrong.push({ [UNKNOWN]: 1 });
  if (!shape.items) wrong.push([], ["x"]);
  else if (!shape.items.some((item) => item.any)) wrong.push([new Stranger()], [Symbol("wrong")], [NaN]);
  return wrong;
}

/** Says what a value is, for the name of a case. */
export function told(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(told).join(", ")}]`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) !== Object.prototype) {
    return `a ${value.constructor.name}`;
  }
  return typeof value === "string" || (typeof value === "object" && value !== null)
    ? JSON.stringify(value)
    : String(value);
}

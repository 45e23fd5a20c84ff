/**
 * The pattern language of neptune-query for names of attributes and runs: regular expressions joined by `&` and `|`, negated by
 * `!`.
 *
 * @module
 */

import type { PathFilter } from "../source.ts";

/**
 * Splits a pattern into alternatives. Blanks around `|` and `&` make them operators, a `!` at the start of a part negates it;
 * inside a part `\x20` stands for a blank and `\x21` for a `!`.
 *
 * `train/ & !_std$ | val/loss` is: matches `train/` and does not match `_std$`, or matches `val/loss`.
 */
export function parsePattern(pattern: string): PathFilter {
  return { any: pattern.trim().split(/\s+\|\s+/).map(alternative) };
}

/** Tells whether a filter, to the eye, lets every path pass. */
export function passesAll({ any }: PathFilter): boolean {
  return any.some(({ must, mustNot }) => mustNot.length === 0 && must.every((one) => one === "" || one === ".*"));
}

function alternative(text: string): PathFilter["any"][number] {
  const must: string[] = [];
  const mustNot: string[] = [];
  for (const part of text.split(/\s+&\s+/)) {
    if (part.startsWith("!")) mustNot.push(literal(part.slice(1).trimStart()));
    else must.push(literal(part));
  }
  return { must, mustNot };
}

function literal(part: string): string {
  return part.replaceAll("\\x20", " ").replaceAll("\\x21", "!");
}

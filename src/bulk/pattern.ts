/**
 * The pattern language of neptune-query for names of attributes and runs: regular expressions joined by `&` and `|`, negated by
 * `!`.
 *
 * @module
 */

import { type Kind, shown } from "../options/kinds.ts";
import { compileRegex, regexString } from "../nql/regex.ts";
import type { PathFilter } from "../source.ts";

/** A pattern, or a regular expression of JavaScript. One that RE2 refuses throws its own error. */
export const PATTERN: Kind<string | RegExp> = {
  must: "a pattern that is not empty, as a string or a RegExp",
  complaint(value, name) {
    if (value instanceof RegExp) compileRegex(value);
    else if (typeof value !== "string" || value.trim() === "") {
      return `${name} is ${shown(value)}, but must be ${this.must}.`;
    } else if (/^[&|]\s|\s[&|]$|\s[&|]\s+[&|]\s|(^|\s)!$|(^|\s)!\s+[&|]\s/.test(value.trim())) {
      return `${name} is ${
        shown(value)
      }, but there must be a regular expression on both sides of each & and |, and after each !.`;
    } else {for (const { must, mustNot } of parsePattern(value).any) {
        [...must, ...mustNot].forEach((one) => compileRegex(one));
      }}
    return null;
  },
};

/**
 * Splits a pattern into alternatives. Blanks around `|` and `&` make them operators, a `!` at the start of a part negates it;
 * inside a part `\x20` stands for a blank and `\x21` for a `!`.
 *
 * `train/ & !_std$ | val/loss` is: matches `train/` and does not match `_std$`, or matches `val/loss`.
 */
export function parsePattern(pattern: string | RegExp): PathFilter {
  if (pattern instanceof RegExp) return { any: [{ must: [regexString(pattern)], mustNot: [] }] };
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

/**
 * Names as people choose them: one by one, or by a pattern, whose language is that of neptune-query: regular expressions joined by
 * `&` and `|`, negated by `!`.
 *
 * @module
 */

import { either, type Kind, shown, STRINGS } from "../options/kinds.ts";
import { compileRegex, regexString } from "../nql/regex.ts";
import type { AttributesQuery, PathFilter } from "../source.ts";

/**
 * Names: exact ones as a list; or a pattern: regular expressions (RE2, partial match) joined by ` & ` and ` | `, negated by `!`, for
 * example `"^mlp & !_test$ | ^linear$"`; or one regular expression of JavaScript, for example `/^mlp/i`.
 */
export type NameSelection = readonly string[] | string | RegExp;

/**
 * Which attributes: exact paths as a list; or a pattern: regular expressions (RE2, partial match) joined by ` & ` and ` | `,
 * negated by `!`, for example `"^train/ & !_std$ | ^val/loss$"`; or one regular expression of JavaScript, for example `/loss$/i`.
 */
export type AttributeSelection = readonly string[] | string | RegExp;

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
function passesAll({ any }: PathFilter): boolean {
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

/** What an {@linkcode AttributeSelection} may be. */
export const ATTRIBUTES: Kind<AttributeSelection> = either(STRINGS, PATTERN);

/** Whether names are given one by one, rather than by a pattern. */
export function isList(names: NameSelection): names is readonly string[] {
  return typeof names !== "string" && !(names instanceof RegExp);
}

/** The selection as the restriction of a query. */
export function selectPaths(attributes: AttributeSelection): Pick<AttributesQuery, "paths" | "filter"> {
  if (isList(attributes)) return { paths: [...attributes] };
  const filter = parsePattern(attributes);
  return passesAll(filter) ? {} : { filter };
}

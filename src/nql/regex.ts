import { RE2JS } from "re2js";
import { RegexError } from "../errors.ts";
import { either, REGEXP, STRING } from "../options/kinds.ts";
import { checkArgument } from "../options/options.ts";

/** A regular expression (RE2, searched, case-sensitive), as text or as one of JavaScript: `/^mlp/i`. */
export type Regexp = string | RegExp;

/** A compiled regular expression. */
export interface Regex {
  /** Tells whether the pattern matches anywhere in the text. Takes time linear in the length of the text. */
  test(text: string): boolean;
  /** The only texts that match, where the pattern is a list of literals such as `^(a|b)$`; null otherwise. */
  readonly exact: ReadonlySet<string> | null;
}

/**
 * Compiles a regular expression with the syntax and meaning of RE2, as Neptune's servers have them: searched rather than
 * anchored, case-sensitive, `$` only at the very end, no look-around and no back-references.
 *
 * Patterns made by Python's `re.escape` are understood. Literals, and lists of thousands of them, cost no more than a
 * comparison or a look-up. Other patterns may have half a million characters.
 *
 * @param pattern The regular expression.
 * @throws {RegexError} RE2 refuses the pattern, or it is too long.
 */
export function compileRegex(pattern: Regexp): Regex {
  checkArgument("compileRegex", "pattern", either(STRING, REGEXP), pattern);
  const text = regexString(pattern);
  return compileLiterals(text) ?? compileRe2(text);
}

/**
 * A regular expression of JavaScript as RE2 has it: `/^mlp/i` is `(?i)^mlp`. A text is taken as it is.
 *
 * @param pattern The regular expression.
 * @throws {RegexError} It uses what RE2 lacks: references to groups, or the flags `y` and `v`.
 */
export function regexString(pattern: Regexp): string {
  if (typeof pattern === "string") return pattern;
  const lacking = /[yv]/.exec(pattern.flags)?.[0] ?? /^(?:[^\\]|\\[^k])*(\\k<)/.exec(pattern.source)?.[1];
  if (lacking !== undefined) {
    throw new RegexError(`The pattern ${pattern} uses "${lacking}", which RE2 does not know: write it without.`, {
      pattern: pattern.source,
    });
  }
  return String(RE2JS.translateRegExp(pattern));
}

/** The longest pattern that is compiled, in UTF-16 units: of this length it takes about two seconds, during which nothing else happens. */
const LONGEST = 500_000;
/** A pattern from this length on is kept: a call compiles it several times, to check it, to ask with it, to answer. */
const LONG = 1000;
let last: { pattern: string; regex: WeakRef<Regex> } | null = null;

function compileRe2(pattern: string): Regex {
  const known = last?.pattern === pattern ? last.regex.deref() : undefined;
  if (known) return known;
  if (pattern.length > LONGEST) {
    throw new RegexError(
      `The pattern ${quote(pattern)} has ${
        pattern.length.toLocaleString("en")
      } characters, but must have no more than ` +
        `${
          LONGEST.toLocaleString("en")
        }, as longer ones keep a program busy: name what is meant in a list, or ask in several calls.`,
      { pattern },
    );
  }
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (cause) {
    const reason = (cause as Error).message.replace(/^error parsing regexp: /, "");
    throw new RegexError(
      `The pattern ${quote(pattern)} is not a regular expression that RE2 accepts: ${reason}.`,
      { pattern },
      { cause },
    );
  }
  const regex: Regex = { test: (text) => compiled.test(text), exact: null };
  if (pattern.length >= LONG) last = { pattern, regex: new WeakRef(regex) };
  return regex;
}

/** Patterns that need no automaton: `literal`, `^literal`, `literal$`, `^literal$`, `^(literal|literal)$`, `literal|literal`, `(?i)literal` and `.*`. */
function compileLiterals(pattern: string): Regex | null {
  if (pattern === ".*") return { test: () => true, exact: null };
  if (!pattern.isWellFormed()) return null;
  const list = /^\^\((?:\?:)?(.*)\)\$$/s.exec(pattern);
  if (list !== null) {
    const literals = splitLiterals(list[1]);
    return literals && exactly(literals);
  }
  if (pattern.startsWith("(?i)")) {
    const literals = splitLiterals(pattern.slice(4));
    return literals?.length === 1 ? anyCase(literals[0]) : null;
  }
  const starts = pattern.startsWith("^");
  const ends = pattern.length > Number(starts) && pattern.endsWith("$") && !pattern.endsWith("\\$");
  const literals = splitLiterals(pattern.slice(Number(starts), ends ? -1 : undefined));
  if (literals === null) return null;
  if (literals.length > 1) return starts || ends ? null : anyOf(literals);
  const [literal] = literals;
  if (starts && ends) return exactly(literals);
  if (starts) return { test: (text) => text.startsWith(literal), exact: null };
  if (ends) return { test: (text) => text.endsWith(literal), exact: null };
  return { test: (text) => text.includes(literal), exact: null };
}

/** JavaScript folds the case of characters by the same table as RE2, and a literal leaves it nothing to try twice. */
function anyCase(literal: string): Regex {
  const regex = new RegExp(literal.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "iu");
  return { test: (text) => regex.test(text), exact: null };
}

function exactly(literals: string[]): Regex {
  const exact = new Set(literals);
  return { test: (text) => exact.has(text), exact };
}

/** A list this short is gone through. */
const FEW = 32;

/** Of a long list, what a text may hold is looked up, by the lengths that there are. */
function anyOf(literals: string[]): Regex {
  if (literals.length <= FEW) return { test: (text) => literals.some((one) => text.includes(one)), exact: null };
  const all = new Set(literals);
  const lengths = [...new Set(literals.map(({ length }) => length))];
  const holds = (text: string, length: number) => {
    for (let at = 0; at + length <= text.length; at++) if (all.has(text.slice(at, at + length))) return true;
    return false;
  };
  return { test: (text) => lengths.some((length) => holds(text, length)), exact: null };
}

/** The literals between the bars, without their escapes; null where anything else stands. */
function splitLiterals(pattern: string): string[] | null {
  const literals: string[] = [];
  const part = /([^\\.+*?()|[\]{}^$]+)|\\([ -/:-@[-`{-~\t\n\v\f\r])|(\|)/gy;
  let text = "";
  while (part.lastIndex < pattern.length) {
    const match = part.exec(pattern);
    if (match === null) return null;
    if (match[3]) {
      literals.push(text);
      text = "";
    } else text += match[1] ?? match[2];
  }
  literals.push(text);
  return literals;
}

function quote(pattern: string): string {
  return JSON.stringify(pattern.length > 100 ? pattern.slice(0, 100) + "..." : pattern);
}

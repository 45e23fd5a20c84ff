import { NqlSyntaxError } from "../errors.ts";
import { KEYWORDS, unquoteNqlName, unquoteNqlValue } from "./names.ts";

/** The operators that are not words. */
export type OperatorSymbol = "=" | "==" | "!=" | ">" | ">=" | "<" | "<=";

/** The smallest parts of a query. `start` and `end` are positions in the text, in UTF-16 units. */
export type Token =
  & { readonly start: number; readonly end: number }
  & (
    | { readonly kind: "(" | ")" | ":" | "end" }
    | { readonly kind: "operator"; readonly text: OperatorSymbol }
    /** In upper case. */
    | { readonly kind: "keyword"; readonly text: string }
    /** Outside quotes. */
    | { readonly kind: "word"; readonly text: string }
    /** Between backquotes, without escapes. */
    | { readonly kind: "name"; readonly text: string }
    /** Between double quotes, without escapes. */
    | { readonly kind: "value"; readonly text: string }
  );

const BLANK = /[ \t\r\n]*/y;
const WORD = /[^ \t\r\n()"`:=!<>]+/y;
const VALUE_WORD = /[^ \t\r\n()"`=!<>]+/y;
const OPERATOR = /==|=|!=|>=|>|<=|</y;
const NAME = /`((?:[^`\\]|\\[^])*)`/y;
const VALUE = /"((?:[^"\\]|\\[^])*)"/y;

/**
 * Reads the token at a position.
 *
 * @param text The query.
 * @param position Where to read, in UTF-16 units; blanks there are skipped.
 * @param value Whether a value is due, which may hold colons outside quotes.
 * @throws {NqlSyntaxError} A quote is not closed, or a character has no place in a query.
 */
export function nextToken(text: string, position: number, value = false): Token {
  const match = (pattern: RegExp, from: number): RegExpExecArray | null => {
    pattern.lastIndex = from;
    return pattern.exec(text);
  };
  const start = position + match(BLANK, position)![0].length;
  const first = text[start];
  if (first === undefined) return { kind: "end", start, end: start };
  if (first === "(" || first === ")" || (first === ":" && !value)) return { kind: first, start, end: start + 1 };
  if (first === "`" || first === '"') {
    const quoted = match(first === "`" ? NAME : VALUE, start);
    if (quoted === null) {
      const what = first === "`" ? "a closing backquote" : "a closing double quote";
      throw nqlSyntaxError(text, start, what, "the end of the query");
    }
    const end = start + quoted[0].length;
    return first === "`"
      ? { kind: "name", text: unquoteNqlName(quoted[1]), start, end }
      : { kind: "value", text: unquoteNqlValue(quoted[1]), start, end };
  }
  const operator = match(OPERATOR, start);
  if (operator !== null) {
    return { kind: "operator", text: operator[0] as OperatorSymbol, start, end: start + operator[0].length };
  }
  const word = match(value ? VALUE_WORD : WORD, start);
  if (word === null) throw nqlSyntaxError(text, start, "a name, a value or an operator", JSON.stringify(first));
  const end = start + word[0].length;
  const upper = word[0].toUpperCase();
  if (KEYWORDS.has(upper)) return { kind: "keyword", text: upper, start, end };
  return { kind: "word", text: word[0], start, end };
}

/** What a person calls this token. */
export function describeToken(text: string, token: Token): string {
  if (token.kind === "end") return text.trim() === "" ? "nothing" : "the end of the query";
  const source = text.slice(token.start, token.end);
  return source.length > 40 ? source.slice(0, 40) + "..." : source;
}

/**
 * The error for a query that does not parse: its message shows the line concerned with a caret under the place.
 *
 * @param text The query.
 * @param position Where, in UTF-16 units.
 * @param expected What would have fitted there.
 * @param found What stands there instead.
 */
export function nqlSyntaxError(text: string, position: number, expected: string, found: string): NqlSyntaxError {
  const before = text.slice(0, position);
  const lineStart = before.lastIndexOf("\n") + 1;
  const line = before.split("\n").length;
  const column = position - lineStart;
  const rest = text.slice(lineStart);
  const lineText = rest.slice(0, rest.search(/\r?\n|$/));
  const from = column > 60 ? column - 50 : 0;
  const to = Math.min(lineText.length, from + 100);
  const shown = (from > 0 ? "..." : "") + lineText.slice(from, to).replaceAll("\t", " ") +
    (to < lineText.length ? "..." : "");
  const caret = " ".repeat(column - from + (from > 0 ? 3 : 0)) + "^";
  const place = line > 1 ? `line ${line}, column ${column + 1}` : `position ${column + 1}`;
  return new NqlSyntaxError(
    `The query does not parse at ${place}: expected ${expected}, found ${found}.\n  ${shown}\n  ${caret}`,
    { text, position, expected, found },
  );
}

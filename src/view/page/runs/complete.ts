/// <reference lib="dom" />

/**
 * Completion of Neptune's query language: what may stand where the caret is.
 *
 * @module
 */

import { nqlTypeName, quoteNqlName, quoteNqlValue } from "../../../nql/names.ts";
import type { AttributeDefinition, AttributeType } from "../../../types.ts";

/** What is due at the caret. `from` to `to` is what a completion replaces; `word` is what was typed of it, without quotes. */
export type Due =
  & { from: number; to: number; word: string }
  & (
    | { kind: "attribute" }
    | { kind: "operator"; attribute: string; type: string | null }
    | { kind: "value"; attribute: string; type: string | null }
    | { kind: "conjunction" }
  );

/** One thing that may stand there. */
export interface Completion {
  /** What is put in. */
  text: string;
  /** What is shown beside it. */
  note: string;
}

const TOKEN = /\s+|`(?:[^`\\]|\\[^])*`?|"(?:[^"\\]|\\[^])*"?|==|!=|>=|<=|[=<>():]|[^\s()"`:=!<>]+|[^]/g;
const OPERATOR = /^(?:==?|!=|[<>]=?|CONTAINS|MATCHES)$/i;
const JOINER = /^(?:AND|OR|NOT|\()$/i;

/** What is due at a place of a query. */
export function dueAt(query: string, caret: number): Due {
  const tokens = [...query.slice(0, caret).matchAll(TOKEN)].map((match) => match[0]);
  // What stands directly before the caret is being typed, unless it is a blank or an operator.
  const last = tokens.at(-1);
  const isOpen = last !== undefined && !/^\s/.test(last) && !/^(?:[=<>!]=?|[():])$/.test(last);
  const typed = isOpen ? tokens.pop()! : "";
  const rest = query.slice(caret).match(/^[^\s()"`=!<>]*[`"]?/)![0];
  const place = {
    from: caret - typed.length,
    to: caret + (typed === "" ? 0 : rest.length),
    word: typed.replace(/^[`"]|[`"]$/g, ""),
  };
  const before = tokens.filter((token) => !/^\s/.test(token));
  let attribute: string | null = null, type: string | null = null, state: Due["kind"] = "attribute";
  for (let i = 0; i < before.length; i++) {
    const token = before[i];
    if (state === "attribute") {
      if (JOINER.test(token)) continue;
      // An aggregate is a function: max(`loss`:floatSeries).
      if (before[i + 1] === "(") continue;
      attribute = token.replace(/^`|`$/g, "");
      type = before[i + 1] === ":" ? before[i + 2] ?? "" : null;
      if (type !== null) i += 2;
      if (before[i + 1] === ")" && before[i + 2] !== undefined) i++;
      state = "operator";
    } else if (state === "operator") {
      if (OPERATOR.test(token)) state = "value";
      else if (/^EXISTS$/i.test(token)) state = "conjunction";
    } else if (state === "value") state = "conjunction";
    else if (/^(?:AND|OR)$/i.test(token)) state = "attribute";
  }
  if (state === "operator" || state === "value") return { ...place, kind: state, attribute: attribute ?? "", type };
  return { ...place, kind: state };
}

/** Attributes as they stand in a query. */
export function attributeCompletions(attributes: readonly AttributeDefinition[]): Completion[] {
  return attributes.map(({ path, type }) => ({ text: operandText({ path, type }), note: nqlTypeName(type) }));
}

/** The words that may stand there, besides attributes and values. */
export function wordCompletions(due: Due): Completion[] {
  if (due.kind === "attribute") return starting(due.word, ["NOT"], "");
  if (due.kind === "conjunction") return starting(due.word, ["AND", "OR"], "");
  if (due.kind === "value") return due.type === "bool" ? starting(due.word, ["true", "false"], "") : [];
  return starting(due.word, operatorsOf(due.type), "");
}

function operatorsOf(type: string | null): string[] {
  switch (type) {
    case "string":
      return ["=", "!=", "CONTAINS", "MATCHES", "EXISTS"];
    case "stringSet":
    case "string_set":
      return ["CONTAINS", "NOT CONTAINS", "EXISTS"];
    case "bool":
      return ["=", "!=", "EXISTS"];
    case "int":
    case "float":
    case "datetime":
    case "floatSeries":
    case "float_series":
      return ["<", "<=", ">", ">=", "=", "!=", "EXISTS"];
    case null:
      return ["=", "!=", "<", "<=", ">", ">=", "CONTAINS", "MATCHES", "EXISTS"];
    default:
      return ["EXISTS"];
  }
}

/** Values that some runs have, as they stand in a query. */
export function valueCompletions(due: Due, values: readonly { value: string; runs: number }[]): Completion[] {
  const word = due.word.toLowerCase();
  return values.filter(({ value }) => value.toLowerCase().includes(word))
    .map(({ value, runs }) => ({ text: quoteNqlValue(value), note: `${runs} ${runs === 1 ? "run" : "runs"}` }));
}

function starting(word: string, words: readonly string[], note: string): Completion[] {
  const typed = word.toUpperCase();
  return words.filter((one) => one.toUpperCase().startsWith(typed)).map((text) => ({ text, note }));
}

/** The query with a completion put in, and where the caret is then. */
export function complete(query: string, { from, to }: Due, { text }: Completion): { query: string; caret: number } {
  const rest = query.slice(to).replace(/^\s+/, "");
  return { query: `${query.slice(0, from)}${text} ${rest}`, caret: from + text.length + 1 };
}

function operandText({ path, type }: { path: string; type: AttributeType }): string {
  return `${quoteNqlName(path)}:${nqlTypeName(type)}`;
}

/** A condition as a text. */
export function attributeQuery(attribute: AttributeDefinition, operator: string, value: string): string {
  return `${operandText(attribute)} ${operator} ${quoteNqlValue(value)}`;
}

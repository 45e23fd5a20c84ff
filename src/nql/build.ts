/**
 * Queries built from values rather than from text: nothing needs quoting.
 *
 * @module
 */

import { type Kind, kind, orNull, STRING } from "../options/kinds.ts";
import { checkArgument } from "../options/options.ts";
import type { AttributeType } from "../types.ts";
import type { Aggregation, Comparison, Nql, Operand } from "./ast.ts";
import { AGGREGATION, ATTRIBUTE_TYPE, COMPARISON, NODE, OPERAND, REGEX } from "./check.ts";
import { type Regexp, regexString } from "./regex.ts";
import { existsNode, groupNode, notNode, operandNode, predicateNode } from "./tree.ts";

const VALUE: Kind<string | number | bigint | boolean | Date> = kind(
  "a string, a number, a bigint, true, false or a valid Date",
  (value) =>
    ["string", "bigint", "boolean"].includes(typeof value) || (typeof value === "number" && !Number.isNaN(value)) ||
    (value instanceof Date && !Number.isNaN(value.getTime())),
);

function checkTerms(call: string, terms: Nql[]): void {
  terms.forEach((term, i) => checkArgument(call, `terms[${i}]`, NODE, term));
}

/** An attribute to test; with `aggregation`, an aggregate of a float series other than its last value. */
export function attribute(
  name: string,
  type: AttributeType | null = null,
  aggregation: Aggregation | null = null,
): Operand {
  checkArgument("attribute", "name", STRING, name);
  checkArgument("attribute", "type", orNull(ATTRIBUTE_TYPE), type);
  checkArgument("attribute", "aggregation", orNull(AGGREGATION), aggregation);
  return operandNode(name, type, aggregation);
}

/** Runs for which all terms hold; without terms, every run. */
export function and(...terms: Nql[]): Nql {
  checkTerms("and", terms);
  return groupNode("and", terms);
}

/** Runs for which at least one term holds; without terms, no run. */
export function or(...terms: Nql[]): Nql {
  checkTerms("or", terms);
  return groupNode("or", terms);
}

/** Runs for which the term does not hold, those that lack the attribute included. */
export function not(term: Nql): Nql {
  checkArgument("not", "term", NODE, term);
  return notNode(term);
}

/** Runs whose attribute compares like this with the value. A time is a `Date`. */
export function compare(operand: Operand, op: Comparison, value: string | number | bigint | boolean | Date): Nql {
  checkArgument("compare", "operand", OPERAND, operand);
  checkArgument("compare", "op", COMPARISON, op);
  checkArgument("compare", "value", VALUE, value);
  return predicateNode(op, operand, value instanceof Date ? value.toISOString() : String(value));
}

/** Runs whose string holds this text, or whose string set holds this element. Case-sensitive. */
export function contains(operand: Operand, value: string): Nql {
  checkArgument("contains", "operand", OPERAND, operand);
  checkArgument("contains", "value", STRING, value);
  return predicateNode("contains", operand, value);
}

/** Runs whose string matches this regular expression somewhere (RE2, case-sensitive). */
export function matches(operand: Operand, pattern: Regexp): Nql {
  checkArgument("matches", "operand", OPERAND, operand);
  checkArgument("matches", "pattern", REGEX, pattern);
  return predicateNode("matches", operand, regexString(pattern));
}

/** Runs that have the attribute, with this type. */
export function exists(operand: Operand): Nql {
  checkArgument("exists", "operand", OPERAND, operand);
  return existsNode(operand);
}

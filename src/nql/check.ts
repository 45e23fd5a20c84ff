/**
 * What a person may pass as a query or as a regular expression.
 *
 * @module
 */

import { type Check, type Kind, oneOf, orNull, shown, STRING } from "../options/kinds.ts";
import { ATTRIBUTE_TYPES, type AttributeType } from "../types.ts";
import { type Aggregation, AGGREGATIONS, type Comparison, type Nql, type Operand } from "./ast.ts";
import { parseNql } from "./parse.ts";
import { compileRegex, regexString } from "./regex.ts";

/** A query, as text or as a tree. A string that does not parse throws its own error. */
export const QUERY: Kind<string | Nql> = {
  must: "a query, as text or as a tree that the builders make",
  complaint(value, name) {
    if (typeof value !== "string") return TREE.complaint(value, name);
    parseNql(value);
    return null;
  },
};

/** A query as a tree; nested as deeply as memory allows. */
export const TREE: Kind<Nql> = {
  must: "a query as a tree, as the builders and parseNql() make it",
  complaint(value, name) {
    const open = [{ value, name }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const complaint = nodeComplaint(next.value, next.name, (value, name) => open.push({ value, name }));
      if (complaint !== null) return complaint;
    }
    return null;
  },
};

/** A node of such a tree, on the face of it: what is in it was checked when it was made, or is when it is used. */
export const NODE: Kind<Nql> = {
  must: TREE.must,
  complaint: (value, name) => nodeComplaint(value, name, () => {}),
};

/** A regular expression, as text or as one of JavaScript. One that RE2 refuses throws its own error. */
export const REGEX: Kind<string | RegExp> = {
  must: "a regular expression that is not empty, as a string or a RegExp",
  complaint(value, name) {
    if (!(value instanceof RegExp) && (typeof value !== "string" || value === "")) {
      return `${name} is ${shown(value)}, but must be ${this.must}.`;
    }
    compileRegex(regexString(value));
    return null;
  },
};

/** The type of an attribute. */
export const ATTRIBUTE_TYPE: Kind<AttributeType> = oneOf(...ATTRIBUTE_TYPES);

/** An aggregate of a float series. */
export const AGGREGATION: Kind<Aggregation> = oneOf(...AGGREGATIONS);

/** An operator that compares. */
export const COMPARISON: Kind<Comparison> = oneOf("=", "!=", ">", ">=", "<", "<=");

/** What a predicate looks at. */
export const OPERAND: Kind<Operand> = {
  must: "an operand, as attribute() makes it",
  complaint(value, name) {
    if (typeof value !== "object" || value === null) return `${name} is ${shown(value)}, but must be ${this.must}.`;
    const { name: path, type, aggregation } = value as Record<string, unknown>;
    return STRING.complaint(path, `${name}.name`) ?? orNull(ATTRIBUTE_TYPE).complaint(type, `${name}.type`) ??
      orNull(AGGREGATION).complaint(aggregation, `${name}.aggregation`);
  },
};

const PREDICATE_OPS: Check = oneOf(
  "=",
  "!=",
  ">",
  ">=",
  "<",
  "<=",
  "contains",
  "matches",
  "exists",
  "and",
  "or",
  "not",
);

function nodeComplaint(value: unknown, name: string, inside: (value: unknown, name: string) => void): string | null {
  if (typeof value !== "object" || value === null) return `${name} is ${shown(value)}, but must be ${TREE.must}.`;
  const { op, terms, term, operand, value: text } = value as Record<string, unknown>;
  if (op === "not") {
    inside(term, `${name}.term`);
    return null;
  }
  if (op === "and" || op === "or") {
    if (!Array.isArray(terms)) return `${name}.terms is ${shown(terms)}, but must be an array of queries.`;
    terms.forEach((one, i) => inside(one, `${name}.terms[${i}]`));
    return null;
  }
  const wrong = PREDICATE_OPS.complaint(op, `${name}.op`) ?? OPERAND.complaint(operand, `${name}.operand`);
  if (wrong !== null || op === "exists" || typeof text === "string") return wrong;
  return `${name}.value is ${shown(text)}, but must be a string.`;
}

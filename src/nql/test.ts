/**
 * What a condition asks of the value of an attribute, by the type of the attribute, and whether it makes sense.
 *
 * @module
 */

import { NqlSyntaxError } from "../errors.ts";
import { type AttributeType, isSeriesType } from "../types.ts";
import type { Aggregation, Nql, Predicate } from "./ast.ts";
import { foldNql } from "./fold.ts";
import { compileRegex } from "./regex.ts";
import { parseBool, parseInstant, parseInteger, parseNumber, parseState, valueError } from "./values.ts";

/** Whether a value meets a condition. */
export type PredicateTest = (value: unknown) => boolean;

/** All conditions of a query. */
export function predicates(query: Nql): Predicate[] {
  const found: Predicate[] = [];
  const collect = () => {};
  foldNql<void>(query, { predicate: (node) => void found.push(node), and: collect, or: collect, not: collect });
  return found;
}

/**
 * Refuses a query one of whose conditions makes no sense, whatever the others are and whether or not any run has the attribute.
 *
 * @throws {NqlSyntaxError} An attribute of this type cannot be asked that, or has no such values.
 * @throws {RegexError} RE2 refuses a regular expression.
 */
export function checkConditions(query: Nql): void {
  for (const predicate of predicates(query)) checkCondition(predicate);
}

function checkCondition(predicate: Predicate): void {
  // "!=" is the complement of "=".
  if (predicate.op === "!=") return checkCondition({ ...predicate, op: "=" });
  const { type } = predicate.operand;
  if (type !== null) predicateTest(predicate, type);
  // Of an attribute of any type, the values that cannot be asked that do not meet the condition.
  else if (predicate.op === "matches") compileRegex(predicate.value);
}

/**
 * The test of values of this type, which are as columns have them; null is a text that was lost, which meets no condition.
 *
 * @throws {NqlSyntaxError} Attributes of this type cannot be asked that, or have no such values.
 * @throws {RegexError} RE2 refuses a regular expression.
 */
export function predicateTest(predicate: Predicate, type: AttributeType): PredicateTest {
  if (!hasAggregate(type, predicate.operand.aggregation)) throw noAggregate(predicate, type);
  if (predicate.op === "exists") return () => true;
  const { op, value } = predicate;
  switch (type) {
    case "int":
    case "float":
    case "float_series":
      return compare(predicate, type, parseInteger(value) ?? parseNumber(value));
    case "datetime":
      return compare(predicate, type, parseInstant(value, Date.now()));
    case "bool":
      return equals(predicate, type, parseBool(value));
    case "experiment_state":
      return equals(predicate, type, parseState(value));
    case "string":
    case "string_series":
      if (op === "matches") return matcher(value);
      if (op === "contains") return (text) => text !== null && (text as string).includes(value);
      return compare(predicate, type, value);
    case "string_set":
      if (op === "contains") return (set) => (set as string[]).includes(value);
  }
  throw unfit(predicate, type);
}

/** Functions are for float series; every series has a last value. */
function hasAggregate(type: AttributeType, aggregation: Aggregation | null): boolean {
  return aggregation === null || type === "float_series" || (aggregation === "last" && isSeriesType(type));
}

function matcher(pattern: string): PredicateTest {
  const regex = compileRegex(pattern);
  if (regex.exact) return (text) => regex.exact!.has(text as string);
  const known = new Map<unknown, boolean>([[null, false]]);
  return (text) => {
    let match = known.get(text);
    if (match === undefined) known.set(text, match = regex.test(text as string));
    return match;
  };
}

type Comparable = number | bigint | string | boolean;
type WithValue = Predicate & { value: string };

function equals(predicate: WithValue, type: AttributeType, literal: Comparable | null): PredicateTest {
  if (predicate.op !== "=") throw unfit(predicate, type);
  return compare(predicate, type, literal);
}

function compare(predicate: WithValue, type: AttributeType, literal: Comparable | null): PredicateTest {
  if (predicate.op === "matches" || predicate.op === "contains") throw unfit(predicate, type);
  if (literal === null) throw valueError(predicate, type);
  // Mixed comparisons of number and bigint are exact; null is a string that was lost.
  switch (predicate.op) {
    case "=":
      // deno-lint-ignore eqeqeq
      return (value) => value !== null && value as Comparable == literal;
    case "<":
      return (value) => value !== null && (value as Comparable) < literal;
    case "<=":
      return (value) => value !== null && (value as Comparable) <= literal;
    case ">":
      return (value) => value !== null && (value as Comparable) > literal;
    case ">=":
      return (value) => value !== null && (value as Comparable) >= literal;
  }
  throw unfit(predicate, type);
}

function unfit({ op, operand }: Predicate, type: AttributeType): NqlSyntaxError {
  const operator = op.toUpperCase();
  return new NqlSyntaxError(
    `The query asks ${operator} of \`${operand.name}\`, but attributes of type ${type} cannot be asked that: use an operator ` +
      `that fits, EXISTS for example.`,
    { text: operand.name, position: 0, expected: `an operator for ${type}`, found: operator },
  );
}

function noAggregate({ operand: { name, aggregation } }: Predicate, type: AttributeType): NqlSyntaxError {
  return new NqlSyntaxError(
    `The query asks ${aggregation}() of \`${name}\`, but attributes of type ${type} have no such aggregate: leave it out, or ` +
      `name a floatSeries.`,
    { text: name, position: 0, expected: "a floatSeries", found: type },
  );
}

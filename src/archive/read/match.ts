/**
 * Evaluates queries over columns of values: one mask over all runs for each condition.
 *
 * Conditions on runs that lack the attribute are false, and every negated form is the plain complement.
 *
 * @module
 */

import { NqlSyntaxError } from "../../errors.ts";
import type { Aggregation, Nql, Operand, Predicate } from "../../nql/ast.ts";
import { foldNql } from "../../nql/fold.ts";
import { compileRegex } from "../../nql/regex.ts";
import { parseBool, parseInstant, parseInteger, parseNumber, parseState, valueError } from "../../nql/values.ts";
import { type AttributeType, isSeriesType } from "../../types.ts";

/** The values of one attribute by run; undefined where a run lacks it. */
export interface Column {
  type: AttributeType;
  values: ArrayLike<unknown>;
}

/** Gives the columns of an operand: one for each type its name has, or the one type that is named. */
export type ColumnLookup = (operand: Operand) => readonly Column[];

/** A run matches where the mask holds 1. */
export type Mask = Uint8Array;

/** Which of `runs` runs match. */
export function evaluate(query: Nql, runs: number, columns: ColumnLookup): Mask {
  // A predicate waits until its group is closed, so that long lists of alternatives need one mask and not thousands.
  const mask = (term: Mask | Predicate): Mask => term instanceof Uint8Array ? term : evaluateOne(term, runs, columns);
  return mask(foldNql<Mask | Predicate>(query, {
    predicate: (node) => node,
    not: (term) => complement(mask(term)),
    and: (terms) => {
      const all = new Uint8Array(runs).fill(1);
      for (const term of terms) mask(term).forEach((bit, run) => all[run] &= bit);
      return all;
    },
    or: (terms) => {
      const any = new Uint8Array(runs);
      for (const term of membership(terms)) {
        const one = "strings" in term ? isMember(term, runs, columns) : mask(term);
        one.forEach((bit, run) => any[run] |= bit);
      }
      return any;
    },
  }));
}

/** All predicates of a query. */
export function predicates(query: Nql): Predicate[] {
  const found: Predicate[] = [];
  const collect = () => {};
  foldNql<void>(query, { predicate: (node) => void found.push(node), and: collect, or: collect, not: collect });
  return found;
}

function complement(mask: Mask): Mask {
  return mask.map((bit) => 1 - bit);
}

/** Alternatives `name = text`: one look-up for all strings. */
interface Membership {
  operand: Operand;
  strings: Set<string>;
}

function membership(terms: (Mask | Predicate)[]): (Mask | Predicate | Membership)[] {
  const lists = new Map<string, Membership>();
  const rest = terms.filter((term) => {
    if (term instanceof Uint8Array || term.op !== "=" || term.operand.type !== "string" || term.operand.aggregation) {
      return true;
    }
    const list = lists.get(term.operand.name) ?? { operand: term.operand, strings: new Set() };
    lists.set(term.operand.name, list);
    list.strings.add(term.value);
    return false;
  });
  return [...rest, ...lists.values()];
}

function isMember({ operand, strings }: Membership, runs: number, columns: ColumnLookup): Mask {
  const mask = new Uint8Array(runs);
  for (const { values } of columns(operand)) {
    for (let run = 0; run < runs; run++) if (strings.has(values[run] as string)) mask[run] = 1;
  }
  return mask;
}

function evaluateOne(predicate: Predicate, runs: number, columns: ColumnLookup): Mask {
  if (predicate.op === "!=") return complement(evaluateOne({ ...predicate, op: "=" }, runs, columns));
  return evaluatePredicate(predicate, runs, columns(predicate.operand));
}

function evaluatePredicate(predicate: Predicate, runs: number, columns: readonly Column[]): Mask {
  const mask = new Uint8Array(runs);
  // A condition that makes no sense is an error even where no run has the attribute.
  const { type: wanted, aggregation } = predicate.operand;
  if (wanted !== null) {
    if (!hasAggregate(wanted, aggregation)) throw noAggregate(predicate.operand, wanted);
    test(predicate, wanted);
  }
  for (const { type, values } of columns) {
    if (!hasAggregate(type, aggregation)) continue;
    const holds = predicate.operand.type === null ? testIfFits(predicate, type) : test(predicate, type);
    for (let run = 0; run < runs; run++) if (values[run] !== undefined && holds(values[run])) mask[run] = 1;
  }
  return mask;
}

/** Functions are for float series; every series has a last value. */
function hasAggregate(type: AttributeType, aggregation: Aggregation | null): boolean {
  return aggregation === null || type === "float_series" || (aggregation === "last" && isSeriesType(type));
}

type Test = (value: unknown) => boolean;

function testIfFits(predicate: Predicate, type: AttributeType): Test {
  try {
    return test(predicate, type);
  } catch (error) {
    if (error instanceof NqlSyntaxError) return () => false;
    throw error;
  }
}

function test(predicate: Predicate, type: AttributeType): Test {
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

function matcher(pattern: string): Test {
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

function equals(predicate: WithValue, type: AttributeType, literal: Comparable | null): Test {
  if (predicate.op !== "=") throw unfit(predicate, type);
  return compare(predicate, type, literal);
}

function compare(predicate: WithValue, type: AttributeType, literal: Comparable | null): Test {
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

function noAggregate({ name, aggregation }: Operand, type: AttributeType): NqlSyntaxError {
  return new NqlSyntaxError(
    `The query asks ${aggregation}() of \`${name}\`, but attributes of type ${type} have no such aggregate: leave it out, or ` +
      `name a floatSeries.`,
    { text: name, position: 0, expected: "a floatSeries", found: type },
  );
}

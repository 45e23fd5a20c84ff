/**
 * Evaluates queries over columns of values: one mask over all runs for each condition.
 *
 * Conditions on runs that lack the attribute are false, and every negated form is the plain complement.
 *
 * @module
 */

import { NqlSyntaxError } from "../../errors.ts";
import type { Nql, Operand, Predicate } from "../../nql/ast.ts";
import { foldNql } from "../../nql/fold.ts";
import { type PredicateTest, predicateTest } from "../../nql/test.ts";
import type { AttributeType } from "../../types.ts";

/** The values of one attribute by run; undefined where a run lacks it. */
export interface Column {
  type: AttributeType;
  values: ArrayLike<unknown>;
}

/** Gives the columns of an operand: one for each type its name has, or the one type that is named. */
export type ColumnLookup = (operand: Operand) => readonly Column[];

/** A run matches where the mask holds 1. */
export type Mask = Uint8Array;

/** Which of `runs` runs match a query, which must have been checked. */
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
  for (const { type, values } of columns) {
    const holds = predicate.operand.type === null ? testIfFits(predicate, type) : predicateTest(predicate, type);
    for (let run = 0; run < runs; run++) if (values[run] !== undefined && holds(values[run])) mask[run] = 1;
  }
  return mask;
}

/** A condition on an attribute of any type holds for those of its values that it can be asked of. */
function testIfFits(predicate: Predicate, type: AttributeType): PredicateTest {
  try {
    return predicateTest(predicate, type);
  } catch (error) {
    if (error instanceof NqlSyntaxError) return () => false;
    throw error;
  }
}

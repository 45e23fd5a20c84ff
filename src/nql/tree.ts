/**
 * Makes the nodes of queries: the one place that does. Nothing is checked here; people use the builders, which do.
 *
 * @module
 */

import type { AttributeType } from "../types.ts";
import type { Aggregation, Comparison, Nql, Operand } from "./ast.ts";

/** What a predicate looks at. */
export function operandNode(name: string, type: AttributeType | null, aggregation: Aggregation | null = null): Operand {
  return Object.freeze({ name, type, aggregation });
}

/** Terms of which all (`and`) or at least one (`or`) must hold. */
export function groupNode(op: "and" | "or", terms: readonly Nql[]): Nql {
  return Object.freeze({ op, terms: Object.freeze(terms) });
}

/** A term that must not hold. */
export function notNode(term: Nql): Nql {
  return Object.freeze({ op: "not", term });
}

/** A test of a value. */
export function predicateNode(op: Comparison | "contains" | "matches", operand: Operand, value: string): Nql {
  return Object.freeze({ op, operand, value });
}

/** A test that an attribute is there. */
export function existsNode(operand: Operand): Nql {
  return Object.freeze({ op: "exists", operand });
}

/** What the predicates of a query look at, in no particular order. */
export function operandsOf(query: Nql): Operand[] {
  const operands: Operand[] = [];
  const left = [query];
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    if (one.op === "not") left.push(one.term);
    else if ("operand" in one) operands.push(one.operand);
    else for (const term of one.terms) left.push(term);
  }
  return operands;
}

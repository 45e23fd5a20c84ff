/**
 * The tree of a query in the Neptune Query Language: plain frozen data that parser, printer, builders and evaluators share.
 *
 * @module
 */

import type { AttributeType } from "../types.ts";

/** An aggregate of a float series. `last` is what a series without a function name means. */
export type Aggregation = "last" | "min" | "max" | "average" | "variance";

/** The aggregates of a float series. */
export const AGGREGATIONS: readonly Aggregation[] = ["last", "min", "max", "average", "variance"];

/** What a predicate looks at. */
export interface Operand {
  /** The path of the attribute. */
  readonly name: string;
  /** null: any type. */
  readonly type: AttributeType | null;
  /** null: the value itself, for a series its last value. */
  readonly aggregation: Aggregation | null;
}

/** The infix operators that compare. `=` and `==` in a text are the same. */
export type Comparison = "=" | "!=" | ">" | ">=" | "<" | "<=";

/** One test on one attribute. */
export type Predicate =
  | { readonly op: Comparison | "contains" | "matches"; readonly operand: Operand; readonly value: string }
  | { readonly op: "exists"; readonly operand: Operand };

/** A query. The tree `{ op: "and", terms: [] }` matches every run, `{ op: "or", terms: [] }` none. */
export type Nql =
  | Predicate
  | { readonly op: "and" | "or"; readonly terms: readonly Nql[] }
  | { readonly op: "not"; readonly term: Nql };

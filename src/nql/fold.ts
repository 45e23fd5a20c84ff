import { type Kind, kind } from "../options/kinds.ts";
import { checkArgument } from "../options/options.ts";
import type { Nql, Predicate } from "./ast.ts";
import { NODE } from "./check.ts";

/** What {@linkcode foldNql} calls: once per predicate, and once per group after its terms. */
export interface NqlFold<T> {
  /** A test on one attribute. */
  predicate(node: Predicate): T;
  /** All of these hold. */
  and(terms: T[]): T;
  /** Any of these holds. */
  or(terms: T[]): T;
  /** This does not hold. */
  not(term: T): T;
}

const FOLD: Kind<NqlFold<never>> = kind(
  "an object with the functions predicate, and, or, not",
  (value) =>
    typeof value === "object" && value !== null &&
    ["predicate", "and", "or", "not"].every((name) => typeof (value as Record<string, unknown>)[name] === "function"),
);

/**
 * Computes something from a query, terms before the groups that hold them, without recursion: a tree may be nested as
 * deeply as memory allows.
 *
 * @param tree The query.
 * @param fold What to make of each node.
 * @returns What was made of the whole query.
 */
export function foldNql<T>(tree: Nql, fold: NqlFold<T>): T {
  checkArgument("foldNql", "tree", NODE, tree);
  checkArgument("foldNql", "fold", FOLD, fold);
  const done: T[] = [];
  const open: (Nql | { close: Exclude<Nql, Predicate> })[] = [tree];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if ("close" in next) {
      const group = next.close;
      if (group.op === "not") done.push(fold.not(done.pop()!));
      else done.push(fold[group.op](group.terms.length > 0 ? done.splice(-group.terms.length) : []));
    } else if (next.op === "not") {
      open.push({ close: next }, next.term);
    } else if (next.op === "and" || next.op === "or") {
      open.push({ close: next });
      for (let i = next.terms.length - 1; i >= 0; i--) open.push(next.terms[i]);
    } else {
      done.push(fold.predicate(next as Predicate));
    }
  }
  return done[0];
}

import { checkArgument } from "../options/options.ts";
import type { Nql, Operand, Predicate } from "./ast.ts";
import { TREE } from "./check.ts";
import { foldNql } from "./fold.ts";
import { nqlTypeName, quoteNqlName, quoteNqlValue } from "./names.ts";

/**
 * Prints a query as text that `parseNql` and Neptune's servers read: names in backquotes, types named, values quoted.
 *
 * Parsing the text gives the tree back when every group has two terms or more. A group of one term is printed as that
 * term, groups without terms are worked out; what then matches every run is the empty text, and what matches none asks
 * for runs that both have and lack `sys/id`.
 *
 * @param tree The query.
 */
export function printNql(tree: Nql): string {
  checkArgument("printNql", "tree", TREE, tree);
  return foldNql<Printed>(tree, {
    predicate: printPredicate,
    and: (terms) => join(terms, " AND ", ALL, NONE),
    or: (terms) => join(terms, " OR ", NONE, ALL),
    not: (term) => term === ALL ? NONE : term === NONE ? ALL : clause(term.negated),
  }).text;
}

/** The text of a node, and of its negation. */
interface Printed {
  text: string;
  negated: string;
}

const ALL = clause("");
const NONE = clause("(`sys/id`:string EXISTS) AND (NOT (`sys/id`:string EXISTS))");

function clause(text: string): Printed {
  return { text, negated: `NOT (${text})` };
}

function join(terms: Printed[], word: string, neutral: Printed, absorbing: Printed): Printed {
  if (terms.includes(absorbing)) return absorbing;
  const kept = terms.filter((term) => term !== neutral);
  if (kept.length < 2) return kept[0] ?? neutral;
  return clause(kept.map((term) => "(" + term.text + ")").reduce((all, term) => all + word + term));
}

function printPredicate(node: Predicate): Printed {
  const operand = printOperand(node.operand);
  if (node.op === "exists") return clause(`${operand} EXISTS`);
  const test = `${node.op.toUpperCase()} ${quoteNqlValue(node.value)}`;
  const infix = node.op === "contains" || node.op === "matches";
  return infix ? { text: `${operand} ${test}`, negated: `${operand} NOT ${test}` } : clause(`${operand} ${test}`);
}

function printOperand({ name, type, aggregation }: Operand): string {
  const attribute = quoteNqlName(name) + (type === null ? "" : `:${nqlTypeName(type)}`);
  return aggregation === null ? attribute : `${aggregation}(${attribute})`;
}

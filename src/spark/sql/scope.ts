/**
 * What the queries about one project have in common.
 *
 * @module
 */

import type { Statement } from "../connect/statement.ts";
import type { Facts } from "../facts.ts";
import type { RowSource } from "./rows.ts";

/** One project, as queries see it. */
export interface Scope {
  rows: RowSource;
  facts: Facts;
  /** How many runs there are, about. */
  runs: number;
}

/** Whether what series come down to is stored: where all of a project is compacted, and nothing lies there twice. */
export function isPrecomputed({ rows, facts }: Scope): boolean {
  return rows.compacted.length > 0 && rows.groups.length === 0 && facts.repeated.length === 0;
}

/** Longer lists travel as tables. */
export const LONGEST_LIST = 500;

/** The condition that a column holds one of these texts. */
export function isOneOf(statement: Statement, column: string, texts: readonly string[]): string {
  if (texts.length === 0) return "false";
  if (texts.length <= LONGEST_LIST) return `${column} IN (${statement.values(texts)})`;
  return `${column} IN (SELECT text FROM ${sent(statement, texts)})`;
}

const known = new WeakMap<Statement, Map<readonly string[], string>>();

/** The name of a table with these texts; a list that is needed twice travels once. */
function sent(statement: Statement, texts: readonly string[]): string {
  let tables = known.get(statement);
  if (!tables) known.set(statement, tables = new Map());
  let name = tables.get(texts);
  if (name === undefined) {
    tables.set(texts, name = `texts${tables.size}`);
    statement.table(name, { text: texts });
  }
  return name;
}

/** Conditions that all hold. */
export function all(conditions: readonly (string | null)[]): string {
  const given = conditions.filter((one) => one !== null);
  // To Spark, `WHERE (head)` is a table called WHERE with a column called head.
  if (given.length <= 1) return given[0] ?? "true";
  return given.map((one) => `(${one})`).join(" AND ");
}

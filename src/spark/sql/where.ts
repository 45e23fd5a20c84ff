/**
 * Queries as conditions of SQL: every test of an attribute as a test of the rows that hold it.
 *
 * The conditions hold for the runs for which they hold where an archive is read without an engine: a run that lacks the attribute
 * meets none, every negated form is the plain complement, NaN is neither less nor greater than anything.
 *
 * @module
 */

import type { Aggregation, Nql, Operand, Predicate } from "../../nql/ast.ts";
import { foldNql } from "../../nql/fold.ts";
import { compileRegex } from "../../nql/regex.ts";
import { predicates } from "../../nql/test.ts";
import { parseBool, parseInstant, parseInteger, parseNumber, parseState } from "../../nql/values.ts";
import { ATTRIBUTE_TYPES, type AttributeType, isSeriesType } from "../../types.ts";
import type { Statement } from "../connect/statement.ts";
import { portablePattern } from "./regex.ts";
import { utf16 } from "./rows.ts";
import { DERIVED, type RunColumn } from "./runs.ts";
import { isOneOf } from "./scope.ts";

/** A predicate whose pattern no engine is sure to understand as RE2 does. */
export type PatternPredicate = Predicate & { op: "matches" };

/** The texts of each such predicate that match, as this program found out. */
export type MatchedTexts = ReadonlyMap<PatternPredicate, readonly string[]>;

/** What a query needs beside `runs`, and its condition. */
export interface RunCondition {
  /** Conditions on `runs` and `series_tests` that all hold. */
  where: string[];
  /** The columns of `runs` that it looks at. */
  columns: Set<RunColumn>;
  /** Tests on rows of single values, by the name of their column in `runs`. */
  tests: RowTest[];
  /** Tests on what series come down to, by the name of their column in `series_tests`. */
  seriesTests: RowTest[];
}

/** One test on rows. */
export interface RowTest {
  column: string;
  path: string;
  types: AttributeType[];
  condition: string;
}

/** The patterns of a query that have to be evaluated here. Throws where RE2 refuses one. */
export function unportable(query: Nql | null): PatternPredicate[] {
  return (query ? predicates(query) : []).filter((one): one is PatternPredicate =>
    one.op === "matches" && compileRegex(one.value).exact === null && portablePattern(one.value) === null
  );
}

/** Turns a query, which must have been checked, into a condition. */
export function translate(statement: Statement, query: Nql | null, matched: MatchedTexts): RunCondition {
  const made: RunCondition = { where: [], columns: new Set(), tests: [], seriesTests: [] };
  const known = new Map<string, string>();
  const condition = (node: Predicate): string => {
    if (node.op === "!=") return `NOT (${condition({ ...node, op: "=" })})`;
    const id = JSON.stringify(node);
    let text = known.get(id);
    if (text === undefined) known.set(id, text = test(node));
    return text;
  };
  const test = (node: Predicate): string => {
    const types = typesOf(node.operand);
    const parts: string[] = [];
    const rows: Record<"tests" | "seriesTests", { types: AttributeType[]; conditions: string[] }> = {
      tests: { types: [], conditions: [] },
      seriesTests: { types: [], conditions: [] },
    };
    for (const type of types) {
      const derived = DERIVED.get(`${node.operand.name}:${type}`);
      if (derived !== undefined) {
        made.columns.add(derived);
        const holds = testOf(statement, node, type, derived, matched);
        if (holds !== null) parts.push(`coalesce(${holds}, false)`);
        continue;
      }
      if (type === "experiment_state") {
        if (node.operand.name === "sys/state" && holdsForIdle(node)) parts.push("true");
        continue;
      }
      const place = isSeriesType(type) ? "seriesTests" : "tests";
      const holds = testOf(statement, node, type, valueOf(type, node.operand.aggregation), matched);
      if (holds === null) continue;
      rows[place].types.push(type);
      const wanted = isSeriesType(type) ? "type" : "attribute_type";
      rows[place].conditions.push(`(${wanted} = '${type}' AND ${holds})`);
    }
    for (const place of ["tests", "seriesTests"] as const) {
      const { types, conditions } = rows[place];
      if (conditions.length === 0) continue;
      const column = `${place === "tests" ? "t" : "s"}${made[place].length}`;
      made[place].push({ column, path: node.operand.name, types, condition: conditions.join(" OR ") });
      parts.push(`coalesce(${column}, false)`);
    }
    return parts.length === 0 ? "false" : parts.length === 1 ? parts[0] : `(${parts.join(" OR ")})`;
  };
  if (query === null) return made;
  // A predicate waits until its group is closed, so that long lists of alternatives become one.
  const text = (term: string | Predicate): string => typeof term === "string" ? term : condition(term);
  made.where = conjuncts(query).map((term) =>
    text(foldNql<string | Predicate>(term, {
      predicate: (node) => node,
      not: (term) => `NOT (${text(term)})`,
      and: (terms) => terms.length === 0 ? "true" : `(${terms.map(text).join(" AND ")})`,
      or: (terms) => {
        const { rest, lists } = membership(terms);
        const any = [
          ...rest.map(text),
          ...lists.map(({ name, strings }) => {
            const derived = DERIVED.get(`${name}:string`);
            if (derived !== undefined) {
              made.columns.add(derived);
              return `coalesce(${isOneOf(statement, derived, strings)}, false)`;
            }
            const column = `t${made.tests.length}`;
            const condition = isOneOf(statement, "string_value", strings);
            made.tests.push({
              column,
              path: name,
              types: ["string"],
              condition: `attribute_type = 'string' AND ${condition}`,
            });
            return `coalesce(${column}, false)`;
          }),
        ];
        return any.length === 0 ? "false" : `(${any.join(" OR ")})`;
      },
    }))
  );
  return made;
}

/** Queries that hold together where this one does. */
function conjuncts(query: Nql): Nql[] {
  return query.op === "and" ? query.terms.flatMap(conjuncts) : [query];
}

/** Few alternatives stay what they are. */
const MANY = 4;

function membership(terms: (string | Predicate)[]) {
  const lists = new Map<string, string[]>();
  const isMember = (term: string | Predicate): term is Predicate & { value: string } =>
    typeof term !== "string" && term.op === "=" && term.operand.type === "string" && term.operand.aggregation === null;
  for (const term of terms) {
    if (isMember(term)) lists.set(term.operand.name, [...lists.get(term.operand.name) ?? [], term.value]);
  }
  const isLong = (name: string) => (lists.get(name)?.length ?? 0) >= MANY;
  return {
    rest: terms.filter((term) => !(isMember(term) && isLong(term.operand.name))),
    lists: [...lists].filter(([name]) => isLong(name)).map(([name, strings]) => ({
      name,
      strings: [...new Set(strings)],
    })),
  };
}

function typesOf({ type, aggregation }: Operand): AttributeType[] {
  return (type === null ? [...ATTRIBUTE_TYPES] : [type]).filter((type) =>
    aggregation === null || type === "float_series" || (aggregation === "last" && isSeriesType(type))
  );
}

/** The expression that holds the value: a column of `rows`, or of `latest`. */
function valueOf(type: AttributeType, aggregation: Aggregation | null): string {
  switch (type) {
    case "int":
    case "float":
    case "string":
    case "bool":
    case "datetime":
    case "string_set":
      return `${type}_value`;
    case "float_series":
      return aggregation === null || aggregation === "last" ? "value" : aggregation;
    case "string_series":
      return "string_value";
    case "histogram_series":
      return "histogram_value";
    case "file_series":
      return "file";
    default:
      return "file_value.path";
  }
}

function holdsForIdle(node: Predicate): boolean {
  return node.op === "exists" || (node.op === "=" && parseState(node.value) === "idle");
}

/** The condition that a value passes; null where it can never. */
function testOf(
  statement: Statement,
  node: Predicate,
  type: AttributeType,
  value: string,
  matched: MatchedTexts,
): string | null {
  if (node.op === "exists") return isSeriesType(type) ? "true" : `${value} IS NOT NULL`;
  const { op, value: text } = node;
  const isOrder = op !== "contains" && op !== "matches" && op !== "!=";
  switch (type) {
    case "int":
    case "float":
    case "float_series": {
      const number = parseInteger(text) ?? parseNumber(text);
      if (number === null || !isOrder) return null;
      return type === "int" ? intTest(statement, value, op, number) : floatTest(statement, value, op, number);
    }
    case "datetime": {
      const instant = parseInstant(text, Date.now());
      if (instant === null || !isOrder) return null;
      return `unix_millis(${value}) ${op} ${statement.value(BigInt(Math.trunc(instant)))}`;
    }
    case "bool": {
      const wanted = parseBool(text);
      return wanted === null || op !== "=" ? null : `${value} = ${statement.value(wanted)}`;
    }
    case "string":
    case "string_series":
      if (op === "contains") return `contains(${value}, ${statement.value(text)})`;
      if (op === "matches") return patternTest(statement, value, node as PatternPredicate, matched);
      if (op === "=") return `${value} = ${statement.value(text)}`;
      return isOrder ? `${utf16(value)} ${op} ${utf16(statement.value(text))}` : null;
    case "string_set":
      return op === "contains" ? `array_contains(${value}, ${statement.value(text)})` : null;
  }
  return null;
}

function patternTest(statement: Statement, value: string, node: PatternPredicate, matched: MatchedTexts): string {
  const texts = matched.get(node) ?? compileRegex(node.value).exact;
  if (texts) return isOneOf(statement, value, [...texts]);
  return `${value} RLIKE ${statement.value(portablePattern(node.value)!)}`;
}

type Order = "=" | "<" | "<=" | ">" | ">=";

const LEAST = -(2n ** 63n), GREATEST = 2n ** 63n - 1n;

/** A whole number beside any number, exact to the last digit. */
function intTest(statement: Statement, value: string, op: Order, number: bigint | number): string | null {
  if (typeof number === "number") {
    if (Number.isInteger(number)) return intTest(statement, value, op, BigInt(number));
    if (op === "=") return null;
    // No whole number lies between a fraction and the whole number below it.
    return intTest(statement, value, op[0] === "<" ? "<=" : ">", BigInt(Math.floor(number)));
  }
  if (number > GREATEST) return op[0] === "<" ? `${value} IS NOT NULL` : null;
  if (number < LEAST) return op[0] === ">" ? `${value} IS NOT NULL` : null;
  return `${value} ${op} ${statement.value(number)}`;
}

/** A float beside any number, exact where the number is no float. */
function floatTest(statement: Statement, value: string, op: Order, number: bigint | number): string | null {
  if (typeof number === "bigint") {
    const near = Number(number);
    const isAbove = !Number.isFinite(near) ? near > 0 : BigInt(near) > number;
    if (!Number.isFinite(near) || BigInt(near) !== number) {
      if (op === "=") return null;
      const isGreater = op[0] === ">";
      return floatTest(statement, value, `${op[0]}${isGreater === isAbove ? "=" : ""}` as Order, near);
    }
    number = near;
  }
  // Some engines tell zero from minus zero, and all take NaN for the greatest number.
  const zero = number === 0;
  const low = statement.value(zero ? -0 : number), high = statement.value(zero ? 0 : number);
  const holds = op === "="
    ? (zero ? `${value} >= ${low} AND ${value} <= ${high}` : `${value} = ${low}`)
    : `${value} ${op} ${op === ">" || op === "<=" ? high : low}`;
  return `(NOT isnan(${value}) AND ${holds})`;
}

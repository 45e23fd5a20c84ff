/**
 * A second evaluator of queries, written as plainly as can be: one run at a time, one predicate at a time.
 */

import type { Nql, Operand, Predicate } from "../../src/nql/ast.ts";
import { type Bird, BIRDS, system, type Value } from "./birds.ts";

/** Patterns that mean in JavaScript what is written here for RE2. */
const OTHERWISE: Record<string, RegExp> = {
  "(?i)hello": /hello/i,
  "(?s)two.lines": /two.lines/s,
  "\\Aa\\.b\\z": /^a\.b$/,
  "[[:digit:]]": /[0-9]/,
  "\\p{Han}": /\p{Script=Han}/u,
};

/** The letters of the runs that match, in order. */
export function select(query: Nql): string {
  return Object.entries(BIRDS).filter(([letter, bird]) =>
    holds(query, { ...system(letter), ...derived(letter), ...bird })
  )
    .map(([letter]) => letter).join("");
}

/** What every run has by definition. */
function derived(letter: string): Bird {
  const name = system(letter)["sys/name"];
  const head = letter === "c" || letter === "e";
  return {
    "sys/trashed": { type: "bool", value: false },
    "sys/archived": { type: "bool", value: false },
    "sys/state": { type: "experiment_state", value: "idle" },
    ...name ? { "sys/experiment/name": name, "sys/experiment/is_head": { type: "bool", value: head } } : {},
  };
}

function holds(query: Nql, bird: Bird): boolean {
  if (query.op === "and") return query.terms.every((term) => holds(term, bird));
  if (query.op === "or") return query.terms.some((term) => holds(term, bird));
  if (query.op === "not") return !holds(query.term, bird);
  if (query.op === "!=") return !holds({ ...query, op: "=" } as Nql, bird);
  return test(query as Predicate, bird);
}

function test(predicate: Predicate, bird: Bird): boolean {
  const { operand } = predicate;
  const found = bird[operand.name];
  if (!found || (operand.type !== null && operand.type !== found.type)) return false;
  const value = seen(operand, found);
  if (value === undefined) return false;
  if (predicate.op === "exists") return true;
  const text = predicate.value;
  if (predicate.op === "matches") return typeof value === "string" && isText(found) && pattern(text).test(value);
  if (predicate.op === "contains") {
    return (typeof value === "string" && isText(found) && value.includes(text)) ||
      (found.type === "string_set" && (value as string[]).some((element) => element === text));
  }
  const literal = interpret(text, found);
  if (literal === null || value === null || Array.isArray(value)) return false;
  switch (predicate.op) {
    case "=":
      // deno-lint-ignore eqeqeq
      return value == literal;
    case "<":
      return ordered(found) && value < literal;
    case "<=":
      return ordered(found) && value <= literal;
    case ">":
      return ordered(found) && value > literal;
    case ">=":
      return ordered(found) && value >= literal;
    default:
      return false;
  }
}

/** What an operand is compared by; undefined where the run has nothing of the kind. */
function seen({ aggregation }: Operand, { type, value }: Value): Value["value"] | undefined {
  if (type === "string_series") {
    return aggregation === null || aggregation === "last" ? (value as unknown as string[]).at(-1) : undefined;
  }
  if (type !== "float_series") {
    return aggregation === null || (aggregation === "last" && type.endsWith("_series")) ? value : undefined;
  }
  const points = value as number[];
  const sum = (values: number[]) => values.reduce((all, one) => all + one, 0);
  const mean = sum(points) / points.length;
  switch (aggregation ?? "last") {
    case "last":
      return points.at(-1)!;
    case "min":
      return Math.min(...points);
    case "max":
      return Math.max(...points);
    case "average":
      return mean;
    case "variance":
      return sum(points.map((y) => (y - mean) ** 2)) / points.length;
  }
}

function isText({ type }: Value): boolean {
  return type === "string" || type === "string_series";
}

function ordered({ type }: Value): boolean {
  return type !== "bool" && type !== "experiment_state";
}

function pattern(text: string): RegExp {
  return OTHERWISE[text] ?? new RegExp(text);
}

function interpret(text: string, { type }: Value): bigint | number | string | boolean | null {
  switch (type) {
    case "int":
    case "float":
    case "float_series": {
      if (/^[-+]?\d+$/.test(text)) return BigInt(text);
      const unit = ["kb", "mb", "gb"].indexOf(text.slice(-2).toLowerCase());
      const digits = (unit < 0 ? text : text.slice(0, -2)).trim();
      const number = Number(digits) * 1024 ** (unit + 1);
      // Number takes blanks for 0, and much else that is no decimal number.
      return /[^\d.eE+-]|^$/.test(digits) || !Number.isFinite(number) ? null : number;
    }
    case "bool":
      return { true: true, false: false }[text.toLowerCase()] ?? null;
    case "datetime": {
      // Date.parse takes much that is no ISO 8601, such as "-5".
      if (!/^\d{4}-\d\d-\d\d/.test(text)) return null;
      const zoned = /(Z|[+-]\d\d(:?\d\d)?)$/.test(text.slice(10)) || text.length === 10 ? text : `${text}Z`;
      const instant = Date.parse(zoned.replace(/([+-]\d\d)$/, (zone) => zoned.length > 10 ? `${zone}:00` : zone));
      return Number.isNaN(instant) ? null : instant;
    }
    case "experiment_state":
      return { running: "running", active: "running", idle: "idle", inactive: "idle" }[text.toLowerCase()] ?? null;
    default:
      return isText({ type, value: null }) ? text : null;
  }
}

/**
 * Queries built from values rather than from text: nothing needs quoting.
 *
 * @module
 */

import { OptionError } from "../errors.ts";
import type { AttributeType } from "../types.ts";
import type { Aggregation, Comparison, Nql, Operand } from "./ast.ts";
import { parseNql } from "./parse.ts";

/** An attribute to test; with `aggregation`, an aggregate of a float series other than its last value. */
export function attribute(
  name: string,
  type: AttributeType | null = null,
  aggregation: Aggregation | null = null,
): Operand {
  return Object.freeze({ name, type, aggregation });
}

/** Runs for which all terms hold; without terms, every run. */
export function and(...terms: Nql[]): Nql {
  return Object.freeze({ op: "and", terms: Object.freeze(terms) });
}

/** Runs for which at least one term holds; without terms, no run. */
export function or(...terms: Nql[]): Nql {
  return Object.freeze({ op: "or", terms: Object.freeze(terms) });
}

/** Runs for which the term does not hold, those that lack the attribute included. */
export function not(term: Nql): Nql {
  return Object.freeze({ op: "not", term });
}

/** Runs whose attribute compares like this with the value. A time is a `Date`. */
export function compare(operand: Operand, op: Comparison, value: string | number | bigint | boolean | Date): Nql {
  return Object.freeze({ op, operand, value: value instanceof Date ? value.toISOString() : String(value) });
}

/** Runs whose string holds this text, or whose string set holds this element. Case-sensitive. */
export function contains(operand: Operand, value: string): Nql {
  return Object.freeze({ op: "contains", operand, value });
}

/** Runs whose string matches this regular expression somewhere (RE2, case-sensitive). */
export function matches(operand: Operand, pattern: string): Nql {
  return Object.freeze({ op: "matches", operand, value: pattern });
}

/** Runs that have the attribute, with this type. */
export function exists(operand: Operand): Nql {
  return Object.freeze({ op: "exists", operand });
}

/** Which runs, in the words of the Python API. All conditions hold together. In a list, an empty one names nothing. */
export interface RunsFilter {
  /** Runs with any of these `sys/id`s. */
  withIds?: string[] | null;
  /** Runs with any of these `sys/custom_run_id`s. */
  customIds?: string[] | null;
  /** Runs of any of these experiments (`sys/name`). */
  names?: string[] | null;
  /** Runs whose experiment name matches the regular expression, or all of several (RE2, partial match). */
  namesRegex?: string | string[] | null;
  /** Runs whose experiment name matches none of these. */
  namesExcludeRegex?: string | string[] | null;
  /** Runs whose custom id matches. */
  customIdRegex?: string | null;
  /** Runs in any of these states: `active` or `inactive`. */
  states?: string[] | null;
  /** Runs of any of these owners. */
  owners?: string[] | null;
  /** Runs that have all of these tags. */
  tags?: string[] | null;
  /** Only runs in the trash (true), only runs that are not (false), or both (null). Default: false. */
  trashed?: boolean | null;
  /** A query in the Neptune Query Language, as text or as a tree. */
  query?: string | Nql | null;
}

const SYS_ID = attribute("sys/id", "string");
const CUSTOM_ID = attribute("sys/custom_run_id", "string");
const NAME = attribute("sys/name", "string");
const STATE = attribute("sys/state", "experiment_state");
const OWNER = attribute("sys/owner", "string");
const TAGS = attribute("sys/tags", "string_set");
const TRASHED = attribute("sys/trashed", "bool");

/**
 * The query that selects these runs; null where every run is wanted.
 *
 * @throws {OptionError} A list is not an array, a regular expression is empty, or a state is unknown.
 * @throws {NqlSyntaxError} The query does not parse.
 */
export function runsFilter(options: RunsFilter): Nql | null {
  const { trashed = false, customIdRegex, query } = options;
  const terms: Nql[] = [
    ...(trashed === null ? [] : [compare(TRASHED, "=", trashed)]),
    ...list("withIds", options.withIds, (ids) => or(...ids.map((id) => compare(SYS_ID, "=", id)))),
    ...list("states", options.states, (states) => or(...states.map((state) => compare(STATE, "=", stateWord(state))))),
    ...list("owners", options.owners, (owners) => or(...owners.map((owner) => compare(OWNER, "=", owner)))),
    ...list("tags", options.tags, (tags) => tags.length === 0 ? or() : and(...tags.map((tag) => contains(TAGS, tag)))),
    ...list("customIds", options.customIds, (ids) => or(...ids.map((id) => compare(CUSTOM_ID, "=", id)))),
    ...list("names", options.names, (names) => or(...names.map((name) => compare(NAME, "=", name)))),
    ...patterns("namesRegex", options.namesRegex).map((pattern) => matches(NAME, pattern)),
    ...patterns("namesExcludeRegex", options.namesExcludeRegex).map((pattern) => not(matches(NAME, pattern))),
    ...patterns("customIdRegex", customIdRegex).map((pattern) => matches(CUSTOM_ID, pattern)),
    ...(query === undefined || query === null ? [] : [typeof query === "string" ? parseNql(query) : query]),
  ];
  return terms.length === 0 ? null : terms.length === 1 ? terms[0] : and(...terms);
}

function list(option: string, values: string[] | null | undefined, make: (values: string[]) => Nql): Nql[] {
  if (values === undefined || values === null) return [];
  if (!Array.isArray(values) || values.some((value) => typeof value !== "string")) {
    throw new OptionError(`${option} is ${JSON.stringify(values)}, but must be an array of texts.`, {
      option,
      value: values,
    });
  }
  return [make(values)];
}

function patterns(option: string, value: string | string[] | null | undefined): string[] {
  if (value === undefined || value === null) return [];
  const all = typeof value === "string" ? [value] : value;
  if (!Array.isArray(all) || all.length === 0 || all.some((one) => typeof one !== "string" || one === "")) {
    throw new OptionError(
      `${option} is ${
        JSON.stringify(value)
      }, but must be a regular expression that is not empty; leave the option out to ` +
        "match every run.",
      { option, value },
    );
  }
  return all;
}

function stateWord(state: string): string {
  const word = state.toLowerCase();
  if (word === "active" || word === "running") return "running";
  if (word === "inactive" || word === "idle") return "idle";
  throw new OptionError(`states holds "${state}", but a state is "active" or "inactive".`, {
    option: "states",
    value: state,
  });
}

/**
 * Which runs, in the words of the Python API.
 *
 * @module
 */

import { either, FLAG, type Kind, kind, listOf, orNull, STRINGS } from "../options/kinds.ts";
import { type Checked, checkOptions, declare, optional } from "../options/options.ts";
import type { Nql, Operand } from "./ast.ts";
import { attribute, compare, contains, matches, not } from "./build.ts";
import { QUERY, REGEX } from "./check.ts";
import { parseNql } from "./parse.ts";
import type { Regexp } from "./regex.ts";
import { groupNode, predicateNode } from "./tree.ts";
import { parseState } from "./values.ts";

/** Which runs, in the words of the Python API. All conditions hold together. In a list, an empty one names nothing. */
export interface RunsFilter {
  /** Runs with any of these `sys/id`s. Default: null, any run. */
  withIds?: readonly string[] | null;
  /** Runs with any of these `sys/custom_run_id`s. Default: null, any run. */
  customIds?: readonly string[] | null;
  /** Runs of any of these experiments (`sys/name`), also runs that are not the newest. Default: null, any run. */
  names?: readonly string[] | null;
  /** Runs whose experiment name matches the regular expression, or all of several. Default: null, any run. */
  namesRegex?: Regexp | readonly Regexp[] | null;
  /** Runs whose experiment name matches none of these. Default: null, any run. */
  namesExcludeRegex?: Regexp | readonly Regexp[] | null;
  /** Runs whose custom id matches. Default: null, any run. */
  customIdRegex?: Regexp | null;
  /** Runs in any of these states: `active` or `inactive`. Default: null, any run. */
  states?: readonly string[] | null;
  /** Runs of any of these owners. Default: null, any run. */
  owners?: readonly string[] | null;
  /** Runs that have all of these tags. Default: null, any run. */
  tags?: readonly string[] | null;
  /** Only runs in the trash (true), only runs that are not (false), or both (null). Default: false. */
  trashed?: boolean | null;
  /** A query in the Neptune Query Language, as text or as a tree. Default: null, any run. */
  query?: string | Nql | null;
}

const STATE_WORD: Kind<string> = kind(
  '"active" or "inactive"',
  (value) => typeof value === "string" && parseState(value) !== null,
);
const NAMES = optional(orNull(STRINGS), null);
const REGEXES = optional(orNull(either(REGEX, listOf(REGEX, "an array of regular expressions", 1))), null);

/** The options that choose runs. */
export const RUNS_FILTER = declare<RunsFilter>()({
  withIds: NAMES,
  customIds: NAMES,
  names: NAMES,
  namesRegex: REGEXES,
  namesExcludeRegex: REGEXES,
  customIdRegex: optional(orNull(REGEX), null),
  states: optional(orNull(listOf(STATE_WORD, 'an array of "active" and "inactive"')), null),
  owners: NAMES,
  tags: NAMES,
  trashed: optional(orNull(FLAG), false),
  query: optional(orNull(QUERY), null),
});

const SYS_ID = attribute("sys/id", "string");
const CUSTOM_ID = attribute("sys/custom_run_id", "string");
const NAME = attribute("sys/name", "string");
const STATE = attribute("sys/state", "experiment_state");
const OWNER = attribute("sys/owner", "string");
const TAGS = attribute("sys/tags", "string_set");
/** Whether a run is in the trash. */
export const TRASHED = attribute("sys/trashed", "bool");

/**
 * The query that selects these runs; null where every run is wanted.
 *
 * @throws {OptionError} An option is unknown or of a wrong kind.
 * @throws {NqlSyntaxError} The query does not parse.
 * @throws {RegexError} RE2 refuses a regular expression.
 */
export function runsFilter(options: RunsFilter = {}): Nql | null {
  const asked = checkOptions("runsFilter", RUNS_FILTER, options);
  const terms = runsTerms(asked);
  return terms.length === 0 ? null : terms.length === 1 ? terms[0] : groupNode("and", terms);
}

/** The conditions, one for each option that says something. */
export function runsTerms({ trashed, query, ...asked }: Checked<typeof RUNS_FILTER>): Nql[] {
  const each = (values: readonly string[] | null, make: (values: readonly string[]) => Nql) =>
    values === null ? [] : [make(values)];
  const any = (operand: Operand) => (values: readonly string[]) =>
    groupNode("or", values.map((value) => predicateNode("=", operand, value)));
  return [
    ...(trashed === null ? [] : [compare(TRASHED, "=", trashed)]),
    ...each(asked.withIds, any(SYS_ID)),
    ...each(asked.states, (states) => any(STATE)(states.map((state) => parseState(state)!))),
    ...each(asked.owners, any(OWNER)),
    ...each(asked.tags, (tags) => groupNode(tags.length === 0 ? "or" : "and", tags.map((tag) => contains(TAGS, tag)))),
    ...each(asked.customIds, any(CUSTOM_ID)),
    ...each(asked.names, any(NAME)),
    ...regexes(asked.namesRegex).map((regex) => matches(NAME, regex)),
    ...regexes(asked.namesExcludeRegex).map((regex) => not(matches(NAME, regex))),
    ...regexes(asked.customIdRegex).map((regex) => matches(CUSTOM_ID, regex)),
    ...(query === null ? [] : [typeof query === "string" ? parseNql(query) : query]),
  ];
}

function regexes(value: Regexp | readonly Regexp[] | null): Regexp[] {
  return value === null ? [] : typeof value === "string" || value instanceof RegExp ? [value] : [...value];
}

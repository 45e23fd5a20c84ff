/**
 * The Neptune Query Language: parsing, printing and building queries.
 *
 * @example
 * ```ts
 * import { parseNql, printNql } from "@nereid/neptune-fetcher/nql";
 *
 * const tree = parseNql("loss:floatSeries < 0.5 AND NOT `sys/tags`:stringSet CONTAINS old");
 * console.log(printNql(tree)); // (`loss`:floatSeries < "0.5") AND (`sys/tags`:stringSet NOT CONTAINS "old")
 * ```
 *
 * @module
 */

export type { Aggregation, Comparison, Nql, Operand, Predicate } from "./ast.ts";
export { and, attribute, compare, contains, exists, matches, not, or } from "./build.ts";
export { type RunsFilter, runsFilter } from "./filter.ts";
export { foldNql, type NqlFold } from "./fold.ts";
export { parseNql } from "./parse.ts";
export { printNql } from "./print.ts";
export { compileRegex, type Regex, type Regexp } from "./regex.ts";
export { parseBool, parseInstant, parseInteger, parseNumber, parseState } from "./values.ts";

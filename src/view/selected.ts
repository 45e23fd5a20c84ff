/**
 * Which runs a request means.
 *
 * @module
 */

import type { Nql } from "../nql/ast.ts";
import { attribute, contains, matches } from "../nql/build.ts";
import { runsFilter } from "../nql/filter.ts";
import { groupNode } from "../nql/tree.ts";
import type { Body } from "../server/body.ts";

const TAGS = attribute("sys/tags", "string_set");
const NAMES = ["sys/name", "sys/custom_run_id", "sys/id"].map((path) => attribute(path, "string"));

/** The restriction that the fields `query`, `search`, `ids` and `trashed` mean; null: every run. */
export function whereOf(body: Body): Nql | null {
  const query = body.string("query")?.trim() || null;
  const terms: Nql[] = [];
  const filter = runsFilter({ query, withIds: body.strings("ids"), trashed: body.boolean("trashed") });
  if (filter) terms.push(filter);
  const words = (body.string("search") ?? "").split(/\s+/).filter((word) => word !== "");
  for (const word of words) terms.push(named(word));
  return terms.length === 0 ? null : terms.length === 1 ? terms[0] : groupNode("and", terms);
}

/** Runs of which a name or an id holds the word, in any letter case, or that have it as a tag. */
export function named(word: string): Nql {
  const pattern = `(?i)${word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}`;
  return groupNode("or", [...NAMES.map((name) => matches(name, pattern)), contains(TAGS, word)]);
}

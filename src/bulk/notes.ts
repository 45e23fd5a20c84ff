/**
 * What was asked for and is not there: a frame says it in its display, the log keeps it.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { shown } from "../options/kinds.ts";
import type { CallOptions, Source } from "../source.ts";
import { didYouMean, suggest } from "../suggest.ts";
import type { AttributeType } from "../types.ts";
import { isList, type NameSelection } from "./names.ts";

const logger = getLogger(["neptune-fetcher", "missing"]);

/** How many names are told one by one. */
const TOLD = 5;
/** In so many runs names are looked for that may have been meant. */
const LOOKED_AT = 20;

/** Notes on one call, for people. */
export class Notes {
  readonly #texts: string[] = [];

  /** One sentence each. */
  get texts(): readonly string[] {
    return this.#texts;
  }

  /** Adds a sentence, and logs it. */
  add(text: string): void {
    this.#texts.push(text);
    logger.warn("{text}", { text });
  }
}

/** What a call over many runs gets from the one who made it. */
export interface BulkCall extends CallOptions {
  notes: Notes;
}

/** What was looked for. */
export interface Wanted {
  /** Of which runs, by their keys; null: of all. */
  runs: string[] | null;
  /** How many runs it was looked for in, where that is not all of them. */
  count?: number;
  attributes: NameSelection;
  /** The paths that some run has. */
  found: ReadonlySet<string>;
  /** What they should be, in the singular: `float series`. */
  what: string;
  /** The types that fit; null: any. */
  types: readonly AttributeType[] | null;
}

/** Notes the attributes that none of the runs has. */
export async function noteMissing(
  source: Source,
  { runs, count = runs?.length, attributes, found, what, types }: Wanted,
  { notes, signal }: BulkCall,
): Promise<void> {
  if (runs?.length === 0) return;
  const none = count === 1
    ? `The run has no ${what}`
    : `None of the ${count === undefined ? "" : `${formatCount(count)} `}runs has a${vowel(what)} ${what}`;
  if (!isList(attributes)) {
    if (found.size === 0) notes.add(`${none} that matches ${shown(attributes)}.`);
    return;
  }
  const missing = [...new Set(attributes)].filter((path) => !found.has(path));
  if (missing.length === 0) return;
  const elsewhere = new Map<string, AttributeType[]>();
  for await (const page of source.attributes({ runs, paths: missing, signal })) {
    for (const { path, type } of page) elsewhere.set(path, [...elsewhere.get(path) ?? [], type]);
  }
  const names: string[] = [];
  const some = runs?.slice(0, LOOKED_AT) ?? await newestRuns(source, signal);
  for await (const page of source.attributes({ runs: some, types: types ?? undefined, signal })) {
    names.push(...page.map(({ path }) => path));
  }
  for (const path of missing.slice(0, TOLD)) {
    const others = elsewhere.get(path);
    const hint = others ? ` It is of type ${others.join(" and ")}.` : didYouMean(suggest(path, names));
    notes.add(`${none} ${JSON.stringify(path)}.${hint}`);
  }
  if (missing.length > TOLD) notes.add(`So it is with ${missing.length - TOLD} more of those that were named.`);
}

async function newestRuns(source: Source, signal?: AbortSignal): Promise<string[]> {
  const pages = await Array.fromAsync(source.runs({ limit: LOOKED_AT, signal }));
  return pages.flatMap(({ runs }) => runs.map(({ key }) => key));
}

function formatCount(count: number): string {
  return count.toLocaleString("en");
}

/** What makes "a" into "an". */
function vowel(word: string): string {
  return /^[aeiou]/.test(word) ? "n" : "";
}

/** Notes that no run was found, or that some of those that were named were not. */
export function noteRuns(
  named: readonly { option: string; names: readonly string[]; found: (string | null)[] }[],
  { anyFound, trashed, heads }: { anyFound: boolean; trashed: boolean | null; heads: boolean },
  notes: Notes,
): void {
  const trash = trashed === false ? " Runs in the trash are left out, unless `trashed` asks for them." : "";
  const newest = heads ? " Of each experiment only the newest run is looked at." : "";
  if (!anyFound) {
    notes.add(`No run was found.${newest}${trash}`);
    return;
  }
  for (const { option, names, found } of named) {
    const there = new Set(found);
    const missing = [...new Set(names)].filter((name) => !there.has(name));
    if (missing.length === 0) continue;
    const told = missing.slice(0, TOLD).map((name) => JSON.stringify(name)).join(", ");
    const rest = missing.length > TOLD ? ` and ${missing.length - TOLD} more` : "";
    notes.add(`${option}: no run was found for ${told}${rest}.${newest}${trash}`);
  }
}

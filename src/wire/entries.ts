/**
 * Runs (`ProtoLeaderboardEntriesSearchResultDTO`), each with the few strings that identify it.
 *
 * @module
 */

import { notThat, Reader } from "./reader.ts";

const WHAT = "list of runs";

/** What identifies a run, as far as the server tells. */
export interface Entry {
  sysId: string;
  customId: string | null;
  name: string | null;
}

/** One page of runs. */
export interface EntriesPage {
  entries: Entry[];
  /** How many runs match in all, as far as the server tells. */
  total: number;
}

// ProtoLeaderboardEntriesSearchResultDTO: 1 matching_item_count, 2 total_group_count, 3 entries
/** Decodes a page of runs that was asked for with `sys/id`, `sys/custom_run_id` and `sys/name`. */
export function decodeEntries(bytes: Uint8Array): EntriesPage {
  const page: EntriesPage = { entries: [], total: 0 };
  const reader = new Reader(bytes, WHAT);
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x08) page.total = reader.integer();
    else if (tag === 0x10) reader.integer();
    else if (tag === 0x1a) {
      const outer = reader.enter();
      page.entries.push(entry(reader));
      reader.leave(outer);
    } else reader.skip(3);
  }
  return page;
}

// ProtoAttributesDTO: 1-6 identity of the run, 7 attributes
function entry(reader: Reader): Entry {
  const found: Entry = { sysId: "", customId: null, name: null };
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x3a) {
      const outer = reader.enter();
      identity(reader, found);
      reader.leave(outer);
    } else reader.skip((tag & 7) === 2 ? 0 : 7);
  }
  if (found.sysId === "") throw notThat(WHAT, 0, "a run has no sys/id");
  return found;
}

const [SYS_ID, CUSTOM_ID, NAME] = [0, 1, 2];
const PATHS = ["sys/id", "sys/custom_run_id", "sys/name"].map((path) => new TextEncoder().encode(path));

// ProtoAttributeDTO: 1 name, 2 type, 5 string_properties; ProtoStringAttributeDTO: 3 value
function identity(reader: Reader, into: Entry): void {
  let path = -1;
  let value: string | null = null;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) path = reader.oneOf(PATHS);
    else if (tag === 0x2a) {
      const outer = reader.enter();
      value = "";
      while (reader.more()) {
        if (reader.tag() === 0x1a) value = reader.string();
        else reader.skip(0);
      }
      reader.leave(outer);
    } else reader.skip(0);
  }
  if (path === SYS_ID) into.sysId = value ?? "";
  else if (path === CUSTOM_ID) into.customId = value;
  else if (path === NAME) into.name = value;
}

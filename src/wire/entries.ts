/**
 * Runs (`ProtoLeaderboardEntriesSearchResultDTO`), each with the few strings that identify it.
 *
 * @module
 */

import type { RunInfo } from "../types.ts";
import { notThat, Reader } from "./reader.ts";

const WHAT = "list of runs";

/** One page of runs. */
export interface EntriesPage {
  runs: RunInfo[];
  /** How many runs match in all, as far as the server tells. */
  total: number;
  /** Whether it tells. Where it does not, a page without runs may be no page at all. */
  told: boolean;
}

// ProtoLeaderboardEntriesSearchResultDTO: 1 matching_item_count, 2 total_group_count, 3 entries
/**
 * Decodes a page of runs that was asked for with `sys/id`, `sys/custom_run_id` and `sys/name`.
 *
 * @param bytes The whole answer.
 * @param runKey Gives the key of a run by its `sys/id`.
 */
export function decodeEntries(bytes: Uint8Array, runKey: (sysId: string) => string): EntriesPage {
  const page: EntriesPage = { runs: [], total: 0, told: false };
  const reader = new Reader(bytes, WHAT);
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x08) {
      page.total = reader.integer();
      page.told = true;
    } else if (tag === 0x10) reader.integer();
    else if (tag === 0x1a) {
      const outer = reader.enter();
      page.runs.push(entry(reader, runKey));
      reader.leave(outer);
    } else reader.skip(3);
  }
  return page;
}

// ProtoAttributesDTO: 1-6 identity of the run, 7 attributes
function entry(reader: Reader, runKey: (sysId: string) => string): RunInfo {
  const found: RunInfo = { key: "", sysId: "", customId: null, name: null };
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x3a) {
      const outer = reader.enter();
      identity(reader, found);
      reader.leave(outer);
    } else reader.skip((tag & 7) === 2 ? 0 : 7);
  }
  if (found.sysId === "") throw notThat(WHAT, 0, "a run has no sys/id");
  found.key = runKey(found.sysId);
  return found;
}

const [SYS_ID, CUSTOM_ID, NAME] = [0, 1, 2];
const PATHS = ["sys/id", "sys/custom_run_id", "sys/name"].map((path) => new TextEncoder().encode(path));

// ProtoAttributeDTO: 1 name, 2 type, 5 string_properties; ProtoStringAttributeDTO: 3 value
function identity(reader: Reader, into: RunInfo): void {
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

/**
 * Runs (`ProtoLeaderboardEntriesSearchResultDTO`), each with the few strings that identify it.
 *
 * @module
 */

import { concat } from "../columns.ts";
import type { RunIds } from "../types.ts";
import { type ByteRange, endOfField, Reader } from "./reader.ts";

const WHAT = "list of runs";

/** One page of runs. */
export interface EntriesPage {
  runs: RunIds[];
  /** How many runs match in all, as far as the server tells. */
  total: number;
  /** Whether it tells. Where it does not, a page without runs may be no page at all. */
  told: boolean;
}

// ProtoLeaderboardEntriesSearchResultDTO: 1 matching_item_count, 2 total_group_count, 3 entries
/** Decodes a page of runs that was asked for with `sys/id`, `sys/custom_run_id` and `sys/name`, from bytes in any pieces. */
export class EntriesDecoder {
  readonly #page: EntriesPage = { runs: [], total: 0, told: false };
  readonly #onTotal: (total: number) => void;
  /** What broke off in the last piece, and where it starts in the whole answer. */
  #rest = NO_BYTES;
  #base = 0;

  /** @param onTotal Told how many runs match, as soon as the server tells. */
  constructor(onTotal: (total: number) => void = () => {}) {
    this.#onTotal = onTotal;
  }

  /** Takes the next bytes, which are not needed any more afterwards. */
  push(piece: Uint8Array): void {
    let taken = 0;
    if (this.#rest.length > 0) {
      // Nearly always it ends within the first bytes of the next piece.
      const kept = this.#rest.length;
      const seam = concat(Uint8Array, [this.#rest, piece.subarray(0, SEAM_BYTES)]);
      const read = this.#read(seam);
      if (read === 0) {
        this.#rest = concat(Uint8Array, [this.#rest, piece]);
        const all = this.#read(this.#rest);
        this.#rest = this.#rest.slice(all);
        return;
      }
      taken = read - kept;
    }
    taken += this.#read(piece.subarray(taken));
    this.#rest = piece.slice(taken);
  }

  /** Says that all bytes were given, and gives what they hold. */
  finish(): EntriesPage {
    if (this.#rest.length > 0) this.#field(this.#rest, 0, this.#rest.length);
    return this.#page;
  }

  /** Reads the fields that are all there, and gives where they end. */
  #read(bytes: Uint8Array): number {
    const reader = new Reader(bytes, WHAT, undefined, this.#base);
    let at = 0;
    while (true) {
      at = this.#plainRuns(reader, bytes, at);
      const end = endOfField(bytes, at);
      if (end < 0) break;
      this.#field(bytes, at, end);
      at = end;
    }
    this.#base += at;
    return at;
  }

  /** Reads runs that look like nearly all do. Gives where something else starts, or one that is not all there. */
  #plainRuns(reader: Reader, bytes: Uint8Array, at: number): number {
    const { runs } = this.#page;
    // Nearly all have two bytes for their length.
    while (at + 2 < bytes.length && bytes[at] === 0x1a && bytes[at + 1] >= 0x80 && bytes[at + 2] < 0x80) {
      const start = at + 3;
      const end = start + (bytes[at + 1] & 0x7f) + 128 * bytes[at + 2];
      const ids = end <= bytes.length ? plain(bytes, start, end) : null;
      // What is wrong with a run is told where it is.
      if (ids === null || ids[SYS_ID].end <= ids[SYS_ID].start) break;
      runs.push(run(reader, ids));
      at = end;
    }
    return at;
  }

  #field(bytes: Uint8Array, start: number, end: number): void {
    const page = this.#page;
    const reader = new Reader(bytes, WHAT, { start, end }, this.#base);
    const tag = reader.tag();
    if (tag === 0x1a) {
      const place: ByteRange = { start: 0, end: 0 };
      reader.text(place);
      page.runs.push(run(reader, any(new Reader(bytes, WHAT, place, this.#base))));
    } else if (tag === 0x08) {
      page.total = reader.integer();
      page.told = true;
      this.#onTotal(page.total);
    } else if (tag === 0x10) reader.integer();
    else reader.skip(3);
  }
}

/** Enough of the next bytes to end a usual run. */
const SEAM_BYTES = 1 << 12;
const NO_BYTES: Uint8Array = new Uint8Array(0);

function run(reader: Reader, ids: ByteRange[]): RunIds {
  const sysId = ids[SYS_ID], name = ids[NAME], customId = ids[CUSTOM_ID];
  const id = sysId.end > sysId.start ? reader.textAt(sysId) : "";
  if (id === "") throw reader.broken("a run has no sys/id");
  return {
    "sys/id": id,
    "sys/custom_run_id": customId.end < 0 ? null : reader.textAt(customId),
    "sys/name": name.end < 0 ? null : reader.textAt(name),
  };
}

const PATHS = ["sys/id", "sys/name", "sys/custom_run_id"].map((path) => new TextEncoder().encode(path));
const [SYS_ID, NAME, CUSTOM_ID] = PATHS.keys();
const [SYS_ID_SIZE, NAME_SIZE, CUSTOM_ID_SIZE] = PATHS.map(({ length }) => length);

/** Where the strings of one run are, in the order of `PATHS`; those it does not have end before the start. One is enough for all runs. */
const IDS: ByteRange[] = PATHS.map(() => ({ start: 0, end: -1 }));

function noIds(): ByteRange[] {
  for (const place of IDS) place.end = -1;
  return IDS;
}

/**
 * Reads a run that looks like nearly all do: strings alone, each of whose messages has one byte for its length. The many small calls
 * of a reader take three times as long, and longer to be compiled.
 *
 * @returns null for a run that looks otherwise.
 */
function plain(bytes: Uint8Array, at: number, end: number): ByteRange[] | null {
  const ids = noIds();
  while (at < end) {
    const tag = bytes[at];
    const next = at + 2 + bytes[at + 1];
    if (tag > 0x3a || (tag & 7) !== 2 || bytes[at + 1] >= 0x80 || !(next <= end)) return null;
    if (tag === 0x3a && !plainString(bytes, at + 2, next, ids)) return null;
    at = next;
  }
  return ids;
}

/** A string attribute of less than 128 bytes, so that no length that takes two bytes could lead to where it ends. */
function plainString(bytes: Uint8Array, at: number, end: number, ids: ByteRange[]): boolean {
  const size = bytes[at + 1];
  const which = size === SYS_ID_SIZE ? SYS_ID : size === NAME_SIZE ? NAME : size === CUSTOM_ID_SIZE ? CUSTOM_ID : -1;
  if (bytes[at] !== 0x0a || which < 0) return false;
  const path = PATHS[which];
  at += 2;
  for (let i = 0; i < size; i++) if (bytes[at + i] !== path[i]) return false;
  at += size;
  if (bytes[at] === 0x12) at += 2 + bytes[at + 1];
  if (bytes[at] !== 0x2a || at + 2 + bytes[at + 1] !== end) return false;
  at += 2;
  if (at < end && bytes[at] === 0x0a) at += 2 + bytes[at + 1];
  if (at < end && bytes[at] === 0x12) at += 2 + bytes[at + 1];
  if (at >= end || bytes[at] !== 0x1a || at + 2 + bytes[at + 1] !== end) return false;
  ids[which].start = at + 2;
  ids[which].end = end;
  return true;
}

// ProtoAttributesDTO: 1-6 identity of the run, 7 attributes
/** Reads a run, whatever it looks like. */
function any(reader: Reader): ByteRange[] {
  const ids = noIds();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x3a) {
      const outer = reader.enter();
      identity(reader, ids);
      reader.leave(outer);
    } else reader.skip((tag & 7) === 2 ? 0 : 7);
  }
  return ids;
}

// ProtoAttributeDTO: 1 name, 2 type, 5 string_properties; ProtoStringAttributeDTO: 3 value
function identity(reader: Reader, ids: ByteRange[]): void {
  let path = -1;
  const value: ByteRange = { start: 0, end: -1 };
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) path = reader.oneOf(PATHS);
    else if (tag === 0x2a) {
      const outer = reader.enter();
      value.start = value.end = 0;
      while (reader.more()) {
        if (reader.tag() === 0x1a) reader.text(value);
        else reader.skip(0);
      }
      reader.leave(outer);
    } else reader.skip(0);
  }
  if (path >= 0) Object.assign(ids[path], value);
}

/**
 * One column of one row group: from pages to typed arrays, of all rows or of some.
 *
 * @module
 */

import { numbers } from "../../../columns.ts";
import type { ColumnBytes } from "./column_bytes.ts";
import type { Chunk, Leaf } from "./footer.ts";
import type { Codes } from "./hybrid.ts";
import { pagesOf, type PageStart, type WantedPages } from "./pages.ts";
import type { Strings } from "./strings.ts";
import { ParquetError } from "./thrift.ts";
import { arrayOf, type Arrays, type ColumnKind, scratch, ValueDecoder } from "./values.ts";

/** The values of some rows. */
export interface DecodedColumn<K extends ColumnKind> {
  values: Arrays[K];
  /** 1 where there is a value; null: everywhere. Where there is none, what `values` holds means nothing. */
  present: Uint8Array | null;
  /** Of a column of strings: the strings whose numbers the values are. */
  strings: Strings;
}

/** The lists of some rows, each a stretch of one array. */
export interface ListColumn<K extends ColumnKind> {
  elements: Arrays[K];
  /** How many elements the list of each row has; -1: there is no list. */
  lengths: Int32Array;
  /** Where the elements of each row start. */
  starts: Uint32Array;
  strings: Strings;
}

/** From this share of the rows on, all of a column is searched: that takes less than looking at each of them. */
const SEARCHED = 8;
/** Up to this share of the values of a page, those between them need not be written. */
const FEW = 8;
const NONE = new Uint32Array(0);

/**
 * Decodes a column that is no list; `rows` ascend, null: all.
 *
 * @param places Where its pages lie: what is not known yet is added, and what is known is used to pass over pages without wanted rows.
 */
export function readColumn<K extends ColumnKind>(
  bytes: ColumnBytes,
  chunk: Chunk,
  leaf: Leaf,
  kind: K,
  rows: Uint32Array | null,
  places?: PageStart[],
): DecodedColumn<K> {
  if (leaf.repetition > 0) throw new ParquetError(`its column ${leaf.path.join(".")} holds lists`);
  const decoder = new ValueDecoder(leaf, kind);
  const length = rows ? rows.length : chunk.values;
  // Whatever was in the memory before: each value is written, or known not to be there.
  const values = (kind === "float" ? numbers(length) : arrayOf(kind, length)) as Arrays[K];
  let present: Uint8Array | null = null;
  let from = 0;
  const isKnown = places !== undefined && places.length > 0;
  const wanted = isKnown && rows ? wantedPages(places, () => from < length ? rows[from] : null) : undefined;
  for (const page of pagesOf(bytes, chunk, leaf, wanted)) {
    if ("dictionary" in page) {
      decoder.setDictionary(page.dictionary);
      continue;
    }
    const { start, count, encoding, at } = page.data;
    if (!isKnown) places?.push({ at, row: start });
    const until = rows ? firstFrom(rows, from, start + count) : start + count;
    if (until === from) continue;
    const few = decoder.isPlain(encoding) && (until - from) * FEW < count;
    const { definition, values: encoded, repeats } = page.data.open(decoder.isPassing(encoding), few);
    if (definition === null || definition.only === leaf.definition) {
      const found = decoder.page(encoded, count, encoding, repeats);
      if (rows) found.some(rows, from, until, start, values, from);
      else found.all(values, from);
      present?.fill(1, from, until);
    } else {
      present ??= new Uint8Array(length).fill(1, 0, from);
      const there = placesOf(definition, leaf.definition, rows, from, until, start, present);
      if (there.count > 0) {
        const found = decoder.page(encoded, there.stored, encoding, repeats);
        const some = arrayOf(kind, there.count);
        found.some(there.positions, 0, there.count, 0, some, 0);
        for (let i = 0; i < there.count; i++) values[there.targets[i]] = some[i];
      }
    }
    from = until;
  }
  if (from !== length) throw new ParquetError("a column has fewer values than it says");
  return { values, present, strings: decoder.strings };
}

/** The pages that have wanted rows. */
function wantedPages(places: readonly PageStart[], nextRow: () => number | null): WantedPages {
  let page = 0;
  return {
    hasDictionary: places[0].at > 0,
    next() {
      const row = nextRow();
      if (row === null) return null;
      while (page + 1 < places.length && places[page + 1].row <= row) page++;
      return places[page];
    },
  };
}

/** Of the rows of a page with gaps, those that have a value: where it is among the values, and where it goes. */
function placesOf(
  definition: Codes,
  full: number,
  rows: Uint32Array | null,
  from: number,
  until: number,
  start: number,
  present: Uint8Array,
): { positions: Uint32Array; targets: Uint32Array; count: number; stored: number } {
  const { count: size } = definition;
  if (definition.only > full) throw new ParquetError("a page has levels that its schema does not have");
  if (definition.only >= 0) return { positions: NONE, targets: NONE, count: 0, stored: 0 };
  const levels = new Uint8Array(size);
  if (definition.all(levels) > full) throw new ParquetError("a page has levels that its schema does not have");
  const positions = new Uint32Array(until - from), targets = new Uint32Array(until - from);
  let count = 0, stored = 0, next = from;
  for (let row = 0; row < size; row++) {
    const isAsked = rows ? next < until && rows[next] - start === row : true;
    if (levels[row] === full) {
      if (isAsked) {
        positions[count] = stored;
        targets[count++] = next;
        present[next] = 1;
      }
      stored++;
    }
    if (isAsked) next++;
  }
  return { positions, targets, count, stored };
}

/** Decodes a column of lists; `rows` ascend, null: all. */
export function readLists<K extends ColumnKind>(
  bytes: ColumnBytes,
  chunk: Chunk,
  leaf: Leaf,
  kind: K,
  rowsInGroup: number,
  rows: Uint32Array | null,
): ListColumn<K> {
  if (leaf.repetition !== 1) throw new ParquetError(`its column ${leaf.path.join(".")} holds no plain lists`);
  const decoder = new ValueDecoder(leaf, kind);
  const definitions = new Uint8Array(chunk.values), repetitions = new Uint8Array(chunk.values);
  const elements = arrayOf(kind, chunk.values);
  let length = 0;
  for (const page of pagesOf(bytes, chunk, leaf)) {
    if ("dictionary" in page) {
      decoder.setDictionary(page.dictionary);
      continue;
    }
    const { start, count, encoding } = page.data;
    const { definition, repetition, values: encoded } = page.data.open(decoder.isPassing(encoding));
    if (definition!.all(definitions, start) > leaf.definition || repetition!.all(repetitions, start) > 1) {
      throw new ParquetError("a page has levels that its schema does not have");
    }
    let there = 0;
    for (let i = start; i < start + count; i++) if (definitions[i] === leaf.definition) there++;
    if (there === 0) continue;
    decoder.page(encoded, there, encoding).all(elements, length);
    length += there;
  }
  return { ...stretches(definitions, repetitions, leaf, rowsInGroup, rows), elements, strings: decoder.strings };
}

/** Where the list of each row starts, and how long it is. Elements that are null are left out. */
function stretches(
  definitions: Uint8Array,
  repetitions: Uint8Array,
  { definition, present, element }: Leaf,
  rowsInGroup: number,
  rows: Uint32Array | null,
): { lengths: Int32Array; starts: Uint32Array } {
  const lengths = new Int32Array(rowsInGroup), starts = new Uint32Array(rowsInGroup);
  let row = -1, at = 0;
  for (let i = 0; i < definitions.length; i++) {
    if (repetitions[i] === 0) {
      if (++row >= rowsInGroup) throw new ParquetError("a column has more rows than its group");
      starts[row] = at;
      // What is null above the list: the list is as absent as its struct.
      lengths[row] = definitions[i] < Math.max(present, element - 1) ? -1 : 0;
    } else if (row < 0) throw new ParquetError("a column starts in the middle of a row");
    if (definitions[i] === definition) {
      lengths[row]++;
      at++;
    }
  }
  if (row + 1 !== rowsInGroup) throw new ParquetError("a column has fewer rows than its group");
  if (rows === null) return { lengths, starts };
  return {
    lengths: Int32Array.from(rows, (row) => lengths[row]),
    starts: rows.map((row) => starts[row]),
  };
}

/**
 * The rows of a column of strings that pass a test: asked once for each text. Rows ascend; null where all of them pass. Rows
 * without a string do not.
 */
export function findRows(
  bytes: ColumnBytes,
  chunk: Chunk,
  leaf: Leaf,
  passes: (text: string) => boolean,
  rows: Uint32Array | null,
): Uint32Array | null {
  if (rows !== null && rows.length > chunk.values / SEARCHED) {
    const found = findRows(bytes, chunk, leaf, passes, null);
    return found === null ? rows : inBoth(rows, found);
  }
  if (rows !== null) {
    const { values, present, strings } = readColumn(bytes, chunk, leaf, "string", rows);
    const wanted = Uint8Array.from({ length: strings.length }, () => 2);
    const kept = rows.filter((_, i) => {
      if (present && present[i] === 0) return false;
      const code = values[i];
      if (wanted[code] === 2) wanted[code] = passes(strings.get(code)) ? 1 : 0;
      return wanted[code] === 1;
    });
    return kept.length === rows.length ? rows : kept;
  }
  const decoder = new ValueDecoder(leaf, "string");
  let wanted = new Uint8Array(0), none = false;
  // As long as all rows pass, as they do where a column has one text, they need not be written down.
  let found: Uint32Array | null = null;
  let length = 0;
  const list = (): Uint32Array => {
    if (found) return found;
    found = roomForRows(chunk.values);
    for (let row = 0; row < length; row++) found[row] = row;
    return found;
  };
  for (const page of pagesOf(bytes, chunk, leaf)) {
    if ("dictionary" in page) {
      decoder.setDictionary(page.dictionary);
      wanted = Uint8Array.from(
        { length: decoder.strings.length },
        (_, code) => passes(decoder.strings.get(code)) ? 1 : 0,
      );
      none = !wanted.includes(1);
      continue;
    }
    const { start, count, encoding } = page.data;
    if (length < start) list();
    if (none && decoder.usesDictionary(encoding)) continue;
    const { definition, values: encoded } = page.data.open(decoder.isPassing(encoding));
    const whole = definition === null || definition.only === leaf.definition;
    const codes = whole ? decoder.codes(encoded, count, encoding) : null;
    if (codes) {
      if (found === null && wanted[codes.only] === 1) length += count;
      else length = codes.find(wanted, start, list(), length, () => scratch(count));
      continue;
    }
    const present = whole ? null : new Uint8Array(count);
    const numbers = new Uint32Array(count);
    const there = whole ? null : placesOf(definition, leaf.definition, null, 0, count, start, present!);
    const stored = there ? there.stored : count;
    if (stored === 0) continue;
    const some = new Uint32Array(stored);
    decoder.page(encoded, stored, encoding).all(some, 0);
    for (let i = 0; i < stored; i++) numbers[there ? there.targets[i] : i] = some[i];
    for (let i = 0; i < count; i++) {
      if (present && present[i] === 0) continue;
      const code = numbers[i];
      if (code < wanted.length ? wanted[code] === 1 : passes(decoder.strings.get(code))) list()[length++] = start + i;
    }
  }
  return length === chunk.values ? null : list().slice(0, length);
}

let room = new Uint32Array(0);

/** Room for the rows of a column, used again and again: few of them may be found. What is found is copied out of it. */
function roomForRows(count: number): Uint32Array {
  if (room.length < count) room = new Uint32Array(count);
  return room;
}

/** What two lists of ascending rows have in common. */
function inBoth(some: Uint32Array, others: Uint32Array): Uint32Array {
  const both = new Uint32Array(Math.min(some.length, others.length));
  let length = 0, at = 0;
  for (const row of others) {
    while (at < some.length && some[at] < row) at++;
    if (some[at] === row) both[length++] = row;
  }
  return length === some.length ? some : both.slice(0, length);
}

/** The first of ascending rows, from a place on, that is at least `row`. */
function firstFrom(rows: Uint32Array, from: number, row: number): number {
  let low = from, high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle] < row) low = middle + 1;
    else high = middle;
  }
  return low;
}

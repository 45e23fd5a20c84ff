/**
 * What was seen of the steps of parts while all of a series was read, so that a range of them is found later without reading the others.
 *
 * @module
 */

import type { StepRange } from "../../types.ts";
import type { Part } from "../disk/layout.ts";
import type { PageStarts, RowGroupReader } from "../parquet/row_group.ts";

/** So many rows have one note. */
const STRETCH = 4096;
/** Row groups with fewer wanted rows are read as a whole. */
const FEWEST = 8 * STRETCH;

/** The steps of some float series in one row group. Plain data. */
export interface StepNotes {
  group: number;
  /** That of the file when it was read. */
  checksum: number;
  /** The series. */
  paths: readonly string[];
  /** Whether all rows are theirs. */
  isAll: boolean;
  /** The least and the greatest step of each stretch of rows; Infinity and -Infinity where it has none of the series. */
  least: Float64Array;
  greatest: Float64Array;
  places: PageStarts;
}

const notes = new WeakMap<Part, StepNotes[]>();

/** All notes about a part. */
export function notesOf(part: Part): readonly StepNotes[] {
  return notes.get(part) ?? [];
}

/** Keeps notes about a part. */
export function keepNotes(part: Part, some: readonly StepNotes[]): void {
  const others = notesOf(part).filter(({ group, paths }) =>
    !some.some((one) => one.group === group && paths.every((path) => one.paths.includes(path)))
  );
  if (some.length > 0) notes.set(part, [...others, ...some]);
}

/**
 * Leaves out rows of a row group whose steps are not in a range, as far as it is known of these series. Tells whether it is known of all
 * others that they are points of these series.
 */
export function chooseSteps(
  group: RowGroupReader,
  part: Part,
  paths: readonly string[],
  [from, to]: StepRange,
): boolean {
  if (from === null && to === null) return false;
  const known = notesOf(part).find((one) =>
    one.group === group.number && one.checksum === group.checksum && paths.every((path) => one.paths.includes(path))
  );
  if (!known) return false;
  const { least, greatest, places, isAll } = known;
  const isWanted = (stretch: number) => least[stretch] <= (to ?? Infinity) && greatest[stretch] >= (from ?? -Infinity);
  const wanted = [...least.keys()].filter(isWanted);
  const rows = new Uint32Array(wanted.length * STRETCH);
  let length = 0;
  for (const stretch of wanted) {
    const end = Math.min(group.size, (stretch + 1) * STRETCH);
    for (let row = stretch * STRETCH; row < end; row++) rows[length++] = row;
  }
  group.only(rows.subarray(0, length), places);
  return isAll && known.paths.length === paths.length;
}

/** Begins to take notes of a row group, before its columns are decoded: what is given takes its steps. null: it is not worth it. */
export function takeNotes(
  group: RowGroupReader,
  part: Part,
  paths: readonly string[],
): (() => void) | null {
  if (!group.hasPages || group.length < FEWEST) return null;
  const places = group.notePlaces();
  return () => {
    const { values } = group.floats("step"), { rows } = group;
    const count = Math.ceil(group.size / STRETCH);
    const least = new Float64Array(count).fill(Infinity), greatest = new Float64Array(count).fill(-Infinity);
    for (let stretch = 0, i = 0; stretch < count; stretch++) {
      const end = Math.min(group.size, (stretch + 1) * STRETCH);
      let low = Infinity, high = -Infinity;
      for (; i < values.length && (rows ? rows[i] : i) < end; i++) {
        const step = values[i];
        if (step < low) low = step;
        if (step > high) high = step;
      }
      [least[stretch], greatest[stretch]] = [low, high];
    }
    const isAll = rows === null;
    keepNotes(part, [{ group: group.number, checksum: group.checksum, paths, isAll, least, greatest, places }]);
  };
}

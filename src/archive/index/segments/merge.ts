/**
 * Several segments of an index as one, without what no longer counts. Column by column, so that no more than one is in memory.
 *
 * @module
 */

import { concat } from "../../../columns.ts";
import { valuesAt } from "./fields.ts";
import {
  type Cells,
  type CellType,
  type ColumnInfo,
  type EntryColumns,
  FIELDS,
  PART_FIELDS,
  type PartColumns,
  type Segment,
} from "./segment.ts";

/**
 * Puts segments together.
 *
 * @param counts Tells whether a part of a segment, by their numbers, still counts.
 */
export function mergeSegments(
  segments: readonly Segment[],
  counts: (segment: number, part: number) => boolean,
): Segment {
  const noted = segments.map((segment) => segment.parts());
  const kept = noted.map(({ name }, source) => numbersOf(name.length, (part) => counts(source, part)));
  const names = Object.keys(PART_FIELDS) as (keyof PartColumns)[];
  const parts = Object.fromEntries(
    names.map((name) => [name, join(noted.map((parts, source) => valuesAt(parts[name], kept[source])))]),
  ) as unknown as PartColumns;
  const projects = [...new Set(segments.flatMap((segment) => segment.projects))];
  // The new number of each entry; -1: it no longer counts.
  let partCount = 0, entryCount = 0;
  const pieces: EntryColumns[] = [];
  const numbers = segments.map((segment, source) => {
    const { part, project, run } = segment.entries;
    const partNumbers = renumbering(noted[source].name.length, kept[source], partCount);
    const own = numbersOf(run.length, (entry) => partNumbers[part[entry]] >= 0);
    const projectNumbers = segment.projects.map((name) => projects.indexOf(name));
    pieces.push({
      part: Uint32Array.from(own, (entry) => partNumbers[part[entry]]),
      project: Uint32Array.from(own, (entry) => projectNumbers[project[entry]]),
      run: valuesAt(run, own) as string[],
    });
    partCount += kept[source].length;
    entryCount += own.length;
    return renumbering(run.length, own, entryCount - own.length);
  });
  const entries = {
    part: join(pieces.map(({ part }) => part)),
    project: join(pieces.map(({ project }) => project)),
    run: join(pieces.map(({ run }) => run)),
  };
  const sources = new Map<string, { source: number; column: number }[]>();
  const columns: ColumnInfo[] = [];
  segments.forEach((segment, source) => {
    segment.columns.forEach(({ path, type, cells }, column) => {
      const key = `${type}:${path}`;
      const known = sources.get(key);
      if (known) known.push({ source, column });
      else {
        sources.set(key, [{ source, column }]);
        columns.push({ path, type, cells });
      }
    });
  });
  return {
    parts: () => parts,
    entries,
    projects,
    columns,
    cells(number) {
      const { path, type } = columns[number];
      const pieces = sources.get(`${type}:${path}`)!.map(({ source, column }) =>
        renumbered(segments[source].cells(column), numbers[source])
      );
      return pieces.length === 1 ? pieces[0] : joined(path, type, pieces);
    },
  };
}

/** The numbers below `count` that pass. */
function numbersOf(count: number, passes: (number: number) => boolean): Uint32Array {
  const numbers = new Uint32Array(count);
  let length = 0;
  for (let number = 0; number < count; number++) if (passes(number)) numbers[length++] = number;
  return numbers.subarray(0, length);
}

/** The new number of each of `count` things of which some are kept, from `first` on; -1: it is not kept. */
function renumbering(count: number, kept: Uint32Array, first: number): Int32Array {
  const numbers = new Int32Array(count).fill(-1);
  kept.forEach((number, i) => numbers[number] = first + i);
  return numbers;
}

function renumbered({ path, type, entries, fields }: Cells, numbers: Int32Array): Cells {
  const kept = numbersOf(entries.length, (i) => numbers[entries[i]] >= 0);
  return {
    path,
    type,
    entries: Uint32Array.from(kept, (i) => numbers[entries[i]]),
    fields: Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, valuesAt(values, kept)])),
  };
}

function join<T extends ArrayLike<unknown>>(arrays: T[]): T {
  if (Array.isArray(arrays[0])) return arrays.flat() as unknown as T;
  return concat(arrays[0].constructor as new (length: number) => Float64Array & T, arrays as unknown as Float64Array[]);
}

function joined(path: string, type: CellType, pieces: Cells[]): Cells {
  const fields: Cells["fields"] = {};
  for (const name of Object.keys(FIELDS[type])) fields[name] = join(pieces.map((piece) => piece.fields[name]));
  return { path, type, entries: join(pieces.map((piece) => piece.entries)), fields };
}

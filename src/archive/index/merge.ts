/**
 * Several segments of an index as one, without what no longer counts. Column by column, so that no more than one is in memory.
 *
 * @module
 */

import type { FieldKind, Fields } from "./fields.ts";
import {
  type Cells,
  type CellType,
  type ColumnInfo,
  FIELDS,
  type PartRecord,
  type Segment,
  type SegmentEntry,
} from "./segment.ts";

/** Puts segments together. */
export function mergeSegments(
  segments: readonly { segment: Segment; live: Uint8Array }[],
): Omit<Segment, "bytes"> {
  const parts: PartRecord[] = [];
  const entries: SegmentEntry[] = [];
  // The new number of each entry; -1: it no longer counts.
  const numbers = segments.map(({ segment, live }) => {
    const partNumbers = segment.parts.map((part, number) => live[number] === 1 ? parts.push(part) - 1 : -1);
    return Int32Array.from(segment.entries, (entry) => {
      const part = partNumbers[entry.part];
      return part < 0 ? -1 : entries.push({ ...entry, part }) - 1;
    });
  });
  const sources = new Map<string, { source: number; column: number }[]>();
  const columns: ColumnInfo[] = [];
  segments.forEach(({ segment }, source) => {
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
    parts,
    entries,
    columns,
    cells(number) {
      const { path, type } = columns[number];
      const pieces = sources.get(`${type}:${path}`)!.map(({ source, column }) =>
        renumbered(segments[source].segment.cells(column), numbers[source])
      );
      return pieces.length === 1 ? pieces[0] : joined(path, type, pieces);
    },
  };
}

function renumbered({ path, type, entries, fields }: Cells, numbers: Int32Array): Cells {
  const kept: number[] = [];
  entries.forEach((entry, i) => numbers[entry] >= 0 && kept.push(i));
  const pick = (values: Fields[FieldKind]): Fields[FieldKind] =>
    kept.length === values.length
      ? values
      : Array.isArray(values)
      ? kept.map((i) => values[i]) as Fields["string"]
      : (values as Float64Array).filter((_, i) => numbers[entries[i]] >= 0);
  return {
    path,
    type,
    entries: Uint32Array.from(kept, (i) => numbers[entries[i]]),
    fields: Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, pick(values)])),
  };
}

function joined(path: string, type: CellType, pieces: Cells[]): Cells {
  const join = <T extends ArrayLike<unknown>>(arrays: T[]): T => {
    if (Array.isArray(arrays[0])) return arrays.flat() as unknown as T;
    const Kind = arrays[0].constructor as new (length: number) => Float64Array & T;
    const all = new Kind(arrays.reduce((sum, array) => sum + array.length, 0));
    let at = 0;
    for (const array of arrays) {
      all.set(array as never, at);
      at += array.length;
    }
    return all;
  };
  const fields: Cells["fields"] = {};
  for (const name of Object.keys(FIELDS[type])) fields[name] = join(pieces.map((piece) => piece.fields[name]));
  return { path, type, entries: join(pieces.map((piece) => piece.entries)), fields };
}

/**
 * Columns to values of attributes (`ProtoQueryAttributesResultDTO`, `ProtoAttributesDTO`), the counterpart of
 * `decodeQueryAttributes` and `decodeAttributes`.
 *
 * @module
 */

import type { ValueBlock, ValueColumn } from "../../columns.ts";
import { type FileRef, type Histogram, wireTypeName } from "../../types.ts";
import { Writer } from "./writer.ts";

/** What a server calls a run. */
export interface RunIdentity {
  /** The UUID. */
  id: string;
  /** `sys/id`. */
  sysId: string;
}

/** Where a run belongs, for the answers that tell it. */
export interface RunHome {
  /** The UUID of the run. */
  id: string;
  projectId: string;
  organizationId: string;
  projectName: string;
  organizationName: string;
}

/** One value of a block: row `row` of column `column`. */
export interface CellRef {
  column: ValueColumn;
  row: number;
}

/** The values of a block in the order of the API: by run (as in the block), then by path. */
export function cellsInOrder(block: ValueBlock): CellRef[] {
  const rank = new Uint32Array(block.paths.length);
  [...block.paths.keys()]
    .sort((a, b) => block.paths[a] < block.paths[b] ? -1 : block.paths[a] > block.paths[b] ? 1 : 0)
    .forEach((path, i) => rank[path] = i);
  return block.columns
    .flatMap((column) => Array.from(column.path, (_, row): CellRef => ({ column, row })))
    .sort((a, b) =>
      a.column.run[a.row] - b.column.run[b.row] ||
      rank[a.column.path[a.row]] - rank[b.column.path[b.row]]
    );
}

// ProtoQueryAttributesResultDTO: 1 entries, 2 nextPage
// ProtoQueryAttributesExperimentResultDTO: 1 experimentId, 2 experimentShortId, 3 attributes
/**
 * Encodes a page of values of many runs.
 *
 * @param block The block that holds the values.
 * @param cells Those of the page, runs together: a slice of {@linkcode cellsInOrder}.
 * @param identity Names a run by its key.
 * @param nextPageToken Asks for the next page; null at the end.
 */
export function encodeQueryAttributes(
  block: ValueBlock,
  cells: readonly CellRef[],
  identity: (runKey: string) => RunIdentity,
  nextPageToken: string | null,
): Uint8Array {
  const writer = new Writer(cells.length * 64 + 64);
  let next = 0;
  while (next < cells.length) {
    const run = cells[next].column.run[cells[next].row];
    writer.message(0x0a, () => {
      const { id, sysId } = identity(block.runs[run]);
      writer.string(0x0a, id);
      writer.string(0x12, sysId);
      for (; next < cells.length && cells[next].column.run[cells[next].row] === run; next++) {
        writer.message(0x1a, () => attribute(writer, block, cells[next]));
      }
    });
  }
  writer.message(0x12, () => nextPageToken !== null && writer.string(0x0a, nextPageToken));
  return writer.finish();
}

// ProtoAttributesDTO: 1 experiment_id, 2 type, 3 project_id, 4 organization_id, 5 project_name, 6 organization_name,
// 7 attributes
/**
 * Encodes the values of one run.
 *
 * @param block The block that holds the values.
 * @param cells Those of the run.
 * @param home Where the run belongs.
 */
export function encodeAttributes(block: ValueBlock, cells: readonly CellRef[], home: RunHome): Uint8Array {
  const writer = new Writer(cells.length * 64 + 256);
  writer.string(0x0a, home.id);
  writer.string(0x12, "run");
  writer.string(0x1a, home.projectId);
  writer.string(0x22, home.organizationId);
  writer.string(0x2a, home.projectName);
  writer.string(0x32, home.organizationName);
  for (const cell of cells) writer.message(0x3a, () => attribute(writer, block, cell));
  return writer.finish();
}

// ProtoLeaderboardEntriesSearchResultDTO: 1 matching_item_count, 3 entries
/**
 * Encodes a page of runs.
 *
 * @param total How many runs match in all.
 * @param entries What {@linkcode encodeAttributes} gave for each run of the page.
 */
export function encodeEntries(total: number, entries: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer(entries.reduce((sum, entry) => sum + entry.length + 8, 32));
  // Written also where it is 0, so that a list without runs is told from an answer without bytes.
  writer.integer(0x08, total);
  for (const entry of entries) writer.message(0x1a, () => writer.raw(entry));
  return writer.finish();
}

// ProtoAttributeDTO: 1 name, 2 type, 3-13 properties
function attribute(writer: Writer, block: ValueBlock, { column, row }: CellRef): void {
  const name = block.paths[column.path[row]];
  const type = wireTypeName(column.type);
  const properties = (field: number, value: () => void) =>
    writer.message(field * 8 + 2, () => {
      writer.string(0x0a, name);
      writer.string(0x12, type);
      value();
    });
  writer.string(0x0a, name);
  writer.string(0x12, type);
  switch (column.type) {
    case "int":
      return properties(3, () => column.data[row] !== 0n && writer.int64(0x18, column.data[row]));
    case "float":
      return properties(4, () => Object.is(column.data[row], 0) || writer.double(0x19, column.data[row]));
    case "string":
      return properties(5, () => column.data[row] !== "" && writer.string(0x1a, column.data[row]));
    case "bool":
      return properties(6, () => column.data[row] !== 0 && writer.integer(0x18, 1));
    case "datetime":
      return properties(7, () => column.data[row] !== 0 && writer.int64(0x18, BigInt(Math.trunc(column.data[row]))));
    case "string_set":
      return properties(8, () => column.data[row].forEach((text) => writer.string(0x1a, text)));
    case "float_series":
      return properties(9, () => {
        const { present, lastStep, last, min, max, average, variance } = column.data;
        if (!present[row]) return;
        [lastStep, last, min, max, average, variance].forEach((values, i) => writer.double(0x19 + i * 8, values[row]));
      });
    case "string_series":
      return properties(11, () => lastPoint(writer, column.data, row, (text) => writer.string(0x22, text)));
    case "file_series":
      return properties(
        12,
        () => lastPoint(writer, column.data, row, (ref) => writer.message(0x22, () => fileRef(writer, 1, ref))),
      );
    case "histogram_series":
      return properties(
        13,
        () => lastPoint(writer, column.data, row, (one) => writer.message(0x22, () => histogram(writer, one))),
      );
    case "experiment_state":
      return;
    default: {
      const ref = column.data[row];
      if (ref !== null) properties(10, () => fileRef(writer, 3, ref));
    }
  }
}

function lastPoint<T>(
  writer: Writer,
  { lastStep, last }: { lastStep: Float64Array; last: (T | null)[] },
  row: number,
  write: (value: T) => void,
): void {
  if (!Number.isNaN(lastStep[row])) writer.double(0x19, lastStep[row]);
  const value = last[row];
  if (value !== null) write(value);
}

// ProtoFileRef: 1 path, 2 sizeBytes, 3 mimeType; ProtoFileRefAttributeDTO: the same as 3, 4, 5
function fileRef(writer: Writer, first: number, { path, size, mimeType }: FileRef): void {
  if (path !== "") writer.string(first * 8 + 2, path);
  if (size !== 0) writer.int64((first + 1) * 8, BigInt(size ?? -1));
  if (mimeType !== "") writer.string((first + 2) * 8 + 2, mimeType);
}

// ProtoHistogram: 1 type, 2 edges, 3 values
function histogram(writer: Writer, { type, edges, values }: Histogram): void {
  if (type !== "") writer.string(0x0a, type);
  if (edges.length > 0) writer.doubles(0x12, edges);
  if (values.length > 0) writer.doubles(0x1a, values);
}

/**
 * A segment that grows part by part.
 *
 * @module
 */

import type { Strings } from "../../parquet/format/strings.ts";
import type { FieldKind, Fields } from "./fields.ts";
import {
  type Cells,
  type CellType,
  type ColumnInfo,
  type EntryColumns,
  FIELDS,
  PART_FIELDS,
  type PartColumns,
  type Segment,
  type Stage,
} from "./segment.ts";

/** A part, as it was when it was read: what {@linkcode PART_FIELDS} says. */
export interface PartRecord {
  name: string;
  size: number;
  modified: number;
  changed: number;
  inode: number;
  footer: number;
  read: number;
  stage: Stage;
  alike: boolean;
  damage: string | null;
}

/** A segment under construction. */
export class SegmentBuilder implements Segment {
  readonly records: PartRecord[] = [];
  readonly projects: (string | null)[] = [];
  readonly #entries = { part: [] as number[], project: [] as number[], run: [] as string[] };
  readonly #columns = new Map<string, GrowingColumn>();
  readonly #list: GrowingColumn[] = [];
  readonly #last = new Map<CellType, { paths: Strings; columns: (GrowingColumn | undefined)[] }>();

  parts(): PartColumns {
    const columns = Object.entries(PART_FIELDS).map(([name, kind]) => [
      name,
      typed(kind, this.records.map((record) => record[name as keyof PartRecord])),
    ]);
    return Object.fromEntries(columns);
  }

  get entries(): EntryColumns {
    const { part, project, run } = this.#entries;
    return { part: Uint32Array.from(part), project: Uint32Array.from(project), run };
  }

  get columns(): readonly ColumnInfo[] {
    return this.#list;
  }

  /** The columns of strings that are paths, by their number. Parts mostly have the same paths as the one before. */
  columnsOf(paths: Strings, type: CellType): (GrowingColumn | undefined)[] {
    const last = this.#last.get(type);
    if (last?.paths.equals(paths)) return last.columns;
    const columns: (GrowingColumn | undefined)[] = [];
    this.#last.set(type, { paths, columns });
    return columns;
  }

  /** Gives the number of the new entry. */
  addEntry(part: number, project: string | null, run: string): number {
    const known = this.projects.lastIndexOf(project);
    this.#entries.part.push(part);
    this.#entries.project.push(known < 0 ? this.projects.push(project) - 1 : known);
    return this.#entries.run.push(run) - 1;
  }

  /** The column of an attribute. */
  column(path: string, type: CellType): GrowingColumn {
    const key = `${type}:${path}`;
    let column = this.#columns.get(key);
    if (!column) {
      this.#columns.set(key, column = new GrowingColumn(path, type));
      this.#list.push(column);
    }
    return column;
  }

  cells(column: number): Cells {
    return this.#list[column].finished();
  }
}

/** A column that grows cell by cell. */
export class GrowingColumn implements ColumnInfo {
  readonly #entries: number[] = [];
  readonly #values: unknown[][];
  readonly #kinds: [string, FieldKind][];

  constructor(readonly path: string, readonly type: CellType) {
    this.#kinds = Object.entries(FIELDS[type]);
    this.#values = this.#kinds.map(() => []);
  }

  get cells(): number {
    return this.#entries.length;
  }

  /** Adds a cell of a column with one field, or with none. */
  add(entry: number, value?: unknown): void {
    this.#entries.push(entry);
    if (this.#values.length > 0) this.#values[0].push(value);
  }

  /** Adds a cell; values in the order of the fields. */
  addAll(entry: number, values: readonly unknown[]): void {
    this.#entries.push(entry);
    for (let i = 0; i < values.length; i++) this.#values[i].push(values[i]);
  }

  finished(): Cells {
    const fields: Cells["fields"] = {};
    this.#kinds.forEach(([name, kind], i) => fields[name] = typed(kind, this.#values[i]));
    return { path: this.path, type: this.type, entries: Uint32Array.from(this.#entries), fields };
  }
}

function typed(kind: FieldKind, values: unknown[]): Fields[FieldKind] {
  if (kind === "float") return Float64Array.from(values as number[]);
  if (kind === "int") return BigInt64Array.from(values as bigint[]);
  return kind === "bool" ? Uint8Array.from(values as number[]) : values as Fields["string"];
}

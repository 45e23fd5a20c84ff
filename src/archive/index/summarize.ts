/**
 * One pass over a part: which runs it holds, their parameters, and what their series come down to.
 *
 * @module
 */

import {
  type AttributeType,
  CONFIG_TYPES,
  type ConfigType,
  FILE_TYPES,
  type FileType,
  isSeriesType,
  type SeriesType,
} from "../../types.ts";
import type { DecodedColumn } from "../parquet/format/column.ts";
import { distinct, stringListsOf, stringsOf } from "../parquet/decoded.ts";
import type { ParquetFile } from "../parquet/file.ts";
import type { RowGroupReader } from "../parquet/row_group.ts";
import { isLogged, POINT_COLUMNS, pointValues } from "../parquet/point_values.ts";
import { SeriesAggregator } from "./aggregates.ts";
import type { SegmentBuilder } from "./segments/builder.ts";
import { type ColumnName, valueColumn } from "../parquet/schema.ts";

/** What to look for in a part. */
export interface SummaryScope {
  /** Types of attributes. */
  types: (type: string) => boolean;
  /** Paths of attributes; null: all. */
  paths: ((path: string) => boolean) | null;
}

type ParameterType = ConfigType | FileType;

const PARAMETER_TYPES: ReadonlySet<string> = new Set([...CONFIG_TYPES, ...FILE_TYPES]);

/** Tells whether this is the type of attributes that are one value. */
export function isParameterType(type: string): type is ParameterType {
  return PARAMETER_TYPES.has(type);
}

function isSeries(type: string): type is SeriesType {
  return isSeriesType(type as AttributeType);
}

/** Fetches what a summary of a part that is far away reads, of attributes of these types. */
export async function loadForSummary(
  file: ParquetFile,
  isRead: (type: string) => boolean,
  signal?: AbortSignal,
): Promise<void> {
  if (!file.isFar) return;
  await file.load(["project", "run", "path", "type"], signal);
  const types = new Set([...file.groups()].flatMap((group) => distinct(group.strings("type")).names));
  const columns = [...types].filter(isRead).flatMap((type): readonly ColumnName[] =>
    isParameterType(type) ? [valueColumn(type)] : isSeries(type) ? ["step", ...POINT_COLUMNS[type]] : []
  );
  await file.load([...new Set(columns)], signal);
}

/** Adds what a part holds to a segment, bit by bit. */
export class PartSummary {
  readonly #file: ParquetFile;
  readonly #segment: SegmentBuilder;
  readonly #entries: EntryNumbers;

  /** @param part The number of the part in the segment. */
  constructor(file: ParquetFile, part: number, segment: SegmentBuilder) {
    this.#file = file;
    this.#segment = segment;
    this.#entries = new EntryNumbers(part, segment);
  }

  addParameters(scope: SummaryScope): void {
    for (const group of this.#file.groups()) {
      this.#read(group, isParameterType, scope, (rows, type) => {
        addParameters(rows, group.strings("path"), type as ParameterType, scope, this.#entries, this.#segment);
      });
    }
  }

  /** Adds nothing where one of the series cannot be read. */
  addSeries(scope: SummaryScope): void {
    for (const _ of this.seriesOf(scope)) continue;
  }

  /** The same row group by row group: of large parts others should have their turn in between. */
  *seriesOf(scope: SummaryScope): Generator<void, void> {
    const series = new Map<SeriesType, SeriesSummary>();
    for (const group of this.#file.groups()) {
      this.#read(group, isSeries, scope, (rows, type) => {
        let summary = series.get(type as SeriesType);
        if (!summary) series.set(type as SeriesType, summary = new SeriesSummary(type as SeriesType, scope));
        summary.add(rows, this.#entries);
      });
      yield;
    }
    for (const summary of series.values()) summary.finish(this.#segment);
  }

  #read(
    group: RowGroupReader,
    belongs: (type: string) => boolean,
    scope: SummaryScope,
    read: (rows: RowGroupReader, type: string) => void,
  ): void {
    this.#entries.enter(group);
    const { names, codes } = distinct(group.strings("type"));
    for (const [code, type] of names.entries()) {
      if (!belongs(type) || !scope.types(type)) continue;
      group.needColumnsOf(type);
      const rows = group.copy();
      if (names.length > 1 || codes.includes(-1)) rows.keep((row) => codes[row] === code);
      read(rows, type);
    }
  }
}

/** Which entry each row belongs to. */
class EntryNumbers {
  readonly #part: number;
  readonly #segment: SegmentBuilder;
  readonly #known = new Map<string, number>();
  /** The entry of all rows of the group; null where they differ. */
  only: number | null = null;
  #rows: Int32Array | null = null;

  constructor(part: number, segment: SegmentBuilder) {
    this.#part = part;
    this.#segment = segment;
  }

  /** Goes on to the next row group. */
  enter(group: RowGroupReader): void {
    const run = group.strings("run"), project = group.strings("project");
    const first = group.length === 0 ? null : this.#number(run, project, 0);
    this.only = first !== null && isConstant(run) && isConstant(project) ? first : null;
    this.#rows = null;
    if (this.only === null) {
      this.#rows = Int32Array.from({ length: group.length }, (_, row) => this.#number(run, project, row) ?? -1);
    }
  }

  /** The entry of a row of the group; -1: the file does not say which run the row belongs to. */
  of(row: number): number {
    return this.only ?? this.#rows![row];
  }

  #number(run: DecodedColumn<"string">, project: DecodedColumn<"string">, row: number): number | null {
    if (run.present && run.present[row] === 0) return null;
    const name = run.strings.get(run.values[row]);
    const owner = project.present && project.present[row] === 0 ? null : project.strings.get(project.values[row]);
    const key = `${owner ?? ""}\0${name}`;
    let number = this.#known.get(key);
    if (number === undefined) {
      this.#known.set(key, number = this.#segment.addEntry(this.#part, owner, name));
    }
    return number;
  }
}

function isConstant({ values, present, strings }: DecodedColumn<"string">): boolean {
  if (present) return strings.length === 0 || !present.includes(1);
  if (strings.length === 1) return true;
  for (let row = 1; row < values.length; row++) if (values[row] !== values[0]) return false;
  return true;
}

/**
 * Rows of parameters of one type.
 *
 * @param path Of all rows of the group: decoded once for all types.
 */
function addParameters(
  rows: RowGroupReader,
  path: DecodedColumn<"string">,
  type: ParameterType,
  scope: SummaryScope,
  entries: EntryNumbers,
  segment: SegmentBuilder,
): void {
  if (scope.paths) rows.where("path", scope.paths);
  if (rows.length === 0) return;
  const columns = segment.columnsOf(path.strings, type);
  const values = parameterValues(rows, type);
  const numbers = rows.rows;
  const lost = type === "float" ? "no_float" : type === "file" ? "no_file" : null;
  const none = lost && segment.columnsOf(path.strings, lost);
  for (let i = 0; i < rows.length; i++) {
    const row = numbers ? numbers[i] : i;
    const entry = entries.of(row);
    if (entry < 0 || (path.present && path.present[row] === 0)) continue;
    const code = path.values[row];
    const value = values[i];
    if (value === null) {
      if (none) (none[code] ??= segment.column(path.strings.get(code), lost)).add(entry);
    } else (columns[code] ??= segment.column(path.strings.get(code), type)).add(entry, value);
  }
}

function parameterValues(rows: RowGroupReader, type: ParameterType): ArrayLike<unknown> {
  const name = valueColumn(type);
  if (type === "string_set") return stringListsOf(rows.lists(name, "string"));
  if (type === "int") return withGaps(rows.ints(name));
  if (type === "bool") return withGaps(rows.bools(name));
  if (type === "float" || type === "datetime") return withGaps(rows.floats(name));
  return stringsOf(rows.strings(name));
}

function withGaps({ values, present }: DecodedColumn<"int" | "bool" | "float">): ArrayLike<unknown> {
  if (present === null) return values;
  return Array.from(present, (there, i) => there === 1 ? values[i] : null);
}

/** The series of one type in one part. */
class SeriesSummary {
  readonly #type: SeriesType;
  readonly #paths: SummaryScope["paths"];
  readonly #codes = new Map<string, number>();
  readonly #names: { entry: number; path: string }[] = [];
  readonly #floats = new SeriesAggregator();
  readonly #last: unknown[] = [];

  constructor(type: SeriesType, scope: SummaryScope) {
    this.#type = type;
    this.#paths = scope.paths;
  }

  add(rows: RowGroupReader, entries: EntryNumbers): void {
    if (this.#paths) rows.where("path", this.#paths);
    if (rows.length === 0) return;
    const path = rows.strings("path"), step = rows.floats("step");
    const isFloat = this.#type === "float_series";
    const float = isFloat ? rows.floats("float") : null;
    const logged = this.#type === "file_series" ? isLogged(rows) : null;
    const numbers = rows.rows;
    const codes = new Int32Array(path.strings.length).fill(-1);
    const only = entries.only;
    const lastRow = new Map<number, number>();
    for (let i = 0; i < step.values.length; i++) {
      if (step.present && step.present[i] === 0) continue;
      if (path.present && path.present[i] === 0) continue;
      if (logged && !logged(i)) continue;
      const text = path.values[i];
      let code = codes[text];
      if (only === null) {
        const entry = entries.of(numbers ? numbers[i] : i);
        if (entry < 0) continue;
        code = this.#code(entry, path.strings.get(text));
      } else if (code < 0) codes[text] = code = this.#code(only, path.strings.get(text));
      const at = step.values[i];
      if (float) {
        this.#floats.add(code, at, float.present && float.present[i] === 0 ? NaN : float.values[i]);
        continue;
      }
      if (this.#floats.count(code) === 0 || at >= this.#floats.lastStep(code)) lastRow.set(code, i);
      this.#floats.add(code, at, 0);
    }
    if (lastRow.size === 0) return;
    const wanted = new Map([...lastRow].map(([code, row]) => [row, code]));
    rows.keep((row) => wanted.has(row));
    const found = [...wanted].sort(([a], [b]) => a - b);
    const values = pointValues(rows, this.#type);
    found.forEach(([, code], i) => this.#last[code] = values[i]);
  }

  finish(segment: SegmentBuilder): void {
    this.#names.forEach(({ entry, path }, code) => {
      const all = this.#floats.of(code);
      const values = this.#type === "float_series" ? all : [all[0], all[1], this.#last[code]];
      segment.column(path, this.#type).addAll(entry, values);
    });
  }

  #code(entry: number, path: string): number {
    const key = `${entry}\0${path}`;
    let code = this.#codes.get(key);
    if (code === undefined) {
      this.#codes.set(key, code = this.#names.length);
      this.#names.push({ entry, path });
    }
    return code;
  }
}

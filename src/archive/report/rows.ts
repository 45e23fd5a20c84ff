/**
 * Findings in the rows of a project: what was dropped, what cannot be known, what looks shifted.
 *
 * @module
 */

import type { Finding } from "../../source.ts";
import { type AttributeType, isSeriesType } from "../../types.ts";
import { partsOf } from "../index/batches.ts";
import { keepOwn, readGroups } from "../index/read_parts.ts";
import { isParameterType } from "../index/summarize.ts";
import { EVERY_COLUMN, type VALUE_COLUMN, valueColumn } from "../parquet/schema.ts";
import type { Part } from "../disk/layout.ts";
import { distinct } from "../parquet/decoded.ts";
import type { RowGroupReader } from "../parquet/row_group.ts";
import { isLogged } from "../parquet/point_values.ts";
import type { PartsContext } from "../read/context.ts";
import { finding } from "./finding.ts";

/** What {@linkcode RowNotes} noted, as JSON holds it. */
export interface SavedNotes {
  valueless: number;
  unknown: [string, { type: string; path: string; rows: number }][];
  earliest: [number, number][];
}

/** What the rows of all runs show. */
interface Seen {
  valueless: number;
  unknown: Map<string, { type: string; path: string; rows: number }>;
  /** The earliest time of a point by run, in milliseconds. */
  earliest: Map<number, number>;
}

/** Findings in the rows. */
export async function rowFindings(context: PartsContext, timesConverted: boolean): Promise<Finding[]> {
  const { index, readOptions } = context;
  const notes = new RowNotes(context, timesConverted);
  const choose = (group: RowGroupReader, part: Part) => {
    if (!index.mixed.has(part)) return;
    keepOwn(group, index.project, part);
    group.where("run", (run) => index.numbers.has(run));
  };
  await readGroups(partsOf(index, index.keys.keys()), readOptions, {
    telling: ["project", "run", "type"],
    choose,
    columns: EVERY_COLUMN,
    read: (group) => notes.read(group),
  });
  return await notes.findings();
}

/** Notes what rows show while somebody goes through them. */
export class RowNotes {
  readonly #context: PartsContext;
  readonly #timesConverted: boolean;
  readonly #seen: Seen;

  /** @param before What was noted before, to go on from. */
  constructor(context: PartsContext, timesConverted: boolean, before?: SavedNotes) {
    this.#context = context;
    this.#timesConverted = timesConverted;
    const { valueless = 0, unknown, earliest } = before ?? {};
    this.#seen = { valueless, unknown: new Map(unknown), earliest: new Map(earliest) };
  }

  /** Takes in the rows of a row group. */
  read(group: RowGroupReader): void {
    const seen = this.#seen;
    for (const type of distinct(group.strings("type")).names) {
      const rows = group.copy();
      rows.where("type", (name) => name === type);
      if (isParameterType(type)) seen.valueless += gaps(rows, type);
      else if (type === "file_series") seen.valueless += count(rows.length, isLogged(rows), false);
      else if (!isSeriesType(type as AttributeType)) noteUnknown(rows, type, seen);
      if (!this.#timesConverted && isSeriesType(type as AttributeType)) noteEarliest(rows, this.#context, seen);
    }
  }

  /** What was noted, to be written as JSON. */
  get saved(): SavedNotes {
    const { valueless, unknown, earliest } = this.#seen;
    return { valueless, unknown: [...unknown], earliest: [...earliest] };
  }

  /** What follows. */
  async findings(): Promise<Finding[]> {
    const { phantoms, readOptions } = this.#context;
    const seen = this.#seen;
    const floats = (await phantoms.all("float", readOptions)).filter(({ path }) => !path.startsWith("sys/"));
    const files = await phantoms.all("file", readOptions);
    const findings: Finding[] = [];
    const told = (some: { rows: number }[]) => some.reduce((sum, { rows }) => sum + rows, 0);
    const dropped = seen.valueless - told(floats) - told(files.filter(({ rows }) => rows === 1));
    if (dropped > 0) {
      findings.push(finding(
        "info",
        "phantom_rows",
        `${dropped} rows without a value were dropped: the exporter writes one for every attribute that another run of the same ` +
          `export batch has.`,
        { count: dropped },
      ));
    }
    findings.push(...nanFindings(floats));
    for (const { type, path, rows } of seen.unknown.values()) {
      findings.push(finding(
        "warning",
        "unknown_type",
        `The attribute ${path} has the type "${type}", which is not known: its ${rows} rows are left out.`,
        { attribute: path, count: rows },
      ));
    }
    return [...findings, ...localTimes(this.#context, seen.earliest)];
  }
}

/** Floats that have no value in any run. */
export function nanFindings(floats: readonly { path: string; rows: number }[]): Finding[] {
  return floats.filter(({ path }) => !path.startsWith("sys/"))
    .map(({ path, rows }) => rows === 1 ? certainNaN(path) : doubtfulNaN(path, rows));
}

function certainNaN(path: string): Finding {
  return finding(
    "info",
    "nan_restored",
    `The float ${path} was stored without its value, which can only have been NaN.`,
    {
      attribute: path,
    },
  );
}

function doubtfulNaN(path: string, rows: number): Finding {
  return finding(
    "warning",
    "nan_or_absent",
    `The float ${path} has no value in any of ${rows} runs: at least one of them logged NaN, but it is not known which; it counts as ` +
      `absent in all.`,
    { attribute: path, count: rows },
  );
}

/** How many rows of parameters have no value. */
function gaps(rows: RowGroupReader, type: keyof typeof VALUE_COLUMN): number {
  if (type === "string_set") return rows.lists("set", "string").lengths.filter((length) => length < 0).length;
  const name = valueColumn(type);
  const column = type === "int"
    ? rows.ints(name)
    : type === "bool"
    ? rows.bools(name)
    : type === "float" || type === "datetime"
    ? rows.floats(name)
    : rows.strings(name);
  const { present } = column;
  return present === null ? 0 : count(rows.length, (row) => present[row] === 1, false);
}

function count(rows: number, test: (row: number) => boolean, wanted: boolean): number {
  let found = 0;
  for (let row = 0; row < rows; row++) if (test(row) === wanted) found++;
  return found;
}

function noteUnknown(rows: RowGroupReader, type: string, seen: Seen): void {
  const { values, strings } = rows.strings("path");
  for (const code of values) {
    const path = strings.get(code);
    const key = `${type}:${path}`;
    seen.unknown.set(key, { type, path, rows: 1 + (seen.unknown.get(key)?.rows ?? 0) });
  }
}

function noteEarliest(rows: RowGroupReader, { index }: PartsContext, seen: Seen): void {
  const run = rows.strings("run");
  // Few of the texts are different, and only runs of Neptune 2.x matter.
  const numbers = Int32Array.from({ length: run.strings.length }, () => -2);
  let time: ReturnType<RowGroupReader["floats"]> | null = null;
  for (let row = 0; row < rows.length; row++) {
    if (run.present && run.present[row] === 0) continue;
    const code = run.values[row];
    if (numbers[code] === -2) {
      const number = index.numbers.get(run.strings.get(code));
      numbers[code] = number === undefined || !index.legacy[number] ? -1 : number;
    }
    const number = numbers[code];
    if (number < 0) continue;
    time ??= rows.floats("timestamp");
    if (time.present && time.present[row] === 0) continue;
    if (!(time.values[row] >= (seen.earliest.get(number) ?? Infinity))) seen.earliest.set(number, time.values[row]);
  }
}

const QUARTER = 15 * 60_000;
const TOLERANCE = 2 * 60_000;

/** Points cannot have been logged before their run was created: local time west of Greenwich shows by that. */
function localTimes({ index }: PartsContext, earliest: Map<number, number>): Finding[] {
  const created = index.system.column("sys/creation_time", "datetime")?.values as (number | undefined)[] | undefined;
  const offsets = new Map<number, number[]>();
  for (const [run, time] of earliest) {
    const early = time - (created?.[run] ?? NaN);
    const offset = Math.round(early / QUARTER) * QUARTER;
    if (offset < 0 && Math.abs(early - offset) <= TOLERANCE) offsets.set(offset, [...offsets.get(offset) ?? [], run]);
  }
  return [...offsets].map(([offset, runs]) => {
    const minutes = -offset / 60_000;
    const zone = `UTC-${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
    return finding(
      "warning",
      "local_times",
      `The points of ${runs.length} runs, ${
        index.keys[runs[0]]
      } for one, seem to be older than the runs: their times are ` +
        `probably local times of a machine at ${zone}; pass \`timeZone\` to put them right.`,
      { run: runs.length === 1 ? index.keys[runs[0]] : null, count: runs.length },
    );
  });
}

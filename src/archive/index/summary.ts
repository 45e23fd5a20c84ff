/**
 * What one pass over a project folder finds out: which parts hold which runs, and the system attributes of the runs.
 *
 * @module
 */

import pl, { type DataFrame } from "nodejs-polars";
import { dictionary } from "../parquet/decode.ts";
import { type Folder, type Part, sanitized } from "../disk/layout.ts";
import { configValues, VALUE_COLUMNS, withValue } from "../parquet/parameters.ts";
import { buckets, hasPattern, probe, readAlike, type ReadOptions, readRows } from "../parquet/scan.ts";
import { CONFIG_TYPES, type ConfigType, isConfigType } from "../../types.ts";

/** The value of a system attribute: int as bigint, datetime as milliseconds, bool as boolean. */
export type SystemValue = bigint | number | string | boolean | string[];

/** One system attribute. */
export interface SystemColumn {
  path: string;
  type: ConfigType;
  /** By row; undefined where the row lacks the attribute. */
  values: (SystemValue | undefined)[];
}

/** One row for each run of each part, with its system attributes. */
export interface Summary {
  /** File names. */
  part: string[];
  project: string[];
  run: string[];
  columns: SystemColumn[];
}

/** Tells whether this attribute belongs to the summary: parameters of the `sys` namespace do. */
export function isSystem(path: string, type: string): boolean {
  return path.startsWith("sys/") && isConfigType(type as ConfigType);
}

const SYSTEM = pl.col("attribute_path").gtEq(pl.lit("sys/")).and(pl.col("attribute_path").lt(pl.lit("sys0")))
  // Row groups of metrics are passed over by their statistics; a longer condition would cost more than it saves.
  .and(pl.col("attribute_type").neq(pl.lit("float_series")));
const IDENTITY = ["part", "project", "run"] as const;

/**
 * Reads the summary of some parts of a folder, and fills in their `foreign` and `damage`.
 *
 * @param onProgress Called with the number of parts that were read.
 */
export async function summarize(
  folder: Folder,
  parts: readonly Part[],
  signal?: AbortSignal,
  onProgress?: (by: number) => void,
): Promise<Summary> {
  const table = new SummaryTable();
  const wanted = new Set(parts);
  for (const [suffix, bucket] of buckets(folder)) {
    const some = bucket.filter((part) => wanted.has(part));
    if (some.length === 0) continue;
    for (const part of some) part.foreign = part.damage = null;
    // A pattern scan makes sure that all files are like the first.
    await probe(some[0], signal);
    const alike = some[0].foreign === null && hasPattern(suffix, bucket, some);
    await summarizeBucket(folder, some, alike, table, signal);
    onProgress?.(some.length);
  }
  return table.summary;
}

async function summarizeBucket(
  folder: Folder,
  parts: Part[],
  alike: boolean,
  table: SummaryTable,
  signal?: AbortSignal,
) {
  const query = {
    where: SYSTEM,
    columns: [...IDENTITY, "path", "type", ...VALUE_COLUMNS.slice(0, -1)] as const,
    then: (rows: pl.LazyDataFrame) => rows.withColumns(...[...IDENTITY, "path"].map(codedOrEmpty)),
  };
  const readOptions: ReadOptions = {
    signal,
    onDamaged: (part, cause) => {
      if (part.damage === null) part.damage = cause instanceof Error ? cause.message : String(cause);
    },
  };
  let frame = alike ? await readAlike(parts, query, signal).catch(() => null) : null;
  signal?.throwIfAborted();
  if (frame === null) {
    for (const part of parts) await probe(part, signal);
    frame = await readRows(parts, query, readOptions);
  }
  const proven = frame ? table.addSystem(frame, folder) : new Set<string>();
  const rest = parts.filter((part) => part.damage === null && !proven.has(part.name));
  const identities = await readRows(rest, {
    columns: IDENTITY,
    then: (rows) => rows.unique().withColumns(...IDENTITY.map(codedOrEmpty)),
  }, readOptions);
  if (identities) table.addIdentities(identities, folder);
}

function codedOrEmpty(column: string): pl.Expr {
  return pl.col(column).fillNull(pl.lit("")).cast(pl.Categorical).alias(column);
}

class SummaryTable {
  readonly summary: Summary = { part: [], project: [], run: [], columns: [] };
  #rows = new Map<string, number>();
  #columns = new Map<string, SystemColumn>();

  /** Adds rows of system attributes. Gives the names of the parts whose only run is known for certain from their name. */
  addSystem(frame: DataFrame, folder: Folder): Set<string> {
    for (const type of CONFIG_TYPES) {
      const rows = frame.filter(withValue(type));
      if (rows.height === 0) continue;
      const row = this.#rowNumbers(rows, folder);
      const path = dictionary(rows, "path");
      const values = configValues(rows, type);
      for (let i = 0; i < row.length; i++) {
        const value = type === "bool" ? values[i] === 1 : values[i] as SystemValue;
        this.#column(path.names[path.codes[i]], type).values[row[i]] = value;
      }
    }
    const { part, run } = this.summary;
    const stems = new Map(folder.parts.map((part) => [part.name, part.stem]));
    return new Set(part.filter((name, row) => sanitized(run[row]) === stems.get(name)));
  }

  addIdentities(frame: DataFrame, folder: Folder): void {
    this.#rowNumbers(frame, folder);
  }

  #rowNumbers(frame: DataFrame, folder: Folder): Uint32Array {
    const part = dictionary(frame, "part"), project = dictionary(frame, "project"), run = dictionary(frame, "run");
    const names = part.names.map((path) => path.slice(path.lastIndexOf("/") + 1));
    return part.codes.map((code, i) =>
      this.#row(names[code], project.names[project.codes[i]] || folder.name, run.names[run.codes[i]])
    );
  }

  #row(part: string, project: string, run: string): number {
    const key = `${part}\0${project}\0${run}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      this.#rows.set(key, row = this.summary.part.length);
      this.summary.part.push(part);
      this.summary.project.push(project);
      this.summary.run.push(run);
    }
    return row;
  }

  #column(path: string, type: ConfigType): SystemColumn {
    const key = `${type}:${path}`;
    let column = this.#columns.get(key);
    if (!column) {
      this.#columns.set(key, column = { path, type, values: [] });
      this.summary.columns.push(column);
    }
    return column;
  }
}

/** The rows of one summary that `keep` accepts by file name, followed by those of another. */
export function mergeSummaries(old: Summary, keep: (part: string) => boolean, added: Summary): Summary {
  const kept = old.part.flatMap((part, row) => keep(part) ? [row] : []);
  const columns = new Map<string, SystemColumn>();
  const start = kept.length;
  for (const { path, type, values } of old.columns) {
    columns.set(`${type}:${path}`, { path, type, values: kept.map((row) => values[row]) });
  }
  for (const { path, type, values } of added.columns) {
    const key = `${type}:${path}`;
    const column = columns.get(key) ?? { path, type, values: [] };
    values.forEach((value, row) => column.values[start + row] = value);
    columns.set(key, column);
  }
  const join = (before: string[], after: string[]) => [...kept.map((row) => before[row]), ...after];
  return {
    part: join(old.part, added.part),
    project: join(old.project, added.project),
    run: join(old.run, added.run),
    columns: [...columns.values()],
  };
}

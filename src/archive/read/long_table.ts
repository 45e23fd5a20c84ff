/**
 * All rows of a project as one lazy table, for those who go on in Polars.
 *
 * @module
 */

import pl, { type Expr, type LazyDataFrame } from "nodejs-polars";
import { CONFIG_TYPES, FILE_TYPES } from "../../types.ts";
import type { Part } from "../disk/layout.ts";
import { partsOf } from "../index/batches.ts";
import { CHECK, readGroups } from "../index/read_parts.ts";
import type { FileColumns } from "../parquet/row_group.ts";
import { COLUMN_LIST, type ColumnName, type VALUE_COLUMN, valueColumn } from "../parquet/schema.ts";
import { polarsFault, scanRows } from "../parquet/scan.ts";
import type { PartsContext } from "./context.ts";

const NAMED = COLUMN_LIST.filter(([name]) => name !== "histogram_value").map(([name, { short }]) => ({
  name,
  short,
}));
const HISTOGRAM = { histogram: "type", edges: "edges", bins: "values" } as const;

/** What tells the rows of a run from each other, where copies of it are in several files. */
const IDENTITY: ColumnName[] = ["run", "path", "type", "step", "timestamp", "int", "float", "string", "bool", "file"];

/** The rows that are attributes and points, not cells of the exporter's grid. Only cells that may be either are read. */
export async function longTable({ index, phantoms, readOptions }: PartsContext): Promise<LazyDataFrame> {
  const parts = await soundParts(partsOf(index, index.keys.keys()), readOptions);
  if (parts.length === 0) return emptyTable();
  const lost = async (type: "float" | "file") =>
    (await phantoms.all(type, readOptions)).flatMap(({ path, rows }) => rows === 1 ? [path] : []);
  const floats = await lost("float"), files = await lost("file");

  const type = pl.col("type"), isFloat = type.eq(pl.lit("float"));
  const none = pl.lit(false);
  const among = (paths: string[]): Expr => paths.length > 0 ? pl.col("path").isIn(paths) : none;
  const real = [...CONFIG_TYPES, ...FILE_TYPES].map(withValue).reduce((any, one) => any.or(one))
    .or(isFloat.and(among(floats)))
    .or(type.eq(pl.lit("file")).and(among(files)))
    .or(type.isIn(["float_series", "string_series", "histogram_series"]).and(pl.col("step").isNotNull()))
    .or(type.eq(pl.lit("file_series")).and(pl.col("file").isNotNull().or(pl.col("timestamp").isNotNull())));
  const time = (name: ColumnName) => pl.col(name).cast(pl.Datetime("ms", "UTC"));
  // NaN is stored as null.
  const number = pl.when(type.eq(pl.lit("float_series")).or(isFloat)).then(pl.col("float").fillNull(pl.lit(NaN)))
    .otherwise(pl.col("float"));

  // Files need not name their project.
  const own = pl.lit(index.project);
  const where = index.mixed.size === 0
    ? null
    : pl.col("run_id").isIn(index.keys).and(pl.col("project_id").fillNull(own).eq(own));
  const rows = await scanRows(parts, where, LONG_COLUMNS, (part) => index.indexes.some((one) => one.isAlike(part)));
  return (index.repeated.size > 0 ? rows.unique({ subset: IDENTITY, keep: "first", maintainOrder: true }) : rows)
    .filter(real)
    .withColumns(pl.col("project").fillNull(own), time("timestamp"), time("datetime"), number.alias("float"))
    .select(...exported());
}

/** The table where no run has a file that can be read. Polars for JavaScript makes nested columns of values alone. */
function emptyTable(): LazyDataFrame {
  const histogram = { type: "", edges: [0], values: [0] };
  const values = { string: "", decimal: 0, time: 0, int: 0, float: 0, bool: false, strings: [""], file: "", histogram };
  const row = Object.fromEntries(COLUMN_LIST.map(([name, { holds }]) => [name, [values[holds]]]));
  const time = (name: string) => pl.col(name).cast(pl.Datetime("ms", "UTC"));
  return pl.DataFrame(row).withColumns(time("timestamp"), time("datetime_value"), pl.col("int_value").cast(pl.Int64))
    .limit(0).lazy();
}

/** The columns that a long table is made of. */
export const LONG_COLUMNS: readonly ColumnName[] = [
  ...NAMED.map(({ short }) => short),
  ...Object.keys(HISTOGRAM) as ColumnName[],
];

/** The same columns under the exporter's names. */
export function exported(): Expr[] {
  return [...NAMED.map(({ name, short }) => pl.col(short).alias(name)), histogram().alias("histogram_value")];
}

/** Rows of this type that have a value; the others are phantoms, or NaN. */
function withValue(type: keyof typeof VALUE_COLUMN): Expr {
  return pl.col("type").eq(pl.lit(type)).and(pl.col(valueColumn(type)).isNotNull());
}

/** Of parts that were read to the end, the state of their files then. */
const checked = new WeakMap<Part, string>();

/** The parts that can be read to the end: Polars would end the process over others. Each is read once, unless it changes. */
async function soundParts(parts: readonly Part[], readOptions: PartsContext["readOptions"]): Promise<Part[]> {
  const states = new Map(parts.map((part) => [part, stateOf(part)]));
  const unknown = parts.filter((part) => checked.get(part) !== states.get(part));
  const columns = new Map<Part, FileColumns>();
  await readGroups(unknown, readOptions, {
    ...CHECK,
    read: (group, part) => {
      CHECK.read(group, part);
      columns.set(part, group.columns);
    },
  });
  for (const part of unknown) {
    const said = columns.get(part);
    const fault = said && part.damage === null ? await polarsFault(part, said) : null;
    if (fault === null) continue;
    part.damage = fault.message;
    readOptions.onDamaged(part, fault);
  }
  const sound = parts.filter((part) => part.damage === null);
  for (const part of sound) checked.set(part, states.get(part)!);
  return sound;
}

/** What changes with the file of a part. */
function stateOf({ path }: Part): string {
  try {
    const { size, ino, mtime, ctime } = Deno.statSync(path);
    return [size, ino, mtime?.getTime(), ctime?.getTime()].join();
  } catch {
    // Whoever reads it says why.
    return "";
  }
}

function histogram(): Expr {
  const fields = Object.entries(HISTOGRAM).map(([short, name]) => pl.col(short).alias(name));
  return pl.struct(fields) as unknown as Expr;
}

/**
 * The only place where Polars reads Parquet: lazy scans over parts, with the exporter's columns under short names.
 *
 * A damaged file can end the process when Polars reads it, so parts are only handed over after every page of them was read.
 *
 * @module
 */

import pl, { type Expr, type LazyDataFrame } from "nodejs-polars";
import type { Folder, Part } from "../disk/layout.ts";
import { adaptations, foreignTypes, isAsSaid } from "./adapt.ts";
import type { FileColumns } from "./row_group.ts";
import { type ArchiveColumn, type ColumnName, COLUMNS, LEAF_PATHS } from "./schema.ts";

/** What queries call a column, over the columns of the files. */
function expression(name: ColumnName): Expr {
  const [column, ...fields] = LEAF_PATHS.get(name)!;
  const leaf = fields.reduce((inner, field) => inner.struct.field(field), pl.col(column) as Expr);
  const { holds } = COLUMNS[column as ArchiveColumn];
  return (holds === "decimal" ? floatOf(leaf) : holds === "time" ? leaf.cast(pl.Int64) : leaf).alias(name);
}

/**
 * A decimal as the float next to it: Polars hands no decimals to JavaScript, and rounds large ones twice where it casts them as they
 * are.
 */
function floatOf(decimal: Expr): Expr {
  const whole = decimal.cast(pl.Int64);
  return whole.cast(pl.Float64).plus(decimal.minus(whole).cast(pl.Float64)).fillNull(decimal.cast(pl.Float64));
}

/** Statistics are what nobody can check against the values: a wrong one would leave out rows in silence. */
const SCAN = { hivePartitioning: false, useStatistics: false };

/** One pattern scan reads many files four times as fast as one scan for each. */
const PATTERN_FROM = 24;

/**
 * The lazy rows of parts, all of which can be read.
 *
 * @param where Over the columns of the files (`attribute_path` and so on); null: every row.
 * @param isAlike Tells whether the columns of a part are exactly the exporter's.
 */
export async function scanRows(
  parts: readonly Part[],
  where: Expr | null,
  columns: readonly ColumnName[],
  isAlike: (part: Part) => boolean,
): Promise<LazyDataFrame> {
  const named = columns.map(expression);
  const scans: LazyDataFrame[] = [];
  for (const [folder, inside] of Map.groupBy(parts, (part) => part.folder)) {
    const cloudOptions = await folder.store.polarsOptions?.(folder.path);
    const alike = inside.length >= PATTERN_FROM && folder.parts.every((part) => part.damage === null && isAlike(part));
    if (alike && await holdsNoOthers(folder)) {
      const pattern = `${folder.path.replace(/[[\]*?]/g, "[$&]")}/*part_[0-9]*.parquet`;
      const scan = pl.scanParquet(pattern, {
        ...SCAN,
        includeFilePaths: "\0file",
        ...(cloudOptions ? { cloudOptions } : {}),
      });
      scans.push(
        inside.length === folder.parts.length
          ? scan
          : scan.filter(pl.col("\0file").isIn(inside.map((part) => part.path))),
      );
    } else for (const part of inside) scans.push(await scanPart(part, isAlike(part), cloudOptions));
  }
  const selected = scans.map((scan) => (where ? scan.filter(where) : scan).select(...named));
  return selected.length === 1 ? selected[0] : pl.concat(selected);
}

/** The lazy rows of a file that can be read, whose columns are the exporter's and may be more. */
export function scanTable(
  path: string,
  columns: readonly ColumnName[],
  cloudOptions?: Record<string, string>,
): LazyDataFrame {
  const where = cloudOptions ? { cloudOptions } : {};
  return pl.scanParquet(path, { ...SCAN, glob: false, ...where }).select(...columns.map(expression));
}

/** A pattern also takes files that came later, and what macOS puts beside each file: nobody has read those. */
async function holdsNoOthers({ store, path, parts }: Folder): Promise<boolean> {
  const known = new Set(parts.map(({ name }) => name));
  return (await store.list(path)).every(({ name }) => known.has(name) || !/part_[0-9].*\.parquet$/.test(name));
}

/**
 * Why Polars does not read a file as it is, though it can be read; null where it does. Polars believes the schema of Arrow that a file
 * may carry along, also where that is spoilt.
 *
 * @param columns What the file itself says.
 */
export async function polarsFault(
  { path, folder }: Part,
  columns: FileColumns,
): Promise<Error | null> {
  const cloudOptions = await folder.store.polarsOptions?.(folder.path);
  const where = cloudOptions ? { cloudOptions } : {};
  try {
    const frame = await pl.scanParquet(path, { ...SCAN, glob: false, ...where }).limit(0).collect();
    const same = isAsSaid(frame, columns);
    return same ? null : new Error("the schema of Arrow that it carries along is not its own");
  } catch (error) {
    return error as Error;
  }
}

async function scanPart(part: Part, alike: boolean, cloudOptions?: Record<string, string>): Promise<LazyDataFrame> {
  const where = cloudOptions ? { cloudOptions } : {};
  const scan = pl.scanParquet(part.path, { ...SCAN, glob: false, ...where });
  const foreign = alike ? null : foreignTypes(await scan.limit(0).collect());
  return foreign ? scan.withColumns(...adaptations(foreign)) : scan;
}

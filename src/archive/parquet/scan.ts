/**
 * The only place where Polars reads Parquet: lazy scans over parts, with the exporter's columns under short names.
 *
 * A damaged file can end the process when Polars reads it, so parts are only handed over after every page of them was read.
 *
 * @module
 */

import pl, { type Expr, type LazyDataFrame } from "nodejs-polars";
import type { Folder, Part } from "../disk/layout.ts";
import { adaptations, foreignTypes } from "./adapt.ts";
import { type ArchiveColumn, type ColumnName, COLUMNS, LEAF_PATHS } from "./schema.ts";

/** What queries call a column, over the columns of the files. */
function expression(name: ColumnName): Expr {
  const [column, ...fields] = LEAF_PATHS.get(name)!;
  const leaf = fields.reduce((inner, field) => inner.struct.field(field), pl.col(column) as Expr);
  // Decimals become floats here: an exact division by 10^6, and Polars hands no decimals to JavaScript.
  const { holds } = COLUMNS[column as ArchiveColumn];
  return (holds === "decimal" ? leaf.cast(pl.Float64) : holds === "time" ? leaf.cast(pl.Int64) : leaf).alias(name);
}

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
        hivePartitioning: false,
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
  return pl.scanParquet(path, { glob: false, hivePartitioning: false, ...where }).select(...columns.map(expression));
}

/** A pattern also takes files that came later, and what macOS puts beside each file: nobody has read those. */
async function holdsNoOthers({ store, path, parts }: Folder): Promise<boolean> {
  const known = new Set(parts.map(({ name }) => name));
  return (await store.list(path)).every(({ name }) => known.has(name) || !/part_[0-9].*\.parquet$/.test(name));
}

async function scanPart(part: Part, alike: boolean, cloudOptions?: Record<string, string>): Promise<LazyDataFrame> {
  const where = cloudOptions ? { cloudOptions } : {};
  const scan = pl.scanParquet(part.path, { glob: false, hivePartitioning: false, ...where });
  const foreign = alike ? null : foreignTypes(await scan.limit(0).collect());
  return foreign ? scan.withColumns(...adaptations(foreign)) : scan;
}

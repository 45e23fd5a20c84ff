/**
 * All rows of a compacted project as one lazy table, for those who go on in Polars.
 *
 * @module
 */

import pl, { type LazyDataFrame } from "nodejs-polars";
import { scanTable } from "../parquet/scan.ts";
import type { ColumnName } from "../parquet/schema.ts";
import { exported, LONG_COLUMNS } from "../read/long_table.ts";
import { filesOf } from "./manifest.ts";
import type { OpenFolder } from "./open.ts";

/** The rows that are attributes and points, as those of a raw archive. `lost`: paths whose only row has no value. */
export async function scanFolder(
  { folder: { store, path, manifest }, index, passes }: OpenFolder,
  lost: { float: readonly string[]; file: readonly string[] },
): Promise<LazyDataFrame> {
  const cloudOptions = await store.polarsOptions?.(path);
  const type = pl.col("type"), is = (text: string) => type.eq(pl.lit(text));
  const single = type.isIn(["float_series", "string_series", "histogram_series", "file_series", "no_float", "no_file"])
    .not();
  const among = (paths: readonly string[]) => paths.length > 0 ? pl.col("path").isIn([...paths]) : pl.lit(false);
  const real = single.or(is("no_float").and(among(lost.float))).or(is("no_file").and(among(lost.file)));
  const time = (name: ColumnName) => pl.col(name).cast(pl.Datetime("ms", "UTC"));
  const scans = manifest.passes.flatMap((pass) => {
    const named = (table: "values" | "series") =>
      filesOf(pass, table).map(({ name }) => scanTable(`${path}/${name}`, LONG_COLUMNS, cloudOptions));
    return [...named("values").map((scan) => scan.filter(real)), ...named("series")];
  });
  const rows = scans.length === 1 ? scans[0] : pl.concat(scans);
  const isWhole = passes.every(({ runs }) => !runs.includes(-1));
  return (isWhole ? rows : rows.filter(pl.col("run").isIn(index.keys)))
    .withColumns(
      time("timestamp"),
      time("datetime"),
      pl.when(is("no_float")).then(pl.lit(NaN)).otherwise(pl.col("float")).alias("float"),
    )
    .withColumns(
      pl.when(is("no_float")).then(pl.lit("float")).when(is("no_file")).then(pl.lit("file")).otherwise(type).alias(
        "type",
      ),
    )
    .select(...exported());
}
